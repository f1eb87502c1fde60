import { channelKind, showBefore, withShow } from '#domain/channel';
import type { StreamId } from '#domain/ids';
import { isOver, step, type Stream } from '#domain/stream';
import { holdsAir, isFree } from './air.ts';
import { channelMove, readChannel } from './channel-record.ts';
import { absent, type Table } from './dynamo.ts';
import { atFence, type Before, beforeEnds, beforeUnmoved, type Lease, leaseItem } from './lease-record.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import { stillSignedIn } from './signed-out.ts';
import { type StoredStream, streamMove } from './stream-record.ts';

type NotClaimed = { claimed: false; because: 'ended' | 'held' | 'unknown' | 'signed-out' };
type Claimed = { claimed: true; fence: number; muxStreamKey: string; previousUntil: number | undefined };

type Parts = {
  table: Table;
  read: (id: StreamId) => Promise<{ found: StoredStream | undefined; lease: Lease | undefined }>;
  /** Hears of a stream that this write may have brought into another state. */
  noteMove: (before: Stream, after: Stream) => void;
};

/**
 * How a worker takes the lease of a stream. Of two publishers the newer wins: a claim takes over from whoever holds the lease, and the
 * fence, which grows by one with each claim, shuts the older one out at its next renewal. The claim also needs the creator's air, so
 * that two streams of one creator never publish to one Mux key, a channel on which the show before has left nothing open, and that
 * the creator has not signed out everywhere since whoever brings the feed signed in.
 */
export const createClaims = ({ table, read, noteMove }: Parts) => {
  const take = (
    { streamId: id, signedInAt, now }: { streamId: StreamId; signedInAt: number; now: number },
    next: (lease: Lease | undefined) => Omit<Lease, 'fence' | 'told' | 'state'> | undefined,
  ): Promise<(Claimed & { lease: Lease }) | NotClaimed> =>
    retryOnConflict<(Claimed & { lease: Lease }) | NotClaimed>(async () => {
      const { found, lease: old } = await read(id);
      if (!found) return refused('unknown');
      const { stream } = found;
      if (isOver(stream)) return refused('ended');

      const wanted = next(old);
      if (!wanted) return refused('unknown');
      const channel = await readChannel(table, stream.creatorId, channelKind(stream));
      // where an encoder of its creator's feeds it there is no key for a worker
      const muxStreamKey = channel.channel.live?.muxStreamKey;
      if (muxStreamKey === undefined) return refused('unknown');
      if (!(await isFree(table, showBefore(channel.channel, id), now))) return refused('held');

      const fence = (old?.fence ?? 0) + 1;
      const after = step(stream, { type: 'claimed', at: now, fence });
      const state = after.feed?.is ?? 'connecting';
      const lease = { ...wanted, fence, state, told: state };
      const shown = withShow(channel.channel, id, now);
      const written = await table.transact([
        { or: 'lease-moved', put: leaseItem(id, lease), when: old ? asRead(old) : absent },
        streamMove(found, after),
        holdsAir(stream),
        stillSignedIn(stream.creatorId, signedInAt),
        ...(shown === channel.channel ? [] : [channelMove(channel, shown)]),
      ]);
      if (written.done) {
        noteMove(stream, after);
        const previousUntil = old?.workerId !== undefined && old.until > now ? old.until : undefined;
        return {
          settled: { claimed: true, fence, muxStreamKey, previousUntil, lease },
        };
      }
      if (written.because === 'signed-out') return refused('signed-out');
      return written.because === 'no-air' ? refused('held') : 'conflict';
    });

  return {
    /**
     * Takes the stream for a feed that brought a key. `previousUntil`: until then the holder before us may still be publishing. One
     * that is replaced may publish what it has received for `drainMs` (see `renewDrain`); one that waited for that itself may not.
     */
    claim: async (claim: {
      streamId: StreamId;
      signedInAt: number;
      sessionId: string;
      workerId: string;
      resumeTokenHash: string;
      now: number;
      ttlMs: number;
      drainMs: number;
    }): Promise<Claimed | NotClaimed> => {
      const { sessionId, workerId, resumeTokenHash, now, ttlMs, drainMs } = claim;
      const taken = await take(claim, (old) => ({
        sessionId,
        workerId,
        resumeTokenHash,
        until: now + ttlMs,
        committed: 0,
        ...stillPublishing(old, now, drainMs),
      }));
      if (!taken.claimed) return taken;
      const { lease: _, ...claimed } = taken;
      return claimed;
    },

    /** Takes the stream for a feed that brought its resume token, with how far it had come, wherever it was before. */
    resume: async (claim: {
      streamId: StreamId;
      signedInAt: number;
      workerId: string;
      resumeTokenHash: string;
      now: number;
      ttlMs: number;
    }): Promise<(Claimed & { sessionId: string; committed: number; mediaClock?: string | undefined }) | NotClaimed> => {
      const { workerId, resumeTokenHash, now, ttlMs } = claim;
      const taken = await take(claim, (lease) =>
        lease?.resumeTokenHash === resumeTokenHash ? { ...lease, workerId, until: now + ttlMs } : undefined,
      );
      if (!taken.claimed) return taken;
      const { lease, ...claimed } = taken;
      return {
        ...claimed,
        sessionId: lease.sessionId,
        committed: lease.committed,
        ...(lease.mediaClock !== undefined && { mediaClock: lease.mediaClock }),
      };
    },
  };
};

const refused = (because: NotClaimed['because']) => ({ settled: { claimed: false as const, because } });

/** The feed that publishes when another takes its place: the one that held the lease, or the one for which that still waited. */
const stillPublishing = (old: Lease | undefined, now: number, drainMs: number): Before => {
  const { beforeFence, beforeUntil, beforeBy } = old ?? {};
  if (old && (beforeEnds(old) ?? 0) > now) return { beforeFence, beforeUntil, beforeBy };
  if (old?.workerId === undefined || old.until <= now) return {};
  return { beforeFence: old.fence, beforeUntil: old.until, beforeBy: now + drainMs };
};

/** The lease bears the fence that was read, and what is said of the feed before it. */
const asRead = (lease: Lease) => {
  const [at, before] = [atFence(lease.fence), beforeUnmoved(lease)];
  return { expression: `${at.expression} AND ${before.expression}`, values: { ...at.values, ...before.values } };
};
