/** Why a show is not well, the nearest to its creator first: pictures are not made, come late, or are not taken from us. */
export const SLOW_CAUSES = ['machine-busy', 'uplink-too-slow', 'upstream-slow'] as const;
export type SlowCause = (typeof SLOW_CAUSES)[number];

/** What a session reports to the worker's metrics. */
export type SessionMetrics = {
  /** An encoder was started in place of one that had died. */
  restarts(): void;
  /** A socket went on with a session. */
  resumes(): void;
  /** A connection upstream was made in place of one that was lost. */
  reconnects(): void;
  /** A client has left media out. */
  skips(): void;
  /** This many pictures more came, or should have come, and are not sent upstream. */
  droppedFrames(count: number): void;
  /** A session is over. */
  ended(): void;
  /** Acknowledgement was assumed from the time that has passed, because the server sends none. */
  weakAcknowledgements(): void;
  receivedBytes(bytes: number): void;
  /** How far what is acknowledged lies behind the newest media that came in. */
  commitDelayMs(ms: number): void;
  /** This much of a show more will never be seen. */
  lostMs(ms: number): void;
  /** For one more second a show was not well, for this cause. */
  slow(cause: SlowCause): void;
};
