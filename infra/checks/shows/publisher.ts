import { type Feed, startFeed } from '#ingest-client/feed';
import { CLIENT_LIMITS, type ClientLimits } from '#ingest-client/limits';
import type { OpenSocket } from '#ingest-client/socket';
import type { FeedFailure, UplinkEvent } from '#ingest-client/uplink';
import { ClientMessage, decodeFrame, type Health, ServerMessage } from '#wire';
import { openNodeSocket } from '../../../ingest-worker/node-socket.testing.ts';
import { regenerate, type LoopedCapture } from './capture.ts';
import type { RingOnDisk } from './ring-on-disk.ts';

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
  /** The show's whole container stream, once it has ended, by a clock that never jumped; what was skipped is in it. */
  containerStream(): Promise<Buffer>;
  /** How many pictures the browser's encoder has given, where that can be observed. */
  readonly encodedPictures?: number | undefined;
  /** How often the clock of its recording has jumped; once, too, where it did not begin at 0. */
  readonly jumps?: number;
  /** For a while the camera gave nothing, and the microphone did. */
  readonly hasStills?: boolean;
};

/** Plays a capture in real time through the product's own client. */
export type CapturePublisher = Publisher & {
  start(): void;
  /** How far the recording's clock has come, with all its jumps, in ms. */
  readonly clockMs: number;
  /** From the next cluster or fragment on the recording's clock is so much ahead of what it was, or behind. */
  jump(ms: number): void;
  /** From the next cluster or fragment on there is sound alone; when the camera is back, from the next key frame on a picture. */
  camera(is: 'away' | 'back'): void;
  /** The machine sleeps: nothing is recorded, sent or heard, and no timer runs. Its clock goes on, and jumps when it wakes. */
  sleep(): void;
  wake(): void;
  /** The page is gone without a word; what its ring has on disk stays there. Its sockets have to be cut before. */
  vanish(): void;
  /** Settles with the way in which the show ended. */
  readonly over: Promise<Ending>;
  /** How much of it the worker has not received, and how much is held here. */
  readonly backlogMs: number;
  readonly heldMs: number;
  /** Length of the container stream so far; its init and what was skipped count, and what a page had in hand as it vanished does not. */
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
  /** Where the ring is, besides in memory. */
  ring?: RingOnDisk;
  /** Where the recording's clock begins. @default 0 */
  clockFromMs?: number;
  /** Hears what the client tells of its way to the worker. */
  on?: (event: UplinkEvent) => void;
};

const STEP_MS = 50;
/** Matroska grows while a cluster is recorded; a fragment of MP4 is there only when it is complete. */
const SLICE_MS = 100;

export const createCapturePublisher = ({
  capture,
  getUrl,
  speed = 1,
  limits,
  ring,
  clockFromMs = 0,
  on = () => undefined,
}: Options): CapturePublisher => {
  const { media } = capture;
  let laterMs = clockFromMs;
  let jumps = clockFromMs === 0 ? 0 : 1;
  let camera: 'away' | 'back' = 'back';
  /** Of each unit that was taken, whether it was without a picture. */
  const soundOnly: boolean[] = [];
  const units = capture.units(({ index, key }) => {
    const wasAway = soundOnly[index - 1] ?? false;
    const isAway = camera === 'away' || (wasAway && !key);
    soundOnly[index] = isAway;
    return { laterMs, soundOnly: isAway };
  });
  let unit = units.next().value;
  let unitTakenBytes = 0;
  let startedAtMs = 0;
  let mediaMs = 0;
  let isStopping = false;
  let clock: NodeJS.Timeout | undefined;
  let feed: Feed | undefined;
  let health: Health | undefined;
  let ending: Ending | undefined;
  /** What a page that is gone has left of the container stream. */
  let leftBytes: number | undefined;
  let settle: (reason: Ending) => void = () => undefined;
  const over = new Promise<Ending>((resolve) => {
    settle = resolve;
  });
  /** What waits for a machine that sleeps to wake up; undefined while it is awake. */
  let asleep: { sinceMs: number; waiting: (() => void)[] } | undefined;
  const onceAwake = (then: () => void): void => {
    if (asleep) asleep.waiting.push(then);
    else then();
  };
  const welcomes: { atMs: number; mediaMs: number }[] = [];
  const attempts: number[] = [];
  const losses: number[] = [];
  const skipped: Skip[] = [];
  /** At which time of the media each piece of the container stream begins. */
  const times: { offset: number; atMs: number }[] = [];
  const timeAt = (offset: number): number => times.findLast((time) => time.offset <= offset)?.atMs ?? 0;

  const append = (bytes: Buffer, atMs: number): void => {
    if (bytes.length === 0) return;
    times.push({ offset: feed?.bytes ?? 0, atMs: mediaMs });
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
    if (asleep) return;
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
    settleOn(event);
    on(event);
  };

  const settleOn = (event: UplinkEvent): void => {
    if (event.type === 'health') ({ health } = event);
    if (event.type !== 'finished' && event.type !== 'failed') return;
    clearInterval(clock);
    ending = event.type === 'failed' ? event.because : event.whole ? 'finished' : 'cut-short';
    settle(ending);
  };

  const streamBytes = () => leftBytes ?? feed?.bytes ?? 0;

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
          onceAwake,
          welcomed: () => welcomes.push({ atMs: performance.now(), mediaMs }),
          closed: () => losses.push(performance.now()),
          skipped: (from, to) => skipped.push({ fromMs: timeAt(from), toMs: timeAt(to) }),
        }),
        limits: { ...CLIENT_LIMITS, ...limits },
        clock: () => performance.now(),
        after: (ms, then) => {
          let isOff = false;
          const timer = setTimeout(() => onceAwake(() => isOff || then()), ms);
          return () => {
            isOff = true;
            clearTimeout(timer);
          };
        },
        random: Math.random,
        storage: ring?.storage,
        on: hear,
      });
      append(capture.init, 0);
      clock = setInterval(play, STEP_MS);
    },
    stop() {
      isStopping = true;
    },
    get clockMs() {
      return mediaMs + laterMs;
    },
    jump(ms) {
      laterMs += ms;
      jumps += 1;
    },
    camera(is) {
      camera = is;
    },
    sleep() {
      asleep ??= { sinceMs: performance.now(), waiting: [] };
    },
    wake() {
      const { sinceMs, waiting } = asleep ?? { sinceMs: performance.now(), waiting: [] };
      const sleptMs = performance.now() - sinceMs;
      asleep = undefined;
      // Nothing was recorded: what comes next is what would have come then.
      startedAtMs += sleptMs;
      laterMs += Math.round(sleptMs * speed);
      jumps += 1;
      for (const then of waiting) then();
    },
    vanish() {
      clearInterval(clock);
      ring?.leave();
      feed?.close();
      const left = ring?.record?.ring;
      leftBytes = left && left.end + left.renumberedBy;
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
    get backlogMs() {
      return feed?.backlogMs() ?? 0;
    },
    get heldMs() {
      return feed?.heldMs() ?? 0;
    },
    get streamBytes() {
      return streamBytes();
    },
    containerStream: async () =>
      regenerate(capture, streamBytes(), ({ index }) => ({ soundOnly: soundOnly[index] ?? false })),
    get jumps() {
      return jumps;
    },
    get hasStills() {
      return soundOnly.includes(true);
    },
  };
};

type Observer = {
  /** Runs it at once, or when the machine wakes up. */
  onceAwake: (then: () => void) => void;
  welcomed: () => void;
  closed: () => void;
  skipped: (from: number, to: number) => void;
};

/** Opens sockets as ever, and tells what is said on them that the client keeps to itself. */
const observe =
  ({ onceAwake, welcomed, closed, skipped }: Observer): OpenSocket =>
  (url, listener) => {
    /** The byte that the client is to send next. */
    let next = 0;
    const socket = openNodeSocket(url, {
      opened: () => onceAwake(() => listener.opened()),
      closed: (code) =>
        onceAwake(() => {
          closed();
          listener.closed(code);
        }),
      message: (text) =>
        onceAwake(() => {
          const message = ServerMessage.parse(JSON.parse(text));
          if (message.type === 'welcome') {
            next = message.nextOffset;
            welcomed();
          }
          if (message.type === 'nack') next = message.expected;
          listener.message(text);
        }),
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
