import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { drain } from './drain.ts';
import { type Operator, outputsOf } from './operator.ts';
import { restore } from './restore.ts';
import { forgetSigningKey, rotateCursor, rotateEdge } from './rotate.ts';
import { takeOff } from './take-off.ts';
import { SECRETS_MS } from '../../../functions/assembly/secrets.ts';

const OUTPUTS: Record<string, Record<string, string>> = {
  Data: { TableName: 'streams', MuxSecret: 'mux', CursorSecret: 'cursor', EdgeSecret: 'edge' },
  ControlPlane: { SweepFunction: 'sweep' },
  Ingest: { Cluster: 'cluster', Service: 'service' },
  Web: { Origin: 'https://vybzz.test', DistributionId: 'E1' },
};
const NOW = new Date('2026-11-27T12:00:00Z');
const PAUSE_MS = 5_000;

type Input = Record<string, any>;
/** AWS by the names of its commands: a function of the input, or what is answered each time. */
const place = (answers: Record<string, (input: Input) => object | undefined> = {}) => {
  const did: [string, Input][] = [];
  const said: string[] = [];
  let nowMs = NOW.getTime();
  const kept: Record<string, Record<string, string>> = {
    mux: { MUX_TOKEN_ID: 'id', MUX_SIGNING_KEY_ID: 'k', MUX_SIGNING_PRIVATE_KEY: 'p' },
    cursor: { CURSOR_SECRET: 'the old cursors’ secret' },
    edge: { EDGE_SECRET: 'the old secret of the edge' },
  };
  const own: typeof answers = {
    GetSecretValue: ({ SecretId }) => ({ SecretString: JSON.stringify(kept[SecretId]) }),
    PutSecretValue: ({ SecretId, SecretString }) => {
      kept[SecretId] = JSON.parse(SecretString);
      return {};
    },
    ...answers,
  };
  const client = {
    send: async (command: object) => {
      const name = command.constructor.name.replace(/Command$/, '');
      const input = (command as { input: Input }).input;
      did.push([name, structuredClone(input)]);
      return own[name]?.(input) ?? {};
    },
  };
  const operator: Operator = {
    output: outputsOf(async (part) => ({ status: 'UPDATE_COMPLETE', outputs: OUTPUTS[part] ?? {} })),
    lambda: client,
    ecs: client,
    secrets: client,
    dynamodb: client,
    cloudFront: client,
    clock: () => new Date(nowMs),
    pause: async () => void (nowMs += PAUSE_MS),
    say: (line) => void said.push(line),
  };
  const names = () => did.map(([name]) => name);
  const waitedMs = () => nowMs - NOW.getTime();
  const inputs = (wanted: string) => did.flatMap(([name, input]) => (name === wanted ? [input] : []));
  return { operator, did, said, kept, names, inputs, waitedMs };
};

it('an operation says which output it misses', async () => {
  const { operator } = place();
  await expect(operator.output('Web.Nothing')).rejects.toThrow('No stack has an output Web.Nothing: npm run deploy');
});

describe('rotate', () => {
  const headers = () => ({ Items: [{ HeaderName: 'x-vybzz-edge', HeaderValue: 'the old secret of the edge' }] });
  const distribution = (statuses: string[]) => ({
    GetDistributionConfig: () => ({
      ETag: 'tag',
      DistributionConfig: { Origins: { Items: [{ Id: 'api', CustomHeaders: headers() }, { Id: 'files' }] } },
    }),
    GetDistribution: () => ({ Distribution: { Status: statuses.shift() ?? 'Deployed' } }),
  });

  it('cursor: another secret, and functions that know it', async () => {
    const { operator, kept, waitedMs } = place();
    await rotateCursor(operator);
    expect(kept['cursor']?.['CURSOR_SECRET']).toMatch(/^[\w-]{48}$/);
    expect(waitedMs()).toBeGreaterThan(SECRETS_MS);
  });

  it('edge: at no time does the distribution say what the functions do not know', async () => {
    const toldAfterMs: number[] = [];
    const { operator, did, kept, inputs, waitedMs } = place({
      ...distribution(['InProgress', 'InProgress', 'Deployed']),
      UpdateDistribution: () => void toldAfterMs.push(waitedMs()),
    });
    await rotateEdge(operator);
    const steps = did.map(([name]) => name).filter((name) => !name.startsWith('Get'));
    expect(steps).toEqual(['PutSecretValue', 'UpdateDistribution', 'PutSecretValue']);
    expect(toldAfterMs[0]).toBeGreaterThan(SECRETS_MS);
    const [both, one] = inputs('PutSecretValue').map(({ SecretString }) => JSON.parse(SecretString));
    expect(both).toEqual({ EDGE_SECRET: expect.any(String), EDGE_SECRET_BEFORE: 'the old secret of the edge' });
    expect(one).toEqual({ EDGE_SECRET: both.EDGE_SECRET });
    const [{ IfMatch, DistributionConfig: told }] = inputs('UpdateDistribution') as [Input];
    expect([IfMatch, told.Origins.Items[0].CustomHeaders.Items[0].HeaderValue]).toEqual(['tag', both.EDGE_SECRET]);
    expect(kept['edge']).toEqual(one);
  });

  it('edge: both stay good where the distribution takes its time', async () => {
    const { operator, kept } = place(distribution(Array(1_000).fill('InProgress')));
    await expect(rotateEdge(operator)).rejects.toThrow(/both secrets stay good/);
    expect(Object.keys(kept['edge'] ?? {})).toEqual(['EDGE_SECRET', 'EDGE_SECRET_BEFORE']);
  });

  it('edge: the old secret stays good where the distribution says none', async () => {
    const config = { Origins: { Items: [{ Id: 'api', CustomHeaders: { Items: [] } }] } };
    const { operator, kept, names } = place({
      ...distribution([]),
      GetDistributionConfig: () => ({ ETag: 'tag', DistributionConfig: config }),
    });
    await expect(rotateEdge(operator)).rejects.toThrow(/says no x-vybzz-edge/);
    expect(names()).not.toContain('UpdateDistribution');
    expect(Object.keys(kept['edge'] ?? {})).toEqual(['EDGE_SECRET', 'EDGE_SECRET_BEFORE']);
  });

  it('edge: one that was broken off goes on with the secret that it had made, at whichever step', async () => {
    const { operator, kept, inputs } = place(distribution(Array(1_000).fill('InProgress')));
    await expect(rotateEdge(operator)).rejects.toThrow(/Run this again/);
    const made = kept['edge']?.['EDGE_SECRET'];
    await expect(rotateEdge(operator)).rejects.toThrow(/Run this again/);
    for (const { SecretString } of inputs('PutSecretValue'))
      expect(JSON.parse(SecretString)).toEqual({ EDGE_SECRET: made, EDGE_SECRET_BEFORE: 'the old secret of the edge' });
  });

  it('signing key: forgotten, and nothing else of Mux’s', async () => {
    const { operator, kept } = place();
    await forgetSigningKey(operator);
    expect(kept['mux']).toEqual({ MUX_TOKEN_ID: 'id' });
  });

  it('says no secret, whichever it is', async () => {
    const { operator, said, kept } = place(distribution([]));
    for (const rotate of [rotateCursor, rotateEdge, forgetSigningKey]) await rotate(operator);
    for (const secret of Object.values(kept).flatMap((of) => Object.values(of).filter(({ length }) => length > 8)))
      expect(said.join('\n')).not.toContain(secret);
  });
});

describe('drain', () => {
  const ARN = 'arn:aws:ecs:us-east-1:111122223333:task/cluster';
  const tasks = (statuses: string[] = ['STOPPED']) => ({
    ListTasks: () => ({ taskArns: [`${ARN}/young`, `${ARN}/old`] }),
    DescribeTasks: ({ tasks: [one, another] }: Input) =>
      another
        ? {
            tasks: [
              { taskArn: `${ARN}/young`, startedAt: new Date(2_000) },
              { taskArn: `${ARN}/old`, startedAt: new Date(1_000) },
            ],
          }
        : { tasks: [{ taskArn: one, lastStatus: statuses.shift() }] },
  });

  it('takes the protection of the oldest away, stops it, and waits until it has left', async () => {
    const { operator, inputs, names, said } = place(tasks(['RUNNING', 'DEACTIVATING', 'STOPPED']));
    await drain(operator);
    expect(inputs('UpdateTaskProtection')).toEqual([
      { cluster: 'cluster', tasks: [`${ARN}/old`], protectionEnabled: false },
    ]);
    expect(inputs('StopTask')[0]).toMatchObject({ cluster: 'cluster', task: `${ARN}/old` });
    expect(names().filter((name) => name === 'DescribeTasks')).toHaveLength(4);
    expect(said.at(-1)).toBe('✓ it has left');
  });

  it('takes the one that is said, and no other', async () => {
    const { operator, inputs } = place(tasks());
    await drain(operator, 'young');
    expect(inputs('StopTask')[0]).toMatchObject({ task: `${ARN}/young` });
    await expect(drain(place(tasks()).operator, 'none')).rejects.toThrow('there are young, old');
    await expect(drain(place().operator)).rejects.toThrow('No task of service runs.');
  });
});

describe('restore', () => {
  it('makes another table, gives it what a restored one lacks, and says how everybody moves', async () => {
    const statuses = ['CREATING', 'CREATING', 'ACTIVE'];
    const { operator, inputs, said } = place({ DescribeTable: () => ({ Table: { TableStatus: statuses.shift() } }) });
    const target = await restore(operator, new Date('2026-11-27T10:15:00Z'));
    expect(target).toBe('streams-20261127T101500Z');
    expect(inputs('RestoreTableToPointInTime')[0]).toMatchObject({
      SourceTableName: 'streams',
      TargetTableName: target,
    });
    expect(inputs('UpdateTimeToLive')[0]).toMatchObject({
      TableName: target,
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
    expect(inputs('UpdateContinuousBackups')[0]).toMatchObject({ TableName: target });
    expect(inputs('UpdateTable')[0]).toEqual({ TableName: target, DeletionProtectionEnabled: true });
    expect(said.at(-1)).toContain(`"table": "${target}"`);
  });

  it('goes on with one that was broken off', async () => {
    const isThere = Object.assign(new Error('Table already exists'), { name: 'TableAlreadyExistsException' });
    const { operator, inputs, said } = place({
      RestoreTableToPointInTime: () => {
        throw isThere;
      },
      DescribeTable: () => ({ Table: { TableStatus: 'ACTIVE' } }),
      // AWS refuses to enable what is enabled
      DescribeTimeToLive: () => ({ TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED' } }),
    });
    expect(await restore(operator, new Date('2026-11-27T10:15:00Z'))).toBe('streams-20261127T101500Z');
    expect(inputs('UpdateTimeToLive')).toEqual([]);
    expect(inputs('UpdateTable')).toHaveLength(1);
    expect(said[0]).toMatch(/is there already/);
  });

  it('waits until AWS knows of backups of a table that is hardly there', async () => {
    let refusals = 2;
    const { operator, inputs } = place({
      DescribeTable: () => ({ Table: { TableStatus: 'ACTIVE' } }),
      UpdateContinuousBackups: () => {
        if (refusals-- > 0) throw Object.assign(new Error(), { name: 'ContinuousBackupsUnavailableException' });
        return {};
      },
    });
    await restore(operator, new Date('2026-11-27T10:15:00Z'));
    expect(inputs('UpdateContinuousBackups')).toHaveLength(3);
    expect(inputs('UpdateTable')).toHaveLength(1);
  });

  it('is refused where AWS refuses it', async () => {
    const { operator } = place({
      RestoreTableToPointInTime: () => {
        throw Object.assign(new Error('too late'), { name: 'InvalidRestoreTimeException' });
      },
    });
    await expect(restore(operator, new Date('2026-11-27T10:15:00Z'))).rejects.toThrow('too late');
  });

  it('wants a time that has been', async () => {
    const { operator, did } = place();
    for (const at of [new Date('words'), new Date('2026-11-28T00:00:00Z')])
      await expect(restore(operator, at)).rejects.toThrow('Say a time that has been');
    expect(did).toEqual([]);
  });
});

describe('take-off', () => {
  /** A deployment in which a show ends after so many looks. */
  const show = async (endsAfter: number) => {
    let looks = 0;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (request.headers.authorization !== 'Bearer token') return void response.writeHead(403).end('{}');
      if (request.method === 'GET') looks += 1;
      response.end(JSON.stringify({ id: 'str_1', state: looks > endsAfter ? 'ended' : 'live' }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    const made = place();
    return {
      ...made,
      asked,
      operator: { ...made.operator, output: async (name: string) => (name === 'Web.Origin' ? origin : name) },
    };
  };

  it('ends a show as a moderator may, and waits until it has', async () => {
    const { operator, asked, said, names } = await show(3);
    await takeOff({ operator, token: 'token' }, 'str_1');
    expect(asked.filter((one) => one.startsWith('POST'))).toEqual(['POST /stream/str_1/end']);
    expect(said).toEqual(['✓ str_1 has ended']);
    expect(names()).toEqual([]);
  });

  it('runs the sweep for one that is stuck, and says where to look where that does not help', async () => {
    const stuck = await show(20);
    await takeOff({ operator: stuck.operator, token: 'token' }, 'str_1');
    expect(stuck.inputs('Invoke')).toEqual([{ FunctionName: 'ControlPlane.SweepFunction' }]);
    const dead = await show(1_000);
    await expect(takeOff({ operator: dead.operator, token: 'token' }, 'str_1')).rejects.toThrow(/log of the sweep/);
  });

  it('does nothing to a show that has ended, and nothing for who may not', async () => {
    const over = await show(0);
    await takeOff({ operator: over.operator, token: 'token' }, 'str_1');
    expect(over.asked).toEqual(['GET /stream/str_1']);
    await expect(takeOff({ operator: over.operator, token: 'other' }, 'str_1')).rejects.toThrow(/answers 403/);
  });
});
