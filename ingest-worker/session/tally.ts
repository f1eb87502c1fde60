/** What a session counts into; the worker's metrics stand behind it. */
export type Tally = {
  restarts(): void;
  resumes(): void;
  reconnects(): void;
  /** A client has left media out. */
  skips(): void;
  /** Pictures that came, or should have come, and are not published. */
  droppedFrames(count: number): void;
  ended(): void;
  /** Arrival was supposed from time, because the server acknowledges nothing. */
  weakAcknowledgements(): void;
  receivedBytes(bytes: number): void;
  /** How far what is known to have arrived lies behind the newest that came in. */
  commitDelayMs(ms: number): void;
};
