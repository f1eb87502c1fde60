import * as z from 'zod/mini';
import type { UserId } from '#domain/ids';
import * as brands from './brands.ts';
import { exists, type Position, type Table } from './dynamo.ts';
import { blockedByList, blockKey, blocksPartition } from './keys.ts';
import { createRecord } from './record.ts';

const record = createRecord({
  kind: 'block',
  version: 1,
  schema: z.object({ blocker: brands.userId, blocked: brands.userId, at: z.number() }),
});

/** Who wants nothing to do with whom. What a block forbids is checked in the very transaction of what it forbids. */
export const createBlockStore = ({ table }: { table: Table }) => ({
  block: async (blocker: UserId, blocked: UserId, now: number): Promise<void> => {
    await table.put({
      ...blockKey(blocker, blocked),
      ...record.write(
        { blocker, blocked, at: now },
        { ownerKey: blockedByList(blocked), ownerSort: `${new Date(now).toISOString()}#${blocker}` },
      ),
    });
  },

  unblock: async (blocker: UserId, blocked: UserId): Promise<void> => {
    await table.remove(blockKey(blocker, blocked), exists);
  },

  /** Whether `blocker` has blocked `blocked`: what a chat asks before it passes a message on. */
  blocks: async (blocker: UserId, blocked: UserId): Promise<boolean> =>
    (await table.get(blockKey(blocker, blocked))) !== undefined,

  /** Whom somebody has blocked. */
  blockedBy: async (blocker: UserId, { limit, after }: { limit: number; after?: Position | undefined }) => {
    const { items, next } = await table.query({ partition: blocksPartition(blocker), limit, after });
    return { blocks: items.map((item) => record.read(item)), next };
  },

  /** Who has blocked somebody: for the removal of an account, and for nobody's eyes. */
  blockersOf: async (blocked: UserId, { limit }: { limit: number }) => {
    const { items } = await table.query({ index: 'byOwner', partition: blockedByList(blocked), limit });
    return items.map((item) => record.read(item));
  },
});
export type BlockStore = ReturnType<typeof createBlockStore>;
