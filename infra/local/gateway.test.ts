import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { freePort } from '#stand-ins/free-port';
import { startGateway } from './gateway.ts';

const unasked = () => {
  throw new Error('no room is asked here');
};
const worker = createServer((socket) => socket.on('error', () => socket.destroy()).resume()).listen(0, '127.0.0.1');
await once(worker, 'listening');
const port = await freePort();
const gateway = await startGateway({
  port,
  version: 'test',
  controlPlane: unasked,
  workerPort: (worker.address() as AddressInfo).port,
  web: { dist: '/nowhere' },
  otherOrigins: [],
  services: async () => [],
  issueToken: async () => undefined,
  localSecret: 'a secret of this test',
  log: () => {},
});
afterAll(async () => {
  await gateway.close();
  worker.close();
});

const asks = (path: string, host: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

/** A peer that asks, and has gone by the time it is answered: its machine says so at the first word. */
const askAndBreakOff = async (request: string): Promise<void> => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  await new Promise((sent) => socket.write(request, sent));
  const closed = once(socket, 'close');
  socket.resetAndDestroy();
  await closed;
};

it.each([
  ['under a name that is not ours', '/realtime', 'evil.example'],
  ['where nothing is', '/nothing', `localhost:${port}`],
  ['for the worker', '/stream/live/key', `localhost:${port}`],
])('goes on when a peer asks for a web socket %s, and breaks off', async (_, path, host) => {
  for (let time = 0; time < 50; time++) await askAndBreakOff(asks(path, host));
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
});

it.each([
  ['under a name that is not ours', '/realtime', 'evil.example', '421'],
  ['where nothing is', '/nothing', `localhost:${port}`, '404'],
])('has done with a peer that asks %s and never closes', async (_, path, host, status) => {
  const opened = once(gateway.server, 'connection');
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [ours] = await opened;
  socket.write(asks(path, host));
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toContain(`HTTP/1.1 ${status} `);
  await expect.poll(() => ours.destroyed).toBe(true);
  socket.destroy();
});

it('asks no worker for a peer that has broken off', async () => {
  const held: { destroyed: boolean }[] = [];
  worker.on('connection', (socket) => held.push(socket));
  await askAndBreakOff(asks('/stream/live/key', `localhost:${port}`));
  await fetch(`http://127.0.0.1:${port}/healthz`);
  await expect.poll(() => held.filter(({ destroyed }) => !destroyed).length).toBe(0);
});
