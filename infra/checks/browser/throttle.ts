import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Page } from '@playwright/test';

/** The network on the way to the platform, whose upload can be throttled. */
export type Throttle = {
  /** Sends a page's ingest sockets through it. */
  route: (page: Page) => Promise<void>;
  /** Bytes a second for each socket; at 0 it stays open, and nothing comes through any more, either way, for good. */
  limit: (bytesPerSecond: number) => void;
  close: () => void;
};

type Created = { ingest: { url: string } };

export const openThrottle = async (origin: string): Promise<Throttle> => {
  const { port: platformPort } = new URL(origin);
  const sockets = new Set<Socket>();
  let limit = Infinity;
  const server = createServer((page) => {
    const platform = connect(Number(platformPort), 'localhost');
    for (const socket of [page, platform]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        page.destroy();
        platform.destroy();
      });
    }
    platform.on('data', (bytes: Buffer) => {
      if (limit > 0) page.write(bytes);
    });
    page.on('data', (bytes: Buffer) => {
      platform.write(bytes);
      if (limit === Infinity) return;
      page.pause();
      if (limit > 0) setTimeout(() => page.resume(), (bytes.length / limit) * 1000);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    route: async (page) => {
      await page.route('**/stream/create', async (route) => {
        const response = await route.fetch();
        const created = (await response.json()) as Created;
        const through = new URL(created.ingest.url);
        through.port = String(port);
        await route.fulfill({ response, json: { ...created, ingest: { ...created.ingest, url: through.href } } });
      });
    },
    limit: (bytesPerSecond) => {
      limit = bytesPerSecond;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
