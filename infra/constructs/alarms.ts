import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

type Condition = {
  metric: IMetric;
  above: number;
  /** Minutes in a row. @default 1 */
  minutes?: number;
  /** The section of infra/RUNBOOK.md that says what to do, as its heading reads. */
  runbook: string;
};

/** Alarms that reach a person, each with the section of the runbook that tells what to do. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email }: { email?: string | undefined }) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Vybzz alarms', enforceSSL: true });
    if (email) this.topic.addSubscription(new EmailSubscription(email));
  }

  when(id: string, { metric, above, minutes = 1, runbook }: Condition): Alarm {
    const alarm = new Alarm(this, id, {
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: minutes,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `infra/RUNBOOK.md, "${runbook}"`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    return alarm;
  }
}

/** The period of every metric here: a minute, as fine as alarms get without extra cost. */
export const EVERY_MINUTE = Duration.minutes(1);
