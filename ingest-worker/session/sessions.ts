import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { parseStreamId, type StreamId } from '#domain/ids';
import type { CloseReason, Media } from '#wire';
import { LIMITS } from '../limits.ts';
import type { Client } from './client.ts';
import { parseClock } from '../media/media-clock.ts';
import type { Claimed, IngestStore, Renewal } from './lease.ts';
import { type RunningSession, runSession, type SessionParts } from './run-session.ts';

type Parts = Omit<SessionParts, 'store'> & { store: Omit<IngestStore, 'redeem'>; workerId: string };

type Opening = {
  client: Client;
  streamId: StreamId;
  /** See `Claim`. */
  signedInAt: number;
  media: Media | undefined;
  reserve: (units: number) => boolean;
};
type Resuming = Opening & { resumeToken: string; haveFrom: number };

export type Opened =
  | { opened: true; session: RunningSession; isNew: boolean }
  | { opened: false; because: CloseReason; detail: string };

/** The feeds of this worker: by stream, because a stream has one (SPEC §S). */
export type Sessions = {
  open(opening: Opening): Promise<Opened>;
  /** Goes on with a feed of this worker, or of one that is gone. */
  resume(opening: Resuming): Promise<Opened>;
  /** This worker has a feed of the stream. */
  has(streamId: StreamId): boolean;
  all(): RunningSession[];
  /** From now on no feed is opened; those that there are may still be come back to. */
  shut(): void;
};

const TOKEN_BYTES = 24;

export const createSessions = ({ store, workerId, ...parts }: Parts): Sessions => {
  const running = new Map<StreamId, RunningSession>();
  /** Those that another feed has replaced and that still publish what they had received. */
  const replaced = new Set<RunningSession>();
  /** By stream, what is being opened. */
  const turns = new Map<StreamId, Promise<void>>();
  let open = true;

  /**
   * One after the other for a stream: of a client's two sockets the second comes back to what the first has brought here, and
   * of two leases the one that the table gave last is the one that stays.
   */
  const inTurn = async (streamId: StreamId, work: () => Promise<Opened>): Promise<Opened> => {
    const before = turns.get(streamId);
    const mine = before ? before.then(work) : work();
    const done = mine.then(
      () => undefined,
      () => undefined,
    );
    turns.set(streamId, done);
    void done.then(() => {
      if (turns.get(streamId) === done) turns.delete(streamId);
    });
    return mine;
  };

  const start = (
    { client, streamId, media, reserve }: Opening,
    lease: Claimed & Pick<Renewal, 'sessionId' | 'committed' | 'mediaClock'> & { resumed: boolean; leftOut: boolean },
    resumeToken: string,
  ): RunningSession => {
    const old = running.get(streamId);
    if (lease.resumed) old?.cut('replaced');
    const session = runSession(
      { ...parts, store },
      {
        streamId,
        sessionId: lease.sessionId,
        fence: lease.fence,
        muxStreamKey: lease.muxStreamKey,
        resumeToken,
        resumed: lease.resumed,
        committed: lease.committed,
        mediaClock: lease.mediaClock === undefined ? undefined : parseClock(lease.mediaClock, lease.leftOut),
        // A feed that is replaced says itself when it has stopped; one that goes on elsewhere will have noticed by then.
        barredMs: lease.resumed && !old ? barredMs(lease.previousUntil) : 0,
        replaces: !lease.resumed && lease.previousUntil !== undefined,
        media,
        reserve,
      },
    );
    running.set(streamId, session);
    if (old && !lease.resumed) handOver(old, session);
    void session.over.then(() => {
      if (running.get(streamId) === session) running.delete(streamId);
    });
    session.attach(client);
    return session;
  };

  const handOver = (old: RunningSession, next: RunningSession): void => {
    replaced.add(old);
    void old.over.then(() => {
      replaced.delete(old);
      next.freed();
    });
    old.replace();
  };

  /** The worker leaves: whoever asks for a feed now is to ask elsewhere, and finds the stream free there. */
  const sentAway: Opened = { opened: false, because: 'going-away', detail: 'this worker leaves' };
  const giveBack = async (streamId: StreamId, { fence }: Claimed): Promise<Opened> => {
    await store.release({ streamId, fence, because: 'going-away', now: Date.now() });
    return sentAway;
  };

  const begin = async (opening: Opening): Promise<Opened> => {
    if (!open) return sentAway;
    const { streamId, signedInAt } = opening;
    const resumeToken = `${streamId}.${randomBytes(TOKEN_BYTES).toString('base64url')}`;
    const sessionId = randomUUID();
    const lease = await store.claim({
      streamId,
      signedInAt,
      sessionId,
      workerId,
      resumeTokenHash: hashOf(resumeToken),
      now: Date.now(),
      ttlMs: LIMITS.leaseTtlMs,
      drainMs: LIMITS.takeoverMs,
    });
    if (!lease.claimed) return { opened: false, because: 'key-refused', detail: lease.because };
    if (!open) return giveBack(streamId, lease);
    return {
      opened: true,
      isNew: true,
      session: start(opening, { ...lease, sessionId, committed: 0, resumed: false, leftOut: false }, resumeToken),
    };
  };

  const goOn = async (opening: Resuming): Promise<Opened> => {
    const { client, streamId, signedInAt, resumeToken, haveFrom } = opening;
    const here = running.get(streamId);
    if (here && isSame(here.resumeToken, resumeToken)) {
      here.attach(client);
      return { opened: true, isNew: false, session: here };
    }
    if (!open) return sentAway;
    const lease = await store.resume({
      streamId,
      signedInAt,
      workerId,
      resumeTokenHash: hashOf(resumeToken),
      now: Date.now(),
      ttlMs: LIMITS.leaseTtlMs,
    });
    if (!lease.claimed) return { opened: false, because: 'resume-refused', detail: lease.because };
    if (!open) return giveBack(streamId, lease);
    // What the client no longer holds cannot be had; it goes on with the first whole GOP that it has.
    const committed = Math.max(lease.committed, haveFrom);
    const leftOut = haveFrom > lease.committed;
    const session = start(opening, { ...lease, committed, resumed: true, leftOut }, resumeToken);
    return { opened: true, isNew: true, session };
  };

  return {
    shut: () => {
      open = false;
    },
    has: (streamId) => running.has(streamId),
    all: () => [...replaced, ...running.values()],
    open: (opening) => inTurn(opening.streamId, () => begin(opening)),
    resume: async (opening) => {
      const { streamId, resumeToken } = opening;
      if (parseStreamId(resumeToken.split('.')[0] ?? '') !== streamId)
        return { opened: false, because: 'resume-refused', detail: 'not a token of this stream' };
      return inTurn(streamId, () => goOn(opening));
    },
  };
};

/**
 * How long to wait before publishing where another worker held the lease. It stops of itself `leaseFenceMs` after its last
 * renewal, whether it hears of us or not.
 */
const barredMs = (previousUntil: number | undefined): number => {
  if (previousUntil === undefined) return 0;
  const renewedAt = previousUntil - LIMITS.leaseTtlMs;
  return Math.min(Math.max(0, renewedAt + LIMITS.leaseFenceMs - Date.now()), LIMITS.leaseFenceMs);
};

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
