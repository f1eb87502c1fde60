import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absent, atRevision, both, either, openTable, type Table } from './dynamo.ts';
import { openTestTable } from './store.testing.ts';
import { ensureTable, INDEXES } from './table.ts';

let storage: Awaited<ReturnType<typeof openTestTable>>;
let table: Table;
beforeAll(async () => {
  storage = await openTestTable();
  table = openTable(storage);
});
afterAll(() => storage.close());

const key = (name: string) => ({ pk: { S: name }, sk: { S: 'TEST' } });

it('is made once, with its indexes and its TTL, however often and by however many it is asked for', async () => {
  const client = new DynamoDBClient(storage.aws);
  const name = `many-${crypto.randomUUID()}`;
  await Promise.all(Array.from({ length: 5 }, () => ensureTable(client, name)));
  await ensureTable(client, name);
  const { Table: made } = await client.send(new DescribeTableCommand({ TableName: name }));
  expect(made?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual(Object.keys(INDEXES).sort());
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
  expect(TimeToLiveDescription).toMatchObject({
    AttributeName: 'expiresAt',
    TimeToLiveStatus: expect.stringMatching(/^ENABL/),
  });
  client.destroy();
});

describe('a conditional write', () => {
  it('that is refused is a value, with the item that refused it', async () => {
    expect(await table.put({ ...key('a'), rev: { N: '1' } }, absent)).toMatchObject({ done: true });
    expect(await table.put({ ...key('a'), rev: { N: '2' } }, absent)).toEqual({
      done: false,
      item: { ...key('a'), rev: { N: '1' } },
    });
    expect(await table.put({ ...key('a'), rev: { N: '2' } }, either(absent, atRevision(1)))).toMatchObject({
      done: true,
    });
    expect(await table.remove(key('a'), atRevision(1))).toMatchObject({ done: false });
    expect(await table.remove(key('a'), both(atRevision(2), { expression: 'attribute_exists(pk)' }))).toEqual({
      done: true,
      item: { ...key('a'), rev: { N: '2' } },
    });
    expect(await table.remove(key('a'))).toEqual({ done: true, item: undefined });
  });

  it('among others is refused with them, by its name', async () => {
    await table.put({ ...key('taken') });
    const both = [
      { or: 'free' as const, put: { ...key('free') }, when: absent },
      { or: 'taken' as const, put: { ...key('taken'), more: { S: 'x' } }, when: absent },
    ];
    expect(await table.transact(both)).toEqual({ done: false, because: 'taken', item: key('taken') });
    expect(await table.get(key('free'))).toBeUndefined();
  });

  it('without a name that is refused all the same is a fault', async () => {
    await expect(table.transact([{ put: { ...key('taken') }, when: absent }])).rejects.toMatchObject({
      name: 'TransactionCanceledException',
    });
  });
});

it('gets many, each once, whatever is asked twice or is not there', async () => {
  const names = Array.from({ length: 120 }, (_, i) => `many-${i}`);
  await Promise.all(names.map((name) => table.put({ ...key(name) })));
  const items = await table.getMany([...names, ...names, 'none'].map(key));
  expect(new Set(items.map(({ pk }) => pk?.S))).toEqual(new Set(names));
  expect(items).toHaveLength(names.length);
});
