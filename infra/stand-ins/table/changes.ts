import engine, { type Item, type Request, type Table } from 'dynalite/db/index.js';
import deleteItemRules from 'dynalite/validations/deleteItem.js';
import type { Rules } from 'dynalite/validations/index.js';
import putItemRules from 'dynalite/validations/putItem.js';
import updateItemRules from 'dynalite/validations/updateItem.js';
import { holds } from './conditions.ts';
import { conditionFailed, invalid, tableNotFound } from './faults.ts';
import { layout } from './layout.ts';
import type { Room } from './operation.ts';
import { updated } from './updates.ts';
import { bytesOf, depthOf, ITEM } from './values.ts';
import type { WriteSet } from './write-set.ts';

/** What can be done to one item, alone, in a batch or in a transaction. */
export type Kind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

/** A change, and the item that it is about. */
export type Change = { kind: Kind; request: Request; table: Table; itemKey: string };

/** Newer than the engine: a refused condition may bring the item that refused it. */
const withItemOnFailure = (rules: Rules<Request>): Rules<Request> => ({
  ...rules,
  types: { ...rules.types, ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] } },
});

/** How requests of each kind are parsed; a condition alone has the shape of a delete. */
export const CHANGE_RULES: Record<Kind, Rules<Request>> = {
  Put: withItemOnFailure(putItemRules),
  Update: withItemOnFailure(updateItemRules),
  Delete: withItemOnFailure(deleteItemRules),
  ConditionCheck: withItemOnFailure(deleteItemRules),
};

/** Finds the table and the key of the item; refuses a key of the wrong shape. */
export async function aim(kind: Kind, request: Request, { level }: Room): Promise<Change> {
  const table = await level.get<Table>(layout.table(request.TableName));
  if (!table) throw tableNotFound('Requested resource not found');
  const item = (kind === 'Put' ? request.Item : request.Key) ?? {};
  const refusal = kind === 'Put' ? engine.validateItem(item, table) : engine.validateKey(item, table);
  if (refusal) throw refusal;
  return { kind, request, table, itemKey: engine.createKey(item, table) };
}

/** Whether two of these changes are about one item. */
export const repeats = (changes: Change[]): boolean =>
  new Set(changes.map(({ table, itemKey }) => `${table.TableName}~${itemKey}`)).size < changes.length;

/** What an item was and what it is to be. */
export type Outcome = { before: Item | undefined; after: Item | undefined };

/** Checks the condition and gathers the writes of one change. The item must be held until the set is committed. */
export async function change(
  { kind, request, table, itemKey }: Change,
  set: WriteSet,
  { level }: Room,
): Promise<Outcome> {
  const before = await level.get<Item>(layout.items(table.TableName) + itemKey);
  if (request._condition && !holds(request._condition.expression, before ?? {})) {
    const wanted = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    throw conditionFailed(wanted ? before : undefined);
  }
  if (kind === 'ConditionCheck') return { before, after: before };
  const after = afterwards(kind, request, table, before);
  if (after) refuseUnstorable(after, table, kind);
  set.replace(table, itemKey, before, after);
  return { before, after };
}

function afterwards(kind: 'Put' | 'Update' | 'Delete', request: Request, table: Table, before: Item | undefined) {
  if (kind === 'Delete') return undefined;
  return kind === 'Put' ? request.Item : update(request, table, before);
}

function update({ Key = {}, _updates: updates }: Request, table: Table, before: Item | undefined): Item {
  const refusal = engine.validateUpdates(undefined, updates, table);
  if (refusal) throw refusal;
  return updates ? updated(before ?? Key, updates) : (before ?? Key);
}

function refuseUnstorable(item: Item, table: Table, kind: Kind) {
  const refusal = engine.validateItem(item, table);
  if (refusal) throw refusal;
  for (const { IndexName, KeySchema } of table.GlobalSecondaryIndexes ?? [])
    for (const { AttributeName } of KeySchema)
      if (isEmpty(item[AttributeName]))
        throw invalid(
          'One or more parameter values are not valid. A value specified for a secondary index key is not supported. The ' +
            `AttributeValue for a key attribute cannot contain an empty value. IndexName: ${IndexName}, IndexKey: ${AttributeName}`,
        );
  if (depthOf(item) > ITEM.depth)
    throw invalid(
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond limit',
    );
  if (bytesOf(item) > ITEM.bytes)
    throw invalid(`Item size ${kind === 'Update' ? 'to update ' : ''}has exceeded the maximum allowed size`);
}

const isEmpty = (value: Item[string] | undefined) =>
  value !== undefined && (('S' in value && value.S === '') || ('B' in value && value.B === ''));
