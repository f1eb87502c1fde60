import { WebSocket } from 'ws';
import {
  CLOSE,
  type ClientMessage,
  closeReason,
  type CloseReason,
  encodeFrame,
  type Health,
  ServerMessage,
  SUBPROTOCOL,
  WIRE_VERSION,
} from '#wire';
import { recordAgain, type Show } from './capture.ts';

/** Whoever publishes a show, as far as promises are judged by it. */
export type Publisher = {
  /** Records to the end of the cluster or fragment under way, feeds all of it and says stop. */
  stop(): void;
  /** How the worker has said that it ended. */
  readonly ending: CloseReason | undefined;
  /** Newest time of the recording so far. */
  readonly mediaMs: number;
  /** When each socket was welcomed and at what time of the recording. */
  readonly welcomes: readonly { atMs: number; mediaMs: number; sessionId: string }[];
  /** Attempts to reach a worker, by when they began. */
  readonly attempts: readonly number[];
  /** What had to be left out, in bytes and in times of the recording. */
  readonly skipped: readonly Skip[];
  readonly health: Health | undefined;
  /** All that was recorded, what was skipped among it, once it has ended. */
  recording(): Promise<Buffer>;
  /** Pictures that the browser's encoder has given, where that can be heard. */
  readonly encodedPictures?: number | undefined;
};

/** A publisher that is no browser: plays a show in real time through wire v1, with a ring, acknowledgements and resuming. */
export type Feeder = Publisher & {
  start(): void;
  /** Settles when the worker has said how it ended. */
  readonly over: Promise<CloseReason>;
  /** Bytes recorded, init and what was skipped among them. */
  readonly recordedBytes: number;
};

export type Skip = { fromMs: number; toMs: number };

type Options = {
  show: Show;
  /** Asked anew on every attempt: a stream key opens one socket. */
  getUrl: () => Promise<string>;
  /** How fast the recording goes, against the clock. */
  speed?: number;
  ringMs?: number;
};

type Chunk = { offset: number; bytes: Buffer; key: boolean; atMs: number };
type Socket = {
  webSocket: WebSocket;
  at: 'dialing' | 'feeding';
  epoch: number;
  windowBytes: number;
  heardAtMs: number;
};

const STEP_MS = 50;
/** Matroska comes as it is recorded; a fragment only when it is complete. */
const SLICE_MS = 100;
const FRAME_BYTES = 16_384;
const BUFFERED_HIGH_BYTES = 5_000_000;
const RETRY_MS = [0, 300, 1_200, 2_700, 4_800, 7_000];
const JITTER = 0.2;
const STALL_MS = 3_000;
const DIAL_MS = 5_000;
const RING_MS = 60_000;

export const createFeeder = ({ show, getUrl, speed = 1, ringMs = RING_MS }: Options): Feeder => {
  const { init, media } = show;
  const units = show.units();
  let unit = units.next().value;
  let unitTakenBytes = 0;
  let ring: Chunk[] = [];
  let from = init.length;
  let to = init.length;
  /** When each byte was recorded, to tell of what has been left out. */
  const times: { offset: number; atMs: number }[] = [];
  let startedAtMs = 0;
  let mediaMs = 0;
  let isStopping = false;
  let isRecorded = false;
  let hasSaidStop = false;

  let socket: Socket | undefined;
  let dialing: Socket | undefined;
  let cursor = 0;
  let received = 0;
  let committed = 0;
  let progressAtMs = 0;
  let resumeToken: string | undefined;
  let attempt = 0;
  let retryTimer: NodeJS.Timeout | undefined;
  /** An address has been asked for, and no socket is there yet. */
  let isAsking = false;
  let health: Health | undefined;
  let ending: CloseReason | undefined;
  let settle: (reason: CloseReason) => void = () => undefined;
  const over = new Promise<CloseReason>((resolve) => {
    settle = resolve;
  });
  const welcomes: { atMs: number; mediaMs: number; sessionId: string }[] = [];
  const attempts: number[] = [];
  const skipped: Skip[] = [];
  let clock: NodeJS.Timeout | undefined;

  // ── recording ──

  const append = (bytes: Buffer, key: boolean, atMs: number): void => {
    if (bytes.length === 0) return;
    ring.push({ offset: to, bytes, key, atMs });
    times.push({ offset: to, atMs });
    to += bytes.length;
    mediaMs = atMs;
  };

  /** What there is of the unit under way at this time. */
  const recordedBytes = ({ bytes, startMs, endMs }: NonNullable<typeof unit>, atMs: number): number => {
    if (atMs >= endMs) return bytes.length;
    if (media.container === 'mp4' || atMs < startMs) return 0;
    const slices = Math.floor((atMs - startMs) / SLICE_MS);
    // Cut wherever it falls: in the middle of blocks and of headers.
    return Math.floor((bytes.length * slices * SLICE_MS) / Math.max(SLICE_MS, endMs - startMs));
  };

  const record = (): void => {
    const nowMs = (performance.now() - startedAtMs) * speed;
    while (!isRecorded && unit) {
      const until = recordedBytes(unit, nowMs);
      if (until > unitTakenBytes) {
        append(
          unit.bytes.subarray(unitTakenBytes, until),
          unit.key && unitTakenBytes === 0,
          Math.min(nowMs, unit.endMs),
        );
        unitTakenBytes = until;
      }
      if (until < unit.bytes.length) break;
      unit = units.next().value;
      unitTakenBytes = 0;
      if (isStopping) isRecorded = true;
    }
    trim();
    pump();
    watch();
  };

  const freeBelow = (offset: number): void => {
    const first = ring.findIndex((chunk) => chunk.offset + chunk.bytes.length > offset);
    ring = first === -1 ? [] : ring.slice(first);
    from = Math.max(from, offset);
  };

  /** A full ring lets its oldest whole GOPs go. */
  const trim = (): void => {
    while ((ring.at(-1)?.atMs ?? 0) - (ring[0]?.atMs ?? 0) > ringMs) {
      const next = ring.find(({ key, offset }) => key && offset > from);
      if (next === undefined) return;
      freeBelow(next.offset);
    }
  };

  // ── feeding ──

  const say = (message: ClientMessage): void => socket?.webSocket.send(JSON.stringify(message));

  const pump = (): void => {
    if (socket === undefined || socket.webSocket.readyState !== WebSocket.OPEN) return;
    if (cursor >= init.length && cursor < from) skipTo(from);
    while (cursor < to && cursor - received < socket.windowBytes) {
      if (socket.webSocket.bufferedAmount > BUFFERED_HIGH_BYTES) return;
      const sent = cursor < init.length ? sendInit(socket) : sendMedia(socket);
      if (sent === 0) return;
      cursor += sent;
      if (cursor === init.length && cursor < from) skipTo(from);
    }
    if (isRecorded && !hasSaidStop && cursor === to) {
      hasSaidStop = true;
      say({ type: 'stop', at: to });
    }
  };

  const skipTo = (offset: number): void => {
    say({ type: 'skip', from: cursor, to: offset });
    skipped.push({ fromMs: timeAt(cursor), toMs: timeAt(offset) });
    cursor = offset;
  };

  const timeAt = (offset: number): number => times.findLast((time) => time.offset <= offset)?.atMs ?? 0;

  const sendInit = ({ webSocket, epoch }: Socket): number => {
    const payload = init.subarray(cursor, cursor + FRAME_BYTES);
    webSocket.send(encodeFrame({ init: true, key: false, epoch, offset: cursor, ptsMs: 0, payload }));
    return payload.length;
  };

  const sendMedia = ({ webSocket, epoch, windowBytes }: Socket): number => {
    const chunk = ring.findLast(({ offset }) => offset <= cursor);
    if (chunk === undefined || cursor >= chunk.offset + chunk.bytes.length) return 0;
    const room = Math.min(FRAME_BYTES, windowBytes - (cursor - received));
    const payload = chunk.bytes.subarray(cursor - chunk.offset, cursor - chunk.offset + room);
    const key = chunk.key && cursor === chunk.offset;
    webSocket.send(encodeFrame({ init: false, key, epoch, offset: cursor, ptsMs: Math.round(chunk.atMs), payload }));
    return payload.length;
  };

  // ── sockets ──

  const finish = (reason: CloseReason): void => {
    if (ending !== undefined) return;
    ending = reason;
    clearInterval(clock);
    clearTimeout(retryTimer);
    for (const one of [socket, dialing]) one?.webSocket.terminate();
    settle(reason);
  };

  const retry = (): void => {
    if (ending !== undefined || retryTimer !== undefined || isAsking || dialing !== undefined) return;
    const wait = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0;
    attempt += 1;
    retryTimer = setTimeout(
      () => {
        retryTimer = undefined;
        void dial();
      },
      wait * (1 - JITTER * Math.random()),
    );
  };

  const dial = async (): Promise<void> => {
    attempts.push(performance.now());
    isAsking = true;
    const url = await getUrl();
    isAsking = false;
    if (ending !== undefined) return;
    const webSocket = new WebSocket(url, [SUBPROTOCOL], { perMessageDeflate: false, handshakeTimeout: DIAL_MS });
    const mine: Socket = { webSocket, at: 'dialing', epoch: 0, windowBytes: 0, heardAtMs: performance.now() };
    dialing = mine;
    const deadline = setTimeout(() => webSocket.terminate(), DIAL_MS);
    webSocket.on('error', () => undefined);
    webSocket.on('open', () => {
      const greeting: ClientMessage =
        resumeToken === undefined
          ? { type: 'hello', version: WIRE_VERSION, media }
          : { type: 'resume', version: WIRE_VERSION, resumeToken, media, haveFrom: from, haveTo: to };
      webSocket.send(JSON.stringify(greeting));
    });
    webSocket.on('message', (data: Buffer) => {
      const message = ServerMessage.parse(JSON.parse(data.toString()));
      if (message.type === 'welcome') clearTimeout(deadline);
      hear(mine, message);
    });
    webSocket.on('close', (code) => {
      clearTimeout(deadline);
      lost(mine, code);
    });
  };

  const lost = (mine: Socket, code: number): void => {
    if (mine !== socket && mine !== dialing) return;
    if (mine === socket) socket = undefined;
    else dialing = undefined;
    const reason = closeReason(code);
    if (reason !== undefined && !CLOSE[reason].retry) return finish(reason);
    return socket === undefined ? retry() : undefined;
  };

  const hear = (mine: Socket, message: ServerMessage): void => {
    mine.heardAtMs = performance.now();
    if (message.type === 'welcome') return adopt(mine, message);
    if (mine !== socket) return undefined;
    switch (message.type) {
      case 'received':
        received = Math.max(received, message.offset);
        progressAtMs = performance.now();
        return pump();
      case 'committed':
        committed = Math.max(committed, message.offset);
        return freeBelow(committed);
      case 'nack':
        cursor = message.expected;
        return pump();
      case 'migrate':
        retryTimer ??= setTimeout(() => {
          retryTimer = undefined;
          void dial();
        }, message.afterMs);
        return undefined;
      case 'health':
        ({ health } = message);
        return undefined;
      case 'init':
      case 'ended':
        return undefined;
    }
  };

  const adopt = (mine: Socket, welcome: Extract<ServerMessage, { type: 'welcome' }>): void => {
    const old = socket;
    socket = mine;
    dialing = undefined;
    clearTimeout(retryTimer);
    retryTimer = undefined;
    old?.webSocket.terminate();
    attempt = 0;
    hasSaidStop = false;
    Object.assign(mine, { at: 'feeding', epoch: welcome.epoch, windowBytes: welcome.windowBytes });
    ({ resumeToken } = welcome);
    received = welcome.nextOffset;
    committed = Math.max(committed, welcome.committed);
    progressAtMs = performance.now();
    welcomes.push({ atMs: progressAtMs, mediaMs, sessionId: welcome.sessionId });
    cursor = welcome.nextOffset;
    if (welcome.needsInit) {
      for (cursor = 0; cursor < init.length;) cursor += sendInit(mine);
      cursor = Math.max(cursor, welcome.nextOffset);
    }
    pump();
  };

  /** What is on its way does not move and nothing is heard: a second socket, at once. */
  const watch = (): void => {
    const nowMs = performance.now();
    if (socket === undefined || cursor <= received) {
      progressAtMs = nowMs;
      return;
    }
    if (nowMs - Math.max(progressAtMs, socket.heardAtMs) >= STALL_MS) retry();
  };

  return {
    start() {
      startedAtMs = performance.now();
      clock = setInterval(record, STEP_MS);
      void dial();
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
    attempts,
    skipped,
    get health() {
      return health;
    },
    get recordedBytes() {
      return to;
    },
    recording: async () => recordAgain(show, to),
  };
};
