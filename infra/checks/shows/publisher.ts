import { type Feed, startFeed } from '#ingest-client/feed';
import { CLIENT_LIMITS, type ClientLimits } from '#ingest-client/limits';
import type { OpenSocket } from '#ingest-client/socket';
import type { FeedFailure, UplinkEvent } from '#ingest-client/uplink';
import { ClientMessage, decodeFrame, type Health, ServerMessage } from '#wire';
import { openNodeSocket } from '../../../ingest-worker/node-socket.testing.ts';
import { regenerate, type LoopedCapture } from './capture.ts';

/** How a show ended for its publisher; `cut-short` where the worker ended it before all of it was published. */
export type Ending = 'finished' | 'cut-short' | FeedFailure;

/** Whoever publishes a show, as far as promises are judged by it. Times are of `performance.now()`. */
export type Publisher = {
  /** Plays to the end of the cluster or fragment under way, and ends the show once all of it has been sent. */
  stop(): void;
  readonly ending: Ending | undefined;
  /** Newest time of the show's media so far, in ms. */
  readonly mediaMs: number;
  /** When each socket was welcomed, and how far the show's media was then. */
  readonly welcomes: readonly { atMs: number; mediaMs: number }[];
  /** When each socket was closed, or lost, where that can be observed. */
  readonly losses?: readonly number[];
  /** When each attempt to reach a worker began. */
  readonly attempts: readonly number[];
  /** What had to be left out, in times of the show's media. */
  readonly skipped: readonly Skip[];
  readonly health: Health | undefined;
  /** The show's whole container stream, once it has ended; what was skipped is in it. */
  containerStream(): Promise<Buffer>;
  /** How many pictures the browser's encoder has given, where that can be observed. */
  readonly encodedPictures?: number | undefined;
};

/** Plays a capture in real time through the product's own client. */
export type CapturePublisher = Publisher & {
  start(): void;
  /** Settles with the way in which the show ended. */
  readonly over: Promise<Ending>;
  /** Length of the container stream so far; its init and what was skipped count. */
  readonly streamBytes: number;
};

export type Skip = { fromMs: number; toMs: number };

type Options = {
  capture: LoopedCapture;
  /** Asked anew on every attempt: a stream key opens one socket. */
  getUrl: () => Promise<string>;
  /** How fast the capture is played, against the clock. */
  speed?: number;
  limits?: Partial<ClientLimits>;
};

const STEP_MS = 50;
/** Matroska grows while a cluster is recorded; a fragment of MP4 is there only when it is complete. */
const SLICE_MS = 100;

export const createCapturePublisher = ({ capture, getUrl, speed = 1, limits }: Options): CapturePublisher => {
  const { media } = capture;
  const units = capture.units();
  let unit = units.next().value;
  let unitTakenBytes = 0;
  let startedAtMs = 0;
  let mediaMs = 0;
  let isStopping = false;
  let clock: NodeJS.Timeout | undefined;
  let feed: Feed | undefined;
  let health: Health | undefined;
  let ending: Ending | undefined;
  let settle: (reason: Ending) => void = () => undefined;
  const over = new Promise<Ending>((resolve) => {
    settle = resolve;
  });
  const welcomes: { atMs: number; mediaMs: number }[] = [];
  const attempts: number[] = [];
  const losses: number[] = [];
  const skipped: Skip[] = [];
  /** Up to which byte the container stream had come at which time of the media. */
  const times: { offset: number; atMs: number }[] = [];
  const timeAt = (offset: number): number => times.findLast((time) => time.offset <= offset)?.atMs ?? 0;

  const append = (bytes: Buffer, atMs: number): void => {
    if (bytes.length === 0) return;
    times.push({ offset: feed?.bytes ?? 0, atMs });
    mediaMs = atMs;
    feed?.append(bytes);
  };

  /** What there is of the unit under way at this time. */
  const recordedBytes = ({ bytes, startMs, endMs }: NonNullable<typeof unit>, atMs: number): number => {
    if (atMs >= endMs) return bytes.length;
    if (media.container === 'mp4' || atMs < startMs) return 0;
    const slices = Math.floor((atMs - startMs) / SLICE_MS);
    // Cut wherever it falls: in the middle of blocks and of headers.
    return Math.floor((bytes.length * slices * SLICE_MS) / Math.max(SLICE_MS, endMs - startMs));
  };

  const play = (): void => {
    const nowMs = (performance.now() - startedAtMs) * speed;
    while (unit) {
      const end = recordedBytes(unit, nowMs);
      append(unit.bytes.subarray(unitTakenBytes, end), Math.min(nowMs, unit.endMs));
      unitTakenBytes = end;
      if (end < unit.bytes.length) return;
      unitTakenBytes = 0;
      unit = units.next().value;
      if (!isStopping) continue;
      clearInterval(clock);
      return feed?.stop();
    }
  };

  const hear = (event: UplinkEvent): void => {
    if (event.type === 'health') ({ health } = event);
    if (event.type !== 'finished' && event.type !== 'failed') return;
    clearInterval(clock);
    ending = event.type === 'failed' ? event.because : event.whole ? 'finished' : 'cut-short';
    settle(ending);
  };

  return {
    start() {
      startedAtMs = performance.now();
      feed = startFeed({
        media,
        getUrl: async () => {
          attempts.push(performance.now());
          return { given: true, url: await getUrl() };
        },
        openSocket: observe({
          welcomed: () => welcomes.push({ atMs: performance.now(), mediaMs }),
          closed: () => losses.push(performance.now()),
          skipped: (from, to) => skipped.push({ fromMs: timeAt(from), toMs: timeAt(to) }),
        }),
        limits: { ...CLIENT_LIMITS, ...limits },
        clock: () => performance.now(),
        after: (ms, then) => {
          const timer = setTimeout(then, ms);
          return () => clearTimeout(timer);
        },
        random: Math.random,
        on: hear,
      });
      append(capture.init, 0);
      clock = setInterval(play, STEP_MS);
    },
    stop() {
      isStopping = true;
    },
    over,
    get ending() {
      return ending;
    },
    get mediaMs() {
      return mediaMs;
    },
    welcomes,
    losses,
    attempts,
    skipped,
    get health() {
      return health;
    },
    get streamBytes() {
      return feed?.bytes ?? 0;
    },
    containerStream: async () => regenerate(capture, feed?.bytes ?? 0),
  };
};

type Observer = { welcomed: () => void; closed: () => void; skipped: (from: number, to: number) => void };

/** Opens sockets as ever, and tells what is said on them that the client keeps to itself. */
const observe =
  ({ welcomed, closed, skipped }: Observer): OpenSocket =>
  (url, listener) => {
    /** The byte that the client is to send next. */
    let next = 0;
    const socket = openNodeSocket(url, {
      ...listener,
      closed: (code) => {
        closed();
        listener.closed(code);
      },
      message: (text) => {
        const message = ServerMessage.parse(JSON.parse(text));
        if (message.type === 'welcome') {
          next = message.nextOffset;
          welcomed();
        }
        if (message.type === 'nack') next = message.expected;
        listener.message(text);
      },
    });
    return {
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (message) => {
        if (typeof message === 'string') {
          const said = ClientMessage.parse(JSON.parse(message));
          if (said.type === 'skip') skipped(next, said.to);
        } else {
          const frame = decodeFrame(message);
          // Where init is sent again, it lies before what comes next.
          if (frame !== undefined) next = Math.max(next, frame.offset + frame.payload.byteLength);
        }
        socket.send(message);
      },
      close: socket.close,
    };
  };
