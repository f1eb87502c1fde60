import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, test } from 'vitest';
import { type Attributes, key, N, openTestTable, refused, S } from './table.testing.ts';

/** What our store may rely on, of expressions. It holds for the embedded table and for whatever TEST_DYNAMODB_ENDPOINT names. */
const table = await openTestTable();
afterAll(() => table.close());
const { put, get, update, query } = table;

const values = (entries: Record<string, AttributeValue>) =>
  Object.keys(entries).length > 0 ? { ExpressionAttributeValues: entries } : {};

describe('a condition and a filter', () => {
  const item = {
    ...key('held', '1'),
    anEmpty: S(''),
    aWord: S('text'),
    aNumber: N(5),
    aList: { L: [N(0), { BOOL: false }, { M: { a: N(1) } }] },
    aMap: { M: { a: N(1), b: { M: { c: S('x') } } } },
    aSet: { SS: ['a', 'b'] },
    aNo: { BOOL: false },
    aNil: { NULL: true as const },
    aBlob: { B: new Uint8Array([1, 2]) },
  };
  const cases: [string, boolean, Record<string, AttributeValue>][] = [
    ['aMap = :v', true, { ':v': item.aMap }],
    ['aMap <> :v', false, { ':v': item.aMap }],
    ['aList = :v', true, { ':v': item.aList }],
    ['aSet = :v', true, { ':v': { SS: ['b', 'a'] } }],
    ['aSet = :v', false, { ':v': { SS: ['a'] } }],
    ['gone = lost', false, {}],
    ['gone <> lost', true, {}],
    ['gone <> :v', true, { ':v': N(1) }],
    ['gone < :v', false, { ':v': N(1) }],
    ['size(anEmpty) = :v', true, { ':v': N(0) }],
    ['size(gone) = :v', false, { ':v': N(0) }],
    ['size(aMap) = :v', true, { ':v': N(2) }],
    ['size(aBlob) = :v', true, { ':v': N(2) }],
    ['aNo IN (:v)', true, { ':v': { BOOL: false } }],
    ['anEmpty IN (:v)', true, { ':v': S('') }],
    ['anEmpty BETWEEN :v AND :w', true, { ':v': S(''), ':w': S('z') }],
    ['aNumber BETWEEN :v AND :w', true, { ':v': N('-1'), ':w': N('1e2') }],
    ['aWord < :v', false, { ':v': N(9) }],
    ['begins_with(aWord, :v)', true, { ':v': S('te') }],
    ['begins_with(aNumber, :v)', false, { ':v': S('5') }],
    ['contains(aList, :v)', true, { ':v': { M: { a: N(1) } } }],
    ['contains(aSet, :v)', true, { ':v': S('b') }],
    ['contains(aWord, :v)', true, { ':v': S('ex') }],
    ['attribute_type(aNil, :v)', true, { ':v': S('NULL') }],
    ['attribute_exists(aMap.b.c) AND attribute_not_exists(aMap.b.d)', true, {}],
    ['aList[0] = :v AND aList[2].a > aList[0]', true, { ':v': N(0) }],
    ['NOT (aNumber = :v OR aWord = :w)', true, { ':v': N(4), ':w': S('x') }],
    ['aNumber = :v OR aNumber = :w AND aWord = :w', true, { ':v': N(5), ':w': S('x') }],
    ['attribute_exists(toString)', false, {}],
  ];
  test.each(cases)('%s: %s', async (expression, expected, given) => {
    await put(item);
    const outcome = await refusedOrDone(put(item, { ConditionExpression: expression, ...values(given) }));
    expect(outcome).toBe(expected ? 'done' : 'ConditionalCheckFailedException');

    const { Count } = await query({
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: expression,
      ExpressionAttributeValues: { ...given, ':pk': S('held') },
    });
    expect(Count).toBe(expected ? 1 : 0);
  });

  const refusedOrDone = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
    );
});

describe('an update', () => {
  const before: Attributes = {
    aNumber: N(5),
    aWord: S('text'),
    bWord: S('other'),
    aList: { L: [N(0), N(1), N(2), N(3)] },
    aTree: { M: { a: N(1), b: { M: { c: S('x') } } } },
    aSet: { SS: ['a', 'b'] },
  };
  const list = (...numbers: number[]) => ({ L: numbers.map(N) });
  const cases: [string, Attributes, Attributes][] = [
    ['REMOVE aList[0], aList[1]', {}, { aList: list(2, 3) }],
    ['REMOVE aList[3], aList[0]', {}, { aList: list(1, 2) }],
    ['REMOVE aList[0] SET aList[1] = :v', { ':v': N(9) }, { aList: list(9, 2, 3) }],
    ['SET aList[9] = :v, aList[7] = :w', { ':v': N(9), ':w': N(7) }, { aList: list(0, 1, 2, 3, 7, 9) }],
    ['SET aWord = bWord, bWord = aWord', {}, { aWord: S('other'), bWord: S('text') }],
    ['SET aCopy = aNumber ADD aNumber :v', { ':v': N(1) }, { aNumber: N(6), aCopy: N(5) }],
    [
      'SET aCopy = aTree.b REMOVE aTree.b.c',
      {},
      { aCopy: { M: { c: S('x') } }, aTree: { M: { a: N(1), b: { M: {} } } } },
    ],
    ['SET aCopy = aList, aList[0] = :v', { ':v': N(7) }, { aCopy: list(0, 1, 2, 3), aList: list(7, 1, 2, 3) }],
    ['SET aNumber = if_not_exists(gone, aNumber) - :v', { ':v': N('0.1') }, { aNumber: N('4.9') }],
    ['SET aNumber = aNumber + :v', { ':v': N('-5') }, { aNumber: N(0) }],
    ['SET aList = list_append(:v, aList)', { ':v': list(9) }, { aList: list(9, 0, 1, 2, 3) }],
    ['ADD aTree.a :v', { ':v': N(2) }, { aTree: { M: { a: N(3), b: { M: { c: S('x') } } } } }],
    ['ADD aFresh :v', { ':v': { NS: ['1'] } }, { aFresh: { NS: ['1'] } }],
    ['DELETE gone :v', { ':v': { SS: ['a'] } }, {}],
    ['REMOVE gone', {}, {}],
  ];
  test.each(cases)('%s', async (expression, given, changed) => {
    await put({ ...key('update', '1'), ...before });
    await update('update', '1', expression, values(given));
    expect(await get('update', '1')).toEqual({ ...key('update', '1'), ...before, ...changed });
  });

  test('that takes the last member of a set takes the set', async () => {
    await put({ ...key('update', '1'), ...before });
    await update('update', '1', 'DELETE aSet :v', values({ ':v': { SS: ['a', 'b', 'c'] } }));
    const { aSet: _aSet, ...rest } = before;
    expect(await get('update', '1')).toEqual({ ...key('update', '1'), ...rest });
  });

  const refusals: [string, Attributes][] = [
    ['SET aNumber = aNumber + :v', { ':v': N('99999999999999999999999999999999999999') }],
    ['SET aNumber = aWord + :v', { ':v': N(1) }],
    ['SET aNumber = gone', {}],
    ['SET aList = list_append(aList, :v)', { ':v': N(1) }],
    ['SET gone.a = :v', { ':v': N(1) }],
    ['SET aSet[0] = :v', { ':v': N(1) }],
    ['REMOVE gone.a', {}],
    ['DELETE aWord :v', { ':v': { SS: ['text'] } }],
    ['SET aTree = :v, aTree.a = :v', { ':v': N(1) }],
    ['SET #owner = :v', { ':v': S('') }],
    ['SET #owner = aNumber', {}],
  ];
  test.each(refusals)('%s is refused and changes nothing', async (expression, given) => {
    await put({ ...key('update', '1'), ...before });
    const names = expression.includes('#owner') ? { ExpressionAttributeNames: { '#owner': 'owner' } } : {};
    const work = update('update', '1', expression, { ...values(given), ...names });
    expect(await refused(work)).toMatchObject({ name: 'ValidationException' });
    expect(await get('update', '1')).toEqual({ ...key('update', '1'), ...before });
  });
});

describe('the size of an expression', () => {
  const text = (bytes: number) => {
    const known = 'anEmpty = :v OR ';
    return known + 'a'.repeat(bytes - known.length - ' = :v'.length) + ' = :v';
  };
  const condition = (bytes: number) => ({ ConditionExpression: text(bytes), ...values({ ':v': S('') }) });

  test('may be 4 KB and no more', async () => {
    const item = { ...key('size', '1'), anEmpty: S('') };
    await put(item);
    await put(item, condition(4_096));
    expect(await refused(put(item, condition(4_097)))).toEqual({
      name: 'ValidationException',
      message: expect.stringContaining(
        'Invalid ConditionExpression: Expression size has exceeded the maximum allowed size;',
      ),
    });
  });

  test('16 levels of parentheses are a condition like any other', async () => {
    const item = { ...key('depth', '1'), anEmpty: S('') };
    await put(item);
    const deep = `${'anEmpty = :v AND ('.repeat(16)}anEmpty = :v${')'.repeat(16)}`;
    await put(item, { ConditionExpression: deep, ...values({ ':v': S('') }) });
    expect(await refused(put(item, { ConditionExpression: '((anEmpty = :v))', ...values({ ':v': S('') }) }))).toEqual({
      name: 'ValidationException',
      message: expect.stringContaining('The expression has redundant parentheses;'),
    });
  });
});
