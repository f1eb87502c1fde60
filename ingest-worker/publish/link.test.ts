import { createServer, type Socket } from 'node:net';
import { expect, it, type TestContext } from 'vitest';
import { openLink } from './link.ts';

/** More than the kernel holds for both ends of a loopback connection. */
const PIECES = 300;
const PIECE_BYTES = 100_000;

/** A server that reads nothing until it is told to. */
const startSilentServer = async ({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) => {
  const sockets: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, sockets };
};

it('[P6] what the kernel has taken of one turn is told piece by piece, before the server has read the rest', async (context) => {
  const { port, sockets } = await startSilentServer(context);
  let flushed = 0;
  let told: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    told = resolve;
  });
  const opened = new Promise<ReturnType<typeof openLink>>((resolve, reject) => {
    const link = openLink({
      target: { secure: false, host: '127.0.0.1', port, app: 'app', tcUrl: 'rtmp://127.0.0.1/app' },
      ca: undefined,
      on: {
        ready: () => resolve(link),
        data: () => undefined,
        flushed: (bytes) => {
          flushed += bytes;
          told();
        },
        ended: () => undefined,
        failed: ({ detail }) => reject(new Error(detail)),
      },
    });
  });
  const link = await opened;
  context.onTestFinished(() => link.cut());
  for (let piece = 0; piece < PIECES; piece++) link.write(Buffer.alloc(PIECE_BYTES));
  await first;
  expect(flushed).toBeLessThan(PIECES * PIECE_BYTES);
  expect(sockets[0]?.bytesRead).toBe(0);
});
