import { type CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { HOURLY_SHOW } from '../stacks/observability.ts';

type Parts = {
  cloudWatch: Pick<CloudWatchClient, 'send'>;
  /** The deployment's name. */
  deployment: string;
  makeShow: () => Promise<void>;
};

/** Makes a show and tells CloudWatch how it went, also where it went badly: an alarm waits for it. */
export const hourlyShow = async ({ cloudWatch, deployment, makeShow }: Parts): Promise<void> => {
  const tell = async (value: 0 | 1): Promise<void> => {
    await cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: HOURLY_SHOW.namespace,
        MetricData: [
          {
            MetricName: HOURLY_SHOW.metricName,
            Dimensions: [{ Name: 'Deployment', Value: deployment }],
            Unit: 'Count',
            Value: value,
          },
        ],
      }),
    );
  };
  try {
    await makeShow();
  } catch (cause) {
    await tell(0);
    throw cause;
  }
  await tell(1);
};
