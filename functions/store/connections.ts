import * as z from 'zod/mini';
import type { Guest } from '#domain/guest';
import type { StreamId, UserId } from '#domain/ids';
import { retryOnConflict } from './retry-on-conflict.ts';
import { guest, streamId, userId } from './brands.ts';
import { atRevision, type Table } from './dynamo.ts';
import {
  connectionKey,
  connectionsOf,
  memberKey,
  AUDIENCE_SHARDS,
  audiencePartition,
  audienceSizeKey,
} from './keys.ts';
import { createRecord } from './record.ts';

/** API Gateway closes a socket after two hours; what is left of one after that never said goodbye. */
const KEPT_SECONDS = 2 * 3_600 + 600;
const PAGE = 500;

const record = createRecord({
  kind: 'connection',
  version: 1,
  schema: z.object({
    connectionId: z.string(),
    userId: z.optional(userId),
    browser: z.optional(z.string()),
    streamId: z.optional(streamId),
    guest: z.optional(guest),
    since: z.optional(z.number()),
    rev: z.number(),
  }),
});

const member = createRecord({
  kind: 'member',
  version: 1,
  schema: z.object({ connectionId: z.string(), userId: z.optional(userId) }),
});

export type Connection = {
  connectionId: string;
  userId?: UserId | undefined;
  /** What the browser calls itself, where nobody is signed in. */
  browser?: string | undefined;
  streamId?: StreamId | undefined;
  /** Whose it is, where it was opened to be a guest, and for nothing else. */
  guest?: Guest | undefined;
  /** When its ticket was issued: whoever has signed out everywhere since is not heard by it. */
  since?: number | undefined;
};

/** Open realtime sockets, and which stream's audience each is in: at most one. */
export const createConnectionStore = ({ table }: { table: Table }) => {
  const read = async (connectionId: string) => {
    const item = await table.get(connectionKey(connectionId));
    return item && record.read(item);
  };
  /** Counted apart from the move, which a large audience would otherwise make one long queue. Off by one after a crash, no more. */
  const count = async (streamId: StreamId, by: 1 | -1, now: number): Promise<void> => {
    await table.update(audienceSizeKey(streamId), {
      expression: 'ADD #size :by, moves :one SET expiresAt = :expiresAt',
      names: { '#size': 'size' },
      values: { ':by': { N: String(by) }, ':one': { N: '1' }, ':expiresAt': { N: String(expiry(now).expiresAt) } },
    });
  };
  const written = ({ userId, ...more }: Connection & { rev: number }, now: number) => ({
    ...connectionKey(more.connectionId),
    ...record.write(
      { userId, ...more },
      {
        ...expiry(now),
        ...(userId !== undefined && { ownerKey: connectionsOf(userId), ownerSort: more.connectionId }),
      },
    ),
  });
  const expiry = (now: number) => ({ expiresAt: Math.ceil(now / 1_000) + KEPT_SECONDS });

  return {
    opened: async (connection: Omit<Connection, 'streamId'>, now: number): Promise<void> => {
      await table.put(written({ ...connection, rev: 1 }, now));
    },

    get: async (connectionId: string): Promise<Connection | undefined> => read(connectionId),

    /** Moves a connection into a stream's audience, or with undefined out of any. False where it is not open any more. */
    enter: (connectionId: string, into: StreamId | undefined, now: number) =>
      retryOnConflict<boolean>(async () => {
        const found = await read(connectionId);
        if (!found) return { settled: false };
        if (found.streamId === into) return { settled: true };
        const { streamId: from, rev, ...who } = found;
        const moved = await table.transact([
          {
            or: 'moved',
            put: written({ ...who, streamId: into, rev: rev + 1 }, now),
            when: atRevision(rev),
          },
          ...(from ? [{ remove: memberKey(from, connectionId) }] : []),
          ...(into
            ? [
                {
                  put: {
                    ...memberKey(into, connectionId),
                    ...member.write({ connectionId, userId: who.userId }, expiry(now)),
                  },
                },
              ]
            : []),
        ]);
        if (!moved.done) return 'conflict';
        if (from) await count(from, -1, now);
        if (into) await count(into, 1, now);
        return { settled: true };
      }),

    /** Forgets a connection that is gone, and answers what it was. Harmless for one that is not known. */
    closed: (connectionId: string, now: number) =>
      retryOnConflict<Connection | undefined>(async () => {
        const found = await read(connectionId);
        if (!found) return { settled: undefined };
        const written = await table.transact([
          { or: 'moved', remove: connectionKey(connectionId), when: atRevision(found.rev) },
          ...(found.streamId ? [{ remove: memberKey(found.streamId, connectionId) }] : []),
        ]);
        if (!written.done) return 'conflict';
        if (found.streamId) await count(found.streamId, -1, now);
        return { settled: found };
      }),

    /** Every open socket of somebody, each as it is now. */
    ofUser: async (id: UserId): Promise<Connection[]> => {
      const found: Connection[] = [];
      let after;
      do {
        const page = await table.query({ index: 'byOwner', partition: connectionsOf(id), limit: PAGE, after });
        // the index may be behind
        const current = await Promise.all(page.items.map((item) => read(record.read(item).connectionId)));
        found.push(...current.filter((connection) => connection !== undefined));
        after = page.next;
      } while (after);
      return found;
    },

    /** How many are in the audience of each of these streams. */
    sizes: async (ids: readonly StreamId[]): Promise<Map<StreamId, number>> => {
      const keys = new Map(ids.map((id) => [audienceSizeKey(id).pk.S, id]));
      const items = await table.getMany(ids.map(audienceSizeKey));
      const sizes = new Map<StreamId, number>();
      for (const item of items) {
        const id = keys.get(item['pk']?.S ?? '');
        if (id) sizes.set(id, Math.max(0, Number(item['size']?.N ?? 0)));
      }
      return sizes;
    },

    /** How many are in an audience, and a number that changes with everybody who comes or goes. */
    crowd: async (id: StreamId): Promise<{ size: number; moves: number }> => {
      const item = await table.get(audienceSizeKey(id));
      return { size: Math.max(0, Number(item?.['size']?.N ?? 0)), moves: Number(item?.['moves']?.N ?? 0) };
    },

    /** Everybody in an audience, shard by shard and page by page, so that a large audience is never held in memory whole. */
    async *members(id: StreamId, now: number): AsyncGenerator<Connection[]> {
      for (let shard = 0; shard < AUDIENCE_SHARDS; shard++) {
        let after;
        do {
          const page = await table.query({
            partition: audiencePartition(id, shard),
            limit: PAGE,
            after,
            consistent: true,
          });
          const present = page.items.filter((item) => Number(item['expiresAt']?.N ?? 0) * 1_000 > now);
          if (present.length > 0) yield present.map((item) => member.read(item));
          after = page.next;
        } while (after);
      }
    },
  };
};
export type ConnectionStore = ReturnType<typeof createConnectionStore>;
