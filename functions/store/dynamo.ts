import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactionCanceledException,
  TransactionConflictException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './item.ts';
import { INDEXES, type IndexName } from './table.ts';

/** A key of the table, as `keys.ts` makes it. */
export type Key = { pk: { S: string }; sk: { S: string } };

/** Where a query goes on: the key attributes after which to start. Leaves the house only inside a signed cursor. */
export type Position = Readonly<Record<string, string>>;

/** A condition or an update: the expression with the names and values that it mentions. */
export type Expression = { expression: string; names?: Record<string, string>; values?: Item };

/** The outcome of a conditional write. `item`: the item as it is after success, or as it was that failed the condition. */
export type Outcome = { done: true; item?: Item | undefined } | { done: false; item?: Item | undefined };

/** One part of a transaction; `or` is the name under which its refusal is told. A part without one must never fail. */
export type Part<Name extends string> = { or?: Name } & (
  | { put: Item; when?: Expression }
  | { update: Key; set: Expression; when?: Expression }
  | { remove: Key; when?: Expression }
  | { check: Key; when: Expression }
);

/** What a query asks: one partition of the table or of an index, in order, page by page. */
export type Ask = {
  index?: IndexName;
  partition: string;
  /** Only sort keys that begin so, or that lie in [from, to], or below, or above. One of them. */
  begins?: string | undefined;
  between?: readonly [string, string];
  below?: string | undefined;
  above?: string | undefined;
  newestFirst?: boolean;
  limit: number;
  after?: Position | undefined;
  filter?: Expression | undefined;
  /** Only for the table itself: an index is never consistent. */
  consistent?: boolean;
};

/** The table does not answer in time, or asks us to slow down, after the SDK's own retries: worth trying again later. */
export class TableUnavailable extends Error {
  override name = 'TableUnavailable';
}

const BATCH = 100;
const CONFLICT_ATTEMPTS = 12;
const CONFLICT_WAIT_MS = 25;
const PASSING_ERRORS = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'InternalServerError',
  'ServiceUnavailable',
  'TransactionInProgressException',
  'TimeoutError',
  'NetworkingError',
]);
/** What Node says of an address that does not answer. */
const UNREACHABLE = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;

/**
 * The one way to the table. Adds the table's name, turns a failed condition into a value and a lasting outage into
 * `TableUnavailable`; everything else that the SDK throws is a fault.
 *
 * @param wait lets tests go without waiting between attempts of a transaction
 */
export const openTable = ({
  client,
  tableName,
  wait = (ms) => new Promise((done) => void setTimeout(done, ms)),
}: {
  client: DynamoDBClient;
  tableName: string;
  wait?: (ms: number) => Promise<void>;
}) => {
  const TableName = tableName;

  const get = async (key: Key, { consistent = true } = {}): Promise<Item | undefined> =>
    (await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: consistent })).catch(unavailable))
      .Item;

  /** The items of these keys that exist, in no order, and as they are: whoever has just written one is answered with it. */
  const getMany = async (keys: readonly Key[]): Promise<Item[]> => {
    const items: Item[] = [];
    const distinct = [...new Map(keys.map((key) => [`${key.pk.S}\n${key.sk.S}`, key])).values()];
    for (let start = 0; start < distinct.length; start += BATCH) {
      let left: Item[] = distinct.slice(start, start + BATCH);
      for (let attempt = 0; left.length > 0; attempt++) {
        if (attempt === CONFLICT_ATTEMPTS) throw new TableUnavailable('keys stayed unprocessed');
        if (attempt > 0) await wait(jitter(attempt));
        const answer = await client
          .send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: left, ConsistentRead: true } } }))
          .catch(unavailable);
        items.push(...(answer.Responses?.[TableName] ?? []));
        left = answer.UnprocessedKeys?.[TableName]?.Keys ?? [];
      }
    }
    return items;
  };

  /** A write of one item; it gives way to a transaction that is just under way with that item, and tries again. */
  const write = async (send: () => Promise<{ Attributes?: Item | undefined }>): Promise<Outcome> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return { done: true, item: (await send()).Attributes };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return { done: false, item: error.Item };
        if (!(error instanceof TransactionConflictException)) throw translated(error);
        if (attempt === CONFLICT_ATTEMPTS) throw new TableUnavailable('a write kept conflicting', { cause: error });
        await wait(jitter(attempt));
      }
    }
  };

  const put = (item: Item, when?: Expression): Promise<Outcome> =>
    write(() => client.send(new PutItemCommand({ TableName, Item: item, ...condition(when) })));

  const update = (key: Key, set: Expression, when?: Expression): Promise<Outcome> =>
    write(() =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: key,
          UpdateExpression: set.expression,
          ...condition(when, set),
          ReturnValues: 'ALL_NEW',
        }),
      ),
    );

  /** On success `item` is what has been removed; undefined where there was nothing. */
  const remove = (key: Key, when?: Expression): Promise<Outcome> =>
    write(() =>
      client.send(new DeleteItemCommand({ TableName, Key: key, ...condition(when), ReturnValues: 'ALL_OLD' })),
    );

  const query = async (ask: Ask): Promise<{ items: Item[]; next: Position | undefined }> => {
    const { hash, range } = ask.index ? INDEXES[ask.index] : { hash: 'pk', range: 'sk' };
    const sort = sortCondition(ask);
    const answer = await client
      .send(
        new QueryCommand({
          TableName,
          IndexName: ask.index,
          KeyConditionExpression: sort ? `#hash = :hash AND ${sort.expression}` : '#hash = :hash',
          FilterExpression: ask.filter?.expression,
          ExpressionAttributeNames: { '#hash': hash, ...(sort && { '#range': range }), ...ask.filter?.names },
          ExpressionAttributeValues: {
            ':hash': { S: ask.partition },
            ...sort?.values,
            ...ask.filter?.values,
          },
          ScanIndexForward: !ask.newestFirst,
          Limit: ask.limit,
          ExclusiveStartKey: ask.after && fromPosition(ask.after),
          ConsistentRead: ask.consistent,
        }),
      )
      .catch(unavailable);
    return { items: answer.Items ?? [], next: answer.LastEvaluatedKey && toPosition(answer.LastEvaluatedKey) };
  };

  /**
   * All of it or none of it. A part that fails its condition is told by its name, with the item that failed it; a conflict with
   * another transaction is tried again, with jitter, up to a limit.
   */
  const transact = async <Name extends string>(
    parts: readonly Part<Name>[],
  ): Promise<{ done: true } | { done: false; because: Name; item: Item | undefined }> => {
    const TransactItems = parts.map((part) => transactItem(TableName, part));
    for (let attempt = 1; ; attempt++) {
      try {
        await client.send(new TransactWriteItemsCommand({ TransactItems }));
        return { done: true };
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw translated(error);
        const reasons = error.CancellationReasons ?? [];
        const failed = reasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
        const because = parts[failed]?.or;
        if (because !== undefined) return { done: false, because, item: reasons[failed]?.Item };
        const again = failed < 0 && reasons.some(({ Code }) => Code !== undefined && PASSING_REASONS.has(Code));
        if (!again) throw error;
        if (attempt === CONFLICT_ATTEMPTS)
          throw new TableUnavailable('a transaction kept conflicting', { cause: error });
        await wait(jitter(attempt));
      }
    }
  };

  return { get, getMany, put, update, remove, query, transact };
};
export type Table = ReturnType<typeof openTable>;

/** Conditions that many share. */
export const exists: Expression = { expression: 'attribute_exists(pk)' };
export const absent: Expression = { expression: 'attribute_not_exists(pk)' };

/** The whole item, as this write expects to find it; see the records that carry `rev`. */
export const atRevision = (rev: number): Expression => ({
  expression: '#rev = :expectedRev',
  names: { '#rev': 'rev' },
  values: { ':expectedRev': { N: String(rev) } },
});

/** Conditions joined, so that the call reads as the sentence that it enforces. */
export const both = (a: Expression, b: Expression): Expression => joined(a, 'AND', b);
export const either = (a: Expression, b: Expression): Expression => joined(a, 'OR', b);

const joined = (a: Expression, word: 'AND' | 'OR', b: Expression): Expression => ({
  expression: `(${a.expression}) ${word} (${b.expression})`,
  names: { ...a.names, ...b.names },
  values: { ...a.values, ...b.values },
});

const PASSING_REASONS = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

const sortCondition = ({ begins, between, below, above }: Ask): Expression | undefined => {
  if (begins !== undefined) return { expression: 'begins_with(#range, :begins)', values: { ':begins': { S: begins } } };
  if (between)
    return {
      expression: '#range BETWEEN :from AND :to',
      values: { ':from': { S: between[0] }, ':to': { S: between[1] } },
    };
  if (below !== undefined) return { expression: '#range < :below', values: { ':below': { S: below } } };
  if (above !== undefined) return { expression: '#range > :above', values: { ':above': { S: above } } };
  return undefined;
};

/** Full jitter: two that collided do not collide again in step. */
const jitter = (attempt: number): number => Math.random() * CONFLICT_WAIT_MS * Math.min(2 ** attempt, 32);

const condition = (when: Expression | undefined, set?: Expression) => {
  const names = { ...set?.names, ...when?.names };
  const values = { ...set?.values, ...when?.values };
  return {
    ...(when && {
      ConditionExpression: when.expression,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
};

const transactItem = (TableName: string, part: Part<string>): TransactWriteItem => {
  if ('put' in part) return { Put: { TableName, Item: part.put, ...condition(part.when) } };
  if ('update' in part)
    return {
      Update: { TableName, Key: part.update, UpdateExpression: part.set.expression, ...condition(part.when, part.set) },
    };
  if ('remove' in part) return { Delete: { TableName, Key: part.remove, ...condition(part.when) } };
  return {
    ConditionCheck: { TableName, Key: part.check, ConditionExpression: part.when.expression, ...condition(part.when) },
  };
};

const unavailable = (error: unknown): never => {
  throw translated(error);
};

const translated = (error: unknown): unknown =>
  error instanceof Error && isPassing(error) ? new TableUnavailable(error.message, { cause: error }) : error;

const isPassing = (error: Error): boolean =>
  PASSING_ERRORS.has(error.name) ||
  ('code' in error && typeof error.code === 'string' && UNREACHABLE.test(error.code)) ||
  ('$retryable' in error && error.$retryable !== undefined);

const toPosition = (key: Item): Position =>
  Object.fromEntries(Object.entries(key).map(([name, value]) => [name, value.S ?? '']));

const fromPosition = (position: Position): Item =>
  Object.fromEntries(Object.entries(position).map(([name, S]) => [name, { S }]));
