import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createAuthority } from './authority.testing.ts';
import { startRecording, type Conduct, type Recorded } from './recording.testing.ts';

/**
 * A real RTMP(S) server that keeps the time, kind, size and checksum of every frame it is sent, and does harm on demand.
 * Tests, the faults and the load programs judge the worker by it.
 */
export type Sink = {
  /** Without a key: `rtmps://localhost:{port}/app`. */
  url: string;
  port: number;
  /** PEM of the authority behind its certificate; undefined on plain TCP. */
  ca: string | undefined;
  /** Every RTMP connection that has published, oldest first. */
  sessions: readonly Recorded[];
  /** Connections under way, published or not. */
  connections(): number;
  conduct: Conduct;
  /** Cuts every connection with a TCP reset. */
  reset(streamKey?: string): void;
  /** Stops reading on the connections that there are; ones made later are served as ever. */
  stall(): void;
  /** Nothing is read or answered any more, on old connections or new: as if the process were stopped. */
  freeze(): void;
  /** Ends `stall` and `freeze`. */
  thaw(): void;
  /** Settles as soon as it holds, looked at after everything that happens; rejects with `what` after `timeoutMs`. */
  until(what: string, holds: () => boolean, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
};

type Options = { tls?: boolean; port?: number };
type Connection = { socket: Socket; tcp: Socket; streamKey: () => string | undefined; begin: () => void };
type Waiting = { holds: () => boolean; settle: () => void };

const UNTIL_MS = 10_000;

export const startSink = async ({ tls = true, port = 0 }: Options = {}): Promise<Sink> => {
  const conduct: Conduct = {
    refuse: undefined,
    acknowledges: 'when-asked',
    readBytesPerSecond: undefined,
    answersFarewell: true,
    redirect: undefined,
  };
  const authority = tls ? await createAuthority() : undefined;
  const sessions: Recorded[] = [];
  const connections = new Set<Connection>();
  const waiting = new Set<Waiting>();
  let isFrozen = false;
  let willLook = false;

  const look = (): void => {
    if (willLook) return;
    willLook = true;
    setImmediate(() => {
      willLook = false;
      for (const one of waiting) if (one.holds()) one.settle();
    });
  };

  const accept = (socket: Socket, tcp: Socket): void => {
    let begun = false;
    const recording = startRecording({ socket, conduct, sessions, happened: look });
    const begin = (): void => {
      if (!begun) recording.begin();
      begun = true;
    };
    const connection = { socket, tcp, streamKey: recording.streamKey, begin };
    connections.add(connection);
    socket.on('close', () => {
      connections.delete(connection);
      look();
    });
    socket.setNoDelay(true);
    if (!isFrozen) begin();
    look();
  };

  const server: Server = authority === undefined ? createTcpServer() : createTlsServer(authority);
  if (authority === undefined) server.on('connection', (socket) => accept(socket, socket));
  else {
    // The raw socket under a TLS one is what a reset has to be done to; both are known by their remote port.
    const raw = new Map<number | undefined, Socket>();
    server.prependListener('connection', (tcp: Socket) => {
      const { remotePort } = tcp;
      raw.set(remotePort, tcp);
      tcp.on('error', () => undefined);
      tcp.once('close', () => raw.delete(remotePort));
    });
    server.on('secureConnection', (socket: Socket) => accept(socket, raw.get(socket.remotePort) ?? socket));
    server.on('tlsClientError', look);
  }

  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;

  return {
    url: `${tls ? 'rtmps' : 'rtmp'}://localhost:${bound}/app`,
    port: bound,
    ca: authority?.ca,
    sessions,
    conduct,
    connections: () => connections.size,
    reset(streamKey) {
      for (const { socket, tcp, streamKey: ofConnection } of connections)
        if (streamKey === undefined || ofConnection() === streamKey)
          // Never within a callback of the TLS socket, which would take the process down.
          setImmediate(() => {
            tcp.resetAndDestroy();
            socket.destroy();
          });
    },
    stall() {
      for (const { socket } of connections) socket.pause();
    },
    freeze() {
      isFrozen = true;
      for (const { socket } of connections) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const { socket, begin } of connections) {
        begin();
        socket.resume();
      }
    },
    until: (what, holds, timeoutMs = UNTIL_MS) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(timer);
          waiting.delete(one);
          resolve();
        };
        const one = { holds, settle };
        const timer = setTimeout(() => {
          waiting.delete(one);
          reject(new Error(`the sink has waited ${timeoutMs} ms for: ${what}`));
        }, timeoutMs);
        waiting.add(one);
        look();
      }),
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const { socket } of connections) socket.destroy();
      await closed;
    },
  };
};
