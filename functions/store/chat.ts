import * as z from 'zod/mini';
import {
  type ChatEntry,
  type ChatMessage,
  type ChatRules,
  type HeldMessage,
  NO_RULES,
  REACTIONS,
  type Reaction,
} from '#domain/chat';
import type { StreamId, UserId } from '#domain/ids';
import { actId, userId } from './brands.ts';
import { clear } from './clear.ts';
import { absent, either, type Expression, exists, type Key, type Part, type Table } from './dynamo.ts';
import { type Item, toItem } from './item.ts';
import {
  chatClientKey,
  chatHeadKey,
  chatKey,
  chatOfUser,
  chatPartition,
  chatRulesKey,
  chatSort,
  deliveryKey,
  heldKey,
  heldPartition,
  reactionsKey,
} from './keys.ts';
import { createRecord } from './record.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

const said = {
  kind: z.literal('said'),
  seq: z.number(),
  userId,
  text: z.string(),
  at: z.number(),
  replyTo: z.optional(z.number()),
  removedBy: z.optional(userId),
};
const entry = createRecord({
  kind: 'chat entry',
  version: 1,
  schema: z.discriminatedUnion('kind', [
    z.object(said),
    z.object({ kind: z.enum(['removed', 'restored']), seq: z.number(), at: z.number(), of: z.number() }),
    z.object({ kind: z.literal('rules'), seq: z.number(), at: z.number() }),
  ]),
});
const marker = createRecord({ kind: 'chat client', version: 1, schema: z.object({ seq: z.number() }) });
const rules = createRecord({
  kind: 'chat rules',
  version: 1,
  schema: z.object({
    slowSeconds: z.number(),
    followersForMinutes: z.optional(z.number()),
    frozen: z.boolean(),
    pinned: z.optional(z.number()),
    rev: z.number(),
  }),
});
const held = createRecord({
  kind: 'held message',
  version: 1,
  schema: z.object({ id: actId, userId, text: z.string(), at: z.number(), replyTo: z.optional(z.number()) }),
});

/** Retries after an answer was lost come within minutes. */
const CLIENT_SECONDS = 24 * 3_600;
const HELD_SECONDS = 30 * 24 * 3_600;
const PAGE = 200;

/**
 * What is said and done in audiences. Each thing has the next number. A number is taken first and written after: whoever delivers
 * waits a moment for one that is missing and then goes past it, and what comes later still is refused that number and takes a new one.
 * So everybody hears all of it in the same order, and nothing is written where nobody looks any more.
 */
export const createChatStore = ({ table }: { table: Table }) => {
  const nextSeq = async (id: StreamId): Promise<number> => {
    const { item } = await table.update(chatHeadKey(id), {
      expression: 'ADD seq :one SET v = :one',
      values: toItem({ ':one': 1 }),
    });
    return Number(item?.['seq']?.N);
  };

  const notPassed = (id: StreamId, seq: number): Part<'passed'> => ({
    or: 'passed',
    check: deliveryKey(id),
    when: either(absent, { expression: 'told < :seq', values: toItem({ ':seq': seq }) }),
  });

  const item = (id: StreamId, it: ChatEntry): Item => ({
    ...chatKey(id, it.seq),
    ...entry.write(
      { ...it },
      it.kind === 'said' ? { ownerKey: chatOfUser(it.userId), ownerSort: `${id}#${chatSort(it.seq)}` } : {},
    ),
  });

  const read = (items: readonly Item[]): ChatEntry[] => items.map((one) => entry.read(one));

  const get = async (id: StreamId, seq: number): Promise<ChatMessage | undefined> => {
    const found = await table.get(chatKey(id, seq));
    const it = found && entry.read(found);
    return it?.kind === 'said' ? it : undefined;
  };

  const known = async (id: StreamId, key: Key): Promise<ChatMessage | undefined> => {
    const found = await table.get(key);
    return found && get(id, marker.read(found).seq);
  };

  /** Writes something under the next number, whatever that is by then. */
  const append = async <Name extends string>(
    id: StreamId,
    make: (seq: number) => { entry: ChatEntry; with?: readonly Part<Name>[] },
  ): Promise<{ done: true; seq: number } | { done: false; because: Name }> => {
    for (;;) {
      const seq = await nextSeq(id);
      const { entry: it, with: more = [] } = make(seq);
      const written = await table.transact<Name | 'passed'>([notPassed(id, seq), ...more, { put: item(id, it) }]);
      if (written.done) return { done: true, seq };
      if (written.because !== 'passed') return { done: false, because: written.because };
    }
  };

  const readRules = async (id: StreamId): Promise<ChatRules & { rev: number }> => {
    const found = await table.get(chatRulesKey(id));
    return found ? rules.read(found) : { ...NO_RULES, rev: 0 };
  };

  return {
    get,

    /** What somebody has said under this name of theirs. */
    known: (id: StreamId, writer: UserId, clientId: string): Promise<ChatMessage | undefined> =>
      known(id, chatClientKey(id, writer, clientId)),

    /** Says something, once for each `clientId` of its writer: a repeat is answered with what was said the first time. */
    say: async (
      id: StreamId,
      message: Omit<ChatMessage, 'seq' | 'removedBy'>,
      clientId: string,
    ): Promise<{ said: boolean; message: ChatMessage }> => {
      const key = chatClientKey(id, message.userId, clientId);
      const expiresAt = Math.ceil(message.at / 1_000) + CLIENT_SECONDS;
      const written = await append<'known'>(id, (seq) => ({
        entry: { kind: 'said', ...message, seq },
        with: [{ or: 'known', put: { ...key, ...marker.write({ seq }, { expiresAt }) }, when: absent }],
      }));
      if (written.done) return { said: true, message: { ...message, seq: written.seq } };
      const first = await known(id, key);
      if (!first) throw new Error('a message that is known is not there');
      return { said: false, message: first };
    },

    /** Takes a message away, or puts it back. False where it is so already, or is not there. */
    mark: async (id: StreamId, of: number, removedBy: UserId | undefined, now: number): Promise<boolean> => {
      const was: Expression =
        removedBy === undefined
          ? { expression: 'attribute_exists(removedBy)' }
          : { expression: 'attribute_exists(pk) AND attribute_not_exists(removedBy)' };
      const set: Expression =
        removedBy === undefined
          ? { expression: 'REMOVE removedBy' }
          : { expression: 'SET removedBy = :by', values: toItem({ ':by': removedBy }) };
      const written = await append<'as-it-was'>(id, (seq) => ({
        entry: { kind: removedBy === undefined ? 'restored' : 'removed', seq, at: now, of },
        with: [{ or: 'as-it-was', update: chatKey(id, of), set, when: was }],
      }));
      return written.done;
    },

    rules: async (id: StreamId): Promise<ChatRules> => {
      const { rev: _, ...set } = await readRules(id);
      return set;
    },

    /** Sets some of the rules; answers with what they were before. */
    setRules: (id: StreamId, change: Partial<ChatRules>, now: number): Promise<ChatRules> =>
      retryOnConflict(async () => {
        const { rev, ...before } = await readRules(id);
        const written = await append<'moved'>(id, (seq) => ({
          entry: { kind: 'rules', seq, at: now },
          with: [
            {
              or: 'moved',
              put: { ...chatRulesKey(id), ...rules.write({ ...before, ...change, rev: rev + 1 }) },
              when: rev === 0 ? absent : { expression: 'rev = :rev', values: toItem({ ':rev': rev }) },
            },
          ],
        }));
        return written.done ? { settled: before } : 'conflict';
      }),

    /** The number of the last thing, written or about to be. */
    head: async (id: StreamId): Promise<number> => Number((await table.get(chatHeadKey(id)))?.['seq']?.N ?? 0),

    /** From one number to another, both included, in their order; at most 200. */
    between: async (id: StreamId, from: number, to: number): Promise<ChatEntry[]> =>
      read(
        (
          await table.query({
            partition: chatPartition(id),
            between: [chatSort(from), chatSort(to)],
            limit: PAGE,
            consistent: true,
          })
        ).items,
      ),

    /** What came last before a number, in its order. */
    before: async (id: StreamId, before: number | undefined, limit: number): Promise<ChatEntry[]> =>
      read(
        (
          await table.query({
            partition: chatPartition(id),
            ...(before === undefined ? { begins: 'ENTRY#' } : { below: chatSort(before) }),
            newestFirst: true,
            limit,
            consistent: true,
          })
        ).items,
      ).reverse(),

    /** What came next after a number. */
    after: async (id: StreamId, after: number, limit: number): Promise<ChatEntry[]> =>
      read(
        (await table.query({ partition: chatPartition(id), above: chatSort(after), limit, consistent: true })).items,
      ),

    /** Takes away some of what somebody has said, wherever, or waits to say; it leaves gaps, which everybody goes past. False once there is none left. */
    clearOf: async (writer: UserId, most: number): Promise<boolean> => {
      return clear(table, { index: 'byOwner', partition: chatOfUser(writer) }, most);
    },

    /** Takes away some of what an audience has said, or waits to be said. False once there is none left. */
    clearIn: async (id: StreamId, most: number): Promise<boolean> => {
      const partitions = [chatPartition(id), heldPartition(id)];
      const cleared = await Promise.all(partitions.map((partition) => clear(table, { partition }, most)));
      return cleared.includes(true);
    },

    /** Keeps a message until a moderator has looked at it, once for each `clientId` of its writer. */
    hold: async (id: StreamId, message: HeldMessage, clientId: string): Promise<void> => {
      const atSeconds = Math.ceil(message.at / 1_000);
      const key = chatClientKey(id, message.userId, `held:${clientId}`);
      const said = { ownerKey: chatOfUser(message.userId), ownerSort: `${id}#${message.id}` };
      await table.transact<'known'>([
        // of no number yet
        {
          or: 'known',
          put: { ...key, ...marker.write({ seq: 0 }, { expiresAt: atSeconds + CLIENT_SECONDS }) },
          when: absent,
        },
        {
          put: {
            ...heldKey(id, message.id),
            ...held.write({ ...message }, { expiresAt: atSeconds + HELD_SECONDS, ...said }),
          },
        },
      ]);
    },

    /** What waits for a moderator, the oldest first. */
    held: async (id: StreamId, limit: number): Promise<HeldMessage[]> =>
      (await table.query({ partition: heldPartition(id), limit })).items.map((one) => held.read(one)),

    /**
     * Says what waits, in its writer's name, and takes it off the list in the same step: whatever fails, it is on the list or said, and
     * said once. Undefined where another has taken it off.
     */
    release: async (id: StreamId, heldId: string, now: number): Promise<ChatMessage | undefined> => {
      const key = heldKey(id, heldId);
      const found = await table.get(key);
      if (!found) return undefined;
      const { userId: writer, text, replyTo } = held.read(found);
      const message = { userId: writer, text, at: now, ...(replyTo !== undefined && { replyTo }) };
      const written = await append<'taken'>(id, (seq) => ({
        entry: { kind: 'said', ...message, seq },
        with: [{ or: 'taken', remove: key, when: exists }],
      }));
      return written.done ? { ...message, seq: written.seq } : undefined;
    },

    /** Takes a message off the list; undefined where another has. */
    takeHeld: async (id: StreamId, heldId: string): Promise<HeldMessage | undefined> => {
      const { done, item: was } = await table.remove(heldKey(id, heldId), exists);
      return done && was ? held.read(was) : undefined;
    },

    react: async (id: StreamId, reaction: Reaction): Promise<void> => {
      await table.update(reactionsKey(id), {
        expression: 'ADD #reaction :one SET v = :one',
        names: { '#reaction': reaction },
        values: toItem({ ':one': 1 }),
      });
    },

    reactions: async (id: StreamId): Promise<Record<Reaction, number>> => {
      const found = await table.get(reactionsKey(id));
      const given = (reaction: Reaction): number => Number(found?.[reaction]?.N ?? 0);
      const [heart, clap, laugh, wow, fire] = REACTIONS;
      return { heart: given(heart), clap: given(clap), laugh: given(laugh), wow: given(wow), fire: given(fire) };
    },
  };
};
export type ChatStore = ReturnType<typeof createChatStore>;
