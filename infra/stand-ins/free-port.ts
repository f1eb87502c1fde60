import { once } from 'node:events';
import { createServer } from 'node:net';

/** The system may give a port again that nobody has listened on yet. */
const given = new Set<number>();

/** A TCP port of 127.0.0.1 on which nobody listens now, and another one each time. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    await new Promise((closed) => server.close(closed));
    if (typeof address !== 'object' || address === null) throw new Error('a server on a port has no address');
    const { port } = address;
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
};
