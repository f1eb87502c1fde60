import type { Duplex } from 'node:stream';

/**
 * Answers whoever asked for another protocol, and has done with them: nobody reads such a socket, so that it would stay for as long as
 * they like, even when they have long gone.
 *
 * @param status as it stands in the first line, with its reason
 */
export const refuseUpgrade = (socket: Duplex, status: string, headers: Record<string, string> = {}): void => {
  const lines = Object.entries({ ...headers, Connection: 'close', 'Content-Length': '0' });
  socket.end(`HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`, () =>
    socket.destroy(),
  );
};
