import { createHash } from 'node:crypto';
import deleteItem from 'dynalite/actions/deleteItem.js';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import updateItem from 'dynalite/actions/updateItem.js';
import engine, { type Item, type Options, type Request, type Table } from 'dynalite/db/index.js';
import deleteItemRules from 'dynalite/validations/deleteItem.js';
import getItemRules from 'dynalite/validations/getItem.js';
import type { Rules } from 'dynalite/validations/index.js';
import putItemRules from 'dynalite/validations/putItem.js';
import updateItemRules from 'dynalite/validations/updateItem.js';
import { asServiceError, cancelled, invalid, tableNotFound, tokenMismatch } from './faults.ts';
import { returnsItemOnFailure } from './items.ts';
import { layout, under } from './layout.ts';
import { type Operation, parse, type Room } from './operation.ts';
import { createWriteSet, type WriteSet } from './write-set.ts';

export const TRANSACTION = { actions: 100, tokenMs: 10 * 60_000 } as const;

type TransactWrite = { ClientRequestToken?: string; TransactItems: Record<string, Request>[] };
type TransactGet = { TransactItems: { Get: Request }[] };
type Kind = keyof typeof KINDS;
type Step = { kind: Kind; request: Request };
type Reason = { Code: string; Message?: string; Item?: Item };
type UsedToken = { payload: string; usedAt: number };

const CONDITION = ['ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];

/** How the engine does each kind of action. To check a condition is to delete, and to throw the deletion away. */
const KINDS = {
  Put: { action: putItem, rules: putItemRules, fields: ['TableName', 'Item', ...CONDITION], required: 'Item' },
  Update: {
    action: updateItem,
    rules: updateItemRules,
    fields: ['TableName', 'Key', 'UpdateExpression', ...CONDITION],
    required: 'UpdateExpression',
  },
  Delete: { action: deleteItem, rules: deleteItemRules, fields: ['TableName', 'Key', ...CONDITION], required: 'Key' },
  ConditionCheck: {
    action: deleteItem,
    rules: deleteItemRules,
    fields: ['TableName', 'Key', ...CONDITION],
    required: 'ConditionExpression',
  },
} as const;

const isKind = (name: string): name is Kind => Object.hasOwn(KINDS, name);

const actions = (name: string, children: object) => ({
  type: 'List',
  notNull: true,
  lengthGreaterThanOrEqual: 1,
  lengthLessThanOrEqual: TRANSACTION.actions,
  children: { type: `ValueStruct<${name}>`, children },
});

const WRITE_RULES: Rules<TransactWrite> = {
  types: {
    ClientRequestToken: { type: 'String', lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 36 },
    TransactItems: actions(
      'TransactWriteItem',
      Object.fromEntries(
        Object.entries(KINDS).map(([kind, { rules, fields, required }]) => [
          kind,
          {
            type: `FieldStruct<${kind}>`,
            children: { ...pick(rules.types, fields, required), ...returnsItemOnFailure },
          },
        ]),
      ),
    ),
  },
};

const READ_RULES: Rules<TransactGet> = {
  types: {
    TransactItems: actions('TransactGetItem', {
      Get: {
        type: 'FieldStruct<Get>',
        notNull: true,
        children: pick(
          getItemRules.types,
          ['TableName', 'Key', 'ProjectionExpression', 'ExpressionAttributeNames'],
          'Key',
        ),
      },
    }),
  },
};

export const transactionOperations = (room: Room): Record<string, Operation> => ({
  TransactWriteItems: (input) => transactWrite(room, input),
  TransactGetItems: (input) => transactGet(room, input),
});

async function transactWrite(room: Room, input: object): Promise<object> {
  const payload = fingerprint(input);
  const { ClientRequestToken: token, TransactItems } = parse(input, WRITE_RULES, room.options);
  const steps = TransactItems.map((action) => toStep(action, room.options));

  return room.gate.exclusive(async () => {
    const used = token === undefined ? undefined : await room.level.get<UsedToken>(layout.token(token));
    if (used && room.now() - used.usedAt < TRANSACTION.tokenMs) {
      if (used.payload !== payload) throw tokenMismatch();
      return {};
    }
    await refuseRepeatedItems(steps, room);
    const set = createWriteSet(room);
    try {
      const reasons: Reason[] = [];
      for (const step of steps) reasons.push(await attempt(step, room, set));
      if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
      // In the same batch: an answer that a crash swallowed is safe to ask for again.
      if (token !== undefined) set.put(layout.token(token), { payload, usedAt: room.now() } satisfies UsedToken);
      await set.commit();
      return {};
    } finally {
      set.release();
    }
  });
}

function toStep(action: Record<string, Request>, options: Options): Step {
  const [named, second] = Object.entries(action);
  if (!named || second || !isKind(named[0]))
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  const [kind, request] = named;
  const { rules } = KINDS[kind];
  return { kind, request: parse(request, { ...rules, types: { ...rules.types, ...returnsItemOnFailure } }, options) };
}

async function refuseRepeatedItems(steps: Step[], { level }: Room) {
  const seen = new Set<string>();
  for (const { kind, request } of steps) {
    const table = await level.get<Table>(layout.table(request.TableName));
    if (!table) throw tableNotFound('Requested resource not found');
    const item = (kind === 'Put' ? request.Item : request.Key) ?? {};
    // A key of the wrong shape is this step's own reason to cancel.
    if (kind === 'Put' ? engine.validateItem(item, table) : engine.validateKey(item, table)) continue;
    const key = layout.items(request.TableName) + engine.createKey(item, table);
    if (seen.has(key)) throw invalid('Transaction request cannot include multiple operations on one item');
    seen.add(key);
  }
}

/** Does one step inside the write set, and says why the transaction cannot be, if it cannot. */
async function attempt({ kind, request }: Step, room: Room, set: WriteSet): Promise<Reason> {
  const target = kind === 'ConditionCheck' ? createWriteSet(room) : set;
  const performed = await target.perform(KINDS[kind].action, request);
  if (target !== set) target.release();
  if ('output' in performed) return { Code: 'None' };

  const refusal = asServiceError(performed.error);
  switch (refusal?.name) {
    case 'ConditionalCheckFailedException': {
      const found = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? performed.found : undefined;
      return { Code: 'ConditionalCheckFailed', Message: refusal.message, ...(found ? { Item: found } : {}) };
    }
    case 'ValidationException':
      return { Code: 'ValidationError', Message: refusal.message };
    default:
      throw performed.error;
  }
}

/** Exclusive, so that no write lands between two of its reads. */
async function transactGet(room: Room, input: object): Promise<object> {
  const { TransactItems } = parse(input, READ_RULES, room.options);
  const gets = TransactItems.map(({ Get }) => parse(Get, getItemRules, room.options));
  return room.gate.exclusive(async () => {
    const set = createWriteSet(room);
    const Responses: object[] = [];
    for (const get of gets) {
      const performed = await set.perform(getItem, get);
      if ('error' in performed) throw performed.error;
      Responses.push(performed.output);
    }
    return { Responses };
  });
}

/** Forgets the client tokens that can no longer be replayed. */
export async function forgetTokens({ level, now }: Room): Promise<void> {
  const over: string[] = [];
  for await (const [key, { usedAt }] of level.iterator<UsedToken>(under(layout.tokens)))
    if (now() - usedAt >= TRANSACTION.tokenMs) over.push(key);
  await level.batch(over.map((key) => ({ type: 'del', key })));
}

function pick(types: Rules<Request>['types'], fields: readonly string[], required: string) {
  const picked = Object.fromEntries(fields.map((field) => [field, types[field]]));
  const rule = picked[required];
  return { ...picked, [required]: { ...(typeof rule === 'object' ? rule : { type: rule }), notNull: true } };
}

/** The same for the same transaction, in whatever order its fields came. */
function fingerprint(input: object): string {
  const actions = 'TransactItems' in input ? input.TransactItems : undefined;
  const ordered = JSON.stringify(actions, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256')
    .update(ordered ?? '')
    .digest('base64');
}
