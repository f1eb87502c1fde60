import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { toErrorCode, toSocketFailure, type Failure } from './failure.ts';
import type { Target } from './target.ts';

/** One TCP connection, under TLS where the target says so, in terms of bytes given and bytes taken. */
export type Link = {
  write(bytes: Buffer): void;
  /**
   * Room for so many bytes, which go out after all that was written before and have to be in it before anything else is done: what is
   * made where it is sent from is copied once less, and leaves nothing behind to be collected.
   */
  readonly room: (bytes: number) => Buffer;
  /** Ends our half in good order, after all that was written; cut, where the other end does not follow in time. */
  end(lingerMs: number): void;
  /** Takes both halves away at once: what the kernel still held is not sent, and the other end sees a reset. */
  cut(): void;
};

export type LinkEvents = {
  /** Connected and, under TLS, sure who answers. */
  ready(): void;
  data(bytes: Buffer): void;
  /** The kernel has taken this many bytes more. */
  flushed(bytes: number): void;
  /** The other end has ended its half in good order. */
  ended(): void;
  /** Said once; nothing follows it. */
  failed(failure: Failure): void;
};

type Parts = {
  target: Target;
  /** What the server is held against, where the target is under TLS. */
  trusted: () => SecureContext;
  on: LinkEvents;
  /** Answers the addresses of a name. @default that of the system */
  lookup?: LookupFunction;
};

const KEEP_ALIVE_MS = 10_000;
/**
 * What the kernel is given at once: it tells that it has taken a piece once it has taken all of it, and a server that reads slowly
 * must not look as though it read nothing (SPEC P6).
 */
const PIECE_BYTES = 64 * 1024;
/**
 * Pieces that have been sent and are kept to be filled again, by all links together: as many as their turns need, and not as many as
 * one of them once sent at a time. 128 KB a link, and 4 MB at most.
 */
const SPARE_PIECES = { aLink: 2, most: 64 };
const spare: Buffer[] = [];
let openLinks = 0;
const spareRoom = (): number => Math.min(SPARE_PIECES.most, openLinks * SPARE_PIECES.aLink);
/** How long one of a name's addresses may take before the next is tried. Node's own 250 ms rule out whoever is far away. */
const NEXT_ADDRESS_MS = 1_500;

export const openLink = ({ target, trusted, on, lookup }: Parts): Link => {
  const { host, port, secure } = target;
  const tcp = connectTcp({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    ...(lookup && { lookup }),
  });
  let socket: Socket = tcp;
  /** Given to us, and not yet to the socket. `whole`: what can be filled again once it is sent. */
  const waiting: { bytes: Buffer; whole?: Buffer }[] = [];
  /** The piece that is being filled: the last to go. */
  let filling: { whole: Buffer; used: number } | undefined;
  /** The pieces of a turn are on their way, or will be before the next. */
  let busy = false;
  let over = false;

  const failed = (failure: Failure): void => {
    if (over) return;
    over = true;
    on.failed(failure);
  };

  const listen = (): void => {
    socket.on('data', (bytes: Buffer) => {
      if (!over) on.data(bytes);
    });
    socket.once('end', () => {
      if (!over) on.ended();
    });
    socket.once('close', () => failed({ because: 'reset', detail: 'closed' }));
    if (!over) on.ready();
  };

  const onError = (error: Error): void => {
    const code = toErrorCode(error);
    failed({ because: toSocketFailure(code), detail: code ?? error.name });
  };

  openLinks += 1;
  tcp.once('close', () => {
    openLinks -= 1;
    spare.length = Math.min(spare.length, spareRoom());
  });
  tcp.on('error', onError);
  tcp.once('connect', () => {
    if (!secure) return listen();
    // An address cannot be a server name; the certificate is then checked against the address itself.
    const name = isIP(host) === 0 ? { servername: host } : {};
    const tls = connectTls({ socket: tcp, host, secureContext: trusted(), ...name });
    socket = tls;
    tls.on('error', onError);
    tls.once('secureConnect', listen);
    // Ends before it is secure are no refusals of ours to interpret.
    tls.once('close', () => failed({ because: 'reset', detail: 'closed' }));
    return undefined;
  });

  const cut = (): void => {
    over = true;
    socket.pause();
    // Of the TCP socket: its reset also discards what the kernel had not sent yet, which `destroy` would deliver. Later,
    // because a TLS socket that loses its TCP socket in the middle of its own callback takes the process with it.
    setImmediate(() => {
      tcp.resetAndDestroy();
      socket.destroy();
    });
  };

  const give = ({ bytes, whole }: { bytes: Buffer; whole?: Buffer }, then?: () => void): void => {
    socket.write(bytes, (error) => {
      if (error != null || over) return;
      if (whole && spare.length < spareRoom()) spare.push(whole);
      on.flushed(bytes.length);
      then?.();
    });
  };

  /** Nothing is added to a piece any more. */
  const seal = (): void => {
    if (filling === undefined) return;
    const { whole, used } = filling;
    filling = undefined;
    waiting.push({ bytes: whole.subarray(0, used), whole });
  };

  /** As much as makes one piece, in one write: each costs more than the bytes in it. */
  const next = (): void => {
    if (over) return;
    if (waiting.length === 0) seal();
    const piece = waiting.shift();
    if (piece === undefined) busy = false;
    else give(piece, next);
  };

  const go = (): void => {
    if (busy) return;
    busy = true;
    // What is written in one turn leaves together.
    process.nextTick(next);
  };

  const room = (bytes: number): Buffer => {
    if (bytes > PIECE_BYTES) {
      seal();
      const made = Buffer.allocUnsafe(bytes);
      if (over) return made;
      for (let at = 0; at < bytes; at += PIECE_BYTES) waiting.push({ bytes: made.subarray(at, at + PIECE_BYTES) });
      go();
      return made;
    }
    if (over) return Buffer.allocUnsafe(bytes);
    if (filling !== undefined && filling.used + bytes > PIECE_BYTES) seal();
    filling ??= { whole: spare.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES), used: 0 };
    const from = filling.used;
    filling.used += bytes;
    go();
    return filling.whole.subarray(from, filling.used);
  };

  return {
    room,
    write: (bytes) => {
      bytes.copy(room(bytes.length));
    },
    end(lingerMs) {
      seal();
      socket.cork();
      for (const piece of waiting.splice(0)) give(piece);
      socket.uncork();
      const timer = setTimeout(cut, lingerMs);
      socket.once('close', () => clearTimeout(timer));
      socket.end();
    },
    cut,
  };
};
