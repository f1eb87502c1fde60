import { randomUUID } from 'node:crypto';
import {
  TransactGetItemsCommand,
  TransactionCanceledException,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, test } from 'vitest';
import { cancellation, fresh, key, N, openTestTable, refused, S } from './table.testing.ts';

/** What our store may rely on, of transactions. It holds for the embedded table and for whatever TEST_DYNAMODB_ENDPOINT names. */
const table = await openTestTable();
afterAll(() => table.close());
const { put, get, update, query, transact, putting, adding } = table;

describe('transactions', () => {
  test('put, update, delete and a condition on a fourth item happen together', async () => {
    await put({ ...key('tx', 'guard'), open: { BOOL: true } });
    await put(key('tx', 'old'));
    await transact([
      putting({ ...key('tx', 'new'), title: S('t') }, fresh),
      adding('tx', 'sum', 5),
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
        putting(key('tx', 'rolled-back')),
        putting(key('tx', 'taken'), { ...fresh, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        adding('tx', 'rolled-back-too', 1),
        putting(key('tx', 'absent'), { ConditionExpression: 'attribute_exists(pk)' }),
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
    const [reason] = await cancellation(transact([putting(key('tx', 'quiet'), fresh)]));
    expect(reason?.Item).toBeUndefined();
  });

  test('a condition check alone writes nothing and refuses as the others do', async () => {
    const check = (sk: string): TransactWriteItem => ({
      ConditionCheck: { TableName: table.name, Key: key('tx', sk), ...fresh },
    });
    await transact([check('never')]);
    expect(await get('tx', 'never')).toBeUndefined();
    await put({ ...key('tx', 'there'), n: N(1) });
    const reasons = await cancellation(transact([check('there'), putting(key('tx', 'never'))]));
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
    await transact([putting(ranked('a', '1')), putting(ranked('b', '2'))]);
    await expect.poll(listed).toEqual(['1', '2']);
    await transact([
      putting(ranked('a', '3')),
      { Delete: { TableName: table.name, Key: key('tx-list', 'b') } },
      putting(ranked('c', '0')),
    ]);
    await expect.poll(listed).toEqual(['0', '3']);
    await cancellation(
      transact([putting(ranked('a', '9')), putting(ranked('d', '9')), putting(ranked('c', '9'), fresh)]),
    );
    await expect.poll(listed).toEqual(['0', '3']);
  });

  test('one item twice is refused', async () => {
    expect(await refused(transact([putting(key('tx', 'twice')), adding('tx', 'twice', 1)]))).toMatchObject({
      name: 'ValidationException',
    });
    expect(await get('tx', 'twice')).toBeUndefined();
  });

  test('100 actions are done and 101 refused', async () => {
    const many = (count: number, pk: string) =>
      transact(Array.from({ length: count }, (_, n) => putting(key(pk, String(n)))));
    await many(100, 'tx-100');
    const { Count } = await query({
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': S('tx-100') },
    });
    expect(Count).toBe(100);
    expect(await refused(many(101, 'tx-101'))).toMatchObject({ name: 'ValidationException' });
    expect(await refused(many(0, 'tx-0'))).toMatchObject({ name: 'ValidationException' });
  });

  test('more than 4 MB is refused', async () => {
    const body = S('x'.repeat(390 * 1024));
    const many = (count: number, pk: string) =>
      transact(Array.from({ length: count }, (_, n) => putting({ ...key(pk, String(n)), body })));
    await many(10, 'tx-4-mb');
    expect(await refused(many(11, 'tx-over'))).toMatchObject({ name: 'ValidationException' });
    expect(await get('tx-over', '0')).toBeUndefined();
  });

  test('an expression that does not parse refuses the whole before anything is written', async () => {
    const broken = transact([
      putting(key('tx', 'unwritten')),
      putting(key('tx', 'broken'), { ConditionExpression: 'a = = b' }),
    ]);
    expect(await refused(broken)).toMatchObject({ name: 'ValidationException' });
    expect(await get('tx', 'unwritten')).toBeUndefined();
  });

  test('a change that an item does not allow refuses the whole', async () => {
    await put({ ...key('tx', 'text'), amount: S('much') });
    // AWS documents a reason `ValidationError`; its DynamoDB Local says ValidationException.
    const refusal = await refused(transact([putting(key('tx', 'unwritten')), adding('tx', 'text', 1)]));
    expect(refusal).toMatchObject({
      name: expect.stringMatching(/^(TransactionCanceledException|ValidationException)$/),
    });
    expect(await get('tx', 'unwritten')).toBeUndefined();
  });

  test('an unknown table refuses the whole', async () => {
    const elsewhere = { Put: { TableName: 'no-such-table', Item: key('a', '1') } };
    expect(await refused(transact([putting(key('tx', 'unwritten')), elsewhere]))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect(await get('tx', 'unwritten')).toBeUndefined();
  });

  test('a token makes a transaction happen once', async () => {
    const token = randomUUID();
    await transact([adding('tx-token', 'n', 1)], token);
    await transact([adding('tx-token', 'n', 1)], token);
    expect(await get('tx-token', 'n')).toMatchObject({ amount: N(1) });
  });

  test('a token answers a replay also when its condition would no longer hold', async () => {
    const token = randomUUID();
    await transact([putting(key('tx-token', 'made'), fresh)], token);
    await transact([putting(key('tx-token', 'made'), fresh)], token);
    expect(await get('tx-token', 'made')).toBeDefined();
  });

  test('a token with another transaction is refused', async () => {
    const token = randomUUID();
    await transact([adding('tx-token', 'a', 1)], token);
    expect(await refused(transact([adding('tx-token', 'a', 2)], token))).toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    expect(await get('tx-token', 'a')).toMatchObject({ amount: N(1) });
  });

  test('a cancelled transaction leaves its token free', async () => {
    const token = randomUUID();
    const needs = { ConditionExpression: 'attribute_exists(pk)' };
    await cancellation(transact([adding('tx-token', 'late', 1, needs)], token));
    await put(key('tx-token', 'late'));
    await transact([adding('tx-token', 'late', 1, needs)], token);
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

    const Get = { TableName: table.name, Key: key('tx-get', '1') };
    const twice = table.client.send(new TransactGetItemsCommand({ TransactItems: [{ Get }, { Get }] }));
    expect(await refused(twice)).toMatchObject({ name: 'ValidationException' });
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
      await transact([adding(pk, from, -amount, enough), adding(pk, to, amount)]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCanceledException) return false;
      throw error;
    }
  };
  const open = (pk: string) => transact(accounts.map((account) => putting({ ...key(pk, account), amount: N(FIRST) })));
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
