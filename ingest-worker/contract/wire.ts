import * as z from 'zod/mini';

/**
 * The wire between a browser and an ingest worker, subprotocol `vybzz.ingest.v1` (SPEC §W).
 *
 * The client sends one container stream (Matroska, WebM or fragmented MP4), append-only, whose bytes are numbered from 0.
 * Text messages are JSON and control; binary messages are media. A socket that names no subprotocol is in plain mode:
 * every binary message is the next chunk of one container stream, and nothing can be resumed.
 */
export const SUBPROTOCOL = 'vybzz.ingest.v1';
export const WIRE_VERSION = 1;

/**
 * Query parameter of the socket's URL that may name the rung (`?rung=webcodecs`), so that a worker which has room for that
 * one but not for a transcode does not turn it away (503 before the upgrade). Without it room for a transcode is asked for.
 */
export const RUNG_PARAMETER = 'rung';

/**
 * The rungs, by number: ways of encoding in a browser, cheapest for the worker first. `webcodecs` encodes H.264 and AAC
 * itself; the others are a recorder whose media the worker copies, copies but for the sound, or transcodes.
 */
export const RUNGS = {
  1: 'webcodecs',
  2: 'recorder-copy',
  3: 'recorder-copy-video',
  4: 'recorder-transcode',
} as const;
export const Rung = z.enum(RUNGS);
export type Rung = z.infer<typeof Rung>;

/** Where a page learns what its network carries: no stream key is so short. */
export const UPLINK_TRIAL_PATH = '/stream/live/uplink';

export const Container = z.enum(['matroska', 'webm', 'mp4']);
export type Container = z.infer<typeof Container>;

/** What the client is about to send; codecs as in RFC 6381, e.g. `avc1.4d401f`, `mp4a.40.2`, `vp8`, `opus`. */
export const Media = z.object({
  container: Container,
  videoCodec: z.string().check(z.maxLength(64)),
  audioCodec: z.string().check(z.maxLength(64)),
  width: z.number().check(z.int(), z.gte(16), z.lte(8_192)),
  height: z.number().check(z.int(), z.gte(16), z.lte(8_192)),
  frameRate: z.number().check(z.gt(0), z.lte(120)),
  videoKbps: z.number().check(z.gt(0), z.lte(20_000)),
  audioKbps: z.number().check(z.gt(0), z.lte(512)),
});
export type Media = z.infer<typeof Media>;

const offset = z.number().check(z.int(), z.gte(0), z.lte(Number.MAX_SAFE_INTEGER));

export const ClientMessage = z.discriminatedUnion('type', [
  /** First message of a new feed, within `helloMs`. */
  z.object({ type: z.literal('hello'), version: z.literal(WIRE_VERSION), media: Media }),
  /**
   * First message of a socket that goes on with a feed: the client still holds init and every byte in [haveFrom, haveTo). The worker
   * begins no earlier than `haveFrom`; `haveTo` is for who reads along, because what the worker wants is said by the welcome.
   */
  z.object({
    type: z.literal('resume'),
    version: z.literal(WIRE_VERSION),
    resumeToken: z.string().check(z.maxLength(512)),
    media: Media,
    haveFrom: offset,
    haveTo: offset,
  }),
  /** The client's ring was full: the bytes up to `to`, whole GOPs, are gone and the next frame starts there. */
  z.object({ type: z.literal('skip'), to: offset }),
  /** The creator has pressed End: nothing follows `at`. */
  z.object({ type: z.literal('stop'), at: offset }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

export const Health = z.object({
  state: z.enum(['starting', 'live', 'recovering', 'reconnecting', 'ending']),
  fpsIn: z.number(),
  fpsOut: z.number(),
  kbpsIn: z.number(),
  kbpsOut: z.number(),
  /** How far encoding lags behind what has been received, by the media's own clock. */
  delayMs: z.number(),
  dropped: z.number(),
  restarts: z.number(),
  /** How much of what was received the RTMP server has not acknowledged yet, by the media's own clock. */
  unacknowledgedMs: z.optional(z.number()),
  /** The worker takes no more for now, because of what lies behind it: a client that waits then has no slow upload. */
  held: z.optional(z.boolean()),
  warning: z.optional(z.enum(['uplink-too-slow', 'upstream-slow', 'size-changed'])),
});
export type Health = z.infer<typeof Health>;

/** The closed set of reasons with which a worker closes a socket: the close code, and whether coming back can help. */
export const CLOSE = {
  finished: { code: 1000, retry: false },
  'going-away': { code: 1001, retry: true },
  'internal-error': { code: 1011, retry: true },
  'malformed-message': { code: 4000, retry: false },
  'unsupported-media': { code: 4001, retry: false },
  'hello-timeout': { code: 4002, retry: true },
  'key-refused': { code: 4003, retry: false },
  'frame-too-large': { code: 4004, retry: false },
  'too-fast': { code: 4005, retry: false },
  'too-slow': { code: 4006, retry: true },
  idle: { code: 4007, retry: true },
  'show-too-long': { code: 4008, retry: false },
  replaced: { code: 4009, retry: false },
  'resume-refused': { code: 4010, retry: false },
  'encoder-failed': { code: 4011, retry: false },
  'upstream-refused': { code: 4012, retry: false },
  'upstream-unreachable': { code: 4013, retry: false },
  migrate: { code: 4014, retry: true },
  'lease-lost': { code: 4015, retry: true },
  'ended-elsewhere': { code: 4016, retry: false },
  /** No room here for what the hello announces; another worker may have some. */
  overloaded: { code: 4017, retry: true },
} as const satisfies Record<string, { code: number; retry: boolean }>;
export type CloseReason = keyof typeof CLOSE;

/** With this a worker's WebSocket library cuts off a message so large that it is not even read. */
const MESSAGE_TOO_BIG = 1009;

/** The reason behind a close code; undefined for a code that is not ours (1006, a proxy's). */
export const closeReason = (code: number): CloseReason | undefined =>
  code === MESSAGE_TOO_BIG
    ? 'frame-too-large'
    : // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- keys of a const object
      (Object.keys(CLOSE) as CloseReason[]).find((reason) => CLOSE[reason].code === code);

export const ServerMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    /** A client takes no welcome of another version. */
    version: z.literal(WIRE_VERSION),
    /** Opens a later socket of this feed, at any worker, until the feed ends. */
    resumeToken: z.string(),
    /** The next byte that the worker wants. Where it holds no init (another worker), init is to be sent again first. */
    nextOffset: offset,
    needsInit: z.boolean(),
    committed: offset,
    /** This socket's number within the feed; media frames carry it, and an older one is fenced off. */
    epoch: z.number(),
    /** The client may have this many bytes on their way that `received` has not told yet. */
    windowBytes: z.number(),
    frameBytes: z.number(),
  }),
  /** Everything below is in the worker's ring; opens the window. */
  z.object({ type: z.literal('received'), offset }),
  /** Everything below is acknowledged by the RTMP server, up to a key-frame boundary; the client may free it. */
  z.object({ type: z.literal('committed'), offset }),
  /** A frame lay above the next wanted byte: send from here. */
  z.object({ type: z.literal('nack'), expected: offset }),
  z.object({ type: z.literal('health'), health: Health }),
  /** Open a socket elsewhere after `afterMs` and resume; this one goes on until then. */
  z.object({ type: z.literal('migrate'), afterMs: z.number() }),
  /**
   * Nothing more will be sent upstream. The socket closes with the same reason, which a proxy may not hand on: `finished` after the
   * client's own `stop`, `ended-elsewhere` where the stream was ended by others. `unacknowledgedMs` is media that was received and that
   * the RTMP server has not acknowledged, where the end was cut short.
   */
  z.object({
    type: z.literal('ended'),
    reason: z.enum(['finished', 'ended-elsewhere']),
    unacknowledgedMs: z.optional(z.number()),
  }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

/** version u8 · flags u8 · reserved u16 · epoch u32 · byte offset u64, big-endian; then the payload. */
export const HEADER_BYTES = 16;
const INIT = 1;

export type MediaFrame = {
  /** The payload holds (part of) the container's init. */
  init: boolean;
  epoch: number;
  /** Number of the payload's first byte in the container stream. */
  offset: number;
  payload: Uint8Array;
};

/** A binary message out of a frame; copies the payload. */
export const encodeFrame = ({ init, epoch, offset, payload }: MediaFrame): Uint8Array<ArrayBuffer> => {
  const message = new Uint8Array(HEADER_BYTES + payload.byteLength);
  const view = new DataView(message.buffer);
  view.setUint8(0, WIRE_VERSION);
  view.setUint8(1, init ? INIT : 0);
  view.setUint32(4, epoch);
  view.setBigUint64(8, BigInt(offset));
  message.set(payload, HEADER_BYTES);
  return message;
};

/** The frame in a binary message, its payload a view into it; undefined where the header is not ours. */
export const decodeFrame = (message: Uint8Array): MediaFrame | undefined => {
  if (message.byteLength < HEADER_BYTES) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const flags = view.getUint8(1);
  const offset = view.getBigUint64(8);
  if (view.getUint8(0) !== WIRE_VERSION || flags > INIT || offset > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return {
    init: flags === INIT,
    epoch: view.getUint32(4),
    offset: Number(offset),
    payload: message.subarray(HEADER_BYTES),
  };
};
