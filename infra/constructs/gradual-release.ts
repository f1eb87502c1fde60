import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ILambdaDeploymentConfig,
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
} from 'aws-cdk-lib/aws-codedeploy';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledged.ts';

/** Calls that fail in a minute, of which a release is taken back: more than a stray one, fewer than a broken version has. */
const FAILED_A_MINUTE = 3;

/** How a new version comes to be called: by a tenth of all for five minutes, or by all at once. */
export type Release = 'canary' | 'at-once';

const CONFIGURATIONS: Record<Release, ILambdaDeploymentConfig> = {
  canary: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  'at-once': LambdaDeploymentConfig.ALL_AT_ONCE,
};

/**
 * Moves an alias to a new version bit by bit. Where calls fail meanwhile, CodeDeploy moves it back and CloudFormation takes the
 * stack's update back, which "A deployment fails" in infra/RUNBOOK.md is about.
 */
export class GradualRelease extends Construct {
  readonly #application: LambdaApplication;
  readonly #role: Role;
  readonly #configuration: ILambdaDeploymentConfig;
  readonly #deployment: string;

  constructor(scope: Construct, id: string, { release, deployment }: { release: Release; deployment: string }) {
    super(scope, id);
    this.#deployment = deployment;
    this.#configuration = CONFIGURATIONS[release];
    this.#application = new LambdaApplication(this, 'Application');
    this.#role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      description: 'Vybzz: moves aliases of functions to new versions, and back',
    });
    acknowledge(this.#role, {
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]':
        'The construct of a deployment group gives its role this policy, and no other way takes it away',
    });
  }

  /** Releases what this alias points to from now on. */
  of(room: string, alias: Alias): void {
    const each = { period: Duration.minutes(1), statistic: Stats.SUM };
    // What a room answers with 500 is no error to Lambda: functions/assembly/lambda.ts counts it.
    const answered5xx = new Metric({
      namespace: 'Vybzz',
      metricName: 'Answered5xx',
      dimensionsMap: { service: room, deployment: this.#deployment },
      ...each,
    });
    const failing = new Alarm(this, `${room}Failing`, {
      alarmDescription: 'infra/RUNBOOK.md, "A deployment fails"',
      metric: new MathExpression({
        expression: 'FILL(errors, 0) + FILL(answered, 0)',
        usingMetrics: { errors: alias.metricErrors(each), answered: answered5xx },
        period: each.period,
        label: 'calls that failed',
      }),
      threshold: FAILED_A_MINUTE,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    new LambdaDeploymentGroup(this, room, {
      application: this.#application,
      role: this.#role,
      alias,
      deploymentConfig: this.#configuration,
      alarms: [failing],
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
    });
  }
}
