import type { Template } from 'aws-cdk-lib/assertions';

type Resource = { Type: string; Properties?: Record<string, any>; DependsOn?: string | string[] };
type Templates = Record<string, Pick<Template, 'toJSON'>>;
type Found = { stack: string; id: string; properties: Record<string, any>; dependsOn: string[] };

/** Events that CloudWatch and EventBridge publish to a topic only if its policy says so. */
const PUBLISHERS = ['cloudwatch.amazonaws.com', 'events.amazonaws.com'];
/** Namespaces of our own: two environments in one account write to the same. */
const OURS = /^Vybzz(?!\/\w*\$)/;
/** What each service says all the time while it is well: not to hear it is the fault itself. */
const HEARD_ALL_THE_TIME = /^(HealthyHostCount|RunningTaskCount|CapacityUnits|Invocations|Succeeded)$/;
/** CloudFront keeps the answer to an error so long for everybody, unless told otherwise. */
const KEPT_ERRORS = [404, 500, 502, 503, 504];

/** Of CloudWatch's quotas. */
const METRICS_AN_ALARM = 10;

const inAll = (templates: Templates, type: string): Found[] =>
  Object.entries(templates).flatMap(([stack, template]) =>
    Object.entries<Resource>(template.toJSON()['Resources'])
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties = {}, DependsOn = [] }]) => ({
        stack,
        id,
        properties: Properties,
        dependsOn: [DependsOn].flat(),
      })),
  );

const statements = (policy: Found): any[] => [policy.properties['PolicyDocument'].Statement].flat();
const text = (value: unknown): string => JSON.stringify(value) ?? '';

type Metric = { MetricName: string; Namespace: string; Dimensions?: { Name: string; Value: unknown }[] };
const metricsOf = ({ properties }: Found): Metric[] =>
  properties['Metrics']
    ? properties['Metrics'].flatMap((of: any) => (of.MetricStat ? [of.MetricStat.Metric] : []))
    : [properties as Metric];

const watches =
  (alarm: string) =>
  ({ properties }: Found): boolean =>
    text(properties['AlarmConfiguration']).includes(`"${alarm}"`);

/**
 * Read as CloudFormation, ECS, CloudFront, CloudWatch and SNS do, one rule for each fault that a deployment once had: what it says
 * is what would go wrong.
 */
export const RULES: Record<string, (templates: Templates) => string[]> = {
  'a WebSocket stage that logs comes after the role by which the account lets API Gateway log': (templates) =>
    inAll(templates, 'AWS::ApiGatewayV2::Stage')
      .filter(({ stack, properties, dependsOn }) => {
        const api = inAll(templates, 'AWS::ApiGatewayV2::Api').find(
          (one) => one.stack === stack && text(properties['ApiId']).includes(one.id),
        );
        const accounts = inAll(templates, 'AWS::ApiGateway::Account').map(({ id }) => id);
        const isLogged = api?.properties['ProtocolType'] === 'WEBSOCKET' && properties['AccessLogSettings'];
        return isLogged && !accounts.some((id) => dependsOn.includes(id));
      })
      .map(({ id }) => `${id}: logs, and the account may have no role for it`),

  'no function keeps executions from an account that has ten': (templates) =>
    inAll(templates, 'AWS::Lambda::Function')
      .filter(({ properties }) => properties['ReservedConcurrentExecutions'] !== undefined)
      .map(({ id }) => `${id}: a new account must keep 10 executions unreserved, and has 10`),

  'a topic with a policy of its own lets in whoever publishes to it': (templates) =>
    inAll(templates, 'AWS::SNS::TopicPolicy').flatMap((policy) =>
      PUBLISHERS.filter((service) => {
        const isUsed = service.startsWith('events')
          ? inAll(templates, 'AWS::Events::Rule').some(({ properties }) =>
              text(properties['Targets']).includes('Topic'),
            )
          : inAll(templates, 'AWS::CloudWatch::Alarm').length > 0;
        const letsIn = statements(policy).some(
          ({ Effect, Principal, Action, Condition }) =>
            Effect === 'Allow' && Principal?.Service === service && text(Action).includes('sns:Publish') && Condition,
        );
        return isUsed && !letsIn;
      }).map((service) => `${policy.id}: ${service} cannot publish`),
    ),

  'no desired count stands beside scaling': (templates) =>
    inAll(templates, 'AWS::ApplicationAutoScaling::ScalableTarget').length === 0
      ? []
      : inAll(templates, 'AWS::ECS::Service')
          .filter(({ properties }) => properties['DesiredCount'] !== undefined)
          .map(({ id }) => `${id}: every deployment sets a scaled fleet back`),

  'a task that protects itself learns that it is to be replaced': (templates) =>
    inAll(templates, 'AWS::ECS::TaskDefinition')
      .filter(({ stack }) => {
        const policies = inAll(templates, 'AWS::IAM::Policy').filter((policy) => policy.stack === stack);
        const may = (action: string) => policies.some((policy) => text(policy.properties).includes(action));
        return may('ecs:UpdateTaskProtection') && !may('ecs:DescribeServices');
      })
      .map(({ id }) => `${id}: its protection holds a deployment up until CloudFormation takes it back after 3 h`),

  'a balancer lets a task go only after its shows could leave, and before it is stopped': (templates) =>
    inAll(templates, 'AWS::ElasticLoadBalancingV2::TargetGroup')
      .filter(({ properties }) => {
        const delay = properties['TargetGroupAttributes']?.find(
          ({ Key }: { Key: string }) => Key === 'deregistration_delay.timeout_seconds',
        );
        return !(Number(delay?.Value) >= 30 && Number(delay?.Value) <= 120);
      })
      .map(({ id }) => `${id}: sockets are cut before they were asked to move, or a deployment waits for ever`),

  'what should be heard all the time is alarming when it is not, and nothing else is': (templates) =>
    inAll(templates, 'AWS::CloudWatch::Alarm')
      .filter(({ properties }) => !properties['AlarmActions'] || text(properties['AlarmActions']).includes('Topic'))
      .flatMap((alarm) => {
        const { TreatMissingData: treats, ComparisonOperator: operator } = alarm.properties;
        const isFloor = operator.startsWith('Less');
        const wanted = isFloor ? 'breaching' : 'notBreaching';
        const names = metricsOf(alarm).map(({ MetricName }) => MetricName);
        const isVital = !alarm.properties['Metrics'] && names.some((name) => HEARD_ALL_THE_TIME.test(name));
        return [
          ...(treats === wanted ? [] : [`${alarm.id}: treats missing data as ${treats}`]),
          ...(isVital && !isFloor ? [`${alarm.id}: ${names.join()} alarms when there is much of it`] : []),
        ];
      }),

  'an alarm is heard, and says what to do': (templates) =>
    inAll(templates, 'AWS::CloudWatch::Alarm')
      // A release that goes wrong is heard by CodeDeploy, which takes it back.
      .filter(({ id }) => !inAll(templates, 'AWS::CodeDeploy::DeploymentGroup').some(watches(id)))
      .filter(
        ({ properties }) =>
          !text(properties['AlarmActions'] ?? '').match(/Topic|scalingPolicy|Policy/i) ||
          (text(properties['AlarmActions']).includes('Topic') &&
            !/RUNBOOK\.md, "/.test(properties['AlarmDescription'])),
      )
      .map(({ id }) => `${id}: nobody hears it, or nobody knows what to do`),

  'what is called is the released version of a function, and goes back where calls fail': (templates) => {
    const groups = inAll(templates, 'AWS::CodeDeploy::DeploymentGroup');
    const isTakenBack = (group: string): boolean =>
      groups.some(
        ({ id, properties }) =>
          id === group &&
          text(properties['AutoRollbackConfiguration']).includes('DEPLOYMENT_STOP_ON_ALARM') &&
          properties['AlarmConfiguration']?.Alarms.length > 0,
      );
    const aliases = Object.values(templates).flatMap((template) =>
      Object.entries<any>(template.toJSON()['Resources']).filter(([, { Type }]) => Type === 'AWS::Lambda::Alias'),
    );
    const sudden = aliases
      .filter(
        ([, { UpdatePolicy: policy }]) =>
          !isTakenBack(policy?.CodeDeployLambdaAliasUpdate?.DeploymentGroupName?.Ref ?? ''),
      )
      .map(([id]) => `${id}: a version that fails is called by everybody`);
    const unreleased = inAll(templates, 'AWS::ApiGatewayV2::Integration')
      .filter(({ properties }) => !aliases.some(([id]) => text(properties['IntegrationUri']).includes(`"${id}"`)))
      .map(({ id }) => `${id}: calls code that is not released`);
    return [...sudden, ...unreleased];
  },

  'a metric of ours is told apart from that of another environment': (templates) =>
    inAll(templates, 'AWS::CloudWatch::Alarm').flatMap((alarm) =>
      metricsOf(alarm)
        .filter(
          ({ Namespace, Dimensions = [] }) =>
            OURS.test(Namespace) &&
            !/^Vybzz\/(?!Ingest$|Show$)/.test(Namespace) &&
            !Dimensions.some(({ Name }) => /^deployment$/i.test(Name)),
        )
        .map(({ MetricName }) => `${alarm.id}: ${MetricName} is that of every environment in the account`),
    ),

  'an API that the distribution stands before knows it from others': (templates) => {
    const origins = inAll(templates, 'AWS::CloudFront::Distribution').flatMap(
      ({ properties }) => properties['DistributionConfig'].Origins as Record<string, any>[],
    );
    const apis = origins.filter(({ DomainName }) => text(DomainName).includes('execute-api'));
    const bare = apis.filter(
      ({ OriginCustomHeaders: headers = [] }) =>
        !headers.some(({ HeaderValue }: any) => text(HeaderValue).includes('resolve:secretsmanager')),
    );
    const unguarded = inAll(templates, 'AWS::Lambda::Function').filter(
      ({ id, properties }) =>
        inAll(templates, 'AWS::ApiGatewayV2::Integration').some((one) => text(one.properties).includes(`"${id}"`)) &&
        // a socket that is open has come through it
        /^index\.(handler|connect)$/.test(properties['Handler']) &&
        !('EDGE_SECRET_ARN' in properties['Environment'].Variables),
    );
    return [
      ...bare.map(({ Id }) => `${Id}: what CloudFront asks of it anybody may`),
      ...unguarded.map(({ id }) => `${id}: takes what has not come through the distribution`),
    ];
  },

  'no error of one person is kept for the next': (templates) =>
    inAll(templates, 'AWS::CloudFront::Distribution').flatMap(({ id, properties }) => {
      const said: any[] = properties['DistributionConfig'].CustomErrorResponses ?? [];
      return KEPT_ERRORS.filter(
        (code) => !said.some(({ ErrorCode, ErrorCachingMinTTL }) => ErrorCode === code && ErrorCachingMinTTL === 0),
      ).map((code) => `${id}: ${code} is kept for 10 s`);
    }),

  'a file that an open page still wants stays': (templates) =>
    inAll(templates, 'Custom::CDKBucketDeployment')
      .filter(({ properties }) => properties['Prune'] !== false)
      .map(({ id }) => `${id}: takes away what an open studio would load next`),

  'costs are told apart by a tag that tasks have, too': (templates) =>
    inAll(templates, 'AWS::ECS::Service')
      .filter(({ properties }) => properties['PropagateTags'] !== 'SERVICE')
      .map(({ id }) => `${id}: its tasks cost, and no budget sees them`),

  'a service comes after the providers of its capacity, and goes before them': (templates) =>
    inAll(templates, 'AWS::ECS::Service')
      .filter(({ stack, properties, dependsOn }) => {
        const providers = inAll(templates, 'AWS::ECS::ClusterCapacityProviderAssociations');
        const isOrdered = providers.some((one) => one.stack === stack && dependsOn.includes(one.id));
        return properties['CapacityProviderStrategy'] && !isOrdered;
      })
      .map(({ id }) => `${id}: "The specified capacity provider is in use" when the stack is to go`),

  'a new account has had minutes to make the role by which ECS takes capacity': (templates) =>
    inAll(templates, 'AWS::ECS::ClusterCapacityProviderAssociations')
      .filter(
        ({ stack, dependsOn }) =>
          !inAll(templates, 'AWS::ElasticLoadBalancingV2::LoadBalancer').some(
            (slow) => slow.stack === stack && dependsOn.includes(slow.id),
          ),
      )
      .map(({ id }) => `${id}: "Unable to assume the service linked role"`),

  'a client that rotates its refresh tokens has no flow that gives them for ever': (templates) =>
    inAll(templates, 'AWS::Cognito::UserPoolClient')
      .filter(({ properties }) => {
        // What a client has where nobody says what.
        const flows: string[] = properties['ExplicitAuthFlows'] ?? ['ALLOW_REFRESH_TOKEN_AUTH'];
        return properties['RefreshTokenRotation']?.Feature === 'ENABLED' && flows.includes('ALLOW_REFRESH_TOKEN_AUTH');
      })
      .map(({ id }) => `${id}: Cognito takes no client with rotation and ALLOW_REFRESH_TOKEN_AUTH`),

  'an alarm reckons with no more than CloudWatch lets it': (templates) =>
    inAll(templates, 'AWS::CloudWatch::Alarm')
      .filter((alarm) => metricsOf(alarm).length > METRICS_AN_ALARM)
      .map((alarm) => `${alarm.id}: ${metricsOf(alarm).length} metrics`),

  'an event of one environment is told by its own topic': (templates) =>
    inAll(templates, 'AWS::Events::Rule')
      .filter(({ properties }) => text(properties['EventPattern'] ?? {}).includes('aws.cloudformation'))
      .filter(({ properties }) => {
        const ids: unknown[] = properties['EventPattern'].detail?.['stack-id'] ?? [];
        // "Vybzz-" is how the stacks of an environment "Vybzz-staging" begin, too
        return ids.length !== Object.keys(templates).length || ids.some((id) => !/\/"?\]?\]?\}?\}?$/.test(text(id)));
      })
      .map(({ id }) => `${id}: is told of stacks that are not its own, or not of all that are`),

  'a stack that does not know where the site is, is refused but for the first time': (templates) =>
    Object.entries(templates)
      .filter(([, template]) => {
        const all = template.toJSON();
        return text(all['Resources']).includes('not-deployed-yet.invalid') && !all['Rules']?.['OriginIsKnown'];
      })
      .map(([stack]) => `${stack}: would tell a stack that stands of an origin that is nowhere`),
};

/** Every fault that a rule finds, with the rule. */
export const faultsOf = (templates: Templates): string[] =>
  Object.entries(RULES).flatMap(([rule, find]) => find(templates).map((fault) => `${rule}: ${fault}`));
