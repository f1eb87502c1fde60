import { CLOSE, decodeFrame, type CloseReason, type ServerMessage } from '#wire';
import type { SocketListener, OpenSocket, Socket } from './socket.ts';

type Said = { type: string; [key: string]: unknown };

/** One socket at the fake worker's end. */
export type Peer = {
  url: string;
  said: Said[];
  open: boolean;
  /** Bytes that the browser holds back for this socket. */
  buffered: number;
  /** A connection on which nothing arrives any more, in either direction, and which does not say so. */
  dead: boolean;
  say: (message: ServerMessage) => void;
  close: (reason: CloseReason | number) => void;
};

const HEALTH = { fpsIn: 30, fpsOut: 30, kbpsIn: 2_500, kbpsOut: 2_500, delayMs: 300, dropped: 0, restarts: 0 };

/** An ingest worker of the wire's rules, without media: keeps each byte that reaches it, in order. */
export const createFakeWorker = ({ windowBytes = 1_000_000, frameBytes = 100_000 } = {}) => {
  const peers: Peer[] = [];
  /** Where the worker was when a skip came, and where it went on. */
  const skips: { at: number; to: number }[] = [];
  let bytes: number[] = [];
  let next = 0;
  let epoch = 0;
  let committed = 0;
  let holdsInit = false;
  const worker = {
    peers,
    skips,
    /** Takes new sockets, and answers a first message by itself. */
    takesSockets: true,
    resumes: true,
    refusesKeys: false,
    isFull: false,
    /** Opens sockets and then says nothing. */
    silent: false,
    /** Tells what it has received. */
    acknowledges: true,
    get bytes() {
      return bytes;
    },
    get next() {
      return next;
    },
    latest: () => {
      const peer = peers.at(-1);
      if (!peer) throw new Error('nobody has dialled');
      return peer;
    },
    commit: (offset: number) => {
      committed = offset;
      worker.latest().say({ type: 'committed', offset });
    },
    health: (state: 'live' | 'reconnecting', warning?: 'upstream-slow') =>
      worker.latest().say({ type: 'health', health: { state, ...HEALTH, ...(warning && { warning }) } }),
    acknowledge: () => worker.latest().say({ type: 'received', offset: next }),
    /** Another worker takes over: it knows only what was committed. */
    restart: () => {
      next = committed;
      bytes = bytes.slice(0, committed);
      holdsInit = false;
    },
  };

  const onFrame = (peer: Peer, message: Uint8Array) => {
    const frame = decodeFrame(message);
    if (!frame || frame.epoch !== epoch) return;
    if (frame.init && !holdsInit && frame.offset === 0) holdsInit = true;
    if (frame.offset > next) return peer.say({ type: 'nack', expected: next });
    const fresh = frame.payload.subarray(next - frame.offset);
    bytes.push(...fresh);
    next += fresh.byteLength;
    if (worker.acknowledges) peer.say({ type: 'received', offset: next });
  };

  const onText = (peer: Peer, message: Said) => {
    peer.said.push(message);
    if (message.type === 'resume' && !worker.resumes) return peer.close('resume-refused');
    if (message.type === 'hello') {
      bytes = [];
      next = committed = 0;
      holdsInit = false;
    }
    if (message.type === 'hello' || message.type === 'resume') {
      epoch += 1;
      return peer.say({
        type: 'welcome',
        version: 1,
        resumeToken: 'str_1.token',
        nextOffset: next,
        needsInit: !holdsInit,
        committed,
        epoch,
        windowBytes,
        frameBytes,
      });
    }
    if (message.type === 'skip') {
      const { to } = message;
      if (typeof to !== 'number') throw new Error('a skip without a number');
      skips.push({ at: next, to });
      next = to;
    }
    if (message.type === 'stop') {
      peer.say({ type: 'ended', reason: 'finished' });
      peer.close('finished');
    }
  };

  const openSocket: OpenSocket = (url: string, listener: SocketListener): Socket => {
    let heard = true;
    const later = (then: () => void) => void Promise.resolve().then(() => heard && then());
    const peer: Peer = {
      url,
      said: [],
      open: true,
      buffered: 0,
      dead: worker.silent,
      say: (message) => later(() => peer.dead || listener.message(JSON.stringify(message))),
      close: (reason) => {
        if (!peer.open) return;
        peer.open = false;
        const code = typeof reason === 'number' ? reason : CLOSE[reason].code;
        later(() => peer.dead || listener.closed(code));
      },
    };
    peers.push(peer);
    if (worker.takesSockets) later(() => listener.opened());
    else peer.close(1006);
    if (worker.refusesKeys) peer.close('key-refused');
    if (worker.isFull) peer.close('overloaded');
    return {
      get bufferedAmount() {
        return peer.buffered;
      },
      send: (message) => {
        // A browser drops what is sent while a socket closes.
        if (!peer.open) return;
        if (peer.dead) peer.buffered += message.length;
        else if (typeof message === 'string') {
          const said: Said = JSON.parse(message);
          onText(peer, said);
        } else onFrame(peer, message);
      },
      close: (code) => {
        // What a browser's socket holds to: any other code throws.
        if (code !== 1000 && (code < 3000 || code > 4999)) throw new Error(`close(${code}) is forbidden`);
        heard = false;
        peer.open = false;
      },
    };
  };
  return { ...worker, worker, openSocket };
};
