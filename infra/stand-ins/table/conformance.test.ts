import {
  type AttributeValue,
  type ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, test } from 'vitest';
import { fresh, key, N, openTestTable, refusal, refused, S } from './table.testing.ts';

/** What our store may rely on, of items. It holds for the embedded table and for whatever TEST_DYNAMODB_ENDPOINT names. */
const table = await openTestTable();
afterAll(() => table.close());
const { put, get, update, query } = table;

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

const nested = (levels: number): AttributeValue => (levels === 0 ? N(1) : { L: [nested(levels - 1)] });

describe('bad requests are refused and change nothing', () => {
  const cases: [string, () => Promise<unknown>][] = [
    ['an empty index key', () => put({ ...key('bad', '1'), owner: S('') })],
    ['an item over 400 KB in bytes, not letters', () => put({ ...key('bad', '1'), body: S('é'.repeat(250 * 1024)) })],
    ['lists in lists beyond the 32nd', () => put({ ...key('bad', '1'), deep: nested(33) })],
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
