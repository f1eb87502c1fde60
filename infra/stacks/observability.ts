import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Dashboard, GraphWidget, type IMetric, Metric, SingleValueWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { Alarms, EVERY_MINUTE } from '../constructs/alarms.ts';
import { type RoomMetrics, roomMetrics, share } from '../constructs/room-metrics.ts';
import { type WorkerMetrics, workerMetrics } from '../constructs/worker-metrics.ts';
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
    const rooms = roomMetrics(controlPlane.rooms);
    const worker = workerMetrics(settings.name, ingest.ingest);
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
    const { service } = ingest.ingest;
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
      WorkersNearlyFull: { metric: worker.utilization, above: 90, periods: 3, runbook: 'Workers nearly full' },
      FramesDropped: { metric: worker.dropped, above: DROPPED_A_MINUTE, periods: 2, runbook: 'Frames are dropped' },
      TurnedAway: { metric: worker.turnedAway, above: 20, periods: 3, runbook: 'Feeds are turned away' },
      CommitDelay: { metric: worker.commitDelay, above: 10_000, periods: 3, runbook: 'Mux is slow to acknowledge' },
      EncoderRestarts: { metric: worker.restarts, above: 10, periods: 2, runbook: 'FFmpeg keeps restarting' },
      NoHealthyWorker: { metric: worker.healthyHosts, below: 1, periods: 2, runbook: 'Workers cannot be reached' },
      TooFewTasks: {
        metric: worker.runningTasks,
        below: settings.minWorkers,
        periods: 5,
        runbook: 'Workers cannot be reached',
      },
      BalancerErrors: { metric: worker.balancerErrors, above: 10, periods: 2, runbook: 'Workers cannot be reached' },
      WorkersUnreachable: { metric: worker.unreachable, above: 5, periods: 2, runbook: 'Workers cannot be reached' },
      WorkersSilent: { metric: worker.heartbeat, below: 1, periods: 3, runbook: 'Workers are silent' },
      WebhookFailures: { metric: rooms.errors('webhooks'), above: 5, periods: 3, runbook: 'Webhooks fail' },
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
      RoomErrors: {
        metric: rooms.failed((room) => !/^realtime-|-sweep$|^(uploads|tasks|pages)$/.test(room)),
        ...SOME_FAIL,
      },
      PageErrors: { metric: rooms.failed((room) => room === 'pages'), ...SOME_FAIL },
      UploadErrors: { metric: rooms.failed((room) => room === 'uploads'), ...SOME_FAIL },
      RealtimeErrors: { metric: rooms.failed((room) => room.startsWith('realtime-')), ...SOME_FAIL },
      ServerErrors: { metric: serverErrors, above: 10, periods: 2, runbook: 'The API fails' },
      // what the queue hands on has alarms of its own, and what shows the site
      RoomThrottles: {
        metric: rooms.throttled((room) => !/^(tasks|pages)$/.test(room)),
        above: 10,
        periods: 2,
        runbook: 'The API is throttled',
      },
      PageThrottles: {
        metric: rooms.throttled((room) => room === 'pages'),
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
    this.#limitCosts(settings);
    this.#showDashboard(settings, worker, rooms, { serverErrors, webhooksRefused, webhookAge, tableThrottles });
  }

  /** Whoever pays hears of it before the month is over. */
  #limitCosts({ name, alarmEmail, monthlyBudgetUsd }: Deployment): void {
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: monthlyBudgetUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:deployment$${name}`] },
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

  /** What an operator looks at first. */
  #showDashboard(
    { name }: Deployment,
    worker: WorkerMetrics,
    rooms: RoomMetrics,
    {
      serverErrors,
      webhooksRefused,
      webhookAge,
      tableThrottles,
    }: Record<'serverErrors' | 'webhooksRefused' | 'webhookAge' | 'tableThrottles', IMetric>,
  ): void {
    const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
      new GraphWidget({ title, left, right, width: 12, height: 6 });
    new Dashboard(this, 'Dashboard', {
      dashboardName: `${name}-Live`,
      widgets: [
        [
          new SingleValueWidget({ title: 'Shows live', metrics: [worker.live], width: 6, height: 4 }),
          new SingleValueWidget({ title: 'Capacity left, load units', metrics: [worker.left], width: 6, height: 4 }),
          new SingleValueWidget({
            title: 'Resumed',
            metrics: [worker.resumes],
            width: 6,
            height: 4,
          }),
          new SingleValueWidget({ title: 'FFmpeg restarts', metrics: [worker.restarts], width: 6, height: 4 }),
        ],
        [
          graph('Shows and the fullest worker (%)', [worker.live], [worker.utilization]),
          graph(
            'Commit delay (ms); frames dropped, times media was left out, feeds turned away',
            [worker.commitDelay],
            [worker.dropped, worker.skips, worker.turnedAway],
          ),
        ],
        [graph('Lambda errors', rooms.all('Errors')), graph('Lambda throttles', rooms.all('Throttles'))],
        [
          graph(
            "HTTP API 5xx, webhooks failed and refused; webhooks' age (ms)",
            [serverErrors, rooms.errors('webhooks'), webhooksRefused],
            [webhookAge],
          ),
          graph('Table throttles', [tableThrottles]),
        ],
      ],
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
