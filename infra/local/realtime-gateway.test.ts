import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  createRealtimeGateway,
  REALTIME_LIMITS,
  type RealtimeHandlers,
  type WebSocketEvent,
} from './realtime-gateway.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The emulation on a free port, with handlers that note their events, and the real SDK pointed at it. */
const make = async (
  overrides: Partial<RealtimeHandlers> = {},
  limits: Partial<Record<keyof typeof REALTIME_LIMITS, number>> = {},
) => {
  const events: WebSocketEvent[] = [];
  const heard: (() => void)[] = [];
  const note = (event: WebSocketEvent): void => {
    events.push(event);
    for (const wake of heard.splice(0)) wake();
  };
  const answering = (handler?: RealtimeHandlers['connect']) => async (event: WebSocketEvent) => {
    note(event);
    return handler ? handler(event) : { statusCode: 200 };
  };
  const gateway = createRealtimeGateway({
    handlers: () => ({
      connect: answering(overrides.connect),
      message: answering(overrides.message),
      disconnect: answering(overrides.disconnect),
    }),
    log: () => {},
    limits: { ...REALTIME_LIMITS, ...limits },
  });
  const server = createServer((request, response) => void gateway.manage(request, response));
  server.on('upgrade', (request, socket, head) => void gateway.upgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const api = new ApiGatewayManagementApiClient({
    endpoint: `http://127.0.0.1:${port}/_local`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  closers.push(async () => {
    api.destroy();
    await gateway.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  return {
    gateway,
    events,
    api,
    connect: (query = '') => new WebSocket(`ws://127.0.0.1:${port}/realtime${query}`),
    event: async (eventType: string): Promise<WebSocketEvent> => {
      for (;;) {
        const found = events.find((event) => event.requestContext.eventType === eventType);
        if (found) return found;
        await new Promise<void>((wake) => heard.push(wake));
      }
    },
  };
};

it('hands $connect the query and the connection id, and opens when it agrees', async () => {
  const { connect, event } = await make();
  const socket = connect('?ticket=abc');
  await once(socket, 'open');
  const { requestContext, queryStringParameters } = await event('CONNECT');
  expect(queryStringParameters).toEqual({ ticket: 'abc' });
  expect(requestContext.routeKey).toBe('$connect');
  expect(requestContext.connectionId).toMatch(/^[\w-]{16}$/);
});

it('refuses the handshake with the status that $connect answers', async () => {
  const { connect, gateway } = await make({ connect: async () => ({ statusCode: 401 }) });
  const socket = connect();
  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(401);
  socket.on('error', () => {});
  socket.terminate();
  expect(gateway.size()).toBe(0);
});

it('holds no message that comes in more frames than messagePieces', async () => {
  const { connect } = await make();
  const whole = connect();
  await once(whole, 'open');
  const send = (socket: WebSocket, frames: number): void => {
    for (let sent = 1; sent <= frames; sent += 1) socket.send('x', { fin: sent === frames });
  };
  send(whole, REALTIME_LIMITS.messagePieces);
  const more = connect();
  await once(more, 'open');
  send(more, REALTIME_LIMITS.messagePieces + 1);
  expect((await once(more, 'close'))[0]).toBe(1008);
  expect(whole.readyState).toBe(whole.OPEN);
});

it('selects the route by `action`, and $default where there is none or no JSON', async () => {
  const { connect, events } = await make({ message: async () => ({ statusCode: 200, body: 'heard' }) });
  const socket = connect();
  await once(socket, 'open');
  for (const text of ['{"action":"join","streamId":"x"}', '{"no":1}', 'not json']) {
    socket.send(text);
    await once(socket, 'message');
  }
  const messages = events.filter(({ requestContext }) => requestContext.eventType === 'MESSAGE');
  expect(messages.map(({ requestContext }) => requestContext.routeKey)).toEqual(['join', '$default', '$default']);
  expect(messages[0]?.body).toBe('{"action":"join","streamId":"x"}');
});

it('lets the SDK post to, look at and close a connection, and says 410 once it is gone', async () => {
  const { connect, api, event } = await make();
  const socket = connect();
  await once(socket, 'open');
  const ConnectionId = (await event('CONNECT')).requestContext.connectionId;

  const heard = once(socket, 'message');
  await api.send(new PostToConnectionCommand({ ConnectionId, Data: JSON.stringify({ type: 'pong' }) }));
  expect(String((await heard)[0])).toBe('{"type":"pong"}');
  expect((await api.send(new GetConnectionCommand({ ConnectionId }))).ConnectedAt).toBeInstanceOf(Date);

  const closed = once(socket, 'close');
  await api.send(new DeleteConnectionCommand({ ConnectionId }));
  await closed;
  expect((await event('DISCONNECT')).requestContext.connectionId).toBe(ConnectionId);
  await expect(api.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))).rejects.toBeInstanceOf(
    GoneException,
  );
});

it('takes 128 KiB for a connection, and refuses a byte more as the SDK knows it', async () => {
  const { connect, api, event, gateway } = await make();
  const socket = connect();
  await once(socket, 'open');
  const ConnectionId = (await event('CONNECT')).requestContext.connectionId;
  const post = (bytes: number) => api.send(new PostToConnectionCommand({ ConnectionId, Data: 'x'.repeat(bytes) }));
  const heard = once(socket, 'message');
  await post(REALTIME_LIMITS.messageBytes);
  expect((await heard)[0]).toHaveLength(REALTIME_LIMITS.messageBytes);
  for (const bytes of [REALTIME_LIMITS.messageBytes + 1, 4 * 1024 * 1024]) {
    const refused = await post(bytes).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PayloadTooLargeException);
    expect(refused).toMatchObject({ message: 'Message too long', $metadata: { httpStatusCode: 413 } });
  }
  expect(gateway.size()).toBe(1);
});

it('hands on no answer of a handler that is longer than a message may be', async () => {
  const { connect } = await make({
    message: async ({ body }) => ({ statusCode: 200, body: 'x'.repeat(Number(body)) }),
  });
  const socket = connect();
  await once(socket, 'open');
  const ask = async (bytes: number): Promise<string> => {
    socket.send(String(bytes));
    return String((await once(socket, 'message'))[0]);
  };
  expect(await ask(REALTIME_LIMITS.messageBytes)).toHaveLength(REALTIME_LIMITS.messageBytes);
  expect(JSON.parse(await ask(REALTIME_LIMITS.messageBytes + 1))).toMatchObject({ message: 'Internal server error' });
});

it.each([
  ['one frame of 32 KiB', [REALTIME_LIMITS.frameBytes], true],
  ['one of a byte more', [REALTIME_LIMITS.frameBytes + 1], false],
  ['one of more than 64 KiB', [70_000], false],
  ['four of 32 KiB each', Array.from({ length: 4 }, () => REALTIME_LIMITS.frameBytes), true],
  ['a short one and one that is too long', [2, REALTIME_LIMITS.frameBytes + 1], false],
])('a message in %s', async (_, frames, taken) => {
  const { connect, events } = await make({ message: async () => ({ statusCode: 200, body: 'heard' }) });
  const socket = connect();
  await once(socket, 'open');
  const outcome = Promise.race([
    once(socket, 'message').then(() => true),
    once(socket, 'close').then(([code]) => code),
  ]);
  frames.forEach((bytes, i) => socket.send('x'.repeat(bytes), { fin: i === frames.length - 1 }));
  expect(await outcome).toBe(taken || 1009);
  const heard = events.filter(({ requestContext }) => requestContext.eventType === 'MESSAGE');
  expect(heard).toHaveLength(taken ? 1 : 0);
});

it('cuts off a socket that does not read, once too much waits for it, and says 410', async () => {
  const { connect, api, event, gateway } = await make();
  const socket = connect();
  await once(socket, 'open');
  const ConnectionId = (await event('CONNECT')).requestContext.connectionId;
  socket.pause();
  const post = () => api.send(new PostToConnectionCommand({ ConnectionId, Data: 'x'.repeat(120_000) }));
  const flood = async (): Promise<void> => {
    // the kernel holds some megabytes of it
    for (let posts = 0; posts < 300; posts++) await post();
  };
  await expect(flood()).rejects.toBeInstanceOf(GoneException);
  await event('DISCONNECT');
  expect(gateway.size()).toBe(0);
});

it.each([
  [1_024, true],
  [1_025, false],
])('takes a message of %i bytes at a limit of 1,024: %s', async (bytes, taken) => {
  const { connect } = await make(
    { message: async () => ({ statusCode: 200, body: 'heard' }) },
    { messageBytes: 1_024 },
  );
  const socket = connect();
  await once(socket, 'open');
  const outcome = Promise.race([
    once(socket, 'message').then(() => true),
    once(socket, 'close').then(([code]) => code),
  ]);
  socket.send('x'.repeat(bytes));
  expect(await outcome).toBe(taken || 1009);
});

it('answers a handler that throws with an error, and goes on', async () => {
  let calls = 0;
  const { connect } = await make({
    message: async () => {
      if (++calls === 1) throw new Error('boom');
      return { statusCode: 200, body: 'fine' };
    },
  });
  const socket = connect();
  await once(socket, 'open');
  socket.send('{"action":"ping"}');
  expect(JSON.parse(String((await once(socket, 'message'))[0]))).toMatchObject({ message: 'Internal server error' });
  socket.send('{"action":"ping"}');
  expect(String((await once(socket, 'message'))[0])).toBe('fine');
});

it('handles a few messages of one socket at a time, in their order, and those of another beside them', async () => {
  let [now, most] = [0, 0];
  const { connect } = await make({
    message: async ({ body, requestContext: { connectionId } }) => {
      const mine = connectionId === flooding;
      if (mine) most = Math.max(most, ++now);
      await new Promise((later) => setImmediate(later));
      if (mine) now -= 1;
      return { statusCode: 200, body: body ?? '' };
    },
    connect: async ({ requestContext: { connectionId } }) => {
      flooding ??= connectionId;
      return { statusCode: 200 };
    },
  });
  let flooding: string | undefined;
  const flood = connect();
  await once(flood, 'open');
  const bystander = connect();
  await once(bystander, 'open');
  const said = Array.from({ length: 3_000 }, (_, n) => String(n));
  const heard: string[] = [];
  const all = new Promise<void>((done) => {
    flood.on('message', (data: Buffer) => {
      if (heard.push(data.toString()) === said.length) done();
    });
  });
  for (const text of said) flood.send(text);
  bystander.send('hello');
  const [answer] = await once(bystander, 'message');
  expect(String(answer)).toBe('hello');
  expect(heard.length).toBeLessThan(said.length);
  await all;
  expect(most).toBe(REALTIME_LIMITS.atOnce);
  expect(heard).toEqual(said);
});
