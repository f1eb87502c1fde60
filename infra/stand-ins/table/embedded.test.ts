import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { openLevel } from './level.ts';
import { LIMITS, startTable } from './server.ts';
import { cancellation, clientFor, createTable, key, N, refused, S } from './table.testing.ts';
import { TRANSACTION } from './transactions.ts';

/** What only the embedded table can be asked: its clock, its disk, its death and its manners as a server. */

type Ending = () => unknown;
const endings: Ending[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const start = async (options: Partial<Parameters<typeof startTable>[0]> = {}) => {
  const table = await startTable({ port: 0, ...options });
  const client = clientFor(table.url);
  endings.push(
    () => table.close(),
    () => client.destroy(),
  );
  return { ...table, client };
};
const tempDir = async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'vybzz-table-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
};
const read = async (client: DynamoDBClient, TableName: string, pk: string, sk: string) =>
  (await client.send(new GetItemCommand({ TableName, Key: key(pk, sk) }))).Item;
const queryList = async (client: DynamoDBClient, TableName: string, list: string) => {
  const items: Record<string, unknown>[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName,
      IndexName: 'by-list',
      KeyConditionExpression: '#l = :l',
      ExpressionAttributeNames: { '#l': 'list' },
      ExpressionAttributeValues: { ':l': S(list) },
    },
  );
  for await (const { Items } of pages) items.push(...(Items ?? []));
  return items;
};

describe('time', () => {
  const NOW = Date.UTC(2026, 10, 22);
  const seconds = NOW / 1000;
  const expireBy = (client: DynamoDBClient, TableName: string) =>
    client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAt' },
      }),
    );

  test('a sweep deletes what has expired, with its index entries, and nothing else', async () => {
    const { client, sweepExpired } = await start({ now: () => NOW });
    const name = await createTable(client);
    const lives: [string, object][] = [
      ['past', { expiresAt: N(seconds - 1) }],
      ['now', { expiresAt: N(seconds) }],
      ['future', { expiresAt: N(seconds + 1) }],
      ['for ever', {}],
      ['not a number', { expiresAt: S(String(seconds - 1)) }],
      ['six years ago', { expiresAt: N(seconds - 6 * 365 * 24 * 3600) }],
    ];
    for (const [sk, life] of lives) {
      const Item = { ...key('ttl', sk), list: S('ttl'), rank: S(sk), ...life };
      await client.send(new PutItemCommand({ TableName: name, Item }));
    }
    expect(await sweepExpired()).toBe(0);
    await expireBy(client, name);
    expect(await sweepExpired()).toBe(1);
    const left = await queryList(client, name, 'ttl');
    expect(left.map(({ rank }) => rank)).toEqual(['for ever', 'future', 'not a number', 'now', 'six years ago'].map(S));
    expect(await read(client, name, 'ttl', 'past')).toBeUndefined();
  });

  test('a token can be replayed for ten minutes and not after', async () => {
    let now = NOW;
    const { client, sweepExpired } = await start({ now: () => now });
    const name = await createTable(client);
    const addOnce = () =>
      client.send(
        new TransactWriteItemsCommand({
          ClientRequestToken: 'the-same',
          TransactItems: [
            {
              Update: {
                TableName: name,
                Key: key('token', '1'),
                UpdateExpression: 'ADD n :one',
                ExpressionAttributeValues: { ':one': N(1) },
              },
            },
          ],
        }),
      );
    await addOnce();
    now += TRANSACTION.tokenMs - 1;
    await sweepExpired();
    await addOnce();
    expect(await read(client, name, 'token', '1')).toMatchObject({ n: N(1) });
    now += 1;
    await addOnce();
    expect(await read(client, name, 'token', '1')).toMatchObject({ n: N(2) });
  });
});

describe('on disk', () => {
  test('items, indexes, time to live and tokens are there after a restart', async () => {
    const dataDir = await tempDir();
    const first = await start({ dataDir });
    const name = await createTable(first.client);
    const transaction = (client: DynamoDBClient) =>
      client.send(
        new TransactWriteItemsCommand({
          ClientRequestToken: 'before-and-after',
          TransactItems: [
            {
              Put: {
                TableName: name,
                Item: { ...key('disk', '1'), list: S('l'), rank: S('1') },
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            },
          ],
        }),
      );
    await transaction(first.client);
    await first.client.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAt' },
      }),
    );
    await first.close();

    const second = await start({ dataDir });
    await transaction(second.client);
    const item = { ...key('disk', '1'), list: S('l'), rank: S('1') };
    expect(await read(second.client, name, 'disk', '1')).toEqual(item);
    expect(await queryList(second.client, name, 'l')).toEqual([item]);
    const { TimeToLiveDescription } = await second.client.send(new DescribeTimeToLiveCommand({ TableName: name }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
    const { Table } = await second.client.send(new DescribeTableCommand({ TableName: name }));
    expect(Table?.TableStatus).toBe('ACTIVE');
  });

  test('two processes cannot have the same data, and the second is told so', async () => {
    const dataDir = await tempDir();
    await start({ dataDir });
    await expect(startTable({ port: 0, dataDir })).rejects.toThrow(/in use by another process/);
  });

  test('after kill -9, all that was acknowledged is there, and no transaction or index entry by half', async () => {
    const dataDir = await tempDir();
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('child.testing.ts', import.meta.url)), dataDir],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    endings.push(() => child.kill('SIGKILL'));
    const [url] = await once(createInterface(child.stdout), 'line');
    const doomed = clientFor(String(url));
    const name = await createTable(doomed);

    const acknowledged: number[] = [];
    const write = async (n: number) => {
      const half = (side: string) => ({
        Put: { TableName: name, Item: { ...key(side, String(n)), list: S(side), rank: S(String(n)) } },
      });
      await doomed.send(new TransactWriteItemsCommand({ TransactItems: [half('left'), half('right')] }));
      acknowledged.push(n);
      if (acknowledged.length === 150) child.kill('SIGKILL');
    };
    const writer = async (from: number) => {
      for (let n = from; ; n += 8) await write(n);
    };
    // Each of the eight ends when the killed server no longer answers it.
    await Promise.allSettled(Array.from({ length: 8 }, (_, from) => writer(from)));
    doomed.destroy();
    expect(acknowledged.length).toBeGreaterThanOrEqual(150);

    const { client } = await start({ dataDir });
    const ranks = async (side: string) => (await queryList(client, name, side)).map(({ rank }) => rank);
    const [left, right] = [await ranks('left'), await ranks('right')];
    expect(left).toEqual(right);
    expect(left).toEqual(expect.arrayContaining(acknowledged.map((n) => S(String(n)))));
    for (const n of acknowledged) {
      expect(await read(client, name, 'left', String(n))).toBeDefined();
      expect(await read(client, name, 'right', String(n))).toBeDefined();
    }
  });

  test('a fault of the engine fails its own request and no other', async () => {
    const dataDir = await tempDir();
    const { level } = await openLevel(dataDir);
    await level.batch([{ type: 'put', key: 'table~broken', value: { TableName: 'broken' } }]);
    await level.close();

    const lines: string[] = [];
    const { client } = await start({ dataDir, log: (line) => lines.push(line) });
    const name = await createTable(client);
    const broken = [
      () => client.send(new GetItemCommand({ TableName: 'broken', Key: key('a', '1') })),
      () => client.send(new PutItemCommand({ TableName: 'broken', Item: key('a', '1') })),
      () =>
        client.send(
          new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'broken', Item: key('a', '1') } }] }),
        ),
    ];
    for (const send of broken) await expect(send()).rejects.toMatchObject({ name: 'InternalServerError' });
    expect(lines).toHaveLength(broken.length);
    await client.send(new PutItemCommand({ TableName: name, Item: key('a', '1') }));
    expect(await read(client, name, 'a', '1')).toEqual(key('a', '1'));
  });
});

test('a transaction names the step that its item does not allow', async () => {
  const { client } = await start();
  const TableName = await createTable(client);
  await client.send(new PutItemCommand({ TableName, Item: { ...key('tx', '1'), amount: S('much') } }));
  const steps = [
    { Put: { TableName, Item: key('tx', '2') } },
    {
      Update: {
        TableName,
        Key: key('tx', '1'),
        UpdateExpression: 'ADD amount :one',
        ExpressionAttributeValues: { ':one': N(1) },
      },
    },
    { Put: { TableName, Item: { pk: S('no sort key') } } },
  ];
  const reasons = await cancellation(client.send(new TransactWriteItemsCommand({ TransactItems: steps })));
  expect(reasons.map(({ Code, Message }) => [Code, Message])).toEqual([
    ['None', undefined],
    ['ValidationError', 'An operand in the update expression has an incorrect data type'],
    ['ValidationError', 'One or more parameter values were invalid: Missing the key sk in the item'],
  ]);
});

test('legacy parameters, which would be conditions lost, are refused', async () => {
  const { client } = await start();
  const TableName = await createTable(client);
  const put = client.send(new PutItemCommand({ TableName, Item: key('a', '1'), Expected: { pk: { Exists: false } } }));
  expect(await refused(put)).toMatchObject({ name: 'ValidationException' });
});

test('two items whose keys the engine hashes alike both stand in an index', async () => {
  const { client } = await start();
  const name = await createTable(client);
  const [one, other] = alike();
  const put = (sk: string) =>
    client.send(new PutItemCommand({ TableName: name, Item: { ...key('alike', sk), list: S('l'), rank: S('same') } }));
  await put(one);
  await put(other);
  const listed = await queryList(client, name, 'l');
  expect(listed.map(({ sk }) => sk)).toEqual(expect.arrayContaining([S(one), S(other)]));
});

/** Two sort keys that dynalite's index keys cannot tell apart: it keeps six hex digits of a hash. */
function alike(): [string, string] {
  const seen = new Map<string, string>();
  for (let n = 0; ; n += 1) {
    const digits = createHash('md5').update(`Outliersalike${n}`).digest('hex').slice(0, 6);
    const earlier = seen.get(digits);
    if (earlier !== undefined) return [earlier, String(n)];
    seen.set(digits, String(n));
  }
}

describe('the server', () => {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    authorization: 'AWS4-HMAC-SHA256 Credential=local',
  };
  const post = async (url: string, more: RequestInit = {}) => {
    const response = await fetch(url, { method: 'POST', headers, body: '{}', ...more });
    const body: unknown = await response.json();
    return [response.status, body];
  };
  const type = (name: string) => ({ __type: expect.stringContaining(`#${name}`) });

  test.each(['/', '/healthz'])('GET %s says that it is up', async (where) => {
    const { url } = await start();
    const response = await fetch(url + where);
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  });

  test('what is no request of the SDK is refused and changes nothing', async () => {
    const { url } = await start();
    const target = (name: string) => ({ headers: { ...headers, 'x-amz-target': name } });
    expect(await post(url)).toEqual([200, { TableNames: [] }]);
    expect(await post(url, target('DynamoDB_20120810.ExecuteStatement'))).toEqual([
      400,
      expect.objectContaining(type('UnknownOperationException')),
    ]);
    expect(await post(url, target('DynamoDB_20120810.constructor'))).toEqual([
      400,
      expect.objectContaining(type('UnknownOperationException')),
    ]);
    expect(await post(url, { headers: { ...headers, 'content-type': 'text/plain' } })).toEqual([
      400,
      expect.objectContaining(type('UnknownOperationException')),
    ]);
    expect(await post(url, { headers: { ...headers, authorization: '' } })).toEqual([
      400,
      expect.objectContaining(type('MissingAuthenticationTokenException')),
    ]);
    const nested = `${'{"M":'.repeat(10_000)}{}${'}'.repeat(10_000)}`;
    for (const body of ['', '{"half":', '[]', 'null', '"text"', nested])
      expect(await post(url, { body })).toEqual([400, expect.objectContaining(type('SerializationException'))]);
  });

  test('a body may have 16 MiB and not a byte more', async () => {
    const { url } = await start();
    const padded = (bytes: number) => `{}${' '.repeat(bytes - 2)}`;
    expect(await post(url, { body: padded(LIMITS.bodyBytes) })).toEqual([200, { TableNames: [] }]);
    expect(await post(url, { body: padded(LIMITS.bodyBytes + 1) })).toEqual([
      413,
      expect.objectContaining(type('RequestEntityTooLargeException')),
    ]);
    expect(await post(url)).toEqual([200, { TableNames: [] }]);
  });

  test('a taken port is said, and leaves the data free', async () => {
    const { port } = await start();
    const dataDir = await tempDir();
    await expect(startTable({ port, dataDir })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await start({ dataDir });
  });

  test('closing answers what is under way, and closing twice is harmless', async () => {
    const { client, close } = await start();
    const name = await createTable(client);
    const writes = Array.from({ length: 20 }, (_, n) =>
      client.send(new PutItemCommand({ TableName: name, Item: key('close', String(n)) })),
    );
    await writes[0];
    const asked = performance.now();
    const closing = Promise.all([close(), close()]);
    const outcomes = await Promise.allSettled(writes);
    await closing;
    expect(performance.now() - asked).toBeLessThan(LIMITS.drainMs / 2);
    const faults = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => String(reason));
    expect(faults.filter((fault) => fault.includes('InternalServerError'))).toEqual([]);
    await expect(client.send(new DescribeTableCommand({ TableName: name }))).rejects.toThrow();
  });
});
