import { describe, expect, it } from 'vitest';
import { parseSettings } from '../settings.ts';
import type { Account, Stack, Zone } from './account.ts';
import { stackNameOf } from './deployment.ts';
import type { Machine } from './machine.ts';
import { preflight } from './preflight.ts';
import { requirePreflight, runDeployment, runDestruction, runDiff, tellNames } from './run-deployment.ts';

const SITE = 'https://d111111abcdef8.cloudfront.net';
const NUMBER = '111122223333';
const BOOTSTRAPPED: Stack = { status: 'CREATE_COMPLETE', outputs: { BootstrapVersion: '29' } };
const settings = (given: object = {}) =>
  parseSettings(JSON.stringify({ alarmEmail: 'a@vybzz.test', arch: 'arm64', maxWorkers: 5, ...given }), 'test.json');

const zonesOf = (...ids: string[]): Zone[] => ids.map((id, i) => ({ name: `us-east-1${'abcdef'[i] ?? ''}`, id }));

/** An account in which the first show comes about, but for what a test says. */
const account = (overrides: Partial<Account> = {}, stacks: Record<string, Stack> = {}): Account => ({
  number: async () => NUMBER,
  stack: async (name) => ({ CDKToolkit: BOOTSTRAPPED, ...stacks })[name],
  concurrency: async () => ({ all: 1_000, unreserved: 1_000 }),
  apiGatewayRole: async () => undefined,
  zones: async () => zonesOf('use1-az1', 'use1-az2', 'use1-az4'),
  quota: async (quota) => ({ 'fargate-vcpus': 6, 'fargate-spot-vcpus': 4, vpcs: 5 })[quota],
  vpcs: async () => 1,
  ...overrides,
});
const machine: Machine = { platforms: async () => ['linux/arm64'] };
const stands = (part: string, outputs: Record<string, string> = {}) => ({
  [`Vybzz-${part}`]: { status: 'CREATE_COMPLETE', outputs },
});

const check = (
  given: object = {},
  overrides: Partial<Account> = {},
  { on = machine, stacks = {} }: { on?: Machine; stacks?: Record<string, Stack> } = {},
) =>
  preflight({
    settings: settings(given),
    account: account(overrides, stacks),
    machine: on,
    stackName: stackNameOf(settings(given)),
  });

describe('preflight', () => {
  it('misses nothing in an account that has all', async () => {
    expect(await check()).toEqual({ missing: [], notes: [] });
  });

  it.each<[string, Parameters<typeof check>, RegExp]>([
    ['credentials', [{}, { number: async () => undefined }], /knows nobody by the credentials.*region is us-east-1/],
    ['the right account', [{ account: '444455556666' }], /of the account 111122223333, the settings say 444455556666/],
    [
      'the bootstrap',
      [{}, { stack: async () => undefined }],
      /not bootstrapped: npx cdk bootstrap aws:\/\/111122223333\/us-east-1$/,
    ],
    [
      'a bootstrap that is new enough',
      [{}, {}, { stacks: { CDKToolkit: { status: 'CREATE_COMPLETE', outputs: { BootstrapVersion: '4' } } } }],
      /not bootstrapped for this CDK \(version 4\)/,
    ],
    [
      'concurrency for webhooks',
      [{ webhookConcurrency: 20 }, { concurrency: async () => ({ all: 10, unreserved: 10 }) }],
      /10 executions at once here, 10 of them unreserved: "webhookConcurrency" 20 leaves too few/,
    ],
    [
      'API Gateway’s role where it is said to be there',
      [{ apiGatewayRole: 'there' }],
      /no role by which API Gateway logs/,
    ],
    [
      'leave to replace a role that another made',
      [{}, { apiGatewayRole: async () => 'arn:aws:iam::111122223333:role/theirs' }],
      /"apiGatewayRole": "there"/,
    ],
    ['Docker', [{}, {}, { on: { platforms: async () => undefined } }], /^Docker is not there/],
    [
      'a Docker that builds for the architecture',
      [{}, {}, { on: { platforms: async () => ['linux/amd64'] } }],
      /cannot build for linux\/arm64 here \(only linux\/amd64\): leave "arch" out/,
    ],
    [
      'vCPUs for two workers side by side',
      [{ minWorkers: 4 }],
      /6 vCPUs here, and a deployment of 4 worker\(s\) wants 8/,
    ],
    [
      'as many vCPUs of what is left over, where workers run on that',
      [{ minWorkers: 3, maxWorkers: 3, spot: true }],
      /4 vCPUs here, and a deployment of 3 worker\(s\) wants 6: raise the quota \(Fargate Spot vCPU, L-36FBB829\)/,
    ],
    [
      'word of the table that was restored',
      [{}, {}, { stacks: stands('Data', { TableName: 'restored', OwnTableName: 'own' }) }],
      /^Vybzz works with the table restored, .*"table": "restored", or "own" to go back/,
    ],
    ['room for a network', [{}, { vpcs: async () => 5 }], /5 VPCs here, and no more are allowed/],
    [
      'zones with VPC origins and Fargate',
      [{}, { zones: async () => zonesOf('use1-az3', 'use1-az2', 'use1-az4') }],
      /^us-east-1a \(use1-az3\) has no VPC origins and no Fargate on ARM: say "zones": \["us-east-1b","us-east-1c"\]\.$/,
    ],
    [
      'zones that the account has',
      [{ zones: ['us-east-1a', 'us-east-1f'] }],
      /no zone us-east-1f for this account in us-east-1: say "zones": \["us-east-1a","us-east-1b"\]/,
    ],
  ])('refuses without %s, in a sentence', async (_, [given, overrides, surroundings], sentence) => {
    const { missing } = await check(given, overrides, surroundings);
    expect(missing).toHaveLength(1);
    expect(missing[0]).toMatch(sentence);
  });

  it('says all that is missing at once', async () => {
    const { missing } = await check(
      { apiGatewayRole: 'there' },
      { stack: async () => undefined, vpcs: async () => 5 },
      { on: { platforms: async () => undefined } },
    );
    expect(missing).toHaveLength(4);
  });

  it('takes for granted what our own stacks have already', async () => {
    const theirs = { apiGatewayRole: async () => 'arn:aws:iam::111122223333:role/ours', vpcs: async () => 5 };
    const stacks = { ...stands('ControlPlane'), ...stands('Ingest') };
    const reserved = { concurrency: async () => ({ all: 120, unreserved: 100 }) };
    expect((await check({ webhookConcurrency: 20 }, { ...theirs, ...reserved }, { stacks })).missing).toEqual([]);
    for (const table of ['restored', 'own']) {
      const data = stands('Data', { TableName: 'restored', OwnTableName: 'own' });
      expect((await check({ table }, {}, { stacks: data })).missing).toEqual([]);
    }
  });

  it('notes what stops nothing: a new account, nobody to tell, and what it was not let look at', async () => {
    const { missing, notes } = await check(
      { alarmEmail: undefined, maxWorkers: 20 },
      {
        concurrency: async () => ({ all: 10, unreserved: 10 }),
        zones: () => Promise.reject(Object.assign(new Error('not authorized'), { name: 'UnauthorizedOperation' })),
      },
    );
    expect(missing).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(/tell nobody/),
      expect.stringMatching(/^Lambda runs 10 executions at once here, as in every new account/),
      'Not looked at: UnauthorizedOperation: not authorized',
      expect.stringMatching(/scaling to 20 workers would stop there/),
    ]);
  });
});

/** A deployment whose CDK makes the stacks that it is told to. */
const place = (given: object = {}, stacks: Record<string, Stack> = {}, agrees = true) => {
  const passes: string[] = [];
  const said: string[] = [];
  const questions: string[] = [];
  const made: Record<string, Stack> = { CDKToolkit: BOOTSTRAPPED, ...stacks };
  const parts = {
    environment: 'test',
    settings: settings(given),
    account: account({ stack: async (name) => made[name] }),
    machine,
    cdk: async (args: string[]) => {
      passes.push(args.join(' '));
      Object.assign(made, stands('Data', { TableName: 'table' }), stands('Web', { Origin: SITE }));
    },
    agree: async (question: string) => {
      questions.push(question);
      return agrees;
    },
    say: (line: string) => void said.push(line),
  };
  return { parts, passes, said, questions };
};

describe('npm run deploy', () => {
  it('asks once, and does it twice the first time: the second knows where the site is', async () => {
    const { parts, passes, questions, said } = place();
    expect(await runDeployment(parts)).toEqual({ origin: SITE });
    expect(questions).toHaveLength(1);
    expect(passes).toHaveLength(2);
    expect(passes[0]).toMatch(
      /--require-approval never .*-c environment=test .*--parameters Vybzz-Data:FirstDeployment=yes .*Vybzz-ControlPlane:FirstDeployment=yes .*Vybzz-Ingest:FirstDeployment=yes$/,
    );
    expect(passes[1]).toContain(`-c origin=${SITE}`);
    expect(passes[1]).not.toContain('FirstDeployment');
    // What the operator's commands are about.
    expect(said.join('\n')).toContain('Data.TableName  table');
  });

  it('takes the origin of a stack that stands from CloudFormation, and never deploys a placeholder over it', async () => {
    const { parts, passes } = place({}, stands('Web', { Origin: SITE }));
    await runDeployment(parts);
    expect(passes).toHaveLength(1);
    expect(passes[0]).toContain(`-c origin=${SITE}`);
    expect(passes[0]).not.toContain('FirstDeployment');
  });

  it('hands on the image that was released, for which no Docker is wanted', async () => {
    const image = `ghcr.io/vybzz/ingest-worker@sha256:${'a'.repeat(64)}`;
    const { parts, passes } = place({ image }, stands('Web', { Origin: SITE }));
    await runDeployment({ ...parts, machine: { platforms: async () => undefined } });
    expect(passes[0]).toContain(`-c image=${image}`);
    expect(() => settings({ image: 'ghcr.io/vybzz/ingest-worker:latest' })).toThrow(/by its digest/);
  });

  it('says what it would change, and changes nothing', async () => {
    const { parts, passes, questions } = place({}, stands('Web', { Origin: SITE }));
    await runDiff(parts);
    expect([passes, questions]).toEqual([[`diff --all -c environment=test -c origin=${SITE}`], []]);
  });

  it('knows its own domain from the first', async () => {
    const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/for-tests';
    const { parts, passes } = place({ domain: 'live.vybzz.test', certificateArn });
    expect(await runDeployment(parts)).toEqual({ origin: 'https://live.vybzz.test' });
    expect(passes).toHaveLength(1);
  });

  it('builds nothing where something is missing or nobody agrees', async () => {
    const broken = place({ apiGatewayRole: 'there' });
    await expect(runDeployment(broken.parts)).rejects.toThrow(/1 thing\(s\) to mend first; nothing was built/);
    await expect(requirePreflight(broken.parts, ['The settings are not there.'])).rejects.toThrow(
      /^2 thing\(s\) to mend/,
    );
    expect(broken.said.slice(-2)).toEqual([
      '✗ The settings are not there.',
      expect.stringMatching(/^✗ The account has no/),
    ]);
    const refused = place({}, {}, false);
    await expect(runDeployment(refused.parts)).rejects.toThrow('Nothing was deployed.');
    expect([...broken.passes, ...refused.passes, ...broken.questions]).toEqual([]);
  });
});

it('npm run operate -- names says how each stack stands, and what an operator may ask for', async () => {
  const { parts, said } = place({}, stands('Data', { TableName: 'table', PublishOutputRefTable1: 'table' }));
  await tellNames(parts);
  expect(said).toEqual([
    'Vybzz-Data: CREATE_COMPLETE',
    '  Data.TableName  table',
    ...['ControlPlane', 'Ingest', 'Web', 'Observability'].map((part) => `Vybzz-${part}: is not there`),
  ]);
});

describe('npm run destroy', () => {
  it('says what goes and what is kept, asks, and knows where the site was', async () => {
    const { parts, passes, said, questions } = place({}, { ...stands('Web', { Origin: SITE }), ...stands('Data') });
    await runDestruction(parts);
    expect(questions).toEqual(['Take Vybzz down?']);
    expect(said.join('\n')).toMatch(/Data, Web of Vybzz go[\s\S]*kept: the table[\s\S]*kept: the user pool/);
    expect(passes).toEqual([`destroy --all --force -c environment=test -c origin=${SITE}`]);
  });

  it('takes nothing down where nothing stands, or nobody agrees', async () => {
    await expect(runDestruction(place().parts)).rejects.toThrow(/Nothing of Vybzz stands/);
    const refused = place({}, stands('Data'), false);
    await expect(runDestruction(refused.parts)).rejects.toThrow('Nothing was taken down.');
    expect(refused.passes).toEqual([]);
  });
});
