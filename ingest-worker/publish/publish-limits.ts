/** What one RTMP connection may grow to, wait for or believe (SPEC §P, each tested on both sides). */
export const PUBLISH_LIMITS = {
  /** Each stage of opening: TCP with TLS, the handshake, and the answer to each command. */
  stageMs: 5_000,
  /** All stages together. */
  connectMs: 12_000,
  /** Above it `send` says false. */
  queueHighBytes: 1024 * 1024,
  /** Below it the caller hears `drained`. */
  queueLowBytes: 256 * 1024,
  /** A caller that goes on regardless is cut off here. */
  queueMaxBytes: 32 * 1024 * 1024,
  /** With bytes waiting, the socket takes none for this long: stalled. With acknowledgements overdue, the same. */
  stallMs: 8_000,
  /** Where the server acknowledges nothing, what the socket took this long ago counts as arrived. */
  flushedMs: 5_000,
  /** A server that has acknowledged nothing for this long, or over two windows, is one that never does. */
  silenceMs: 15_000,
  /** A server that has once acknowledged may leave this much unsaid before what was flushed counts all the same. */
  unacknowledgedBytes: 8 * 1024 * 1024,
  /** How many steps make a rhythm; a silence of `rhythmFactor` times its longest interval, `patienceMs` at most, is beyond it. */
  rhythmSteps: 4,
  rhythmFactor: 3,
  patienceMs: 30_000,
  /** After this many counts that cannot be totals, nothing more is read from them. */
  nonsenseCounts: 3,
  /** A host whose silence has been the only sign of a stall this often, within this long, is no longer judged by it. */
  rhythmBreaks: 2,
  rhythmMemoryMs: 10 * 60_000,
  /** How often the clock rules above are looked at. */
  tickMs: 250,
  /** Writing out the queue and waiting for the other end to have read it. */
  closeMs: 8_000,
  /** Within it, once the queue is out: how long a server may take to answer the farewell, which many never do. */
  farewellMs: 1_000,
  /** What we ask the server for, and so the step in which the committed position moves: a second of a thin show. */
  ackWindowBytes: 32_768,
  /** The step that any server is granted, whatever it was asked for. */
  ackStepBytes: 131_072,
  /** Ours, towards the server: most frames go out whole. */
  chunkBytes: 65_536,
  /** A server says little; a message above this is not one for us. */
  messageBytes: 64 * 1024,
  chunkStreams: 16,
  /** An end without a word this soon after Publish.Start, before any acknowledgement, is the refusal of a key. */
  refusalMs: 1_000,
  detailCharacters: 200,
} as const;

export type PublishLimits = { readonly [name in keyof typeof PUBLISH_LIMITS]: number };
