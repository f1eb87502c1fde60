import type { FlvTag } from '../media/flv-tag.ts';

/**
 * What a session needs of a publisher (SPEC §P): the port between `session/` and `publish/`.
 *
 * One publisher is one RTMP connection. It is opened once, written to, and closed once; when it breaks, the session makes
 * a new one and decides itself what to send again. It holds no media beyond its bounded write queue.
 */
export type CreatePublisher = (options: PublisherOptions) => Publisher;

export type PublisherOptions = {
  /** `rtmps://host[:port]/app` (or `rtmp://` in tests), without the key. */
  url: string;
  /** Mux's own key: to be written to the server and nowhere else: no log, no error text, no argv, no environment. */
  streamKey: string;
  /** PEM of the one authority to trust instead of the system's. TLS is always verified. */
  ca?: string;
  onEvent: (event: PublisherEvent) => void;
};

export type PublisherEvent =
  /** The first `tags` tags given to `send` have arrived at the server. Only ever grows. */
  | { type: 'acknowledged'; tags: number; rule: AcknowledgementRule }
  /** The write queue, above its mark when `send` last said false, is low again. */
  | { type: 'drained' }
  /** The connection broke after it was open, and not by our `close` or `abandon`. Said once; nothing follows it. */
  | { type: 'closed'; because: PublisherFailure; detail: string };

/** By the server's own acknowledgements or, where it sends none, by having been flushed to the socket 5 s ago. */
export type AcknowledgementRule = 'acknowledged' | 'flushed-5s';

/**
 * Why a connection was not made, or broke. `key-refused` is final for a key that was never taken (servers refuse one
 * that is still in use by the same words); everything else may be tried again:
 * `refused` is a server that answers but will not have us for now (application unknown, too many connections).
 * `detail` beside it is for a log line: the server's own words, without the key.
 */
export type PublisherFailure =
  | 'key-refused'
  | 'refused'
  | 'unreachable'
  | 'untrusted'
  | 'timed-out'
  | 'reset'
  | 'stalled'
  | 'protocol-error';

export type Publisher = {
  /**
   * TCP, TLS, RTMP handshake, connect, createStream, publish; settles within its own time limits and never throws.
   * `redirectedTo` is the host that the server has sent it to, where that is another.
   */
  connect(): Promise<
    { connected: true; redirectedTo?: string } | { connected: false; because: PublisherFailure; detail: string }
  >;
  /**
   * Takes the tag, always, in the order of the calls; false when the write queue is now above its mark: the caller stops
   * until `drained`. A call after `closed`, `close` or `abandon` does nothing and returns false. An onMetaData tag comes
   * as FLV has it; the adapter adds the `@setDataFrame` of RTMP.
   */
  send(tag: FlvTag): boolean;
  /**
   * Writes out the queue, says FCUnpublish and deleteStream, ends the socket and waits, within a limit, for the other
   * end to have read everything. `flushed` when it has. Twice is harmless, and so is a call on a broken connection.
   */
  close(): Promise<{ flushed: true } | { flushed: false; because: PublisherFailure }>;
  /** Cuts the connection at once, queue and all: for a session that has lost its lease. */
  abandon(): void;
  stats(): PublisherStats;
};

export type PublisherStats = {
  sentBytes: number;
  queuedBytes: number;
  acknowledgedBytes: number;
  rule: AcknowledgementRule;
  /** A server with a rhythm of acknowledging has been silent somewhat beyond it: it may have stopped reading. */
  late: boolean;
  /** The longest interval of its acknowledgements, in ms; nothing where it has no rhythm. */
  rhythmMs?: number | undefined;
};
