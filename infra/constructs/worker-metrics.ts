import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { EVERY_MINUTE } from './alarms.ts';
import { INGEST_METRICS, type IngestService } from './ingest-service.ts';

/** `emfEveryMs` of ingest-worker/limits.ts is 20 s. */
const TELLS_A_MINUTE = 3;

/** What a deployment's ingest workers tell of themselves, and their balancer and service of them. */
export const workerMetrics = (deployment: string, { balancer, workers, service }: IngestService) => {
  const told = (metricName: string, statistic: string): Metric =>
    new Metric({
      namespace: INGEST_METRICS.namespace,
      metricName,
      dimensionsMap: { [INGEST_METRICS.dimension]: deployment },
      statistic,
      period: EVERY_MINUTE,
    });
  // Each worker tells what it holds several times a minute; the sum of a minute counts it as often.
  const held = (expression: string, label: string, ...names: string[]): MathExpression =>
    new MathExpression({
      expression: `(${expression}) / ${TELLS_A_MINUTE}`,
      usingMetrics: Object.fromEntries(names.map((name) => [name.toLowerCase(), told(name, Stats.SUM)])),
      period: EVERY_MINUTE,
      label,
    });
  return {
    live: held('sessions', 'shows', INGEST_METRICS.sessions),
    left: held('capacityunits - loadunits', 'units', INGEST_METRICS.capacityUnits, INGEST_METRICS.loadUnits),
    heartbeat: told(INGEST_METRICS.capacityUnits, Stats.SAMPLE_COUNT),
    utilization: told(INGEST_METRICS.utilization, Stats.MAXIMUM),
    commitDelay: told(INGEST_METRICS.commitDelayMs, Stats.MAXIMUM),
    dropped: told(INGEST_METRICS.droppedFrames, Stats.SUM),
    skips: told(INGEST_METRICS.skips, Stats.SUM),
    resumes: told(INGEST_METRICS.resumes, Stats.SUM),
    restarts: told(INGEST_METRICS.restarts, Stats.SUM),
    turnedAway: told(INGEST_METRICS.turnedAway, Stats.SUM),
    unreachable: balancer.metrics.targetConnectionErrorCount({ period: EVERY_MINUTE }),
    balancerErrors: balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period: EVERY_MINUTE }),
    healthyHosts: workers.metrics.healthyHostCount({ period: EVERY_MINUTE, statistic: Stats.MAXIMUM }),
    runningTasks: new Metric({
      namespace: 'ECS/ContainerInsights',
      metricName: 'RunningTaskCount',
      dimensionsMap: { ClusterName: service.cluster.clusterName, ServiceName: service.serviceName },
      statistic: Stats.MAXIMUM,
      period: EVERY_MINUTE,
    }),
  } satisfies Record<string, IMetric>;
};
export type WorkerMetrics = ReturnType<typeof workerMetrics>;
