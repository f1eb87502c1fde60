import { connect, createServer, type Socket } from 'node:net';

/** The network between publishers and workers, which can be harmed: every connection passes through it. */
export type FaultyNetwork = {
  port: number;
  /** Both ends see a reset: of all connections, or of those to one port. */
  cut(port?: number): void;
  /** Neither end sees anything any more: packets are lost. */
  swallow(): void;
  /** What becomes of connections made from now on. */
  admits: 'all' | 'none' | 'into-nothing';
  /** How many there are: all, or those to one port. */
  connections(port?: number): number;
  close(): Promise<void>;
};

type Pair = { near: Socket; far: Socket; port: number };

/** @param target the port to go to, asked for each connection; undefined where nobody listens */
export const startFaultyNetwork = async (target: () => number | undefined): Promise<FaultyNetwork> => {
  const pairs = new Set<Pair>();
  const swallowed = new Set<Socket>();

  const server = createServer((near) => {
    near.on('error', () => undefined);
    const port = target();
    if (network.admits === 'none' || port === undefined) return void near.resetAndDestroy();
    if (network.admits === 'into-nothing') {
      near.pause();
      swallowed.add(near);
      near.once('close', () => swallowed.delete(near));
      return undefined;
    }
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    const pair = { near, far, port };
    pairs.add(pair);
    near.setNoDelay(true);
    near.pipe(far);
    far.pipe(near);
    far.on('error', () => near.resetAndDestroy());
    near.on('error', () => far.resetAndDestroy());
    for (const end of [near, far])
      end.once('close', () => {
        if (pairs.delete(pair)) for (const other of [near, far]) other.destroy();
      });
    return undefined;
  });

  const network: FaultyNetwork = {
    port: 0,
    admits: 'all',
    cut(port) {
      for (const pair of pairs) {
        if (port !== undefined && pair.port !== port) continue;
        pair.near.resetAndDestroy();
        pair.far.resetAndDestroy();
      }
    },
    swallow() {
      for (const pair of pairs) {
        pairs.delete(pair);
        for (const end of [pair.near, pair.far]) {
          end.unpipe();
          end.pause();
          end.removeAllListeners('close');
          swallowed.add(end);
        }
      }
    },
    connections: (port) => [...pairs].filter((pair) => port === undefined || pair.port === port).length,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const { near, far } of pairs) for (const end of [near, far]) end.destroy();
      for (const end of swallowed) end.destroy();
      await closed;
    },
  };
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  network.port = typeof address === 'object' && address !== null ? address.port : 0;
  return network;
};
