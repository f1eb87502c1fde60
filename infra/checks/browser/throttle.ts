import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The network on the way to the platform, whose upload can be throttled. */
export type Throttle = {
  /** Chromium's arguments by which all that it asks of the platform goes through it. */
  arguments: readonly string[];
  /** Bytes a second for each ingest socket; at 0 those that are there stay open, and nothing comes through any more, either way, for good. */
  limit: (bytesPerSecond: number) => void;
  /** How many ingest sockets have gone through it. */
  readonly ingests: number;
  close: () => void;
};

/** How the request for an ingest socket begins. */
const INGEST = 'GET /stream/live/';

export const openThrottle = async (origin: string): Promise<Throttle> => {
  const { host, port: platformPort } = new URL(origin);
  const sockets = new Set<Socket>();
  const ingests = new Set<{ silent: boolean }>();
  let limit = Infinity;
  let count = 0;
  const server = createServer((page) => {
    const platform = connect(Number(platformPort), 'localhost');
    let ingest: { silent: boolean } | undefined;
    for (const socket of [page, platform]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        if (ingest) ingests.delete(ingest);
        page.destroy();
        platform.destroy();
      });
    }
    platform.on('data', (bytes: Buffer) => {
      if (!ingest?.silent) page.write(bytes);
    });
    page.on('data', (bytes: Buffer) => {
      if (ingest?.silent) return;
      platform.write(bytes);
      if (!ingest && bytes.toString('latin1', 0, INGEST.length) === INGEST) {
        ingest = { silent: false };
        ingests.add(ingest);
        count += 1;
      }
      if (!ingest || limit === Infinity) return;
      page.pause();
      setTimeout(() => page.resume(), (bytes.length / limit) * 1000);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    // Under its own address: pages may call no other (content-security-policy).
    arguments: [`--host-resolver-rules=MAP ${host} 127.0.0.1:${port}`],
    limit: (bytesPerSecond) => {
      if (bytesPerSecond > 0) limit = bytesPerSecond;
      else for (const ingest of ingests) ingest.silent = true;
    },
    get ingests() {
      return count;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
