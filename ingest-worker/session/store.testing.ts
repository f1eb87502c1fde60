import { parseStreamId, type StreamId } from '#domain/ids';
import { RESUMABLE } from '#domain/stream';
import type { IngestStore } from './lease.ts';

export const streamNumber = (number: number): StreamId => {
  const id = parseStreamId(`str_${String(number).padStart(26, '0')}`);
  if (!id) throw new Error(`no stream has the number ${number}`);
  return id;
};
export const STREAM = streamNumber(1);
export const OTHER_STREAM = streamNumber(2);

const KEY_LIVES_MS = 60_000;

type Lease = {
  fence: number;
  held: boolean;
  sessionId: string;
  resumeTokenHash: string;
  until: number;
  committed: number;
  mediaClock?: string | undefined;
  state: string;
  endRequested: boolean;
  before?: { fence: number; until: number; by: number } | undefined;
};

type Table = {
  keys: Map<string, { streamId: StreamId; expiresAt: number }>;
  leases: Map<StreamId, Lease>;
  released: { streamId: StreamId; because: string }[];
  ended: Set<StreamId>;
  issued: number;
};
const createTable = (): Table => ({ keys: new Map(), leases: new Map(), released: [], ended: new Set(), issued: 0 });

/** The table as a worker sees it, in memory, shared by as many workers as a test has. */
export const createMemoryStore = (table: Table = createTable()) => {
  const { keys, leases, released, ended } = table;
  const waiting: (() => void)[] = [];
  let crashed = false;
  let reachable = true;

  const reach = (): void => {
    if (!reachable || crashed) throw new Error('the table does not answer');
  };

  const store: IngestStore = {
    redeem: async (key, now) => {
      reach();
      const found = keys.get(key);
      keys.delete(key);
      if (!found) return { redeemed: false, because: 'unknown' };
      if (found.expiresAt <= now) return { redeemed: false, because: 'expired' };
      if (ended.has(found.streamId)) return { redeemed: false, because: 'ended' };
      return { redeemed: true, streamId: found.streamId, signedInAt: found.expiresAt - KEY_LIVES_MS };
    },
    claim: async ({ streamId, sessionId, resumeTokenHash, now, ttlMs, drainMs }) => {
      reach();
      if (ended.has(streamId)) return { claimed: false, because: 'ended' };
      const old = leases.get(streamId);
      const fence = (old?.fence ?? 0) + 1;
      const isHeld = old?.held && old.until > now;
      const waits = old?.before && Math.min(old.before.until, old.before.by) > now;
      leases.set(streamId, {
        fence,
        held: true,
        sessionId,
        resumeTokenHash,
        until: now + ttlMs,
        committed: 0,
        state: 'connecting',
        endRequested: false,
        before: waits ? old.before : isHeld ? { fence: old.fence, until: old.until, by: now + drainMs } : undefined,
      });
      const previousUntil = isHeld ? old.until : undefined;
      return { claimed: true, fence, muxStreamKey: MUX_KEY, previousUntil };
    },
    resume: async ({ streamId, resumeTokenHash, now, ttlMs }) => {
      reach();
      const old = leases.get(streamId);
      if (ended.has(streamId)) return { claimed: false, because: 'ended' };
      if (!old || old.resumeTokenHash !== resumeTokenHash) return { claimed: false, because: 'unknown' };
      const previousUntil = old.held && old.until > now ? old.until : undefined;
      Object.assign(old, { fence: old.fence + 1, held: true, until: now + ttlMs });
      const { fence, sessionId, committed, mediaClock } = old;
      return { claimed: true, fence, muxStreamKey: MUX_KEY, previousUntil, sessionId, committed, mediaClock };
    },
    renew: async ({ streamId, sessionId, fence, committed, mediaClock, state, now, ttlMs, beforeGoneAt }) => {
      reach();
      const lease = leases.get(streamId);
      if (!lease) return { held: false, because: 'ended' };
      if (lease.fence !== fence) {
        const because = lease.sessionId === sessionId ? 'moved' : 'replaced';
        const drains = lease.before?.fence === fence && lease.before.by > now;
        return { held: false, because, ...(drains && { drains }) };
      }
      if (!lease.held) return { held: false, because: 'ended' };
      Object.assign(lease, { committed, mediaClock, state, until: now + ttlMs });
      for (const wake of waiting.splice(0)) wake();
      const beforeUntil = lease.before && Math.min(lease.before.until, lease.before.by);
      if (beforeUntil !== undefined && beforeUntil <= beforeGoneAt) lease.before = undefined;
      return {
        held: true,
        endRequested: lease.endRequested,
        ...(lease.before && beforeUntil !== undefined && { beforeUntil }),
      };
    },
    renewDrain: async ({ streamId, fence, now, ttlMs }) => {
      reach();
      const before = leases.get(streamId)?.before;
      if (before?.fence !== fence || before.by <= now) return false;
      before.until = now + ttlMs;
      return true;
    },
    endDrain: async ({ streamId, fence, now }) => {
      reach();
      const lease = leases.get(streamId);
      if (lease?.before?.fence === fence && lease.before.by > now) lease.before = undefined;
    },
    release: async ({ streamId, fence, because }) => {
      reach();
      const lease = leases.get(streamId);
      if (!lease?.held || lease.fence !== fence) return;
      lease.held = false;
      released.push({ streamId, because });
      if (RESUMABLE.some((reason) => reason === because)) return;
      ended.add(streamId);
      leases.delete(streamId);
    },
  };

  return {
    store,
    released,
    leases,
    ended,
    /** A fresh stream key; for a stream that has ended, of a new show under the same number. */
    issue: ({ streamId = STREAM, expiresAt = Infinity }: { streamId?: StreamId; expiresAt?: number } = {}): string => {
      const key = `key_for_tests_only_${String(++table.issued).padStart(6, '0')}`;
      keys.set(key, { streamId, expiresAt });
      ended.delete(streamId);
      return key;
    },
    requestEnd: (streamId: StreamId = STREAM): void => {
      const lease = leases.get(streamId);
      if (lease) lease.endRequested = true;
    },
    /** Settles at the next renewal. */
    renewed: (): Promise<void> => new Promise((resolve) => waiting.push(resolve)),
    /** The same table, as seen by workers that live on: whoever used this one is heard no more. */
    afterCrash: () => {
      crashed = true;
      return createMemoryStore(table);
    },
    setReachable: (value: boolean): void => {
      reachable = value;
    },
  };
};

/** What a test looks for wherever it must not be. */
export const MUX_KEY = 'mux-key-that-must-not-be-seen';
