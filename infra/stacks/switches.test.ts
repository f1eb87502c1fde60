import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { synthesise } from './synthesised.testing.ts';

const SYNTHESIS_MS = 180_000;
const IMAGE = `ghcr.io/vybzz/ingest-worker@sha256:${'0'.repeat(64)}`;
const DOMAIN = 'live.vybzz.test';

/** Every switch the other way round than it is at first, and cdk-nag with it. */
let stacks: Record<string, Template>;
beforeAll(() => {
  stacks = synthesise(
    {
      name: 'Other',
      domain: DOMAIN,
      certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/for-tests',
      hostedZoneId: 'ZONE',
      issuer: 'https://clerk.vybzz.test',
      issuerKind: 'clerk',
      clientId: 'none',
      waf: true,
      iceUrls: ['stun:stun.vybzz.test:3478', 'turns:turn.vybzz.test:5349'],
      spot: true,
      arch: 'x86_64',
      minWorkers: 2,
      maxWorkers: 7,
      zones: ['us-east-1b', 'us-east-1d'],
      webhookConcurrency: 20,
      release: 'at-once',
      apiGatewayRole: 'there',
      moderators: ['usr_one', 'usr_two'],
      creatorClaim: 'may_go_live',
      pictureOrigins: ['https://img.clerk.com'],
      alarmEmail: 'operator@vybzz.test',
      monthlyBudgetUsd: 250,
      maxWriteUnits: 9_000,
      table: 'streams-restored',
      image: IMAGE,
    },
    { nag: true },
  );
}, SYNTHESIS_MS);

const all = (stack: string, type: string): Record<string, any>[] =>
  Object.values(stacks[stack]?.findResources(type) ?? {}).map(({ Properties }) => Properties);
const only = (stack: string, type: string): Record<string, any> => {
  const found = all(stack, type);
  expect(found).toHaveLength(1);
  return found[0] ?? {};
};

describe('a deployment', () => {
  it('shows people’s pictures from where its settings say, and in a frame of another site from Mux alone', () => {
    const policies = all('Web', 'AWS::CloudFront::ResponseHeadersPolicy').map((one) => JSON.stringify(one));
    const images = policies
      .map((policy) => /img-src [^;]*/.exec(policy)?.[0] ?? '')
      .toSorted((a, b) => a.localeCompare(b));
    expect(images).toEqual([
      "img-src 'self'",
      "img-src 'self' data: blob: https://image.mux.com",
      "img-src 'self' data: blob: https://image.mux.com https://img.clerk.com",
    ]);
  });

  it('has a domain of its own, with a certificate that is there and records in its zone', () => {
    const { DistributionConfig: config } = only('Web', 'AWS::CloudFront::Distribution');
    expect(config).toMatchObject({
      Aliases: [DOMAIN],
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021', SslSupportMethod: 'sni-only' },
    });
    expect(all('Web', 'AWS::Route53::RecordSet').map(({ Name, Type }) => [Name, Type])).toEqual([
      [`${DOMAIN}.`, 'A'],
      [`${DOMAIN}.`, 'AAAA'],
    ]);
  });

  it('says by which servers guests find the studio, and lets the one function that says so read what TURN servers let people in by', () => {
    const rooms = Object.entries(stacks['ControlPlane']?.findResources('AWS::Lambda::Function') ?? {}).map(
      ([id, { Properties }]) => ({ id, variables: Properties.Environment?.Variables ?? {} }),
    );
    const reading = rooms.filter(({ variables }) => 'TURN_SECRET_ARN' in variables);
    expect(reading.map(({ id }) => id.startsWith('realtimemessage'))).toEqual([true]);
    expect(reading[0]?.variables['ICE_URLS']).toBe('stun:stun.vybzz.test:3478,turns:turn.vybzz.test:5349');
  });

  it('takes the tokens of another issuer, and makes no pool beside it', () => {
    expect(all('ControlPlane', 'AWS::Cognito::UserPool')).toEqual([]);
    const issuers = JSON.stringify(all('ControlPlane', 'AWS::Lambda::Function').map(({ Environment }) => Environment));
    expect(issuers).toContain('clerk.vybzz.test');
    expect(issuers).toContain(`azp`);
    expect(JSON.stringify(all('Web', 'AWS::CloudFront::ResponseHeadersPolicy'))).toContain('https://clerk.vybzz.test');
  });

  it('has a firewall before it', () => {
    const { Scope, Rules } = only('Web', 'AWS::WAFv2::WebACL');
    expect(Scope).toBe('CLOUDFRONT');
    expect(Rules.map(({ Name }: { Name: string }) => Name)).toEqual(['common', 'floods']);
    expect(Rules[0].Statement.ManagedRuleGroupStatement.RuleActionOverrides, 'a webhook may be large').toEqual([
      { Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } },
    ]);
    expect(only('Web', 'AWS::CloudFront::Distribution')['DistributionConfig']).toHaveProperty('WebACLId');
  });

  it('runs its workers on what is left over, of the other kind, within its own bounds', () => {
    expect(only('Ingest', 'AWS::ECS::Service')['CapacityProviderStrategy']).toEqual([
      { CapacityProvider: 'FARGATE_SPOT', Weight: 1 },
    ]);
    expect(only('Ingest', 'AWS::ECS::TaskDefinition')['RuntimePlatform']).toEqual({
      CpuArchitecture: 'X86_64',
      OperatingSystemFamily: 'LINUX',
    });
    expect(only('Ingest', 'AWS::ApplicationAutoScaling::ScalableTarget')).toMatchObject({
      MinCapacity: 2,
      MaxCapacity: 7,
    });
  });

  it('writes to its operator, before the budget is spent and after', () => {
    expect(only('Observability', 'AWS::SNS::Subscription')).toMatchObject({
      Protocol: 'email',
      Endpoint: 'operator@vybzz.test',
    });
    const { Budget, NotificationsWithSubscribers: told } = only('Observability', 'AWS::Budgets::Budget');
    expect(Budget.BudgetLimit).toEqual({ Amount: 250, Unit: 'USD' });
    expect(told.map(({ Notification }: any) => Notification.Threshold)).toEqual([50, 80, 100]);
  });

  it('lies in the zones that its owner has chosen', () => {
    const zones = all('Ingest', 'AWS::EC2::Subnet').map(({ AvailabilityZone }) => AvailabilityZone);
    expect([...new Set(zones)].map(String).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'us-east-1b',
      'us-east-1d',
    ]);
  });

  it('releases new code at once where its owner cannot wait', () => {
    const groups = all('ControlPlane', 'AWS::CodeDeploy::DeploymentGroup');
    expect(new Set(groups.map(({ DeploymentConfigName: name }) => name))).toEqual(
      new Set(['CodeDeployDefault.LambdaAllAtOnce']),
    );
  });

  it('keeps executions for webhooks where the account has them, and leaves another its role for logs', () => {
    const [webhooks] = all('ControlPlane', 'AWS::Lambda::Function').filter(({ Description }) =>
      /the webhooks room/.test(Description),
    );
    expect(webhooks?.['ReservedConcurrentExecutions']).toBe(20);
    expect(all('ControlPlane', 'AWS::ApiGateway::Account')).toEqual([]);
  });

  it('knows who watches over it, and whom its issuer makes a creator', () => {
    for (const { Environment } of all('ControlPlane', 'AWS::Lambda::Function')) {
      expect(Environment.Variables.MODERATORS).toBe('usr_one,usr_two');
      expect(JSON.stringify(Environment.Variables.AUTH_ISSUERS)).toContain('may_go_live');
    }
  });

  it('works with the table that was restored, everywhere, and keeps its own', () => {
    const used = [
      ...all('ControlPlane', 'AWS::Lambda::Function').map(({ Environment }) => Environment.Variables.TABLE_NAME),
      ...only('Ingest', 'AWS::ECS::TaskDefinition')['ContainerDefinitions'][0].Environment.flatMap(
        ({ Name, Value }: any) => (Name === 'TABLE_NAME' ? [Value] : []),
      ),
    ];
    expect(new Set(used)).toEqual(new Set(['streams-restored']));
    for (const policy of [...all('ControlPlane', 'AWS::IAM::Policy'), ...all('Ingest', 'AWS::IAM::Policy')])
      for (const statement of policy['PolicyDocument'].Statement)
        if (JSON.stringify(statement.Action).includes('dynamodb:'))
          expect(JSON.stringify(statement.Resource)).toContain('table/streams-restored');
    expect(all('Data', 'AWS::DynamoDB::GlobalTable')).toHaveLength(1);
  });

  it('runs the image that was released, by its digest', () => {
    expect(only('Ingest', 'AWS::ECS::TaskDefinition')['ContainerDefinitions'][0].Image).toBe(IMAGE);
  });

  it('has a ceiling for writes that its owner has set', () => {
    expect(only('Data', 'AWS::DynamoDB::GlobalTable')['WriteOnDemandThroughputSettings']).toEqual({
      MaxWriteRequestUnits: 9_000,
    });
  });
});
