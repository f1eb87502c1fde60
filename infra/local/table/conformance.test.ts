import { randomUUID } from 'node:crypto';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListTablesCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type TransactWriteItem,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTable, key, N, openTestTable, S } from './table.testing.ts';

/** What our store may rely on. It holds for the embedded table and for whatever TEST_DYNAMODB_ENDPOINT names. */

let table: Awaited<ReturnType<typeof openTestTable>>;
beforeAll(async () => {
  table = await openTestTable();
});
afterAll(() => table.close());

type Attributes = NonNullable<PutItemCommandInput['Item']>;

const put = (item: Attributes, more: Partial<PutItemCommandInput> = {}) =>
  table.client.send(new PutItemCommand({ TableName: table.name, Item: item, ...more }));
const get = async (pk: string, sk: string) => {
  const { Item } = await table.client.send(
    new GetItemCommand({ TableName: table.name, Key: key(pk, sk), ConsistentRead: true }),
  );
  return Item;
};
const update = (pk: string, sk: string, UpdateExpression: string, more: Partial<UpdateItemCommandInput> = {}) =>
  table.client.send(new UpdateItemCommand({ TableName: table.name, Key: key(pk, sk), UpdateExpression, ...more }));
const query = (input: Partial<QueryCommandInput>) =>
  table.client.send(new QueryCommand({ TableName: table.name, ...input }));
const transact = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
  table.client.send(
    new TransactWriteItemsCommand({ TransactItems, ...(ClientRequestToken ? { ClientRequestToken } : {}) }),
  );
const Put = (Item: Attributes, more: object = {}): TransactWriteItem => ({
  Put: { TableName: table.name, Item, ...more },
});
const add = (pk: string, sk: string, by: number, more: object = {}): TransactWriteItem => ({
  Update: {
    TableName: table.name,
    Key: key(pk, sk),
    UpdateExpression: 'ADD amount :by',
    ExpressionAttributeValues: { ':by': N(by) },
    ...more,
  },
});
const fresh = { ConditionExpression: 'attribute_not_exists(pk)' };

const refusal = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => {
      throw new Error('this was not refused');
    },
    (error: unknown) => error,
  );
const refused = async (work: Promise<unknown>) => {
  const error = await refusal(work);
  return error instanceof Error ? { name: error.name, message: error.message } : error;
};
const cancellation = async (work: Promise<unknown>) => {
  const error = await refusal(work);
  if (!(error instanceof TransactionCanceledException)) throw error;
  return error.CancellationReasons ?? [];
};

describe('tables', () => {
  test('an on-demand table says so and is active with its indexes', async () => {
    const { Table } = await table.client.send(new DescribeTableCommand({ TableName: table.name }));
    expect(Table).toMatchObject({
      TableName: table.name,
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
    expect(Table?.CreationDateTime).toBeInstanceOf(Date);
    expect(Table?.GlobalSecondaryIndexes?.map((index) => [index.IndexName, index.IndexStatus]).toSorted()).toEqual([
      ['by-list', 'ACTIVE'],
      ['by-owner', 'ACTIVE'],
    ]);
  });

  test('a name is given once', async () => {
    expect(await refused(createTable(table.client, table.name))).toMatchObject({ name: 'ResourceInUseException' });
  });

  test('attributes that no key uses are refused', async () => {
    const create = new CreateTableCommand({
      TableName: `test-${randomUUID()}`,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'title', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    });
    expect(await refused(table.client.send(create))).toMatchObject({ name: 'ValidationException' });
  });

  test('tables are listed', async () => {
    const names: string[] = [];
    let from: string | undefined;
    do {
      const page: { TableNames?: string[]; LastEvaluatedTableName?: string } = await table.client.send(
        new ListTablesCommand({ Limit: 1, ...(from ? { ExclusiveStartTableName: from } : {}) }),
      );
      names.push(...(page.TableNames ?? []));
      from = page.LastEvaluatedTableName;
    } while (from);
    expect(names).toContain(table.name);
  });

  test('a deleted table is gone, and its items do not come back with its name', async () => {
    const name = await createTable(table.client);
    await table.client.send(new PutItemCommand({ TableName: name, Item: { ...key('a', '1'), owner: S('o') } }));
    await table.client.send(new DeleteTableCommand({ TableName: name }));
    await expect
      .poll(() => refused(table.client.send(new DescribeTableCommand({ TableName: name }))), { timeout: 30_000 })
      .toMatchObject({ name: 'ResourceNotFoundException' });

    await createTable(table.client, name);
    const found = await table.client.send(new GetItemCommand({ TableName: name, Key: key('a', '1') }));
    expect(found.Item).toBeUndefined();
    const listed = await table.client.send(
      new QueryCommand({
        TableName: name,
        IndexName: 'by-owner',
        KeyConditionExpression: '#o = :o',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':o': S('o') },
      }),
    );
    expect(listed.Items).toEqual([]);
    await table.client.send(new DeleteTableCommand({ TableName: name }));
  });

  test('an unknown table is refused', async () => {
    const missing = table.client.send(new GetItemCommand({ TableName: 'no-such-table', Key: key('a', '1') }));
    expect(await refused(missing)).toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('an index added later holds the items that were there before, and can be dropped', async () => {
    const name = await createTable(table.client);
    const send = (item: Attributes) => table.client.send(new PutItemCommand({ TableName: name, Item: item }));
    await send({ ...key('a', '1'), owner: S('o'), genre: S('jazz') });
    await send({ ...key('a', '2'), owner: S('o') });
    await table.client.send(
      new UpdateTableCommand({
        TableName: name,
        AttributeDefinitions: ['pk', 'sk', 'list', 'rank', 'owner', 'genre'].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S' as const,
        })),
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName: 'by-genre',
              KeySchema: [{ AttributeName: 'genre', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          },
        ],
      }),
    );
    const status = async () => {
      const { Table } = await table.client.send(new DescribeTableCommand({ TableName: name }));
      return Table?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === 'by-genre')?.IndexStatus;
    };
    await expect.poll(status, { timeout: 30_000 }).toBe('ACTIVE');
    await send({ ...key('a', '3'), genre: S('jazz') });
    const jazz = async () => {
      const { Items } = await table.client.send(
        new QueryCommand({
          TableName: name,
          IndexName: 'by-genre',
          KeyConditionExpression: 'genre = :g',
          ExpressionAttributeValues: { ':g': S('jazz') },
        }),
      );
      return Items?.map(({ sk }) => sk?.S).toSorted();
    };
    await expect.poll(jazz).toEqual(['1', '3']);

    await table.client.send(
      new UpdateTableCommand({
        TableName: name,
        GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-genre' } }],
      }),
    );
    await expect.poll(status, { timeout: 30_000 }).toBeUndefined();
    await table.client.send(new DeleteTableCommand({ TableName: name }));
  });
});

describe('items', () => {
  test('every type of attribute comes back as it went', async () => {
    const item = {
      ...key('types', '1'),
      text: S('żółć 🎤'),
      empty: S(''),
      number: N('12345678901234567890123456789012345678'),
      bytes: { B: new Uint8Array([0, 255, 7]) },
      yes: { BOOL: true },
      no: { BOOL: false },
      nothing: { NULL: true },
      list: S('not-indexed-without-rank'),
      mixed: { L: [S('a'), N(1), { M: { deep: { L: [{ BOOL: false }] } } }] },
      words: { SS: ['a', 'b'] },
      numbers: { NS: ['1', '2.5'] },
    };
    await put(item);
    expect(await get('types', '1')).toEqual(item);
  });

  test('a put under attribute_not_exists happens once', async () => {
    await put(key('once', '1'), fresh);
    expect(await refused(put(key('once', '1'), fresh))).toEqual({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
    });
  });

  test('a refused put, update or delete brings the item that refused it, when asked to', async () => {
    const item = { ...key('held', '1'), holder: S('asha') };
    await put(item);
    const asked = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    const free = { ConditionExpression: 'attribute_not_exists(holder)', ...asked };
    const refusals = await Promise.all([
      refusal(put(key('held', '1'), free)),
      refusal(update('held', '1', 'REMOVE holder', free)),
      refusal(table.client.send(new DeleteItemCommand({ TableName: table.name, Key: key('held', '1'), ...free }))),
    ]);
    for (const error of refusals) expect((error as ConditionalCheckFailedException).Item).toEqual(item);

    const silent = await refusal(put(key('held', '1'), { ConditionExpression: 'attribute_not_exists(holder)' }));
    expect((silent as ConditionalCheckFailedException).Item).toBeUndefined();
    const absent = await refusal(put(key('held', '2'), { ConditionExpression: 'attribute_exists(pk)', ...asked }));
    expect((absent as ConditionalCheckFailedException).Item).toBeUndefined();
  });

  test('one update adds, sets, appends and removes, and returns what asked for', async () => {
    await put({ ...key('update', '1'), title: S('x'), flags: { SS: ['a', 'b'] } });
    const { Attributes } = await update(
      'update',
      '1',
      'ADD #c :one SET seen = if_not_exists(seen, :zero) + :one, tags = list_append(if_not_exists(tags, :none), :tags) ' +
        'REMOVE title DELETE flags :b',
      {
        ExpressionAttributeNames: { '#c': 'count' },
        ExpressionAttributeValues: {
          ':one': N(1),
          ':zero': N(0),
          ':none': { L: [] },
          ':tags': { L: [S('a')] },
          ':b': { SS: ['b'] },
        },
        ReturnValues: 'ALL_NEW',
      },
    );
    expect(Attributes).toEqual({
      ...key('update', '1'),
      count: N(1),
      seen: N(1),
      tags: { L: [S('a')] },
      flags: { SS: ['a'] },
    });
  });

  test('an update creates the item that it does not find', async () => {
    await update('update', 'new', 'SET title = :t', { ExpressionAttributeValues: { ':t': S('hello') } });
    expect(await get('update', 'new')).toEqual({ ...key('update', 'new'), title: S('hello') });
  });

  test('ReturnValues gives the old or the new, whole or only what changed', async () => {
    await put({ ...key('returns', '1'), a: N(1), b: N(1) });
    const bump = async (ReturnValues: 'UPDATED_OLD' | 'UPDATED_NEW' | 'ALL_OLD') => {
      const { Attributes } = await update('returns', '1', 'ADD a :one', {
        ExpressionAttributeValues: { ':one': N(1) },
        ReturnValues,
      });
      return Attributes;
    };
    expect(await bump('UPDATED_OLD')).toEqual({ a: N(1) });
    expect(await bump('UPDATED_NEW')).toEqual({ a: N(3) });
    expect(await bump('ALL_OLD')).toEqual({ ...key('returns', '1'), a: N(3), b: N(1) });
    const { Attributes } = await put(key('returns', '1'), { ReturnValues: 'ALL_OLD' });
    expect(Attributes).toEqual({ ...key('returns', '1'), a: N(4), b: N(1) });
  });

  test('a condition combines comparisons, size, begins_with, contains, IN and BETWEEN', async () => {
    await put({ ...key('cond', '1'), n: N(1), tags: { L: [S('a')] }, title: S('Great show') });
    await update('cond', '1', 'SET version = :one', {
      ConditionExpression:
        'attribute_not_exists(version) AND (size(tags) > :five OR begins_with(title, :great)) AND ' +
        'n IN (:one, :five) AND n BETWEEN :zero AND :one AND NOT contains(tags, :z) AND attribute_type(title, :s)',
      ExpressionAttributeValues: {
        ':zero': N(0),
        ':one': N(1),
        ':five': N(5),
        ':great': S('Great'),
        ':z': S('z'),
        ':s': S('S'),
      },
    });
    const again = update('cond', '1', 'SET version = :two', {
      ConditionExpression: 'version > :two',
      ExpressionAttributeValues: { ':two': N(2) },
    });
    expect(await refused(again)).toMatchObject({ name: 'ConditionalCheckFailedException' });
  });

  test('numbers compare as numbers, whatever they are written as', async () => {
    await put({ ...key('cond', '2'), n: N('10') });
    await update('cond', '2', 'SET n = n - :half', {
      ConditionExpression: 'n > :nine AND n = :ten',
      ExpressionAttributeValues: { ':nine': N(9), ':ten': N('1e1'), ':half': N('0.5') },
    });
    expect(await get('cond', '2')).toMatchObject({ n: N('9.5') });
  });

  test('a path reaches into maps and lists', async () => {
    await put({ ...key('path', '1'), m: { M: { a: { M: { b: N(1) } } } } });
    await update('path', '1', 'SET m.a.c = :one, m.l = :list REMOVE m.a.b', {
      ExpressionAttributeValues: { ':one': N(1), ':list': { L: [N(1), N(2)] } },
    });
    await update('path', '1', 'SET m.l[1] = :nine', { ExpressionAttributeValues: { ':nine': N(9) } });
    expect(await get('path', '1')).toMatchObject({ m: { M: { a: { M: { c: N(1) } }, l: { L: [N(1), N(9)] } } } });
    const nowhere = update('path', '1', 'SET x.y = :one', { ExpressionAttributeValues: { ':one': N(1) } });
    expect(await refused(nowhere)).toMatchObject({ name: 'ValidationException' });
  });

  test('a projection returns what it names', async () => {
    await put({ ...key('projected', '1'), title: S('t'), m: { M: { a: N(1), b: N(2) } } });
    const { Item } = await table.client.send(
      new GetItemCommand({
        TableName: table.name,
        Key: key('projected', '1'),
        ProjectionExpression: '#t, m.b',
        ExpressionAttributeNames: { '#t': 'title' },
      }),
    );
    expect(Item).toEqual({ title: S('t'), m: { M: { b: N(2) } } });
  });

  test('a delete under a condition deletes once, and returns what it deleted', async () => {
    await put({ ...key('delete', '1'), title: S('t') });
    const remove = () =>
      table.client.send(
        new DeleteItemCommand({
          TableName: table.name,
          Key: key('delete', '1'),
          ConditionExpression: 'attribute_exists(pk)',
          ReturnValues: 'ALL_OLD',
        }),
      );
    expect((await remove()).Attributes).toEqual({ ...key('delete', '1'), title: S('t') });
    expect(await refused(remove())).toMatchObject({ name: 'ConditionalCheckFailedException' });
  });

  test('100 concurrent additions to one item are 100', async () => {
    const addOne = () => update('counter', '1', 'ADD n :one', { ExpressionAttributeValues: { ':one': N(1) } });
    await Promise.all(Array.from({ length: 100 }, addOne));
    expect(await get('counter', '1')).toMatchObject({ n: N(100) });
  });

  test('of 50 concurrent claims one succeeds', async () => {
    const claim = (n: number) => put({ ...key('claim', '1'), by: N(n) }, fresh);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => claim(n)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('bad requests are refused and change nothing', () => {
  const cases: [string, () => Promise<unknown>][] = [
    ['an item over 400 KB', () => put({ ...key('bad', '1'), body: S('z'.repeat(410 * 1024)) })],
    [
      'a reserved word without a placeholder',
      () => update('bad', '1', 'SET name = :a', { ExpressionAttributeValues: { ':a': N(1) } }),
    ],
    ['a change of the key', () => update('bad', '1', 'SET sk = :a', { ExpressionAttributeValues: { ':a': S('2') } })],
    ['an empty key', () => put(key('', '1'))],
    ['a key of another type', () => put({ pk: N(1), sk: S('1') })],
    ['an item without its sort key', () => put({ pk: S('bad') })],
    ['an index key of another type', () => put({ ...key('bad', '1'), owner: N(1) })],
    ['a value that no expression uses', () => put(key('bad', '1'), { ExpressionAttributeValues: { ':a': N(1) } })],
    ['a placeholder without a value', () => put(key('bad', '1'), { ConditionExpression: 'n = :missing' })],
    ['an expression that does not parse', () => put(key('bad', '1'), { ConditionExpression: 'n = = n' })],
    ['a number that is none', () => put({ ...key('bad', '1'), n: N('twelve') })],
    ['an empty set', () => put({ ...key('bad', '1'), words: { SS: [] } })],
    [
      'adding a number to a text',
      async () => {
        await put({ ...key('bad', 'text'), n: S('text') });
        return update('bad', 'text', 'ADD n :one', { ExpressionAttributeValues: { ':one': N(1) } });
      },
    ],
    [
      'a filter on the key',
      () =>
        query({
          KeyConditionExpression: 'pk = :p',
          FilterExpression: 'sk <> :x',
          ExpressionAttributeValues: { ':p': S('bad'), ':x': S('1') },
        }),
    ],
    [
      'a query without the whole hash key',
      () => query({ KeyConditionExpression: 'begins_with(pk, :p)', ExpressionAttributeValues: { ':p': S('bad') } }),
    ],
    [
      'a consistent read of a global index',
      () =>
        query({
          IndexName: 'by-list',
          ConsistentRead: true,
          KeyConditionExpression: '#l = :l',
          ExpressionAttributeNames: { '#l': 'list' },
          ExpressionAttributeValues: { ':l': S('x') },
        }),
    ],
    [
      'an index that is not there',
      () =>
        query({
          IndexName: 'by-nothing',
          KeyConditionExpression: 'pk = :l',
          ExpressionAttributeValues: { ':l': S('x') },
        }),
    ],
  ];
  test.each(cases)('%s', async (_name, send) => {
    expect(await refused(send())).toMatchObject({ name: 'ValidationException' });
    expect(await get('bad', '1')).toBeUndefined();
  });
});

describe('queries', () => {
  const ofList = { KeyConditionExpression: '#l = :l', ExpressionAttributeNames: { '#l': 'list' } };
  const padded = (n: number) => String(n).padStart(5, '0');

  beforeAll(async () => {
    for (let batch = 0; batch < 8; batch += 1) {
      const writes = Array.from({ length: 25 }, (_, i) => {
        const n = batch * 25 + i;
        const item = {
          ...key('page', padded(n)),
          list: S('all'),
          rank: S(padded(1000 - n)),
          body: S('x'.repeat(2000)),
        };
        return { PutRequest: { Item: item } };
      });
      const { UnprocessedItems } = await table.client.send(
        new BatchWriteItemCommand({ RequestItems: { [table.name]: writes } }),
      );
      expect(UnprocessedItems).toEqual({});
    }
  });

  test('pages go on where the last one ended, without gap or repetition', async () => {
    const seen: (string | undefined)[] = [];
    const pages = paginateQuery(
      { client: table.client, pageSize: 30 },
      {
        TableName: table.name,
        KeyConditionExpression: 'pk = :p AND begins_with(sk, :s)',
        ExpressionAttributeValues: { ':p': S('page'), ':s': S('00') },
      },
    );
    let count = 0;
    for await (const { Items } of pages) {
      seen.push(...(Items ?? []).map(({ sk }) => sk?.S));
      count += 1;
    }
    expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => padded(n)));
    expect(count).toBeGreaterThanOrEqual(7);
  });

  test('an index is read backwards, page by page', async () => {
    const page = (from?: QueryCommandInput['ExclusiveStartKey']) =>
      query({
        IndexName: 'by-list',
        ...ofList,
        ExpressionAttributeValues: { ':l': S('all') },
        Limit: 3,
        ScanIndexForward: false,
        ...(from ? { ExclusiveStartKey: from } : {}),
      });
    const first = await page();
    const second = await page(first.LastEvaluatedKey);
    expect([...(first.Items ?? []), ...(second.Items ?? [])].map(({ rank }) => rank?.S)).toEqual([
      '01000',
      '00999',
      '00998',
      '00997',
      '00996',
      '00995',
    ]);
  });

  test.each([true, false])('items of equal rank are all there, page by page (forward: %s)', async (forward) => {
    const writes = Array.from({ length: 20 }, (_, n) => ({
      PutRequest: { Item: { ...key('tie', padded(n)), list: S('ties'), rank: S('same') } },
    }));
    await table.client.send(new BatchWriteItemCommand({ RequestItems: { [table.name]: writes } }));
    const seen: (string | undefined)[] = [];
    const pages = paginateQuery(
      { client: table.client, pageSize: 3 },
      {
        TableName: table.name,
        IndexName: 'by-list',
        ...ofList,
        ExpressionAttributeValues: { ':l': S('ties') },
        ScanIndexForward: forward,
      },
    );
    for await (const { Items } of pages) seen.push(...(Items ?? []).map(({ sk }) => sk?.S));
    expect(seen.toSorted()).toEqual(writes.map((_, n) => padded(n)));
  });

  test('a filter takes away after the page is counted, and a projection names what comes', async () => {
    const { Count, ScannedCount, Items } = await query({
      KeyConditionExpression: 'pk = :p AND sk BETWEEN :a AND :b',
      FilterExpression: 'attribute_exists(body) AND #r <> :x',
      ProjectionExpression: 'sk',
      ExpressionAttributeNames: { '#r': 'rank' },
      ExpressionAttributeValues: { ':p': S('page'), ':a': S('00010'), ':b': S('00019'), ':x': S('00985') },
    });
    expect([Count, ScannedCount, Items?.[0]]).toEqual([9, 10, { sk: S('00010') }]);
  });

  test('a count returns no items', async () => {
    const { Count, Items } = await query({
      KeyConditionExpression: 'pk = :p AND sk < :b',
      ExpressionAttributeValues: { ':p': S('page'), ':b': S('00010') },
      Select: 'COUNT',
    });
    expect([Count, Items]).toEqual([10, undefined]);
  });

  test('a page ends at 1 MB', async () => {
    for (let batch = 0; batch < 4; batch += 1) {
      const writes = Array.from({ length: 10 }, (_, n) => ({
        PutRequest: { Item: { ...key('big', `${batch}-${n}`), body: S('y'.repeat(40_000)) } },
      }));
      await table.client.send(new BatchWriteItemCommand({ RequestItems: { [table.name]: writes } }));
    }
    const page = await query({
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': S('big') },
    });
    expect(page.LastEvaluatedKey).toBeDefined();
    expect(page.Items?.length).toBeLessThan(40);
  });

  test('an index follows its item: it moves, it leaves, and it carries what it projects', async () => {
    const owned = async (owner: string) => {
      const { Items } = await query({
        IndexName: 'by-owner',
        KeyConditionExpression: '#o = :o',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':o': S(owner) },
      });
      return Items;
    };
    await put({ ...key('owned', '1'), owner: S('asha'), title: S('t'), secret: S('s') });
    await expect.poll(() => owned('asha')).toEqual([{ ...key('owned', '1'), owner: S('asha'), title: S('t') }]);

    await update('owned', '1', 'SET #o = :o, title = :t', {
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: { ':o': S('bilal'), ':t': S('new') },
    });
    await expect.poll(() => owned('asha')).toEqual([]);
    await expect.poll(() => owned('bilal')).toEqual([{ ...key('owned', '1'), owner: S('bilal'), title: S('new') }]);

    await update('owned', '1', 'REMOVE #o', { ExpressionAttributeNames: { '#o': 'owner' } });
    await expect.poll(() => owned('bilal')).toEqual([]);
  });

  test('a scan reads everything once, also in parts', async () => {
    const scan = async (segments: number) => {
      const seen: string[] = [];
      for (let Segment = 0; Segment < segments; Segment += 1) {
        const pages = paginateScan(
          { client: table.client, pageSize: 40 },
          {
            TableName: table.name,
            FilterExpression: 'pk = :p',
            ExpressionAttributeValues: { ':p': S('page') },
            ...(segments > 1 ? { Segment, TotalSegments: segments } : {}),
          },
        );
        for await (const { Items } of pages) seen.push(...(Items ?? []).map(({ sk }) => sk?.S ?? ''));
      }
      return seen.toSorted();
    };
    const all = Array.from({ length: 200 }, (_, n) => padded(n));
    expect(await scan(1)).toEqual(all);
    expect(await scan(3)).toEqual(all);
  });

  test('a batch reads 50 items and leaves out what is not there', async () => {
    const Keys = Array.from({ length: 50 }, (_, n) => key('page', padded(n + 160)));
    const { Responses } = await table.client.send(
      new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys, ProjectionExpression: 'sk' } } }),
    );
    expect(Responses?.[table.name]).toHaveLength(40);
  });

  test('a batch deletes and puts, and refuses one item twice or more than 25', async () => {
    await put(key('batch', 'old'));
    await table.client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [table.name]: [
            { DeleteRequest: { Key: key('batch', 'old') } },
            { PutRequest: { Item: key('batch', 'new') } },
          ],
        },
      }),
    );
    expect([await get('batch', 'old'), await get('batch', 'new')]).toEqual([undefined, key('batch', 'new')]);

    const writes = (count: number, name: (n: number) => string) =>
      table.client.send(
        new BatchWriteItemCommand({
          RequestItems: {
            [table.name]: Array.from({ length: count }, (_, n) => ({ PutRequest: { Item: key('batch', name(n)) } })),
          },
        }),
      );
    expect(await refused(writes(2, () => 'same'))).toMatchObject({ name: 'ValidationException' });
    expect(await refused(writes(26, String))).toMatchObject({ name: 'ValidationException' });
    expect(await get('batch', 'same')).toBeUndefined();
  });
});

describe('transactions', () => {
  test('put, update, delete and a condition on a fourth item happen together', async () => {
    await put({ ...key('tx', 'guard'), open: { BOOL: true } });
    await put(key('tx', 'old'));
    await transact([
      Put({ ...key('tx', 'new'), title: S('t') }, fresh),
      add('tx', 'sum', 5),
      { Delete: { TableName: table.name, Key: key('tx', 'old'), ConditionExpression: 'attribute_exists(pk)' } },
      {
        ConditionCheck: {
          TableName: table.name,
          Key: key('tx', 'guard'),
          ConditionExpression: '#open = :yes',
          ExpressionAttributeNames: { '#open': 'open' },
          ExpressionAttributeValues: { ':yes': { BOOL: true } },
        },
      },
    ]);
    expect(await get('tx', 'new')).toEqual({ ...key('tx', 'new'), title: S('t') });
    expect(await get('tx', 'sum')).toEqual({ ...key('tx', 'sum'), amount: N(5) });
    expect(await get('tx', 'old')).toBeUndefined();
    expect(await get('tx', 'guard')).toEqual({ ...key('tx', 'guard'), open: { BOOL: true } });
  });

  test('a refused condition undoes everything, and the reasons stand in the order of the actions', async () => {
    await put({ ...key('tx', 'taken'), by: S('asha') });
    const reasons = await cancellation(
      transact([
        Put(key('tx', 'rolled-back')),
        Put(key('tx', 'taken'), { ...fresh, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        add('tx', 'rolled-back-too', 1),
        Put(key('tx', 'absent'), { ConditionExpression: 'attribute_exists(pk)' }),
      ]),
    );
    expect(reasons.map(({ Code }) => Code)).toEqual([
      'None',
      'ConditionalCheckFailed',
      'None',
      'ConditionalCheckFailed',
    ]);
    expect(reasons[1]?.Item).toEqual({ ...key('tx', 'taken'), by: S('asha') });
    expect(reasons[1]?.Message).toBe('The conditional request failed');
    expect(await get('tx', 'rolled-back')).toBeUndefined();
    expect(await get('tx', 'rolled-back-too')).toBeUndefined();
  });

  test('a refused condition keeps its item to itself unless asked', async () => {
    await put(key('tx', 'quiet'));
    const [reason] = await cancellation(transact([Put(key('tx', 'quiet'), fresh)]));
    expect(reason?.Item).toBeUndefined();
  });

  test('a condition check alone writes nothing and refuses as the others do', async () => {
    const check = (sk: string): TransactWriteItem => ({
      ConditionCheck: { TableName: table.name, Key: key('tx', sk), ...fresh },
    });
    await transact([check('never')]);
    expect(await get('tx', 'never')).toBeUndefined();
    await put({ ...key('tx', 'there'), n: N(1) });
    const reasons = await cancellation(transact([check('there'), Put(key('tx', 'never'))]));
    expect(reasons.map(({ Code }) => Code)).toEqual(['ConditionalCheckFailed', 'None']);
    expect(await get('tx', 'there')).toEqual({ ...key('tx', 'there'), n: N(1) });
    expect(await get('tx', 'never')).toBeUndefined();
  });

  test('indexes follow a transaction, and a cancelled one leaves them alone', async () => {
    const listed = async () => {
      const { Items } = await query({
        IndexName: 'by-list',
        KeyConditionExpression: '#l = :l',
        ExpressionAttributeNames: { '#l': 'list' },
        ExpressionAttributeValues: { ':l': S('tx-list') },
      });
      return Items?.map(({ rank }) => rank?.S);
    };
    const ranked = (sk: string, rank: string) => ({ ...key('tx-list', sk), list: S('tx-list'), rank: S(rank) });
    await transact([Put(ranked('a', '1')), Put(ranked('b', '2'))]);
    await expect.poll(listed).toEqual(['1', '2']);
    await transact([
      Put(ranked('a', '3')),
      { Delete: { TableName: table.name, Key: key('tx-list', 'b') } },
      Put(ranked('c', '0')),
    ]);
    await expect.poll(listed).toEqual(['0', '3']);
    await cancellation(transact([Put(ranked('a', '9')), Put(ranked('d', '9')), Put(ranked('c', '9'), fresh)]));
    await expect.poll(listed).toEqual(['0', '3']);
  });

  test('one item twice is refused', async () => {
    expect(await refused(transact([Put(key('tx', 'twice')), add('tx', 'twice', 1)]))).toMatchObject({
      name: 'ValidationException',
    });
    expect(await get('tx', 'twice')).toBeUndefined();
  });

  test('100 actions are done and 101 refused', async () => {
    const many = (count: number, pk: string) =>
      transact(Array.from({ length: count }, (_, n) => Put(key(pk, String(n)))));
    await many(100, 'tx-100');
    const { Count } = await query({
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': S('tx-100') },
    });
    expect(Count).toBe(100);
    expect(await refused(many(101, 'tx-101'))).toMatchObject({ name: 'ValidationException' });
    expect(await refused(many(0, 'tx-0'))).toMatchObject({ name: 'ValidationException' });
  });

  test('an expression that does not parse refuses the whole before anything is written', async () => {
    const broken = transact([
      Put(key('tx', 'unwritten')),
      Put(key('tx', 'broken'), { ConditionExpression: 'a = = b' }),
    ]);
    expect(await refused(broken)).toMatchObject({ name: 'ValidationException' });
    expect(await get('tx', 'unwritten')).toBeUndefined();
  });

  test('a change that an item does not allow cancels with its own reason', async () => {
    await put({ ...key('tx', 'text'), amount: S('much') });
    const reasons = await cancellation(transact([Put(key('tx', 'unwritten')), add('tx', 'text', 1)]));
    expect(reasons.map(({ Code }) => Code)).toEqual(['None', 'ValidationError']);
    expect(await get('tx', 'unwritten')).toBeUndefined();
  });

  test('an unknown table refuses the whole', async () => {
    const elsewhere = { Put: { TableName: 'no-such-table', Item: key('a', '1') } };
    expect(await refused(transact([Put(key('tx', 'unwritten')), elsewhere]))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect(await get('tx', 'unwritten')).toBeUndefined();
  });

  test('a token makes a transaction happen once', async () => {
    const token = randomUUID();
    await transact([add('tx-token', 'n', 1)], token);
    await transact([add('tx-token', 'n', 1)], token);
    expect(await get('tx-token', 'n')).toMatchObject({ amount: N(1) });
  });

  test('a token answers a replay also when its condition would no longer hold', async () => {
    const token = randomUUID();
    await transact([Put(key('tx-token', 'made'), fresh)], token);
    await transact([Put(key('tx-token', 'made'), fresh)], token);
    expect(await get('tx-token', 'made')).toBeDefined();
  });

  test('a token with another transaction is refused', async () => {
    const token = randomUUID();
    await transact([add('tx-token', 'a', 1)], token);
    expect(await refused(transact([add('tx-token', 'a', 2)], token))).toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    expect(await get('tx-token', 'a')).toMatchObject({ amount: N(1) });
  });

  test('a cancelled transaction leaves its token free', async () => {
    const token = randomUUID();
    const needs = { ConditionExpression: 'attribute_exists(pk)' };
    await cancellation(transact([add('tx-token', 'late', 1, needs)], token));
    await put(key('tx-token', 'late'));
    await transact([add('tx-token', 'late', 1, needs)], token);
    expect(await get('tx-token', 'late')).toMatchObject({ amount: N(1) });
  });

  test('a transactional read returns in order, with an empty place for what is not there', async () => {
    await put({ ...key('tx-get', '1'), a: N(1), b: N(2) });
    const { Responses } = await table.client.send(
      new TransactGetItemsCommand({
        TransactItems: [
          { Get: { TableName: table.name, Key: key('tx-get', 'none') } },
          { Get: { TableName: table.name, Key: key('tx-get', '1'), ProjectionExpression: 'a' } },
        ],
      }),
    );
    expect(Responses).toEqual([{}, { Item: { a: N(1) } }]);
  });
});

describe('isolation', () => {
  const accounts = ['a', 'b', 'c', 'd', 'e'];
  const FIRST = 100;
  const account = (n: number) => accounts[n % accounts.length] ?? '';

  /** Moves money if there is enough; says whether it was moved. A conflict is AWS's own way to say "not now". */
  const transfer = async (pk: string, from: string, to: string, amount: number): Promise<boolean> => {
    const enough = {
      ConditionExpression: 'amount >= :min',
      ExpressionAttributeValues: { ':by': N(-amount), ':min': N(amount) },
    };
    try {
      await transact([add(pk, from, -amount, enough), add(pk, to, amount)]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCanceledException) return false;
      throw error;
    }
  };
  const open = (pk: string) => transact(accounts.map((account) => Put({ ...key(pk, account), amount: N(FIRST) })));
  const amounts = async (pk: string) => {
    const { Items } = await query({
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': S(pk) },
      ConsistentRead: true,
    });
    return (Items ?? []).map(({ amount }) => Number(amount?.N));
  };
  const total = (of: number[]) => of.reduce((sum, amount) => sum + amount, 0);

  test('600 concurrent conditional transfers lose and create nothing', async () => {
    await open('bank');
    const moved = await Promise.all(
      Array.from({ length: 600 }, (_, n) => transfer('bank', account(n), account(n + 1 + (n % 4)), 1 + ((n * 7) % 60))),
    );

    const left = await amounts('bank');
    expect(total(left)).toBe(accounts.length * FIRST);
    expect(Math.min(...left)).toBeGreaterThanOrEqual(0);
    expect(moved).toContain(true);
    expect(moved).toContain(false);
  });

  test('single writes between transactions are not lost', async () => {
    await open('mixed');
    const deposit = () => update('mixed', 'a', 'ADD amount :one', { ExpressionAttributeValues: { ':one': N(1) } });
    const [deposits] = await Promise.all([
      Promise.allSettled(Array.from({ length: 100 }, deposit)),
      Promise.all(Array.from({ length: 100 }, () => transfer('mixed', 'a', 'b', 1))),
    ]);
    const done = deposits.filter(({ status }) => status === 'fulfilled').length;
    expect(total(await amounts('mixed'))).toBe(accounts.length * FIRST + done);
  });

  test('a transactional read sees every transfer whole', async () => {
    await open('snapshot');
    const look = async () => {
      try {
        const { Responses } = await table.client.send(
          new TransactGetItemsCommand({
            TransactItems: accounts.map((account) => ({
              Get: { TableName: table.name, Key: key('snapshot', account) },
            })),
          }),
        );
        return total((Responses ?? []).map(({ Item }) => Number(Item?.['amount']?.N)));
      } catch (error) {
        if (error instanceof TransactionCanceledException) return 'conflict';
        throw error;
      }
    };
    const [sums] = await Promise.all([
      Promise.all(Array.from({ length: 60 }, look)),
      Promise.all(Array.from({ length: 120 }, (_, n) => transfer('snapshot', account(n), account(n + 1), 1 + (n % 7)))),
    ]);
    expect(new Set(sums.filter((sum) => sum !== 'conflict'))).toEqual(new Set([accounts.length * FIRST]));
  });
});

describe('time to live', () => {
  test('it is off, is switched on once, and says which attribute', async () => {
    const name = await createTable(table.client);
    const describeIt = async () => {
      const answer = await table.client.send(new DescribeTimeToLiveCommand({ TableName: name }));
      return answer.TimeToLiveDescription;
    };
    expect(await describeIt()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    const enable = () =>
      table.client.send(
        new UpdateTimeToLiveCommand({
          TableName: name,
          TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAt' },
        }),
      );
    await enable();
    const described = await describeIt();
    expect(described?.AttributeName).toBe('expiresAt');
    expect(described?.TimeToLiveStatus).toMatch(/^ENABL/);
    expect(await refused(enable())).toMatchObject({ name: 'ValidationException' });
    await table.client.send(new DeleteTableCommand({ TableName: name }));
  });
});
