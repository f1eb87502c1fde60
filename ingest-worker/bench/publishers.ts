/** The benchmark's publishers: shows of one recording, in real time, each by the client that its server expects; see cpu.ts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { startFeed } from '#ingest-client/feed';
import { CLIENT_LIMITS } from '#ingest-client/limits';
import { openNodeSocket } from '../node-socket.testing.ts';
import { servePart } from '../../infra/checks/lib/part.ts';
import { openStreams, type Streams } from '../../infra/checks/lib/test-streams.ts';
import { openRecording, type Piece, type Recording } from './recordings.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** By which client, to what. */
const To = z.discriminatedUnion('by', [
  z.object({ by: z.literal('vybzz'), tableUrl: z.string(), port: z.number() }),
  z.object({ by: z.literal('websocket'), port: z.number() }),
  z.object({ by: z.literal('socket.io'), port: z.number(), rtmpsUrl: z.string() }),
  /** An FFmpeg that is fed by pipe; `[url]` in its arguments stands for where it publishes. */
  z.object({ by: z.literal('pipe'), args: z.array(z.string()), rtmpsUrl: z.string() }),
]);
type To = z.infer<typeof To>;

const Order = z.object({
  to: To,
  rung: z.literal([1, 2, 3, 4]),
  count: z.number(),
  betweenMs: z.number(),
  /** A peer's page begins a new recording at once where its connection has ended; ours goes on with the one that there is. */
  beginsAgain: z.boolean(),
});

/** One show on its way: what it was sent, and how it stands. */
type Show = {
  key: string;
  append(bytes: Buffer): void;
  stop(): Promise<void>;
  /** Why it is over although nobody has ended it. */
  fault: string | undefined;
  /** How often it was begun again; 0 as long as nothing has happened. */
  losses: number;
  /** Of its FFmpeg, where the publisher has started it. */
  pid?: number | undefined;
};

type Playing = {
  show: Show;
  /** When each of its recordings began. */
  startsMs: number[];
  /** When the recording that it plays would have been at 0. */
  zeroMs: number;
  openedAtMs: number;
  round: number;
  next: number;
  /** What is due goes this long after what went before it: as the product's own client, which gathers by itself, would have it. */
  gatherMs: number;
  sentAtMs: number;
  over: boolean;
  /** Opens the same show again; where its client does not do so by itself. */
  reopen: (() => Promise<Show> | Show) | undefined;
  reopening: boolean;
};

/** How often what is due is sent. */
const TICK_MS = 5;
const STOP_MS = 10_000;
const REOPEN_EVERY_MS = 250;

const now = (): number => performance.timeOrigin + performance.now();

const openVybzz = async (streams: Streams, recording: Recording): Promise<Show> => {
  const stream = await streams.add();
  let ended: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const feed = startFeed({
    media: recording.media,
    getUrl: async () => ({ given: true, url: await stream.getUrl() }),
    openSocket: openNodeSocket,
    limits: CLIENT_LIMITS,
    clock: () => performance.now(),
    after: (ms, then) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    on: (event) => {
      if (event.type === 'lost') show.losses += 1;
      if (event.type === 'failed') show.fault = event.because;
      if (event.type === 'failed' || event.type === 'finished') ended();
    },
  });
  const show: Show = {
    key: stream.muxKey,
    append: feed.append,
    stop: () => {
      feed.stop();
      return over;
    },
    fault: undefined,
    losses: 0,
  };
  return show;
};

const openWebSocket = (port: number, key: string): Promise<Show> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${key}`, { perMessageDeflate: false });
    let isOurs = false;
    const show: Show = {
      key,
      append: (bytes) => socket.send(bytes),
      stop: async () => {
        isOurs = true;
        socket.close();
      },
      fault: undefined,
      losses: 0,
    };
    socket.on('open', () => resolve(show));
    socket.on('error', reject);
    socket.on('close', (code) => {
      if (!isOurs) show.fault = `closed with ${code}`;
    });
  });

const openSocketIo = (port: number, rtmpsUrl: string, key: string): Promise<Show> =>
  new Promise((resolve, reject) => {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false, forceNew: true });
    const show: Show = {
      key,
      // The server calls back for each message, and falls over where there is nobody to call.
      append: (bytes) =>
        void socket.emit('binarystream', bytes, (fault: unknown) => {
          if (fault != null) show.fault = JSON.stringify(fault);
        }),
      stop: async () => {
        socket.disconnect();
      },
      fault: undefined,
      losses: 0,
    };
    socket.on('connect_error', reject);
    socket.on('disconnect', (reason) => {
      if (reason !== 'io client disconnect') show.fault = reason;
    });
    socket.on('connect', () => {
      const start = { framerate: 30, audioSampleRate: 44_100, rtmp: `${rtmpsUrl}/${key}` };
      socket.emit('start', start, () => resolve(show));
    });
  });

const openPipe = (args: readonly string[], rtmpsUrl: string, key: string): Show => {
  const words = args.map((word) => word.replace('[url]', `${rtmpsUrl}/${key}`));
  const child: ChildProcess = spawn('ffmpeg', words, { stdio: ['pipe', 'ignore', 'inherit', 'pipe'] });
  const progress = child.stdio[3];
  if (progress instanceof Readable) progress.resume();
  let isOurs = false;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      if (!isOurs) show.fault = `FFmpeg ended with ${code}`;
      resolve();
    });
  });
  child.stdin?.on('error', () => undefined);
  const show: Show = {
    key,
    append: (bytes) => void child.stdin?.write(bytes),
    stop: () => {
      isOurs = true;
      child.kill('SIGKILL');
      return gone;
    },
    fault: undefined,
    losses: 0,
    pid: child.pid,
  };
  return show;
};

/** @param key under which it is published; ours has the one of its stream */
const open = (to: To, recording: Recording, streams: Streams | undefined, key: string): Promise<Show> | Show => {
  switch (to.by) {
    case 'vybzz':
      if (streams === undefined) throw new Error('no table');
      return openVybzz(streams, recording);
    case 'websocket':
      return openWebSocket(to.port, key);
    case 'socket.io':
      return openSocketIo(to.port, to.rtmpsUrl, key);
    case 'pipe':
      return openPipe(to.args, to.rtmpsUrl, key);
  }
};

const playing: Playing[] = [];
let recording: Recording | undefined;
let clock: NodeJS.Timeout | undefined;

const play = (one: Playing, from: Recording): void => {
  const atMs = now() - one.zeroMs;
  if (atMs - one.sentAtMs < one.gatherMs) return;
  const due: Buffer[] = [];
  for (;;) {
    const pieces: readonly Piece[] = from.round(one.round);
    const piece = pieces[one.next];
    if (piece === undefined) {
      one.round += 1;
      one.next = 0;
    } else if (piece.atMs > atMs) break;
    else {
      one.next += 1;
      due.push(piece.bytes);
    }
  }
  if (due.length === 0) return;
  one.sentAtMs = atMs;
  if (one.gatherMs > 0) one.show.append(Buffer.concat(due));
  else for (const bytes of due) one.show.append(bytes);
};

/** As a page does that begins anew by itself: a new recorder, whose first picture is a key frame. */
const beginAgain = async (one: Playing, reopen: () => Promise<Show> | Show, from: Recording): Promise<void> => {
  one.reopening = true;
  try {
    const show = await reopen();
    show.losses = one.show.losses + 1;
    show.append(from.init);
    one.show = show;
    const beganMs = now();
    Object.assign(one, { round: one.round + 1, next: 0, zeroMs: beganMs - (one.round + 1) * from.roundMs });
    one.startsMs.push(beganMs);
  } catch {
    // nobody is there yet
    await delay(REOPEN_EVERY_MS);
  }
  one.reopening = false;
};

const tick = (): void => {
  if (recording === undefined) return;
  for (const one of playing) {
    if (one.over || one.reopening) continue;
    if (one.show.fault === undefined) play(one, recording);
    else if (one.reopen !== undefined) void beginAgain(one, one.reopen, recording);
  }
};

const stop = async (): Promise<void> => {
  clearInterval(clock);
  for (const one of playing) one.over = true;
  await Promise.race([Promise.all(playing.map(({ show }) => show.stop())), delay(STOP_MS)]);
};

servePart({
  /** More shows of a recording; of the one that is played already, where there is one. */
  start: async (given) => {
    const { to, rung, count, betweenMs, beginsAgain } = Order.parse(given);
    const from = (recording ??= openRecording(rung));
    clock ??= setInterval(tick, TICK_MS);
    const streams = to.by === 'vybzz' ? openStreams(to) : undefined;
    for (let begun = 0; begun < count; begun += 1) {
      const openedAtMs = now();
      const key = randomUUID();
      const show = await open(to, from, streams, key);
      show.append(from.init);
      const gatherMs = to.by === 'vybzz' || rung !== 1 ? 0 : CLIENT_LIMITS.gatherMs;
      const beganMs = now();
      playing.push({
        show,
        startsMs: [beganMs],
        zeroMs: beganMs,
        openedAtMs,
        round: 0,
        next: 0,
        gatherMs,
        sentAtMs: Number.NEGATIVE_INFINITY,
        over: false,
        reopen: beginsAgain && to.by !== 'vybzz' ? () => open(to, from, undefined, key) : undefined,
        reopening: false,
      });
      await delay(betweenMs);
    }
    streams?.close();
    return playing.flatMap(({ show }) => show.pid ?? []);
  },
  /** How the shows stand. */
  look: () =>
    playing.map(({ show: { key, fault, losses }, startsMs, openedAtMs, reopen }) => ({
      key,
      startsMs,
      openedAtMs,
      losses,
      ...(fault !== undefined && reopen === undefined && { fault }),
    })),
  /** Ends all of them; another recording may follow. */
  stop: async () => {
    await stop();
    playing.splice(0);
    recording = undefined;
    clock = undefined;
  },
});
