import { once } from 'node:events';
import { createServer } from 'node:net';

/** A TCP port of 127.0.0.1 on which nobody listens now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (typeof address !== 'object' || address === null) throw new Error('a server on a port has no address');
  return address.port;
};
