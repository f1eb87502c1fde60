import batchGetItem from 'dynalite/actions/batchGetItem.js';
import deleteItem from 'dynalite/actions/deleteItem.js';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import query from 'dynalite/actions/query.js';
import scan from 'dynalite/actions/scan.js';
import updateItem from 'dynalite/actions/updateItem.js';
import engine, { type Request, type Table } from 'dynalite/db/index.js';
import batchGetItemRules from 'dynalite/validations/batchGetItem.js';
import batchWriteItemRules, { type WriteRequest } from 'dynalite/validations/batchWriteItem.js';
import deleteItemRules from 'dynalite/validations/deleteItem.js';
import getItemRules from 'dynalite/validations/getItem.js';
import type { Rules } from 'dynalite/validations/index.js';
import putItemRules from 'dynalite/validations/putItem.js';
import queryRules from 'dynalite/validations/query.js';
import scanRules from 'dynalite/validations/scan.js';
import updateItemRules from 'dynalite/validations/updateItem.js';
import { asServiceError, invalid, isConditionFailure, ServiceError, tableNotFound } from './faults.ts';
import { layout } from './layout.ts';
import { type Operation, parse, type Room } from './operation.ts';
import { createWriteSet, type Performed } from './write-set.ts';

type Action = Parameters<ReturnType<typeof createWriteSet>['perform']>[0];

/** Newer than the engine: a refused condition may bring the item that refused it. */
export const returnsItemOnFailure = {
  ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] },
};

export const itemOperations = (room: Room): Record<string, Operation> => ({
  GetItem: reading(room, getItem, getItemRules),
  BatchGetItem: reading(room, batchGetItem, batchGetItemRules),
  Query: reading(room, query, queryRules),
  Scan: reading(room, scan, scanRules),
  PutItem: writing(room, putItem, putItemRules),
  UpdateItem: writing(room, updateItem, updateItemRules),
  DeleteItem: deleting(room),
  BatchWriteItem: (input) => batchWrite(room, input),
});

/** `DeleteItem`; the sweep of what has expired goes through it too. */
export const deleting = (room: Room): Operation => writing(room, deleteItem, deleteItemRules);

const reading =
  (room: Room, action: Action, rules: Rules<Request>): Operation =>
  async (input) =>
    outcome(await createWriteSet(room).perform(action, parse(input, rules, room.options)));

const writing = (room: Room, action: Action, rules: Rules<Request>): Operation => {
  const types = { ...rules.types, ...returnsItemOnFailure };
  return async (input) => {
    const request = parse(input, { ...rules, types }, room.options);
    const wantsItem = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    return room.gate.shared(async () => {
      const set = createWriteSet(room);
      try {
        const performed = await set.perform(action, request);
        if ('error' in performed) throw withItem(performed, wantsItem);
        await set.commit();
        return performed.output;
      } finally {
        set.release();
      }
    });
  };
};

function outcome(performed: Performed): object {
  if ('error' in performed) throw performed.error;
  return performed.output;
}

function withItem({ error, found }: Performed & { error: unknown }, wantsItem: boolean): unknown {
  const refusal = asServiceError(error);
  if (!refusal || !isConditionFailure(refusal) || !wantsItem || !found) return error;
  return new ServiceError(String(refusal.body['__type']), refusal.message, { Item: found });
}

/** Stronger than DynamoDB's: all of a batch lands together, so that a crash cannot leave half of it. */
async function batchWrite(room: Room, input: object): Promise<object> {
  const { RequestItems } = parse(input, batchWriteItemRules, room.options);
  return room.gate.exclusive(async () => {
    const set = createWriteSet(room);
    try {
      for (const [TableName, requests] of Object.entries(RequestItems)) {
        const table = await room.level.get<Table>(layout.table(TableName));
        if (!table) throw tableNotFound('Requested resource not found');
        const keys = requests.map((request) => keyOf(request, table));
        if (new Set(keys).size < keys.length) throw invalid('Provided list of item keys contains duplicates');
        for (const { PutRequest, DeleteRequest } of requests) {
          if (PutRequest) outcome(await set.perform(putItem, { TableName, Item: PutRequest.Item }));
          else if (DeleteRequest) outcome(await set.perform(deleteItem, { TableName, Key: DeleteRequest.Key }));
        }
      }
      await set.commit();
      return { UnprocessedItems: {} };
    } finally {
      set.release();
    }
  });
}

function keyOf({ PutRequest, DeleteRequest }: WriteRequest, table: Table): string {
  const item = PutRequest?.Item ?? DeleteRequest?.Key ?? {};
  const refusal = PutRequest ? engine.validateItem(item, table) : engine.validateKey(item, table);
  if (refusal) throw refusal;
  return engine.createKey(item, table);
}
