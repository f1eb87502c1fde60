import { encodeFrame, type ClientMessage, type ServerMessage } from '#wire';
import type { ClientLimits } from './limits.ts';
import type { Ring } from './ring.ts';
import type { Socket } from './socket.ts';

export type Welcome = Extract<ServerMessage, { type: 'welcome' }>;

/** A socket that the worker has welcomed. It carries the ring's bytes from the next wanted one on, within the worker's window. */
export type Connection = {
  /** Sends what may be sent now; to be called whenever there is more, or more room. */
  pump: () => void;
  /** The worker spoke; `upstreamSlow` where it is held up by what lies behind it. */
  heard: (upstreamSlow?: boolean) => void;
  received: (offset: number) => void;
  /** It may have died unseen: the worker must speak within so many milliseconds. */
  doubt: (withinMs: number) => void;
  /** The worker wants the stream from `offset` on. */
  seek: (offset: number) => void;
  /** Says `stop` as soon as the ring has been sent to its end. */
  stop: () => void;
  /**
   * Whether the worker has not been heard for `unheardMs`, or what is on its way has not moved for `stallMs`, by the connection's
   * fault: a worker that still talks and only takes no more is waiting for its own upstream, and a second socket would wait as well.
   */
  stalled: () => boolean;
  close: (code: number) => void;
  /** Next byte to send. */
  readonly cursor: number;
  readonly receivedBytes: number;
};

type Parts = {
  socket: Socket;
  welcome: Welcome;
  ring: Ring;
  limits: Pick<ClientLimits, 'bufferedHighBytes' | 'bufferedLowBytes' | 'bufferedPollMs' | 'stallMs' | 'unheardMs'>;
  clock: () => number;
  /** Runs `then` after `ms`; answers how to call it off. */
  after: (ms: number, then: () => void) => () => void;
};

export const createConnection = ({ socket, welcome, ring, limits, clock, after }: Parts): Connection => {
  const { epoch, windowBytes, frameBytes } = welcome;
  let cursor = 0;
  let received = welcome.nextOffset;
  let paused = false;
  let stopping = false;
  let stopSent = false;
  let progressAtMs = clock();
  let lastBuffered = 0;
  let heardAtMs = clock();
  /** By when the worker must have spoken. */
  let speaksByMs = heardAtMs + limits.unheardMs;
  let upstreamSlow = false;
  let forgetPoll = () => {};

  const say = (message: ClientMessage) => socket.send(JSON.stringify(message));

  const sendPiece = (from: number, maxBytes: number): number => {
    const piece = maxBytes > 0 ? ring.read(from, Math.min(maxBytes, frameBytes)) : undefined;
    if (!piece) return 0;
    socket.send(encodeFrame({ epoch, ...piece }));
    return piece.payload.byteLength;
  };

  /** The next byte is `offset`, or the first that the ring still has. */
  const seek = (offset: number) => {
    cursor = offset;
    if (cursor < ring.initBytes || cursor >= ring.from) return;
    say({ type: 'skip', to: ring.from });
    cursor = ring.from;
  };

  const watchBuffer = () => {
    if (socket.bufferedAmount < limits.bufferedLowBytes) {
      paused = false;
      pump();
    } else forgetPoll = after(limits.bufferedPollMs, watchBuffer);
  };

  const pump = () => {
    if (cursor >= ring.initBytes && cursor < ring.from) seek(cursor);
    while (!paused) {
      if (socket.bufferedAmount > limits.bufferedHighBytes) {
        paused = true;
        watchBuffer();
        return;
      }
      const sent = sendPiece(cursor, windowBytes - (cursor - received));
      if (sent <= 0) break;
      cursor += sent;
      if (cursor === ring.initBytes && cursor < ring.from) seek(cursor);
    }
    // Beyond the ring's end where what had been sent a part of was dropped: no more of it will come.
    if (stopping && !stopSent && cursor >= ring.to) {
      stopSent = true;
      say({ type: 'stop', at: cursor });
    }
  };

  if (welcome.needsInit) for (let at = 0; at < ring.initBytes;) at += sendPiece(at, ring.initBytes - at) || Infinity;
  seek(welcome.needsInit ? Math.max(welcome.nextOffset, ring.initBytes) : welcome.nextOffset);

  return {
    pump,
    seek: (offset) => {
      seek(offset);
      pump();
    },
    heard: (slow) => {
      heardAtMs = clock();
      speaksByMs = heardAtMs + limits.unheardMs;
      upstreamSlow = slow ?? upstreamSlow;
    },
    received: (offset) => {
      if (offset <= received) return;
      received = offset;
      progressAtMs = clock();
      pump();
    },
    stop: () => {
      stopping = true;
      pump();
    },
    doubt: (withinMs) => {
      progressAtMs = clock();
      speaksByMs = progressAtMs + withinMs;
    },
    stalled: () => {
      // Before all else: whoever reads the clock after a standstill casts doubt on this.
      const nowMs = clock();
      const buffered = socket.bufferedAmount;
      const talks = nowMs - heardAtMs < limits.stallMs;
      // What the system has taken of a line that is dead it only keeps: a worker that is there says so every second.
      if ((talks && buffered < lastBuffered) || cursor <= received) progressAtMs = nowMs;
      lastBuffered = buffered;
      if (nowMs >= speaksByMs) return true;
      const windowFull = buffered === 0 && cursor - received >= windowBytes;
      return nowMs - progressAtMs >= limits.stallMs && !(talks && (windowFull || upstreamSlow));
    },
    close: (code) => {
      forgetPoll();
      paused = true;
      socket.close(code);
    },
    get cursor() {
      return cursor;
    },
    get receivedBytes() {
      return received;
    },
  };
};
