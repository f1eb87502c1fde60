import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { synthesise } from './synthesised.testing.ts';
import { faultsOf, RULES } from './template-faults.testing.ts';

const SYNTHESIS_MS = 180_000;
type Json = Record<string, any>;
let stacks: Record<string, Template>;
let deployed: Record<string, Template>;
beforeAll(() => {
  stacks = synthesise({ hourlyShow: true });
  deployed = synthesise({ name: 'Other' }, { origin: 'https://d111111abcdef8.cloudfront.net' });
}, SYNTHESIS_MS);

/** The templates with one resource of a type, and of what is in it, harmed. */
const harmed = (type: string, harm: (properties: Json, resource: Json) => void, includes = '') => {
  const copies = Object.fromEntries(
    Object.entries(stacks).map(([name, template]): [string, Json] => [name, structuredClone(template.toJSON())]),
  );
  const found = Object.values(copies)
    .flatMap((template) => Object.values<Json>(template['Resources']))
    .filter((resource) => resource['Type'] === type && JSON.stringify(resource).includes(includes));
  expect(found.length, `${type} with ${includes}`).toBeGreaterThan(0);
  for (const resource of found) harm(resource['Properties'], resource);
  return Object.fromEntries(Object.entries(copies).map(([name, json]) => [name, { toJSON: () => json }]));
};

const PLANTED: Record<keyof typeof RULES, () => ReturnType<typeof harmed>> = {
  'a WebSocket stage that logs comes after the role by which the account lets API Gateway log': () =>
    harmed('AWS::ApiGatewayV2::Stage', (_, resource) => delete resource['DependsOn'], '"StageName":"realtime"'),
  'no function keeps executions from an account that has ten': () =>
    harmed('AWS::Lambda::Function', (of) => (of['ReservedConcurrentExecutions'] = 20), 'the webhooks room'),
  'a topic with a policy of its own lets in whoever publishes to it': () =>
    harmed('AWS::SNS::TopicPolicy', ({ PolicyDocument: policy }) => {
      policy.Statement = policy.Statement.filter(({ Effect }: Json) => Effect === 'Deny');
    }),
  'no desired count stands beside scaling': () => harmed('AWS::ECS::Service', (of) => (of['DesiredCount'] = 1)),
  'a task that protects itself learns that it is to be replaced': () =>
    harmed(
      'AWS::IAM::Policy',
      ({ PolicyDocument: policy }) => {
        policy.Statement = policy.Statement.filter(({ Action }: Json) => !JSON.stringify(Action).includes('Describe'));
      },
      'ecs:UpdateTaskProtection',
    ),
  'a balancer lets a task go only after its shows could leave, and before it is stopped': () =>
    harmed('AWS::ElasticLoadBalancingV2::TargetGroup', (of) => (of['TargetGroupAttributes'] = [])),
  'what should be heard all the time is alarming when it is not, and nothing else is': () =>
    harmed('AWS::CloudWatch::Alarm', (of) => (of['TreatMissingData'] = 'notBreaching'), '"HealthyHostCount"'),
  'an alarm is heard, and says what to do': () =>
    harmed('AWS::CloudWatch::Alarm', (of) => delete of['AlarmActions'], '"HealthyHostCount"'),
  'what is called is the released version of a function, and goes back where calls fail': () =>
    harmed('AWS::CodeDeploy::DeploymentGroup', (of) => delete of['AlarmConfiguration'], 'streams'),
  'a metric of ours is told apart from that of another environment': () =>
    harmed('AWS::CloudWatch::Alarm', (of) => delete of['Dimensions'], '"Vybzz/Ingest"'),
  'an API that the distribution stands before knows it from others': () =>
    harmed('AWS::CloudFront::Distribution', ({ DistributionConfig: { Origins } }) => {
      for (const origin of Origins) delete origin.OriginCustomHeaders;
    }),
  'no error of one person is kept for the next': () =>
    harmed('AWS::CloudFront::Distribution', ({ DistributionConfig: config }) => delete config.CustomErrorResponses),
  'a file that an open page still wants stays': () =>
    harmed('Custom::CDKBucketDeployment', (of) => (of['Prune'] = true)),
  'costs are told apart by a tag that tasks have, too': () =>
    harmed('AWS::ECS::Service', (of) => delete of['PropagateTags']),
  'a service comes after the providers of its capacity, and goes before them': () =>
    harmed('AWS::ECS::Service', (_, resource) => {
      resource['DependsOn'] = [resource['DependsOn']].flat().filter((id: string) => !id.includes('Providers'));
    }),
  'a new account has had minutes to make the role by which ECS takes capacity': () =>
    harmed('AWS::ECS::ClusterCapacityProviderAssociations', (_, resource) => delete resource['DependsOn']),
  'a client that rotates its refresh tokens has no flow that gives them for ever': () =>
    harmed('AWS::Cognito::UserPoolClient', (of) => delete of['ExplicitAuthFlows']),
  'an alarm reckons with no more than CloudWatch lets it': () =>
    harmed('AWS::CloudWatch::Alarm', ({ Metrics }) => Metrics.push(structuredClone(Metrics.at(-1))), '"m9"'),
  'an event of one environment is told by its own topic': () =>
    harmed(
      'AWS::Events::Rule',
      ({ EventPattern: { detail } }) => {
        const [{ prefix }] = detail['stack-id'];
        const parts = prefix['Fn::Join'][1];
        parts.push(String(parts.pop()).replace(/(?<=Vybzz-).*/, ''));
        detail['stack-id'] = [{ prefix }];
      },
      'aws.cloudformation',
    ),
  'a stack that does not know where the site is, is refused but for the first time': () => {
    const templates = harmed('AWS::ECS::Service', () => undefined);
    for (const { toJSON } of Object.values(templates)) delete toJSON()['Rules'];
    return templates;
  },
};

it('no fault that a deployment once had is in the templates, the first time or later', () => {
  expect(faultsOf(stacks)).toEqual([]);
  expect(faultsOf(deployed)).toEqual([]);
});

describe('a fault that is planted is found by its own rule', () => {
  it.each(Object.keys(RULES))('%s', (rule) => {
    const plant = PLANTED[rule];
    expect(plant, 'a planted fault').toBeDefined();
    expect(faultsOf(plant?.() ?? {}).filter((fault) => fault.startsWith(`${rule}: `))).not.toEqual([]);
  });
});

describe('two environments in one account', () => {
  it('share no name of CloudFront’s, which are those of all regions', () => {
    const names = (templates: Record<string, Template>) =>
      Object.values(templates)
        .flatMap((template) => Object.values<Json>(template.toJSON()['Resources']))
        .filter(({ Type }) => Type.startsWith('AWS::CloudFront::'))
        .flatMap(({ Type, Properties }) =>
          [Properties, ...Object.values<Json>(Properties)].flatMap(({ Name }) =>
            Name === undefined ? [] : [`${Type} ${JSON.stringify(Name)}`],
          ),
        );
    const [mine, others] = [names(stacks), names(deployed)];
    expect(mine.length).toBeGreaterThan(8);
    expect(mine.filter((name) => others.includes(name))).toEqual([]);
  });

  it('share no name that they give themselves', () => {
    // What is called by somebody, and not by CloudFormation, says whose it is.
    const names = (templates: Record<string, Template>) =>
      Object.values(templates).flatMap((template) =>
        Object.values<Json>(template.toJSON()['Resources']).flatMap(({ Type, Properties = {} }) =>
          Object.entries<unknown>(Properties)
            .filter(([key, value]) => /^(\w*Name|Domain)$/.test(key) && typeof value === 'string')
            .filter(([key]) =>
              /^(DashboardName|TableName|BucketName|RoleName|FunctionName|LogGroupName|TopicName|AlarmName|ClusterName|ServiceName|UserPoolName|Domain)$/.test(
                key,
              ),
            )
            .map(([key, value]) => `${Type} ${key} ${String(value)}`),
        ),
      );
    const [mine, others] = [names(stacks), names(deployed)];
    expect(mine.length).toBeGreaterThan(0);
    expect(mine.filter((name) => others.includes(name))).toEqual([]);
  });

  it('scale and alarm each by its own figures', () => {
    const ours = JSON.stringify(Object.values(stacks).map((template) => template.toJSON()['Resources']));
    const others = JSON.stringify(Object.values(deployed).map((template) => template.toJSON()['Resources']));
    expect(ours).toContain('{"Name":"Deployment","Value":"Vybzz"}');
    expect(others).not.toContain('{"Name":"Deployment","Value":"Vybzz"}');
    expect(others).toContain('{"Name":"Deployment","Value":"Other"}');
  });
});
