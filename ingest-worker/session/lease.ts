import type { StreamId } from '#domain/ids';

/**
 * What the worker needs of the table (SPEC §S): keys to redeem, and the lease that says which one worker publishes a
 * stream. `functions/store/ingest.ts` is the adapter. Refusals are values; an unreachable table throws.
 */
export type IngestStore = {
  /** Spends a stream key: it opens one feed, once. */
  redeem(
    key: string,
    now: number,
  ): Promise<
    | { redeemed: true; streamId: StreamId; signedInAt: number }
    | { redeemed: false; because: 'unknown' | 'expired' | 'ended' | 'signed-out' }
  >;
  /**
   * Takes the stream for a feed that brought a key. The newest publisher wins; the holder before it may publish what it has received
   * for `drainMs`, which it keeps by `renewDrain`.
   */
  claim(claim: Claim & { drainMs: number }): Promise<Claimed | NotClaimed>;
  /** Takes the stream for a feed that brought its resume token, wherever it was before. */
  resume(
    claim: Omit<Claim, 'sessionId'>,
  ): Promise<(Claimed & Pick<Renewal, 'sessionId' | 'committed' | 'mediaClock'>) | NotClaimed>;
  /**
   * Says that we still publish, and how far, or hears why we no longer may; `drains`: but for what has been received. `beforeUntil`: the
   * feed before us may publish until then, unless it renews that.
   */
  renew(
    renewal: Renewal,
  ): Promise<
    { held: true; endRequested: boolean; beforeUntil?: number } | { held: false; because: Loss; drains?: true }
  >;
  /** Says that a feed which was replaced still publishes what it has received; false where it no longer may. */
  renewDrain(drain: { streamId: StreamId; fence: number; now: number; ttlMs: number }): Promise<boolean>;
  /** A feed that was replaced has published all of it. */
  endDrain(drain: { streamId: StreamId; fence: number; now: number }): Promise<void>;
  /** Gives the stream back; harmless when it is no longer ours. */
  release(release: { streamId: StreamId; fence: number; because: string; now: number }): Promise<void>;
};

export type Claim = {
  streamId: StreamId;
  /** When whoever was given the key signed in: nothing is taken for who has signed out everywhere since. */
  signedInAt: number;
  sessionId: string;
  workerId: string;
  resumeTokenHash: string;
  now: number;
  ttlMs: number;
};

export type Claimed = {
  claimed: true;
  /** Grows with every claim; whoever renews with an older one has lost the lease. */
  fence: number;
  muxStreamKey: string;
  /** When the holder before us lapses, unless it released: until then it may still be publishing. */
  previousUntil?: number | undefined;
};

export type NotClaimed = { claimed: false; because: 'ended' | 'held' | 'unknown' | 'signed-out' };

/** The same feed goes on at another worker; another feed has come; nobody is to publish this stream any more. */
export type Loss = 'moved' | 'replaced' | 'ended';

export type Renewal = {
  streamId: StreamId;
  sessionId: string;
  fence: number;
  /** Byte of the container stream before which all has arrived upstream. */
  committed: number;
  /** What the container stream's clock knew there, as `toText` in `media/media-clock.ts` writes it. */
  mediaClock?: string | undefined;
  state: 'connecting' | 'live' | 'reconnecting';
  health?: Record<string, unknown>;
  now: number;
  ttlMs: number;
  /** A feed before us that may publish no longer than until then has stopped. */
  beforeGoneAt: number;
};
