import { readFileSync } from 'node:fs';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { UPLOAD_CONTENT_POLICY } from '#domain/upload';
import { INDEXES, tableInput, TTL_ATTRIBUTE } from '#store/table';
import { createAdmission } from '../../ingest-worker/admission.ts';
import { LIMITS } from '../../ingest-worker/limits.ts';
import { createMetrics } from '../../ingest-worker/metrics.ts';
import { USE } from '../costs/prices.ts';
import { INGEST_METRICS } from '../constructs/ingest-service.ts';
import { KEPT } from '../deploy/run-deployment.ts';
import { parseSettings, readSettings, Settings } from '../settings.ts';
import { outlineOf } from './outline.testing.ts';
import { plain } from './readable.testing.ts';
import { rolesOf } from './roles.testing.ts';
import { synthesise } from './synthesised.testing.ts';

const SYNTHESIS_MS = 180_000;
let stacks: Record<string, Template>;
beforeAll(() => {
  // A finding of cdk-nag that is neither mended nor answered throws here.
  stacks = synthesise({}, { nag: true });
}, SYNTHESIS_MS);

const stack = (name: string): Template => {
  const found = stacks[name];
  if (!found) throw new Error(`no stack ${name}`);
  return found;
};
const only = (name: string, type: string): Record<string, any> => {
  const found = Object.values(stack(name).findResources(type));
  expect(found).toHaveLength(1);
  return found[0]?.['Properties'];
};
const fileOf = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('what each role may do', () => {
  const lines = () => rolesOf(stacks);

  it('is exactly what infra/ROLES.md says', () => {
    const said = fileOf('ROLES.md')
      .split('\n')
      .filter((line) => /^\| \w+\/\w+ /.test(line));
    expect(lines()).toEqual(said.sort());
  });

  it('is no action by wildcard but those of the function that copies the site', () => {
    const wild = lines().filter((line) => /:\w*\*[, ]/.test(line.split('|')[2] ?? ''));
    expect(wild.map((line) => line.split('|')[1]?.trim())).toEqual(['Web/SiteDeployer', 'Web/SiteDeployer']);
  });

  it('is on everything only where ROLES.md has the reason', () => {
    const reasons = [...fileOf('ROLES.md').matchAll(/^\| `(\w+)(?:…(\w+))?`: .* \| .+ \|$/gm)].map(
      ([, name, end]) => new RegExp(`/${name}${end ? `\\w*${end}` : ''}$`),
    );
    expect(reasons.length).toBeGreaterThan(3);
    const onAll = lines().filter((line) => line.endsWith(' | * |'));
    const unexplained = onAll.filter((line) => !reasons.some((reason) => reason.test(line.split(' | ')[0] ?? '')));
    expect(onAll.length).toBeGreaterThan(0);
    expect(unexplained).toEqual([]);
  });

  it('a worker can spend a key, hold a lease and read one channel, and nothing more of the table', () => {
    const table = lines().filter((line) => line.includes('TaskRole') && line.includes('dynamodb:'));
    expect(table).toHaveLength(1);
    expect(table[0]).toMatch(/dynamodb:LeadingKeys is INGEST#\* or STREAM#\* or CREATOR#\*/);
    expect(table[0]).not.toMatch(/Query|Scan|Batch|index/);
  });

  it('a room may do with items what functions/store asks for, and no more', () => {
    const asked = readFileSync(new URL('../../functions/store/dynamo.ts', import.meta.url), 'utf8');
    const actions = [...asked.matchAll(/new (\w+)Command\(/g)].flatMap(([, name = '']) =>
      // IAM knows a transaction by its parts.
      name === 'TransactWriteItems' ? ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'] : [name],
    );
    const may = lines().find((line) => line.includes('/authRole') && line.includes('dynamodb:'));
    expect(may?.match(/(?<=dynamodb:)\w+/g)?.sort()).toEqual([...new Set(actions)].sort());
  });

  it('nobody may scan, or change or delete the table', () => {
    expect(lines().join('\n')).not.toMatch(/Scan|CreateTable|UpdateTable|DeleteTable|dynamodb:\*/);
  });
});

it('what stays when the stacks go is what npm run destroy says', () => {
  const kept = Object.entries(stacks).flatMap(([name, template]) =>
    Object.entries(template.toJSON()['Resources'] as Record<string, { Type: string; DeletionPolicy?: string }>)
      // A version goes with its function.
      .filter(([, { Type, DeletionPolicy }]) => DeletionPolicy === 'Retain' && Type !== 'AWS::Lambda::Version')
      .map(([id]) => `${name}/${plain(id)}`),
  );
  expect(kept.sort()).toEqual(Object.keys(KEPT).sort());
});

it('a log is kept for a month, and goes with its stack', () => {
  const logs = Object.values(stacks).flatMap((one) => Object.entries(one.findResources('AWS::Logs::LogGroup')));
  const others = logs.filter(
    ([, { Properties, DeletionPolicy }]) => Properties?.RetentionInDays !== 30 || DeletionPolicy !== 'Delete',
  );
  expect(logs.length).toBeGreaterThan(15);
  expect(others.map(([id]) => id)).toEqual([]);
});

describe('what a review sees of a change', () => {
  it.each(['Data', 'ControlPlane', 'Ingest', 'Web', 'Observability'])(
    'the outline of %s, which npx vitest --project infra -u writes anew',
    async (name) => {
      const outline = outlineOf(stack(name));
      expect(outline).not.toMatch(/[0-9a-f]{40}/);
      await expect(outline).toMatchFileSnapshot(`outlines/${name}.txt`);
    },
  );
});

describe('the table', () => {
  it('is the one that the store makes locally', () => {
    const made = only('Data', 'AWS::DynamoDB::GlobalTable');
    const wanted = tableInput('any');
    expect(made['KeySchema']).toEqual(wanted.KeySchema);
    expect(made['GlobalSecondaryIndexes'].map(({ IndexName }: { IndexName: string }) => IndexName).sort()).toEqual(
      Object.keys(INDEXES).sort(),
    );
    expect(made['TimeToLiveSpecification']).toEqual({ AttributeName: TTL_ATTRIBUTE, Enabled: true });
  });

  it('can be restored, cannot be deleted by accident, and cannot ruin its owner', () => {
    stack('Data').hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: 4_000 },
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    });
  });
});

describe('the control plane', () => {
  it('is one function a room, on Node 24 and ARM, each with a log group of its own', () => {
    const functions = Object.values(stack('ControlPlane').findResources('AWS::Lambda::Function'));
    expect(functions).toHaveLength(12);
    for (const { Properties } of functions)
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogFormat: 'JSON' },
      });
    const groups = functions.map(({ Properties }) => JSON.stringify(Properties.LoggingConfig.LogGroup));
    expect(new Set(groups).size).toBe(functions.length);
  });

  it('keeps secrets out of every function: what it gets is where they are', () => {
    for (const { Properties } of Object.values(stack('ControlPlane').findResources('AWS::Lambda::Function'))) {
      const names = Object.keys(Properties.Environment.Variables);
      expect(names).toEqual(expect.arrayContaining(['TABLE_NAME', 'AUTH_ISSUERS']));
      expect(names.filter((name) => /TOKEN|PRIVATE|WEBHOOK_SECRETS|CURSOR_SECRET$/.test(name))).toEqual([]);
    }
  });

  it('gives each room the way to whatever its code tells: open sockets, and the queue', () => {
    const source = (path: string) => readFileSync(new URL(`../../functions/assembly/${path}`, import.meta.url), 'utf8');
    const functions = Object.values(stack('ControlPlane').findResources('AWS::Lambda::Function'));
    const told: Record<string, string[]> = { REALTIME_ENDPOINT: [], TASKS_QUEUE_URL: [] };
    for (const { Properties } of functions) {
      const room = /the (\w+) room$/.exec(Properties.Description)?.[1] ?? '';
      const rooms = [...source(`lambdas/${room}.ts`).matchAll(/'\.\.\/(rooms\/\w+\.ts)'/g)].map(
        ([, path = '']) => path,
      );
      const code = rooms.map(source).join('\n');
      const asks = {
        REALTIME_ENDPOINT: /buildEviction\(|\b(changed|ending|delivery|tellFollowers)\b/.test(code),
        TASKS_QUEUE_URL: /\b(wake|changed|ending|delivery|notices)\b/.test(code),
      };
      const has = Object.keys(Properties.Environment.Variables);
      for (const [variable, isAsked] of Object.entries(asks)) {
        if (isAsked) expect(has, `${room}: without it nobody is told, and nothing says so`).toContain(variable);
        if (isAsked) told[variable]?.push(room);
      }
    }
    expect([...new Set(told['REALTIME_ENDPOINT'])].sort()).toEqual(['auth', 'streams', 'tasks', 'users', 'webhooks']);
    expect([...new Set(told['TASKS_QUEUE_URL'])].sort()).toEqual(['realtime', 'streams', 'tasks', 'webhooks']);
  });

  it('lets each room read the secrets that it works with, and no other', () => {
    const readers = (secret: string) =>
      rolesOf(stacks)
        .filter((line) => line.includes('GetSecretValue') && line.split('|')[3]?.includes(secret))
        .map((line) => /ControlPlane\/(\w+)Role/.exec(line)?.[1]);
    expect(readers('Mux')).toEqual(['streams', 'streamssweep', 'webhooks']);
    expect(readers('Edge')).toEqual(['auth', 'pages', 'posts', 'realtimeconnect', 'streams', 'users', 'webhooks']);
    expect(readers('Cursor')).toEqual(['posts', 'streams', 'streamssweep', 'users']);
  });

  it('takes webhooks while everything else is throttled', () => {
    const [http] = Object.values(stack('ControlPlane').findResources('AWS::ApiGatewayV2::Stage')).filter(
      ({ Properties }) => Properties.RouteSettings !== undefined,
    );
    const limits = Object.entries<{ ThrottlingRateLimit: number }>(http?.['Properties'].RouteSettings);
    expect(limits).toHaveLength(15);
    for (const [route, { ThrottlingRateLimit }] of limits)
      expect(ThrottlingRateLimit, route).toBe(route.includes('/webhooks') ? 200 : 1_000);
  });

  it('throttles both APIs and logs who called, never with the query', () => {
    const stages = Object.values(stack('ControlPlane').findResources('AWS::ApiGatewayV2::Stage'));
    expect(stages).toHaveLength(2);
    for (const { Properties } of stages) {
      expect(Properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
      expect(Properties.AccessLogSettings.Format).toContain('$context.identity.sourceIp');
      expect(Properties.AccessLogSettings.Format).not.toMatch(/query/i);
    }
  });

  it('settles silent shows every minute', () => {
    expect(only('ControlPlane', 'AWS::Events::Rule')).toMatchObject({ ScheduleExpression: 'rate(1 minute)' });
  });

  it('signs people in by a pool with the newer pages, for a public client', () => {
    expect(only('ControlPlane', 'AWS::Cognito::UserPoolDomain')).toMatchObject({ ManagedLoginVersion: 2 });
    expect(only('ControlPlane', 'AWS::Cognito::UserPoolClient')).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
    });
    stack('ControlPlane').resourceCountIs('AWS::Cognito::ManagedLoginBranding', 1);
  });
});

describe('ingest', () => {
  const container = () => only('Ingest', 'AWS::ECS::TaskDefinition')['ContainerDefinitions'][0];

  it('runs as nobody, on a file system that cannot be written, with no capability', () => {
    expect(container()).toMatchObject({
      User: 'node',
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] }, InitProcessEnabled: true },
    });
  });

  it('has as long to leave as Fargate grants, and before that the balancer carries its shows until all have left', () => {
    const [{ Value: drainSeconds }] = only('Ingest', 'AWS::ElasticLoadBalancingV2::TargetGroup')[
      'TargetGroupAttributes'
    ].filter(({ Key }: { Key: string }) => Key === 'deregistration_delay.timeout_seconds');
    const { taskEveryMs, exitMs, leaseFenceMs, migrateSpreadMs, leaveAtGopMs } = LIMITS;
    // seen, everybody gone or cut, leases given back or twice waited for, and sockets closed
    const goneMs = taskEveryMs + exitMs + 2 * leaseFenceMs + 2_000;
    expect(goneMs).toBeLessThan(Number(drainSeconds) * 1_000);
    expect(taskEveryMs + migrateSpreadMs + leaveAtGopMs).toBeLessThan(20_000);
    // A task that hears nothing but SIGTERM has as long.
    expect(container().StopTimeout).toBe(120);
    expect(exitMs + 2 * leaseFenceMs + 2_000).toBeLessThan(container().StopTimeout * 1_000);
  });

  it('is told what it is granted, whose it is, and how far its clients stand behind the balancer', () => {
    const said = Object.fromEntries(container().Environment.map(({ Name, Value }: any) => [Name, Value]));
    const { Cpu, Memory } = only('Ingest', 'AWS::ECS::TaskDefinition');
    expect(said).toMatchObject({
      TASK_CPU_UNITS: Cpu,
      TASK_MEMORY_MIB: Memory,
      TRUSTED_HOPS: '1',
      DEPLOYMENT: 'Vybzz',
    });
  });

  it('scales before a worker is full', () => {
    const policies = Object.values(stack('Ingest').findResources('AWS::ApplicationAutoScaling::ScalingPolicy'));
    const targets = policies.flatMap(({ Properties: { TargetTrackingScalingPolicyConfiguration: of } }) =>
      of ? [of.TargetValue] : [],
    );
    expect(targets).toEqual([60]);
    const steps = Object.values(stack('Ingest').findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties.Threshold,
    );
    expect(Math.min(...steps)).toBeLessThan(90);
  });

  it('is reached by the balancer alone, and the balancer by CloudFront alone', () => {
    const rules = Object.values(stack('Ingest').findResources('AWS::EC2::SecurityGroupIngress'));
    expect(rules.map(({ Properties }) => String(Properties.Description)).sort()).toEqual([
      'CloudFront',
      'Load balancer to target',
    ]);
    const open = JSON.stringify(stack('Ingest').findResources('AWS::EC2::SecurityGroup'));
    expect(open).not.toContain('SecurityGroupIngress');
    expect(only('Ingest', 'AWS::ElasticLoadBalancingV2::LoadBalancer')['Scheme']).toBe('internal');
  });

  it('needs no NAT gateway, whose price a gigabyte is half the egress', () => {
    stack('Ingest').resourceCountIs('AWS::EC2::NatGateway', 0);
    expect(only('Ingest', 'AWS::ECS::Service')['NetworkConfiguration'].AwsvpcConfiguration.AssignPublicIp).toBe(
      'ENABLED',
    );
  });

  it('waits longer for a silent socket than the worker does between pings', () => {
    const attributes = only('Ingest', 'AWS::ElasticLoadBalancingV2::LoadBalancer')['LoadBalancerAttributes'];
    expect(attributes).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '300' });
    expect(LIMITS.pingMs).toBeLessThan(300_000);
  });

  it('rolls a bad deployment back, and moves no show to even out zones', () => {
    const service = only('Ingest', 'AWS::ECS::Service');
    expect(service['DeploymentConfiguration']).toMatchObject({
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      MinimumHealthyPercent: 100,
    });
    expect(service['AvailabilityZoneRebalancing']).toBe('DISABLED');
  });

  it('scales on how full workers are, with a step before the first has to refuse', () => {
    const policies = Object.values(stack('Ingest').findResources('AWS::ApplicationAutoScaling::ScalingPolicy'));
    expect(policies.map(({ Properties }) => String(Properties.PolicyType)).sort()).toEqual([
      'StepScaling',
      'TargetTrackingScaling',
    ]);
    expect(JSON.stringify(policies)).toContain(INGEST_METRICS.utilization);
  });

  it('listens to metrics by the names under which the worker tells them', () => {
    const admission = createAdmission({ capacityUnits: 1, maxSessions: 1 });
    const told = JSON.parse(createMetrics({ admission, workerId: 'any', deployment: 'Vybzz' }).emf(0));
    const { Namespace, Metrics, Dimensions } = told._aws.CloudWatchMetrics[0];
    const { namespace, dimension, ...names } = INGEST_METRICS;
    expect(Dimensions).toContainEqual([dimension]);
    expect(told[dimension]).toBe('Vybzz');
    expect(namespace).toBe(Namespace);
    expect(Metrics.map(({ Name }: { Name: string }) => Name).sort()).toEqual(
      expect.arrayContaining(Object.values(names)),
    );
  });
});

describe('the site', () => {
  const behaviours = () => only('Web', 'AWS::CloudFront::Distribution')['DistributionConfig'].CacheBehaviors;
  /** The policy of headers whose construct has this name, as text. */
  const headersOf = (name: string): string => {
    const policies = Object.entries(stack('Web').findResources('AWS::CloudFront::ResponseHeadersPolicy'));
    return JSON.stringify(policies.find(([id]) => id.startsWith(`Site${name}`)));
  };

  it("hands the worker's path to the workers before the room of streams sees it", () => {
    const paths = behaviours().map(({ PathPattern }: { PathPattern: string }) => PathPattern);
    expect(paths.indexOf('/stream/live/*')).toBeLessThan(paths.indexOf('/stream*'));
    expect(paths.indexOf('/stream/*/live')).toBeLessThan(paths.indexOf('/stream*'));
  });

  it('forwards everything but the Host, which the origins would refuse', () => {
    const policies = behaviours()
      .filter(({ PathPattern }: { PathPattern: string }) =>
        /^\/(auth|users|posts|reports|search|stream|webhooks|realtime|oembed)/.test(PathPattern),
      )
      .map(({ OriginRequestPolicyId }: { OriginRequestPolicyId: string }) => OriginRequestPolicyId);
    expect(new Set(policies)).toEqual(new Set(['b689b0a8-53d0-40ab-baf2-68738e2966ac']));
  });

  it('makes every page out of its path alone, which no cookie, header or query can change', () => {
    const { DefaultCacheBehavior: page } = only('Web', 'AWS::CloudFront::Distribution')['DistributionConfig'];
    expect(page.OriginRequestPolicyId).toBeUndefined();
    const policies = Object.entries(stack('Web').findResources('AWS::CloudFront::CachePolicy'));
    const [, policy] = policies.find(([id]) => id.startsWith('SitePages')) ?? [];
    expect(policy?.['Properties'].CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin).toEqual({
      CookiesConfig: { CookieBehavior: 'none' },
      HeadersConfig: { HeaderBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
      EnableAcceptEncodingBrotli: true,
      EnableAcceptEncodingGzip: true,
    });
  });

  it('lets other sites have the player in a frame, and no other page', () => {
    expect(headersOf('EmbedHeaders')).toContain('frame-ancestors *');
    expect(headersOf('EmbedHeaders')).not.toContain('FrameOptions');
    const embedded = behaviours().filter(
      ({ ResponseHeadersPolicyId: id }: { ResponseHeadersPolicyId?: { Ref: string } }) =>
        id?.Ref.startsWith('SiteEmbedHeaders'),
    );
    expect(embedded.map(({ PathPattern }: { PathPattern: string }) => PathPattern)).toEqual(['/embed/*']);
  });

  it('keeps its files to itself and lets no page run a foreign script', () => {
    expect(only('Web', 'AWS::S3::Bucket')['PublicAccessBlockConfiguration']).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    const headers = headersOf('Headers');
    expect(headers).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(headers).toContain("frame-ancestors 'none'");
    const [, connect = ''] = /connect-src ([^;]*);/.exec(headers) ?? [];
    expect(connect).toContain("'self' https://stream.mux.com https://*.mux.com ");
    // no scheme of every host
    expect(connect.split(' ').filter((source) => /^\w+:$/.test(source))).toEqual([]);
  });
});

describe('what people have uploaded', () => {
  const bucket = () => only('Data', 'AWS::S3::Bucket');

  it('is kept when the stack goes, and is nobody’s to read but the distribution’s', () => {
    stack('Data').hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(Object.values(bucket()['PublicAccessBlockConfiguration'])).toEqual([true, true, true, true]);
    const [plain, read, ...more] = only('Data', 'AWS::S3::BucketPolicy')['PolicyDocument'].Statement;
    expect(plain).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(read).toMatchObject({
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
    });
    expect(JSON.stringify(read)).toMatch(/:cloudfront::.*:distribution\/\*".*"\/media\/\*"/);
    expect(more).toEqual([]);
  });

  it('is sent by our own pages alone, straight to the bucket', () => {
    expect(bucket()['CorsConfiguration'].CorsRules).toEqual([
      {
        AllowedHeaders: ['*'],
        AllowedMethods: ['POST'],
        AllowedOrigins: ['https://not-deployed-yet.invalid'],
        MaxAge: 3_600,
      },
    ]);
    const policy = only('Web', 'AWS::CloudFront::Distribution')['DistributionConfig'];
    expect(JSON.stringify(policy)).toContain('/media/*');
    stack('ControlPlane').hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Vybzz: the posts room',
      Environment: { Variables: Match.objectLike({ UPLOADS_BUCKET: Match.anyValue(), UPLOADS_URL: Match.anyValue() }) },
    });
  });

  it('runs no script where somebody opens it as a page', () => {
    const policies = Object.entries(stack('Web').findResources('AWS::CloudFront::ResponseHeadersPolicy'));
    const media = policies.find(([id]) => id.includes('Media'))?.[1]['Properties'].ResponseHeadersPolicyConfig;
    expect(media.SecurityHeadersConfig).toMatchObject({
      ContentSecurityPolicy: { ContentSecurityPolicy: UPLOAD_CONTENT_POLICY, Override: true },
      ContentTypeOptions: { Override: true },
    });
    expect(UPLOAD_CONTENT_POLICY).toMatch(/^default-src 'none'; .*; sandbox$/);
  });
});

describe('what an operator hears', () => {
  it('is looked into by names that npm run operate -- names says', () => {
    const said = Object.entries(stacks).flatMap(([name, template]) =>
      Object.keys(template.toJSON()['Outputs'] ?? {}).map((output) => `${name}.${output}`),
    );
    const wanted = [...fileOf('RUNBOOK.md').matchAll(/\b(?:Data|ControlPlane|Ingest|Web|Observability)\.\w+/g)].map(
      String,
    );
    expect(wanted).toEqual(expect.arrayContaining(['Ingest.Log', 'ControlPlane.FailedTasks']));
    expect(wanted.filter((name) => !said.some((one) => one.startsWith(name)))).toEqual([]);
    const logs = Object.keys(stack('ControlPlane').toJSON()['Outputs']).filter((name) => name.startsWith('Log'));
    expect(logs).toHaveLength(Object.keys(stack('ControlPlane').findResources('AWS::Lambda::Function')).length);
  });

  it('names a section of the runbook, which is there', () => {
    const alarms = Object.values(stack('Observability').findResources('AWS::CloudWatch::Alarm'));
    const headings = new Set(
      fileOf('RUNBOOK.md')
        .match(/^#+ .*$/gm)
        ?.map((line) => line.replace(/^#+ /, '')),
    );
    for (const { Properties } of alarms) {
      const section = /"(.*)"/.exec(Properties.AlarmDescription)?.[1] ?? '';
      expect(headings).toContain(section);
      expect(Properties.AlarmActions).toHaveLength(1);
    }
    expect(alarms.length).toBeGreaterThan(10);
  });

  it('sees and is woken by what goes wrong with a show, its webhooks, the API and the table', () => {
    const dashboard = JSON.stringify(only('Observability', 'AWS::CloudWatch::Dashboard')['DashboardBody']);
    for (const name of ['Sessions', 'CapacityUnits', 'Restarts']) expect(dashboard).toContain(`\\"${name}\\"`);
    const alarms = JSON.stringify(stack('Observability').findResources('AWS::CloudWatch::Alarm'));
    for (const name of [
      'DroppedFrames',
      'CommitDelayMs',
      'WebhookAgeMs',
      'Errors',
      'Throttles',
      'ThrottledRequests',
      '5xx',
    ]) {
      expect(dashboard).toContain(`\\"${name}\\"`);
      expect(alarms).toContain(`"${name}"`);
    }
  });

  it('is reckoned with what it costs to hear it, and so are the secrets', () => {
    const alarms = Object.values(stacks).flatMap((one) => Object.values(one.findResources('AWS::CloudWatch::Alarm')));
    const metrics = alarms.map(({ Properties: { Metrics } }) =>
      Metrics ? Metrics.filter(({ MetricStat }: { MetricStat?: object }) => MetricStat).length : 1,
    );
    // Scaling by a target makes two alarms of its own, above and below.
    const ofTargets = 2;
    expect(metrics.reduce((sum, some) => sum + some, ofTargets)).toBe(USE.alarmMetrics);
    stack('Data').resourceCountIs('AWS::SecretsManager::Secret', USE.secrets);
  });

  it('has the names by which costs are told apart on everything that bears tags', () => {
    expect(only('Observability', 'AWS::Budgets::Budget')['Budget'].BudgetLimit).toEqual({ Amount: 100, Unit: 'USD' });
    expect(only('Data', 'AWS::DynamoDB::GlobalTable')['Replicas'][0].Tags).toContainEqual({
      Key: 'deployment',
      Value: 'Vybzz',
    });
  });
});

describe('the settings', () => {
  const read = (given: Record<string, unknown>) => parseSettings(JSON.stringify(given), 'a.json');

  it('refuse what cannot be deployed, in a sentence', () => {
    expect(() => read({ domain: 'vybzz.test' })).toThrow(/^a\.json: domain needs certificateArn/);
    expect(() => read({ issuer: 'https://issuer.test' })).toThrow(/needs clientId/);
    expect(() => read({ issuer: 'https://issuer.test', clientId: 'web' })).toThrow(/needs audience/);
    expect(() => read({ name: 'OurAwsShow' })).toThrow(/^a\.json: name: .*may say aws, amazon or cognito$/);
    expect(read({ name: 'Cognitive', issuer: 'https://i.test', clientId: 'web', audience: 'web' }).name).toBe(
      'Cognitive',
    );
    expect(() => read({ arch: 'sparc' })).toThrow(/^a\.json: arch: /);
    expect(() => read({ waf: true, region: 'eu-west-1' })).toThrow(/waf needs the region us-east-1/);
    expect(() => read({ zones: ['eu-west-1a', 'eu-west-1b'] })).toThrow(/zones are not of us-east-1/);
    expect(() => read({ zones: ['us-east-1a'] })).toThrow(/two zones/);
    expect(() => read({ minWorkers: 3, maxWorkers: 2 })).toThrow(/maxWorkers is below minWorkers/);
    expect(() => parseSettings('{', 'a.json')).toThrow(/^a\.json: is not JSON$/);
  });

  it('know no name that is misspelt, and no secret', () => {
    expect(() => read({ alarmMail: 'you@example.com' })).toThrow(/alarmMail/);
    expect(Object.keys(Settings.shape).filter((name) => /secret|token|password|key/i.test(name))).toEqual([]);
  });

  it('of the example are good as they stand', () => {
    expect(readSettings('example')).toMatchObject({ name: 'Vybzz', region: 'us-east-1' });
    expect(() => readSettings('nowhere')).toThrow(/^infra\/environments\/nowhere\.json is not there: copy /);
  });
});
