import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StreamId } from '#domain/ids';
import { isReleaseReason, step, type Stream } from '#domain/stream';
import { retryOnConflict } from './retry-on-conflict.ts';
import { both, type Expression, openTable } from './dynamo.ts';
import { redeemIngestKey } from './ingest-keys.ts';
import type { Item } from './item.ts';
import { leaseKey, streamItemKey } from './keys.ts';
import { createClaims } from './lease-claims.ts';
import {
  atFence,
  type Before,
  beforeEnds,
  beforeUnmoved,
  drainsAt,
  leaseEnd,
  type Lease,
  readLease,
  WITHOUT_BEFORE,
} from './lease-record.ts';
import { readStream, type StoredStream, streamMove } from './stream-record.ts';

type Json = Readonly<Record<string, unknown>>;
/**
 * Why a lease is no longer held: the same feed goes on at another worker, another feed has come, or nobody is to publish this stream
 * any more. A client that has moved must not hear that it was replaced: it would give up the show that it is just saving.
 */
type Loss = 'moved' | 'replaced' | 'ended';
/** `drains`: what has been received may still be published, while `renewDrain` says so. */
type NotHeld = { held: false; because: Loss; drains?: true };
/** `beforeUntil`: the feed that was replaced may publish until then, and renew that. */
type Held = { held: true; endRequested: boolean; beforeUntil?: number };

type Parts = {
  client: DynamoDBClient;
  tableName: string;
  /** A stream is in another state, by what was written here: people have to be told. */
  onMoved?: (move: { streamId: StreamId; from: Stream['state'] }) => void;
};

/**
 * What an ingest worker does to the table: it spends stream keys, and takes, keeps and gives back the lease of the stream that it
 * publishes. Refusals are values; a table that does not answer throws. Every stamp is given in milliseconds.
 */
export const createIngestStore = ({ client, tableName, onMoved = () => {} }: Parts) => {
  const table = openTable({ client, tableName });

  const noteMove = (before: Stream, after: Stream): void => {
    if (after.state !== before.state) onMoved({ streamId: after.id, from: before.state });
  };

  const read = async (id: StreamId): Promise<{ found: StoredStream | undefined; lease: Lease | undefined }> => {
    const [stream, lease] = await Promise.all([table.get(streamItemKey(id)), table.get(leaseKey(id))]);
    return { found: stream && readStream(stream), lease: lease && readLease(lease) };
  };

  /** Lets the stream hear what the lease already says: that the feed's state is another one. */
  const tell = (id: StreamId, fence: number, now: number): Promise<boolean> =>
    retryOnConflict<boolean>(async () => {
      const { found, lease } = await read(id);
      if (!found || lease?.fence !== fence) return { settled: false };
      const after = step(found.stream, { type: 'reported', at: now, fence, is: lease.state });
      const written = await table.transact([
        {
          or: 'lease-moved',
          update: leaseKey(id),
          set: {
            expression: 'SET told = #state',
            names: { '#state': 'state' },
          },
          when: atFence(fence),
        },
        ...(after === found.stream ? [] : [streamMove(found, after)]),
      ]);
      if (!written.done) return 'conflict';
      noteMove(found.stream, after);
      return { settled: true };
    });

  /** Whether a feed that was replaced has stopped by then; one that has may not begin again. */
  const shutOut = async (id: StreamId, before: Before, goneAt: number): Promise<boolean> => {
    if ((beforeEnds(before) ?? 0) > goneAt) return false;
    return (await table.update(leaseKey(id), WITHOUT_BEFORE, beforeUnmoved(before))).done;
  };

  return {
    redeem: (secret: string, now: number) => redeemIngestKey(table, secret, now),

    ...createClaims({ table, read, noteMove }),

    /**
     * Says that we still publish, and how far, or hears why we no longer may: see `Loss`.
     *
     * @param beforeGoneAt a feed before us that may publish no longer than until then has stopped, and may not begin again
     */
    renew: async (renewal: {
      streamId: StreamId;
      sessionId: string;
      fence: number;
      committed: number;
      mediaClock?: string | undefined;
      state: 'connecting' | 'live' | 'reconnecting';
      health?: Json;
      now: number;
      ttlMs: number;
      beforeGoneAt?: number;
    }): Promise<Held | NotHeld> => {
      const {
        streamId,
        sessionId,
        fence,
        committed,
        mediaClock,
        state,
        health,
        now,
        ttlMs,
        beforeGoneAt = now,
      } = renewal;
      const renewed = await table.update(
        leaseKey(streamId),
        {
          expression: `SET committed = :committed, #state = :state, #until = :until${
            mediaClock === undefined ? '' : ', mediaClock = :mediaClock'
          }${health ? ', health = :health, healthAt = :now' : ''}`,
          names: { '#state': 'state', '#until': 'until' },
          values: {
            ':committed': { N: String(committed) },
            ':state': { S: state },
            ':until': { N: String(now + ttlMs) },
            ...(mediaClock !== undefined && { ':mediaClock': { S: mediaClock } }),
            ...(health && { ':health': { S: JSON.stringify(health) }, ':now': { N: String(now) } }),
          },
        },
        heldUnder(fence),
      );
      if (!renewed.done || !renewed.item) return lost(renewed.item, { sessionId, fence, now });
      const lease = readLease(renewed.item);
      if (lease.told !== lease.state && !(await tell(streamId, fence, now)))
        return lost(await table.get(leaseKey(streamId)), { sessionId, fence, now });
      const { endRequested = false } = lease;
      const beforeUntil = beforeEnds(lease);
      if (beforeUntil === undefined || (await shutOut(streamId, lease, beforeGoneAt)))
        return { held: true, endRequested };
      return { held: true, endRequested, beforeUntil };
    },

    /** Says that a feed which was replaced still publishes what it has received, or hears that it no longer may. */
    renewDrain: async (drain: { streamId: StreamId; fence: number; now: number; ttlMs: number }): Promise<boolean> => {
      const { streamId, fence, now, ttlMs } = drain;
      const set = { expression: 'SET beforeUntil = :until', values: { ':until': { N: String(now + ttlMs) } } };
      const renewed = await table.update(leaseKey(streamId), set, drainsAt(fence, now));
      return renewed.done;
    },

    /** A feed that was replaced has published all of it. */
    endDrain: async ({ streamId, fence, now }: { streamId: StreamId; fence: number; now: number }): Promise<void> => {
      await table.update(leaseKey(streamId), WITHOUT_BEFORE, drainsAt(fence, now));
    },

    /** Gives the stream back, with the reason; harmless when it is no longer ours. A reason that we do not know ends nothing. */
    release: async ({
      streamId: id,
      fence,
      because,
      now,
    }: {
      streamId: StreamId;
      fence: number;
      because: string;
      now: number;
    }): Promise<void> => {
      const reason = isReleaseReason(because) ? because : 'internal-error';
      await retryOnConflict(async () => {
        const { found, lease } = await read(id);
        if (!found || lease?.fence !== fence || lease.workerId === undefined) return { settled: undefined };
        const after = step(found.stream, { type: 'released', at: now, fence, because: reason });
        const written = await table.transact([
          ...(after.state === 'ended'
            ? leaseEnd(id, lease, after)
            : [
                {
                  or: 'lease-moved' as const,
                  update: leaseKey(id),
                  set: {
                    expression: 'SET #until = :now, told = :lost REMOVE workerId',
                    names: { '#until': 'until' },
                    values: { ':now': { N: String(now) }, ':lost': { S: 'lost' } },
                  },
                  when: atFence(fence),
                },
              ]),
          ...(after === found.stream ? [] : [streamMove(found, after)]),
        ]);
        if (!written.done) return 'conflict';
        noteMove(found.stream, after);
        return { settled: undefined };
      });
    },
  };
};

const lost = (
  item: Item | undefined,
  { sessionId, fence, now }: { sessionId: string; fence: number; now: number },
): NotHeld => {
  const lease = item && readLease(item);
  if (!lease || lease.fence === fence) return { held: false, because: 'ended' };
  const drains = lease.beforeFence === fence && (lease.beforeBy ?? 0) > now;
  return { held: false, because: lease.sessionId === sessionId ? 'moved' : 'replaced', ...(drains && { drains }) };
};

/** Somebody holds the lease under this fence. */
const heldUnder = (fence: number): Expression => both(atFence(fence), { expression: 'attribute_exists(workerId)' });
