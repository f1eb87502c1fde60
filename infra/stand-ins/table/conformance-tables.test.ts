import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListTablesCommand,
  type ListTablesCommandOutput,
  PutItemCommand,
  QueryCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, test } from 'vitest';
import { type Attributes, createTable, key, openTestTable, refused, S } from './table.testing.ts';

/** What our store may rely on, of tables. It holds for the embedded table and for whatever TEST_DYNAMODB_ENDPOINT names. */
const table = await openTestTable();
afterAll(() => table.close());

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
      const page: ListTablesCommandOutput = await table.client.send(
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
