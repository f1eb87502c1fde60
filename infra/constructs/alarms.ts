import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

type Condition = {
  metric: IMetric;
  /** The section of infra/RUNBOOK.md that says what to do, as its heading reads. */
  runbook: string;
  /** Minutes, or whatever the metric's period is, in a row. @default 1 */
  periods?: number;
} & (
  | { above: number }
  /** Silence counts as below: what should be heard all the time is not. */
  | { below: number }
);

/** Alarms that reach a person, each with the section of the runbook that tells what to do. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email }: { email?: string | undefined }) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Vybzz alarms', enforceSSL: true });
    // A policy of its own takes the place of the one that every topic begins with, by which CloudWatch was let in.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** What EventBridge is to tell is told by the topic, too. */
  letIn(rule: IRule): void {
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: `Events${rule.node.id}`,
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );
  }

  when(id: string, { metric, runbook, periods = 1, ...bound }: Condition): Alarm {
    const isFloor = 'below' in bound;
    const alarm = new Alarm(this, id, {
      metric,
      threshold: isFloor ? bound.below : bound.above,
      comparisonOperator: isFloor ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: isFloor ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `infra/RUNBOOK.md, "${runbook}"`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    return alarm;
  }
}

/** The period of nearly every metric here: a minute, as fine as alarms get without extra cost. */
export const EVERY_MINUTE = Duration.minutes(1);
