import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  paginateQuery,
  paginateScan,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { key, openTestTable, refused, S } from './table.testing.ts';

/** What our store may rely on, of queries, scans and batches. It holds for the embedded table and for whatever TEST_DYNAMODB_ENDPOINT names. */
const table = await openTestTable();
afterAll(() => table.close());
const { put, get, update, query } = table;

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
    const seen: string[] = [];
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
    for await (const { Items } of pages) seen.push(...(Items ?? []).map(({ sk }) => sk?.S ?? ''));
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
