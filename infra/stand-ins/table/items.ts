import batchGetItem from 'dynalite/actions/batchGetItem.js';
import getItem from 'dynalite/actions/getItem.js';
import query from 'dynalite/actions/query.js';
import scan from 'dynalite/actions/scan.js';
import engine, { type Item, type Request } from 'dynalite/db/index.js';
import batchGetItemRules from 'dynalite/validations/batchGetItem.js';
import batchWriteItemRules from 'dynalite/validations/batchWriteItem.js';
import getItemRules from 'dynalite/validations/getItem.js';
import queryRules from 'dynalite/validations/query.js';
import scanRules from 'dynalite/validations/scan.js';
import { aim, change, CHANGE_RULES, type Change, type Outcome, repeats } from './changes.ts';
import { filtered } from './filters.ts';
import { invalid } from './faults.ts';
import { type Operation, parse, type Room } from './operation.ts';
import { read } from './reads.ts';
import { createWriteSet } from './write-set.ts';

export const itemOperations = (room: Room): Record<string, Operation> => ({
  GetItem: async (input) => read(getItem, parse(input, getItemRules, room.options), room),
  BatchGetItem: async (input) => read(batchGetItem, parse(input, batchGetItemRules, room.options), room),
  Query: async (input) => filtered(query, parse(input, queryRules, room.options), room),
  Scan: async (input) => filtered(scan, parse(input, scanRules, room.options), room),
  PutItem: writing('Put', ['ALL_OLD'], room),
  UpdateItem: writing('Update', ['ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'], room),
  DeleteItem: deleting(room),
  BatchWriteItem: (input) => batchWrite(input, room),
});

/** `DeleteItem`; the sweep of what has expired goes through it too. */
export const deleting = (room: Room): Operation => writing('Delete', ['ALL_OLD'], room);

function writing(kind: 'Put' | 'Update' | 'Delete', returns: string[], room: Room): Operation {
  return async (input) => {
    const request = parse(input, CHANGE_RULES[kind], room.options);
    const { ReturnValues = 'NONE' } = request;
    if (ReturnValues !== 'NONE' && !returns.includes(ReturnValues)) throw invalid('Return values set to invalid value');
    return room.gate.shared(async () => {
      const aimed = await aim(kind, request, room);
      const letGo = await room.gate.hold(`${request.TableName}~${aimed.itemKey}`);
      try {
        const set = createWriteSet(room.level);
        const outcome = await change(aimed, set, room);
        await set.commit();
        return answerOf(request, outcome);
      } finally {
        letGo();
      }
    });
  };
}

function answerOf(request: Request, { before, after }: Outcome): object {
  const capacity = engine.addConsumedCapacity(request, false, after ?? before, before);
  const attributes = returned(request, before, after);
  return {
    ...(attributes && Object.keys(attributes).length > 0 ? { Attributes: attributes } : {}),
    ...(capacity ? { ConsumedCapacity: capacity } : {}),
  };
}

function returned({ ReturnValues, _updates: updates }: Request, before: Item | undefined, after: Item | undefined) {
  const paths = updates?.paths ?? [];
  switch (ReturnValues) {
    case 'ALL_OLD':
      return before;
    case 'ALL_NEW':
      return after;
    case 'UPDATED_OLD':
      return before && engine.mapPaths(paths, before);
    case 'UPDATED_NEW':
      return after && engine.mapPaths(paths, after);
    default:
      return undefined;
  }
}

/** Stronger than DynamoDB's: all of a batch lands together, so that a crash cannot leave half of it. */
async function batchWrite(input: object, room: Room): Promise<object> {
  const { RequestItems } = parse(input, batchWriteItemRules, room.options);
  return room.gate.exclusive(async () => {
    const changes: Change[] = [];
    for (const [TableName, requests] of Object.entries(RequestItems))
      for (const { PutRequest, DeleteRequest } of requests) {
        if (PutRequest) changes.push(await aim('Put', { TableName, Item: PutRequest.Item }, room));
        else if (DeleteRequest) changes.push(await aim('Delete', { TableName, Key: DeleteRequest.Key }, room));
      }
    if (repeats(changes)) throw invalid('Provided list of item keys contains duplicates');
    const set = createWriteSet(room.level);
    for (const each of changes) await change(each, set, room);
    await set.commit();
    return { UnprocessedItems: {} };
  });
}
