import { createHash } from 'node:crypto';
import getItem from 'dynalite/actions/getItem.js';
import type { Options, Request } from 'dynalite/db/index.js';
import getItemRules from 'dynalite/validations/getItem.js';
import type { Rules } from 'dynalite/validations/index.js';
import { aim, change, CHANGE_RULES, type Kind, type Outcome, repeats } from './changes.ts';
import { asServiceError, cancelled, invalid, tokenMismatch } from './faults.ts';
import { layout, under } from './layout.ts';
import { type Operation, parse, type Room } from './operation.ts';
import { read } from './reads.ts';
import { bytesOf } from './values.ts';
import { createWriteSet } from './write-set.ts';

export const TRANSACTION = { actions: 100, bytes: 4 * 1024 * 1024, tokenMs: 10 * 60_000 } as const;

type TransactWrite = { ClientRequestToken?: string; TransactItems: Record<string, Request>[] };
type TransactGet = { TransactItems: { Get: Request }[] };
type Step = { kind: Kind; request: Request };
type Reason = { Code: string; Message?: string; Item?: unknown };
type UsedToken = { payload: string; usedAt: number };

const CONDITION = [
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValuesOnConditionCheckFailure',
];

/** What an action of each kind may say, and what it must. */
const KINDS: Record<Kind, { fields: string[]; required: string }> = {
  Put: { fields: ['TableName', 'Item', ...CONDITION], required: 'Item' },
  Update: { fields: ['TableName', 'Key', 'UpdateExpression', ...CONDITION], required: 'UpdateExpression' },
  Delete: { fields: ['TableName', 'Key', ...CONDITION], required: 'Key' },
  ConditionCheck: { fields: ['TableName', 'Key', ...CONDITION], required: 'ConditionExpression' },
};

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
        Object.entries(KINDS).map(([kind, { fields, required }]) => [
          kind,
          {
            type: `FieldStruct<${kind}>`,
            children: isKind(kind) ? pick(CHANGE_RULES[kind].types, fields, required) : {},
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
    const aimed = await Promise.all(steps.map(({ kind, request }) => attempt(() => aim(kind, request, room))));
    if (repeats(aimed.flatMap(({ done }) => done ?? []))) throw repeated();
    const set = createWriteSet(room.level);
    const changed = await Promise.all(
      aimed.map(async ({ done, reason }): Promise<Attempt<Outcome>> =>
        done ? attempt(() => change(done, set, room)) : { reason },
      ),
    );
    const reasons = changed.map(({ reason }) => reason);
    if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
    refuseTooLarge(changed.flatMap(({ done }) => done ?? []));
    // In the same batch: an answer that a crash swallowed is safe to ask for again.
    if (token !== undefined) set.put(layout.token(token), { payload, usedAt: room.now() } satisfies UsedToken);
    await set.commit();
    return {};
  });
}

function toStep(action: Record<string, Request>, options: Options): Step {
  const [named, second] = Object.entries(action);
  if (!named || second || !isKind(named[0]))
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  const [kind, request] = named;
  return { kind, request: parse(request, CHANGE_RULES[kind], options) };
}

/** What a step gave, or why the transaction cannot be because of it. */
type Attempt<T> = { done?: T; reason: Reason };

async function attempt<T>(step: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { done: await step(), reason: { Code: 'None' } };
  } catch (error) {
    const refusal = asServiceError(error);
    switch (refusal?.name) {
      case 'ConditionalCheckFailedException': {
        const { Item } = refusal.body;
        return { reason: { Code: 'ConditionalCheckFailed', Message: refusal.message, ...(Item ? { Item } : {}) } };
      }
      case 'ValidationException':
        return { reason: { Code: 'ValidationError', Message: refusal.message } };
      default:
        throw error;
    }
  }
}

function refuseTooLarge(outcomes: Outcome[]) {
  const bytes = outcomes.reduce((sum, { before, after }) => sum + bytesOf(after ?? before ?? {}), 0);
  if (bytes > TRANSACTION.bytes) throw invalid(`Transaction payload size cannot exceed 4MB. Payload Size: ${bytes}`);
}

/** Exclusive, so that no write lands between two of its reads. */
async function transactGet(room: Room, input: object): Promise<object> {
  const { TransactItems } = parse(input, READ_RULES, room.options);
  const gets = TransactItems.map(({ Get }) => parse(Get, getItemRules, room.options));
  return room.gate.exclusive(async () => {
    if (repeats(await Promise.all(gets.map((get) => aim('Delete', get, room))))) throw repeated();
    const Responses: object[] = [];
    for (const get of gets) Responses.push(await read(getItem, get, room));
    return { Responses };
  });
}

const repeated = () => invalid('Transaction request cannot include multiple operations on one item');

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
