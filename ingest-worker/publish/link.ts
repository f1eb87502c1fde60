import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { toErrorCode, toSocketFailure, type Failure } from './failure.ts';
import type { Target } from './target.ts';

/** One TCP connection, under TLS where the target says so, in terms of bytes given and bytes taken. */
export type Link = {
  write(bytes: Buffer): void;
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
  /** Given to us, and not yet to the socket. */
  const waiting: Buffer[] = [];
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

  const give = (bytes: Buffer, then?: () => void): void => {
    socket.write(bytes, (error) => {
      if (error != null || over) return;
      on.flushed(bytes.length);
      then?.();
    });
  };

  /** As much as makes one piece, in one write: each costs more than the bytes in it. */
  const next = (): void => {
    if (over) return;
    let bytes = 0;
    const count = waiting.findIndex((piece) => (bytes += piece.length) >= PIECE_BYTES) + 1;
    const pieces = waiting.splice(0, count === 0 ? waiting.length : count);
    const [first] = pieces;
    if (!first) busy = false;
    else give(pieces.length === 1 ? first : Buffer.concat(pieces), goOn);
  };
  const goOn = (): void => {
    if (waiting.length > 0) next();
    else busy = false;
  };

  return {
    write(bytes) {
      if (over) return;
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) waiting.push(bytes.subarray(at, at + PIECE_BYTES));
      if (busy) return;
      busy = true;
      // What is written in one turn leaves together.
      process.nextTick(next);
    },
    end(lingerMs) {
      socket.cork();
      for (const bytes of waiting.splice(0)) give(bytes);
      socket.uncork();
      const timer = setTimeout(cut, lingerMs);
      socket.once('close', () => clearTimeout(timer));
      socket.end();
    },
    cut,
  };
};
