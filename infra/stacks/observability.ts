import { Stack, type StackProps } from 'aws-cdk-lib';
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
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { Alarms, EVERY_MINUTE } from '../constructs/alarms.ts';
import { INGEST_METRICS } from '../constructs/ingest-service.ts';
import type { Settings } from '../settings.ts';
import type { ControlPlaneStack } from './control-plane.ts';
import type { DataStack } from './data.ts';
import type { IngestStack } from './ingest.ts';

type Props = StackProps & { settings: Settings; data: DataStack; controlPlane: ControlPlaneStack; ingest: IngestStack };

/** `emfEveryMs` of ingest-worker/limits.ts is 20 s. */
const TELLS_A_MINUTE = 3;

/** Ten seconds of one show, or a second of ten. */
const DROPPED_A_MINUTE = 300;

/** Share of the budget at which its owner is written to, before and after it is spent. */
const BUDGET_PERCENT = [50, 80, 100];

/** What an operator sees, and what wakes one. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { settings, data, controlPlane, ingest, ...props }: Props) {
    super(scope, id, props);
    const worker = (metricName: string, statistic: string): Metric =>
      new Metric({ namespace: INGEST_METRICS.namespace, metricName, statistic, period: EVERY_MINUTE });
    const each = (of: (room: string) => IMetric): IMetric[] => Object.keys(controlPlane.rooms).map(of);
    const roomMetric = (name: 'Errors' | 'Throttles') => (room: string) => {
      const lambda = controlPlane.rooms[room]?.function;
      if (!lambda) throw new Error(`no room ${room}`);
      const options = { period: EVERY_MINUTE, statistic: Stats.SUM, label: room };
      return name === 'Errors' ? lambda.metricErrors(options) : lambda.metricThrottles(options);
    };
    const sum = (metrics: IMetric[], label: string): MathExpression =>
      new MathExpression({
        expression: metrics.map((_, i) => `m${i}`).join(' + '),
        usingMetrics: Object.fromEntries(metrics.map((metric, i) => [`m${i}`, metric])),
        period: EVERY_MINUTE,
        label,
      });
    // What the queue hands on has alarms of its own: an alarm adds up at most ten.
    const answering = (metrics: IMetric[]) => metrics.filter((_, i) => Object.keys(controlPlane.rooms)[i] !== 'tasks');
    const lambdaErrors = each(roomMetric('Errors'));
    const lambdaThrottles = each(roomMetric('Throttles'));
    const webhookErrors = roomMetric('Errors')('webhooks');
    const webhooks = new MetricFilter(this, 'WebhookAge', {
      logGroup: controlPlane.webhooksLog,
      filterPattern: FilterPattern.stringValue('$.message', '=', 'webhook applied'),
      metricNamespace: 'Vybzz',
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
    const unhealthy = ingest.ingest.balancer.metrics.targetConnectionErrorCount({ period: EVERY_MINUTE });
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
    const webhooksRefused = new Metric({
      namespace: 'Vybzz',
      metricName: 'Answered4xx',
      dimensionsMap: { service: 'webhooks' },
      statistic: Stats.SUM,
      period: EVERY_MINUTE,
    });
    const webhookAge = webhooks.metric({ period: EVERY_MINUTE, statistic: Stats.MAXIMUM });

    const alarms = new Alarms(this, 'Alarms', { email: settings.alarmEmail });
    alarms.when('WorkersNearlyFull', { metric: utilization, above: 90, minutes: 3, runbook: 'Workers nearly full' });
    alarms.when('FramesDropped', {
      metric: dropped,
      above: DROPPED_A_MINUTE,
      minutes: 2,
      runbook: 'Frames are dropped',
    });
    alarms.when('TurnedAway', { metric: turnedAway, above: 20, minutes: 3, runbook: 'Feeds are turned away' });
    alarms.when('CommitDelay', {
      metric: commitDelay,
      above: 10_000,
      minutes: 3,
      runbook: 'Mux is slow to acknowledge',
    });
    alarms.when('EncoderRestarts', { metric: restarts, above: 10, minutes: 2, runbook: 'FFmpeg keeps restarting' });
    alarms.when('WebhookFailures', { metric: webhookErrors, above: 5, minutes: 3, runbook: 'Webhooks fail' });
    alarms.when('WebhooksRefused', {
      metric: webhooksRefused,
      above: 10,
      minutes: 3,
      runbook: 'Webhooks are refused',
    });
    alarms.when('WebhooksLate', { metric: webhookAge, above: 60_000, minutes: 3, runbook: 'Webhooks come late' });
    alarms.when('RoomErrors', {
      metric: sum(answering(lambdaErrors), 'errors'),
      above: 10,
      minutes: 2,
      runbook: 'The API fails',
    });
    alarms.when('RoomThrottles', {
      metric: sum(answering(lambdaThrottles), 'throttles'),
      above: 10,
      minutes: 2,
      runbook: 'The API is throttled',
    });
    alarms.when('TasksFailed', {
      metric: controlPlane.tasks.failed.metricApproximateNumberOfMessagesVisible({ period: EVERY_MINUTE }),
      above: 0,
      runbook: 'Tasks fail',
    });
    alarms.when('TasksLate', {
      metric: controlPlane.tasks.queue.metricApproximateAgeOfOldestMessage({ period: EVERY_MINUTE }),
      above: 30,
      minutes: 3,
      runbook: 'Tasks come late',
    });
    alarms.when('ServerErrors', { metric: serverErrors, above: 10, minutes: 2, runbook: 'The API fails' });
    alarms.when('TableThrottles', { metric: tableThrottles, above: 10, minutes: 2, runbook: 'The table is throttled' });
    alarms.when('WorkersUnreachable', {
      metric: unhealthy,
      above: 5,
      minutes: 2,
      runbook: 'Workers cannot be reached',
    });

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
}
