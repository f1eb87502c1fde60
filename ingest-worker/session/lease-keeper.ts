import type { StreamId } from '#domain/ids';
import { LIMITS } from '../limits.ts';
import type { IngestStore, Loss, Renewal } from './lease.ts';

type Parts = {
  store: Pick<IngestStore, 'renew' | 'release' | 'renewDrain' | 'endDrain'>;
  streamId: StreamId;
  sessionId: string;
  fence: number;
  clock: () => number;
  /** What the lease's record is to say of us. */
  report: () => Pick<Renewal, 'committed' | 'mediaClock' | 'state' | 'health'>;
  onEvent: (event: LeaseEvent) => void;
};

export type LeaseEvent =
  /** The lease is not ours any more; nothing follows. */
  | { type: 'lost'; because: Loss }
  /** It is another feed's, which waits until what we have received is published; we may go on with that, and with nothing else. */
  | { type: 'replaced' }
  /** The table did not answer in time, or answered with a fault. */
  | { type: 'unreachable'; cause: unknown }
  /** The control plane wants the stream to end. */
  | { type: 'end-requested' };

/** Keeps a claimed lease, and knows when it can no longer be sure of it (SPEC §S). */
export type LeaseKeeper = {
  /** Asks the table, telling it how things are now; whoever is about to connect upstream must have a yes. */
  check(): Promise<boolean>;
  /** No renewal has succeeded for so long that somebody else may soon begin. */
  readonly doubtful: boolean;
  /** How long a feed that we have replaced may still be publishing, by what the table said last; 0 where there is none. */
  readonly barredMs: number;
  /** The process stood still: what passed meanwhile was no silence of the table's, and it is asked at once. */
  woke(): void;
  release(because: string): Promise<void>;
};

/** After the process stood still the table has this long to say that the lease is still ours. */
const WAKE_MS = 1_000;
/** Whoever holds a lease, or may drain, has stopped of itself so long before that ends (`leaseFenceMs` after its last renewal). */
const SLACK_MS = LIMITS.leaseTtlMs - LIMITS.leaseFenceMs;

export const keepLease = ({ store, streamId, sessionId, fence, clock, report, onEvent }: Parts): LeaseKeeper => {
  let renewedMs = clock();
  let renewing: Promise<boolean> | undefined;
  let over = false;
  let drains = false;
  let beforeUntil: number | undefined;

  const lose = (because: Loss): false => {
    over = true;
    clearInterval(timer);
    onEvent({ type: 'lost', because });
    return false;
  };

  const renewLease = async (): Promise<boolean> => {
    const now = Date.now();
    const beforeGoneAt = now + SLACK_MS;
    const renewal = { streamId, sessionId, fence, ...report(), now, ttlMs: LIMITS.leaseTtlMs, beforeGoneAt };
    const answer = await inTime(store.renew(renewal));
    if (over) return false;
    if (answer.held) {
      ({ beforeUntil } = answer);
      if (answer.endRequested) onEvent({ type: 'end-requested' });
      return true;
    }
    if (!answer.drains) return lose(answer.because);
    drains = true;
    onEvent({ type: 'replaced' });
    return renewDrain();
  };

  const renewDrain = async (): Promise<boolean> => {
    const isHeld = await inTime(store.renewDrain({ streamId, fence, now: Date.now(), ttlMs: LIMITS.leaseTtlMs }));
    if (over) return false;
    return isHeld || lose('replaced');
  };

  const renew = async (): Promise<boolean> => {
    if (over) return false;
    // The lease runs from when it was asked for, not from when the answer came.
    const askedMs = clock();
    try {
      const isHeld = drains ? await renewDrain() : await renewLease();
      if (isHeld) renewedMs = askedMs;
      return isHeld;
    } catch (cause) {
      if (!over) onEvent({ type: 'unreachable', cause });
      return false;
    }
  };
  const once = (): Promise<boolean> =>
    (renewing ??= renew().finally(() => {
      renewing = undefined;
    }));
  const timer = setInterval(() => void once(), LIMITS.leaseRenewMs);

  return {
    check: async () => {
      // One that is on its way tells how things were.
      await renewing;
      return once();
    },
    get doubtful() {
      return clock() - renewedMs > LIMITS.leaseFenceMs;
    },
    get barredMs() {
      return beforeUntil === undefined ? 0 : Math.max(0, beforeUntil - SLACK_MS - Date.now());
    },
    woke: () => {
      renewedMs = Math.max(renewedMs, clock() - LIMITS.leaseFenceMs + WAKE_MS);
      void once();
    },
    release: async (because) => {
      clearInterval(timer);
      if (over) return;
      over = true;
      await renewing;
      // A lease that cannot be given back lapses by itself.
      const now = Date.now();
      const given = drains
        ? store.endDrain({ streamId, fence, now })
        : store.release({ streamId, fence, because, now });
      await inTime(given).catch(() => undefined);
    },
  };
};

/** A table that does not answer is as good as one that cannot be reached: nobody's end waits for it. */
const inTime = async <Answer>(asked: Promise<Answer>): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the table does not answer')), LIMITS.leaseFenceMs);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
};
