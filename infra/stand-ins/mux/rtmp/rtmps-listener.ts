import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { FaultSwitch } from '../faults.ts';
import type { Limits } from '../limits.ts';
import { runEncoderSession, type Admit, type Session } from './encoder-session.ts';

type Parts = {
  port: number;
  host: string;
  key: string;
  cert: string;
  admit: Admit;
  faults: FaultSwitch;
  limits: Limits;
  now: () => number;
  log: (line: string) => void;
};

/** Listens for encoders. TLS is wrapped by hand around TCP, because only a TCP connection can be reset or left without an answer. */
export const startRtmpsListener = async ({ port, host, key, cert, admit, faults, limits, now, log }: Parts) => {
  const secureContext = createSecureContext({ key, cert, minVersion: 'TLSv1.2' });
  const sockets = new Set<Socket>();
  const sessions = new Set<Session>();
  /** Connections that came in a freeze: greeted when it is over. */
  const frozen = new Set<Socket>();

  const greet = (raw: Socket): void => {
    const socket = new TLSSocket(raw, { isServer: true, secureContext });
    const session = runEncoderSession({
      socket,
      raw,
      admit,
      faults,
      limits,
      now,
      log,
      closed: () => sessions.delete(session),
    });
    sessions.add(session);
  };

  const server = createServer({ pauseOnConnect: true, noDelay: true }, (raw) => {
    raw.on('error', () => {});
    if (faults.now.rtmps?.refuse === 'connection' || sockets.size >= limits.encoders) {
      raw.destroy();
      return;
    }
    sockets.add(raw);
    raw.once('close', () => {
      sockets.delete(raw);
      frozen.delete(raw);
    });
    if (faults.now.rtmps?.freeze) frozen.add(raw);
    else greet(raw);
  });

  faults.onChange(() => {
    for (const session of sessions) session.applyFaults();
    if (faults.now.rtmps?.freeze) return;
    for (const raw of frozen) greet(raw);
    frozen.clear();
  });

  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();

  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    /** Resets every connection at once. */
    resetAll: () => {
      for (const session of sessions) session.reset();
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const session of sessions) session.close();
      for (const raw of sockets) raw.destroy();
      await closed;
    },
  };
};
