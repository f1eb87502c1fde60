import * as z from 'zod/mini';
import type { UserId } from '#domain/ids';
import * as brands from './brands.ts';
import { absent, exists, type Part, type Position, type Table } from './dynamo.ts';
import { blockedByList, blockedList, blockKey, blocksPartition } from './keys.ts';
import { createRecord } from './record.ts';

const record = createRecord({
  kind: 'block',
  version: 1,
  schema: z.object({ blocker: brands.userId, blocked: brands.userId, at: z.number() }),
});

/** The parts of a transaction that want no block between these two, whoever of them has made it. */
export const unblocked = (one: UserId, other: UserId): Part<'blocked'>[] =>
  one === other
    ? []
    : [
        { check: blockKey(one, other), when: absent, or: 'blocked' },
        { check: blockKey(other, one), when: absent, or: 'blocked' },
      ];

/** Who wants nothing to do with whom. What a block forbids is checked in the very transaction of what it forbids. */
export const createBlockStore = ({ table }: { table: Table }) => ({
  block: async (blocker: UserId, blocked: UserId, now: number): Promise<void> => {
    const at = new Date(now).toISOString();
    await table.put(
      {
        ...blockKey(blocker, blocked),
        ...record.write(
          { blocker, blocked, at: now },
          {
            ownerKey: blockedByList(blocked),
            ownerSort: `${at}#${blocker}`,
            listKey: blockedList(blocker),
            listSort: `${at}#${blocked}`,
          },
        ),
      },
      // a repeat does not make it a newer one
      absent,
    );
  },

  unblock: async (blocker: UserId, blocked: UserId): Promise<void> => {
    await table.remove(blockKey(blocker, blocked), exists);
  },

  /** Whether `blocker` has blocked `blocked`: what a chat asks before it passes a message on. */
  blocks: async (blocker: UserId, blocked: UserId): Promise<boolean> =>
    (await table.get(blockKey(blocker, blocked))) !== undefined,

  /** Those of these people between whom and somebody there is a block, whoever of them has made it. */
  apartAmong: async (one: UserId, people: readonly UserId[]): Promise<Set<UserId>> => {
    const items = await table.getMany(
      people.filter((other) => other !== one).flatMap((other) => [blockKey(one, other), blockKey(other, one)]),
    );
    return new Set(
      items.map((item) => record.read(item)).map(({ blocker, blocked }) => (blocker === one ? blocked : blocker)),
    );
  },

  /** Whom somebody has blocked, the newest first. */
  newest: async (blocker: UserId, { limit, after }: { limit: number; after: Position | undefined }) => {
    const { items, next } = await table.query({
      index: 'byList',
      partition: blockedList(blocker),
      newestFirst: true,
      limit,
      after,
    });
    return { blocks: items.map((item) => record.read(item)), next };
  },

  /** Whom somebody has blocked, straight from the table, in no order that means anything. */
  blockedBy: async (blocker: UserId, { limit }: { limit: number }) => {
    const { items } = await table.query({ partition: blocksPartition(blocker), limit });
    return items.map((item) => record.read(item));
  },

  /** Who has blocked somebody: for the removal of an account, and for nobody's eyes. */
  blockersOf: async (blocked: UserId, { limit }: { limit: number }) => {
    const { items } = await table.query({ index: 'byOwner', partition: blockedByList(blocked), limit });
    return items.map((item) => record.read(item));
  },
});
export type BlockStore = ReturnType<typeof createBlockStore>;
