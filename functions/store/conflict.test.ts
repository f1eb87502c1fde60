import {
  type DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { absent, openTable, TableUnavailable } from './dynamo.ts';
import { openTestTable } from './store.testing.ts';

const storage = await openTestTable();
afterAll(() => storage.close());

const key = (name: string) => ({ pk: { S: name }, sk: { S: 'TEST' } });

/** The table, except that its first `failures` writes meet another's transaction. */
const contended = (failures: number, error: () => Error) => {
  const waits: number[] = [];
  let left = failures;
  const send = (command: Parameters<DynamoDBClient['send']>[0]) =>
    left-- > 0 ? Promise.reject(error()) : storage.client.send(command);
  const table = openTable({
    client: { send } as DynamoDBClient,
    tableName: storage.tableName,
    wait: async (ms) => void waits.push(ms),
  });
  return { table, waits };
};

const $metadata = {};
const single = () => new TransactionConflictException({ $metadata, message: 'Transaction is ongoing for the item' });
const cancelled = () =>
  new TransactionCanceledException({
    $metadata,
    message: 'Transaction cancelled',
    CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
  });

describe('a write that meets another’s transaction', () => {
  it('is tried again, with pauses that differ', async () => {
    const { table, waits } = contended(5, single);
    expect(await table.put({ ...key('one'), n: { N: '1' } }, absent)).toMatchObject({ done: true });
    expect(waits).toHaveLength(5);
    expect(new Set(waits).size).toBe(5);
  });

  it('as a transaction is tried again, and done once', async () => {
    const { table } = contended(5, cancelled);
    expect(await table.transact([{ put: { ...key('two') }, when: absent, or: 'taken' }])).toEqual({ done: true });
    expect(await table.transact([{ put: { ...key('two') }, when: absent, or: 'taken' }])).toMatchObject({
      done: false,
      because: 'taken',
    });
  });

  it.each([
    ['put', single],
    ['transact', cancelled],
  ] as const)('and never gets through is given up as unavailable: %s', async (how, error) => {
    const { table, waits } = contended(Number.POSITIVE_INFINITY, error);
    const attempt = how === 'put' ? table.put(key('three')) : table.transact([{ put: key('three') }]);
    await expect(attempt).rejects.toThrow(TableUnavailable);
    expect(waits).toHaveLength(11);
  });
});

it('reads what has just been written, one or many: DynamoDB must be asked for that, and the embedded table does it anyway', async () => {
  const asked: unknown[] = [];
  const send = (command: { input: unknown }) => {
    asked.push(command.input);
    return storage.client.send(command as Parameters<DynamoDBClient['send']>[0]);
  };
  const table = openTable({ client: { send } as unknown as DynamoDBClient, tableName: storage.tableName });
  await table.get(key('one'));
  await table.getMany([key('one'), key('two')]);
  expect(asked).toEqual([
    expect.objectContaining({ ConsistentRead: true }),
    { RequestItems: { [storage.tableName]: expect.objectContaining({ ConsistentRead: true }) } },
  ]);
});
