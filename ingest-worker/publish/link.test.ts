import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type LookupFunction, type Socket } from 'node:net';
import { expect, it, type TestContext } from 'vitest';
import { openLink } from './link.ts';
import { createTrust } from './trust.ts';

/** More than the kernel holds for both ends of a loopback connection. */
const PIECES = 300;
const PIECE_BYTES = 100_000;
/** One fills what goes out at once. */
const ROOM_BYTES = 64 * 1024;

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

type Opened = { link: ReturnType<typeof openLink>; flushed: () => number };

/** Resolves when it is connected. */
const open = (
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  port: number,
  onFlushed = (): void => undefined,
) =>
  new Promise<Opened>((resolve, reject) => {
    let flushed = 0;
    const link = openLink({
      target: { secure: false, host: '127.0.0.1', port, app: 'app', tcUrl: 'rtmp://127.0.0.1/app' },
      trusted: () => createTrust()(undefined),
      on: {
        ready: () => resolve({ link, flushed: () => flushed }),
        data: () => undefined,
        flushed: (bytes) => {
          flushed += bytes;
          onFlushed();
        },
        ended: () => undefined,
        failed: ({ detail }) => reject(new Error(detail)),
      },
    });
    onTestFinished(() => link.cut());
  });

it('[P6] what the kernel has taken of one turn is told piece by piece, before the server has read the rest', async (context) => {
  const { port, sockets } = await startSilentServer(context);
  let told: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    told = resolve;
  });
  const { link, flushed } = await open(context, port, () => told());
  for (let piece = 0; piece < PIECES; piece++) link.write(Buffer.alloc(PIECE_BYTES));
  await first;
  expect(flushed()).toBeLessThan(PIECES * PIECE_BYTES);
  expect(sockets[0]?.bytesRead).toBe(0);
});

/** Several addresses of one name, in this order. */
const lookupOf =
  (...addresses: string[]): LookupFunction =>
  (_name, _options, answer) =>
    answer(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
/** On this machine, each of them an address of its own. */
const [ONE, OTHER] = ['127.0.0.2', '127.0.0.3'];

const LISTEN = `const server = require('node:net').createServer((socket) => socket.on('error', () => {}));
  server.listen({ host: process.argv[1], port: 0, backlog: 1 }, () => process.send(server.address().port));`;

/**
 * A server that is stopped: the kernel lets a connection wait for it or two, and does not answer the next one. Its sender tries
 * again a second later: as long as a connection to the other side of the world may take.
 */
const startSlowServer = async ({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) => {
  const child = spawn(process.execPath, ['-e', LISTEN, ONE], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = await once(child, 'message');
  child.kill('SIGSTOP');
  for (let waiting = 0; waiting < 2; waiting++) {
    const socket = connect({ host: ONE, port: Number(port) });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
  }
  return { port: Number(port), goOn: () => child.kill('SIGCONT') };
};

const dial = ({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, port: number, lookup: LookupFunction) =>
  new Promise<string>((resolve) => {
    const link = openLink({
      target: { secure: false, host: 'live.example', port, app: 'app', tcUrl: 'rtmp://live.example/app' },
      trusted: () => createTrust()(undefined),
      lookup,
      on: {
        ready: () => resolve('ready'),
        data: () => undefined,
        flushed: () => undefined,
        ended: () => undefined,
        failed: ({ because }) => resolve(because),
      },
    });
    onTestFinished(() => link.cut());
  });

it('[P2] an address that answers within a second is not passed by, where the next one is none', async (context) => {
  const { port, goOn } = await startSlowServer(context);
  const dialled = dial(context, port, lookupOf(ONE, OTHER));
  // Its first packet has been passed over by then.
  setImmediate(goOn);
  expect(await dialled).toBe('ready');
});

it('[P2] an address that never answers is passed by within the stage', async (context) => {
  const { port } = await startSlowServer(context);
  const server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(port, OTHER);
  await once(server, 'listening');
  context.onTestFinished(() => void server.close());
  expect(await dial(context, port, lookupOf(ONE, OTHER))).toBe('ready');
});

it('what is written on several links at once arrives on each as it was, in its order and whole', async (context) => {
  const { port, sockets } = await startSilentServer(context);
  const bytesOf = (link: number, message: number): Buffer =>
    Buffer.alloc(((message * 7_919) % 90_000) + 1, `${link} ${message} `);
  const each = Array.from({ length: 3 }, (_, nth) => nth);
  const links = await Promise.all(each.map(async () => (await open(context, port)).link));
  await expect.poll(() => sockets.length).toBe(links.length);
  const heard = sockets.map((socket) => socket.toArray().then((parts: Buffer[]) => Buffer.concat(parts)));
  const messages = Array.from({ length: 120 }, (_, nth) => nth);
  for (const message of messages) {
    for (const [nth, link] of links.entries()) {
      const bytes = bytesOf(nth, message);
      // Half of them are made where they are sent from.
      if (message % 2 === 0) link.write(bytes);
      else bytes.copy(link.room(bytes.length));
    }
    // Now and then all that was given is sent, and its room is used again.
    if (message % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const link of links) link.end(10_000);
  const arrived = await Promise.all(heard);
  const sent = each.map((nth) => Buffer.concat(messages.map((message) => bytesOf(nth, message))));
  const order = (one: Buffer, other: Buffer): number => one.compare(other);
  expect(arrived.toSorted(order).map((bytes, nth) => bytes.equals(sent.toSorted(order)[nth] ?? Buffer.of()))).toEqual([
    true,
    true,
    true,
  ]);
});

it('[L17] of what a link once had under way at a time, little is kept to be filled again', async (context) => {
  const { port, sockets } = await startSilentServer(context);
  const { link, flushed } = await open(context, port);
  await expect.poll(() => sockets.length).toBe(1);
  const fill = (): ArrayBufferLike[] => Array.from({ length: PIECES }, () => link.room(ROOM_BYTES).buffer);
  const before = new Set(fill());
  expect(before.size).toBe(PIECES);
  sockets[0]?.resume();
  await expect.poll(flushed).toBe(PIECES * ROOM_BYTES);
  const again = fill().filter((memory) => before.has(memory));
  expect(again.length).toBeGreaterThan(0);
  // Two for each link that is open in this process: those of other tests may still be closing.
  expect(again.length).toBeLessThan(32);
});
