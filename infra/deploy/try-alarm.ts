import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { ListSubscriptionsByTopicCommand, type SNSClient } from '@aws-sdk/client-sns';

type Parts = {
  cloudWatch: Pick<CloudWatchClient, 'send'>;
  sns: Pick<SNSClient, 'send'>;
  /** The topic that alarms publish to. */
  topicArn: string;
  say: (line: string) => void;
};

/** What SNS says instead of an ARN until somebody has followed the link in its letter. */
const PENDING = 'PendingConfirmation';
const REASON = 'npm run alarm:test: whoever reads this is reached by alarms. Nothing is wrong.';

/** Sets one alarm of a deployment off, and says who hears it. It goes back by itself within its next minute. @returns whether anybody does */
export const tryAlarm = async ({ cloudWatch, sns, topicArn, say }: Parts): Promise<boolean> => {
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }));
  const confirmed = Subscriptions.filter(({ SubscriptionArn: arn }) => arn !== undefined && arn !== PENDING);
  for (const { Protocol: by = '?', Endpoint: who = '?', SubscriptionArn: arn } of Subscriptions)
    say(arn === PENDING ? `✗ ${by} ${who}: not confirmed; the link is in SNS's letter` : `✓ ${by} ${who}: confirmed`);
  if (Subscriptions.length === 0) say('✗ nobody is subscribed: "alarmEmail" in the settings, and npm run deploy');

  const ours = (await allAlarms(cloudWatch)).filter(({ AlarmActions = [] }) => AlarmActions.includes(topicArn));
  const quiet = ours.find(({ StateValue }) => StateValue === 'OK') ?? ours[0];
  if (!quiet?.AlarmName) {
    say(`✗ no alarm publishes to ${topicArn}`);
    return false;
  }
  await cloudWatch.send(
    new SetAlarmStateCommand({ AlarmName: quiet.AlarmName, StateValue: 'ALARM', StateReason: REASON }),
  );
  say(`✓ ${quiet.AlarmName} is set off: a letter should come within a minute`);
  return confirmed.length > 0;
};

/** Those of the whole account: the others may well fill the first pages. */
const allAlarms = async (cloudWatch: Parts['cloudWatch']): Promise<MetricAlarm[]> => {
  const found: MetricAlarm[] = [];
  let next: string | undefined;
  do {
    const { MetricAlarms = [], NextToken } = await cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmTypes: ['MetricAlarm'], MaxRecords: 100, NextToken: next }),
    );
    found.push(...MetricAlarms);
    next = NextToken;
  } while (next !== undefined);
  return found;
};
