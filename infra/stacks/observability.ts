import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { HttpCodeElb } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { Alarms, EVERY_MINUTE } from '../constructs/alarms.ts';
import { INGEST_METRICS } from '../constructs/ingest-service.ts';
import type { Deployment } from '../settings.ts';
import type { ControlPlaneStack } from './control-plane.ts';
import type { DataStack } from './data.ts';
import type { IngestStack } from './ingest.ts';
import type { WebStack } from './web.ts';

type Props = StackProps & {
  settings: Deployment;
  data: DataStack;
  controlPlane: ControlPlaneStack;
  ingest: IngestStack;
  web: WebStack;
};

/** How `infra/deploy/hourly-show.ts` tells of its show. */
export const HOURLY_SHOW = { namespace: 'Vybzz/Show', metricName: 'Succeeded' };

/** How a stack ends that has not come to what it was asked for. */
const FAILED_STATES = [
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'UPDATE_FAILED',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
  'DELETE_FAILED',
];

/** `emfEveryMs` of ingest-worker/limits.ts is 20 s. */
const TELLS_A_MINUTE = 3;

/** Ten seconds of one show, or a second of ten. */
const DROPPED_A_MINUTE = 300;

/** What a share of the calls that fail is an alarm for, in per cent. */
const SOME_FAIL = { above: 5, periods: 2, runbook: 'The API fails' };

/** Share of the budget at which its owner is written to, before and after it is spent. */
const BUDGET_PERCENT = [50, 80, 100];

/** What an operator sees, and what wakes one. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { settings, data, controlPlane, ingest, web, ...props }: Props) {
    super(scope, id, props);
    const worker = (metricName: string, statistic: string): Metric =>
      new Metric({
        namespace: INGEST_METRICS.namespace,
        metricName,
        dimensionsMap: { [INGEST_METRICS.dimension]: settings.name },
        statistic,
        period: EVERY_MINUTE,
      });
    const each = (of: (room: string) => IMetric): IMetric[] => Object.keys(controlPlane.rooms).map(of);
    const roomMetric = (name: 'Errors' | 'Throttles' | 'Invocations') => (room: string) => {
      const lambda = controlPlane.rooms[room]?.function;
      if (!lambda) throw new Error(`no room ${room}`);
      const options = { period: EVERY_MINUTE, statistic: Stats.SUM, label: room };
      return lambda.metric(name, options);
    };
    /** Per cent of all; nothing where there are too few of them to say. */
    const share = (
      of: IMetric[],
      all: IMetric[],
      { least, label }: { least: number; label: string },
    ): MathExpression => {
      const metrics = [...new Set([...of, ...all])];
      const added = (some: IMetric[]) => some.map((metric) => `FILL(m${metrics.indexOf(metric)}, 0)`).join(' + ');
      return new MathExpression({
        expression: `IF((${added(all)}) >= ${least}, 100 * (${added(of)}) / (${added(all)}), 0)`,
        usingMetrics: Object.fromEntries(metrics.map((metric, i) => [`m${i}`, metric])),
        period: EVERY_MINUTE,
        label,
      });
    };
    const sum = (metrics: IMetric[], label: string): MathExpression =>
      new MathExpression({
        expression: metrics.map((_, i) => `m${i}`).join(' + '),
        usingMetrics: Object.fromEntries(metrics.map((metric, i) => [`m${i}`, metric])),
        period: EVERY_MINUTE,
        label,
      });
    // What the queue hands on has alarms of its own, and what shows the site: an alarm adds up at most ten.
    const throttles = (wanted: (room: string) => boolean): MathExpression =>
      sum(Object.keys(controlPlane.rooms).filter(wanted).map(roomMetric('Throttles')), 'throttles');
    const lambdaErrors = each(roomMetric('Errors'));
    // An alarm reckons with at most ten metrics: five rooms' errors and calls.
    const failed = (wanted: (room: string) => boolean): MathExpression => {
      const rooms = Object.keys(controlPlane.rooms).filter(wanted);
      const [errors, calls] = (['Errors', 'Invocations'] as const).map((name) => rooms.map(roomMetric(name)));
      return share(errors ?? [], calls ?? [], { least: 20, label: '% of calls that failed' });
    };
    const lambdaThrottles = each(roomMetric('Throttles'));
    const webhookErrors = roomMetric('Errors')('webhooks');
    const everySweep = { period: Duration.minutes(5), statistic: Stats.SUM };
    const sweep = controlPlane.sweep;
    const webhooks = new MetricFilter(this, 'WebhookAge', {
      logGroup: controlPlane.webhooksLog,
      filterPattern: FilterPattern.stringValue('$.message', '=', 'webhook applied'),
      // by its name alone, because what a filter finds without a value has no dimensions
      metricNamespace: `Vybzz/${settings.name}`,
      metricName: 'WebhookAgeMs',
      metricValue: '$.ageMs',
    });
    const tableThrottles = data.table.table.metricThrottledRequestsForOperations({
      // an alarm adds up at most ten
      operations: [
        Operation.GET_ITEM,
        Operation.PUT_ITEM,
        Operation.UPDATE_ITEM,
        Operation.QUERY,
        Operation.TRANSACT_WRITE_ITEMS,
      ],
      period: EVERY_MINUTE,
    });
    const serverErrors = controlPlane.api.api.metricServerError({ period: EVERY_MINUTE });
    const { balancer, workers, service } = ingest.ingest;
    const unreachable = balancer.metrics.targetConnectionErrorCount({ period: EVERY_MINUTE });
    const balancerErrors = balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period: EVERY_MINUTE });
    const healthyHosts = workers.metrics.healthyHostCount({ period: EVERY_MINUTE, statistic: Stats.MAXIMUM });
    const runningTasks = new Metric({
      namespace: 'ECS/ContainerInsights',
      metricName: 'RunningTaskCount',
      dimensionsMap: { ClusterName: service.cluster.clusterName, ServiceName: service.serviceName },
      statistic: Stats.MAXIMUM,
      period: EVERY_MINUTE,
    });
    const heartbeat = worker(INGEST_METRICS.capacityUnits, Stats.SAMPLE_COUNT);
    const utilization = worker(INGEST_METRICS.utilization, Stats.MAXIMUM);
    const commitDelay = worker(INGEST_METRICS.commitDelayMs, Stats.MAXIMUM);
    const dropped = worker(INGEST_METRICS.droppedFrames, Stats.SUM);
    const skips = worker(INGEST_METRICS.skips, Stats.SUM);
    const restarts = worker(INGEST_METRICS.restarts, Stats.SUM);
    const turnedAway = worker(INGEST_METRICS.turnedAway, Stats.SUM);
    // Each worker tells what it holds several times a minute; the sum of a minute counts it as often.
    const held = (expression: string, label: string, ...names: string[]): MathExpression =>
      new MathExpression({
        expression: `(${expression}) / ${TELLS_A_MINUTE}`,
        usingMetrics: Object.fromEntries(names.map((name) => [name.toLowerCase(), worker(name, Stats.SUM)])),
        period: EVERY_MINUTE,
        label,
      });
    const live = held('sessions', 'shows', INGEST_METRICS.sessions);
    const left = held('capacityunits - loadunits', 'units', INGEST_METRICS.capacityUnits, INGEST_METRICS.loadUnits);
    const webhooksAnswered = (hundred: '2xx' | '4xx'): Metric =>
      new Metric({
        namespace: 'Vybzz',
        metricName: `Answered${hundred}`,
        dimensionsMap: { service: 'webhooks', deployment: settings.name },
        statistic: Stats.SUM,
        period: EVERY_MINUTE,
      });
    const webhooksRefused = webhooksAnswered('4xx');
    const webhookAge = webhooks.metric({ period: EVERY_MINUTE, statistic: Stats.MAXIMUM });

    const alarms = new Alarms(this, 'Alarms', { email: settings.alarmEmail });
    new CfnOutput(this, 'AlarmTopic', { description: 'What alarms are told by', value: alarms.topic.topicArn });
    const when: Record<string, Parameters<Alarms['when']>[1]> = {
      WorkersNearlyFull: { metric: utilization, above: 90, periods: 3, runbook: 'Workers nearly full' },
      FramesDropped: { metric: dropped, above: DROPPED_A_MINUTE, periods: 2, runbook: 'Frames are dropped' },
      TurnedAway: { metric: turnedAway, above: 20, periods: 3, runbook: 'Feeds are turned away' },
      CommitDelay: { metric: commitDelay, above: 10_000, periods: 3, runbook: 'Mux is slow to acknowledge' },
      EncoderRestarts: { metric: restarts, above: 10, periods: 2, runbook: 'FFmpeg keeps restarting' },
      NoHealthyWorker: { metric: healthyHosts, below: 1, periods: 2, runbook: 'Workers cannot be reached' },
      TooFewTasks: {
        metric: runningTasks,
        below: settings.minWorkers,
        periods: 5,
        runbook: 'Workers cannot be reached',
      },
      BalancerErrors: { metric: balancerErrors, above: 10, periods: 2, runbook: 'Workers cannot be reached' },
      WorkersUnreachable: { metric: unreachable, above: 5, periods: 2, runbook: 'Workers cannot be reached' },
      WorkersSilent: { metric: heartbeat, below: 1, periods: 3, runbook: 'Workers are silent' },
      WebhookFailures: { metric: webhookErrors, above: 5, periods: 3, runbook: 'Webhooks fail' },
      WebhooksRefused: {
        metric: share([webhooksRefused], [webhooksRefused, webhooksAnswered('2xx')], {
          least: 5,
          label: '% of webhooks refused',
        }),
        above: 50,
        periods: 3,
        runbook: 'Webhooks are refused',
      },
      WebhooksLate: { metric: webhookAge, above: 60_000, periods: 3, runbook: 'Webhooks come late' },
      RoomErrors: { metric: failed((room) => !/^realtime-|-sweep$|^(uploads|tasks|pages)$/.test(room)), ...SOME_FAIL },
      PageErrors: { metric: failed((room) => room === 'pages'), ...SOME_FAIL },
      UploadErrors: { metric: failed((room) => room === 'uploads'), ...SOME_FAIL },
      RealtimeErrors: { metric: failed((room) => room.startsWith('realtime-')), ...SOME_FAIL },
      ServerErrors: { metric: serverErrors, above: 10, periods: 2, runbook: 'The API fails' },
      RoomThrottles: {
        metric: throttles((room) => !/^(tasks|pages)$/.test(room)),
        above: 10,
        periods: 2,
        runbook: 'The API is throttled',
      },
      PageThrottles: {
        metric: throttles((room) => room === 'pages'),
        above: 10,
        periods: 2,
        runbook: 'The API is throttled',
      },
      SweepSilent: {
        metric: sweep.metricInvocations(everySweep),
        below: 1,
        periods: 2,
        runbook: 'The sweep is silent',
      },
      SweepErrors: { metric: sweep.metricErrors(everySweep), above: 2, periods: 2, runbook: 'The sweep is silent' },
      TasksFailed: {
        metric: controlPlane.tasks.failed.metricApproximateNumberOfMessagesVisible({ period: EVERY_MINUTE }),
        above: 0,
        runbook: 'Tasks fail',
      },
      TasksLate: {
        metric: controlPlane.tasks.queue.metricApproximateAgeOfOldestMessage({ period: EVERY_MINUTE }),
        above: 30,
        periods: 3,
        runbook: 'Tasks come late',
      },
      TableThrottles: { metric: tableThrottles, above: 10, periods: 2, runbook: 'The table is throttled' },
      ...this.#siteErrors(settings, web),
      ...(settings.hourlyShow && {
        HourlyShow: { metric: hourlyShow(settings.name), below: 1, periods: 2, runbook: 'The hourly show fails' },
      }),
    };
    for (const [id, condition] of Object.entries(when)) alarms.when(id, condition);
    this.#tellOfDeployments([data, controlPlane, ingest, web, this], alarms, service);

    const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
      new GraphWidget({ title, left, right, width: 12, height: 6 });
    new Dashboard(this, 'Dashboard', {
      dashboardName: `${settings.name}-Live`,
      widgets: [
        [
          new SingleValueWidget({ title: 'Shows live', metrics: [live], width: 6, height: 4 }),
          new SingleValueWidget({ title: 'Capacity left, load units', metrics: [left], width: 6, height: 4 }),
          new SingleValueWidget({
            title: 'Resumed',
            metrics: [worker(INGEST_METRICS.resumes, Stats.SUM)],
            width: 6,
            height: 4,
          }),
          new SingleValueWidget({ title: 'FFmpeg restarts', metrics: [restarts], width: 6, height: 4 }),
        ],
        [
          graph('Shows and the fullest worker (%)', [live], [utilization]),
          graph(
            'Commit delay (ms); frames dropped, times media was left out, feeds turned away',
            [commitDelay],
            [dropped, skips, turnedAway],
          ),
        ],
        [graph('Lambda errors', lambdaErrors), graph('Lambda throttles', lambdaThrottles)],
        [
          graph(
            "HTTP API 5xx, webhooks failed and refused; webhooks' age (ms)",
            [serverErrors, webhookErrors, webhooksRefused],
            [webhookAge],
          ),
          graph('Table throttles', [tableThrottles]),
        ],
      ],
    });

    const { alarmEmail, monthlyBudgetUsd } = settings;
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: monthlyBudgetUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:deployment$${settings.name}`] },
      },
      ...(alarmEmail && {
        notificationsWithSubscribers: BUDGET_PERCENT.map((threshold) => ({
          notification: {
            comparisonOperator: 'GREATER_THAN',
            notificationType: 'ACTUAL',
            threshold,
            thresholdType: 'PERCENTAGE',
          },
          subscribers: [{ subscriptionType: 'EMAIL', address: alarmEmail }],
        })),
      }),
    });
  }

  /** CloudFront tells its metrics in us-east-1 alone, and an alarm hears none of another region. */
  #siteErrors({ region }: Deployment, { site }: WebStack): Record<string, Parameters<Alarms['when']>[1]> {
    if (region !== 'us-east-1') return {};
    const metric = new Metric({
      namespace: 'AWS/CloudFront',
      metricName: '5xxErrorRate',
      dimensionsMap: { DistributionId: site.distribution.distributionId, Region: 'Global' },
      statistic: Stats.AVERAGE,
      period: EVERY_MINUTE,
    });
    return { SiteErrors: { metric, above: 5, periods: 3, runbook: 'The site fails' } };
  }

  /** What no metric tells: a deployment that ECS or CloudFormation takes back. */
  #tellOfDeployments(all: Stack[], alarms: Alarms, service: FargateService): void {
    // Each by its whole name: "Vybzz-" is how the stacks of an environment "Vybzz-staging" begin, too.
    const stacks = all.map(({ stackName }) => ({
      prefix: this.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${stackName}/` }),
    }));
    const rules: Record<string, EventPattern> = {
      WorkersNotDeployed: {
        source: ['aws.ecs'],
        detailType: ['ECS Deployment State Change'],
        resources: [service.serviceArn],
        detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
      },
      StackNotDeployed: {
        source: ['aws.cloudformation'],
        detailType: ['CloudFormation Stack Status Change'],
        detail: { 'stack-id': stacks, 'status-details': { status: FAILED_STATES } },
      },
    };
    for (const [id, eventPattern] of Object.entries(rules)) {
      const rule = new Rule(this, id, {
        description: 'infra/RUNBOOK.md, "A deployment fails"',
        eventPattern,
        targets: [{ bind: () => ({ arn: alarms.topic.topicArn }) }],
      });
      alarms.letIn(rule);
    }
  }
}

/** Whether the show that `npm run show:hourly` makes every hour was on the air and ended. */
const hourlyShow = (deployment: string): Metric =>
  new Metric({
    ...HOURLY_SHOW,
    dimensionsMap: { Deployment: deployment },
    statistic: Stats.MAXIMUM,
    period: Duration.hours(1),
  });
