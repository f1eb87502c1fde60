import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { SUBPROTOCOL } from '#wire';
import { LIMITS, LOAD_UNITS } from './limits.ts';
import { streamNumber } from './session/store.testing.ts';
import { fixture, greet, openSocket, startTestWorker, type TestWorker } from './worker.testing.ts';

/** `HANDSHAKES=10000 HALF_OPEN=1000 HONEST=300 npx vitest run --project ingest-worker-parts handshakes` for a long run. */
const HANDSHAKES = Number(process.env['HANDSHAKES'] ?? 400);
const HALF_OPEN = Number(process.env['HALF_OPEN'] ?? 200);
const HONEST = Number(process.env['HONEST'] ?? 30);
const TOGETHER = 20;
const TIMEOUT = 60_000 + HANDSHAKES * 20;
const PLENTY = 1_000_000;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const start = async (...options: Parameters<typeof startTestWorker>): Promise<TestWorker> => {
  const made = await startTestWorker(...options);
  closing.push(() => made.close());
  return made;
};

const reserved = async ({ worker }: TestWorker): Promise<string[]> => {
  const text = await (await fetch(`http://127.0.0.1:${worker.port}/metrics`)).text();
  return text.split('\n').filter((line) => /^ingest_(sessions|load_units) /.test(line));
};
const NOTHING = ['ingest_sessions 0', 'ingest_load_units 0'];

const readiness = async ({ worker }: TestWorker): Promise<number> =>
  (await fetch(`http://127.0.0.1:${worker.port}/readyz`)).status;

type Handshake = {
  key: 'good' | 'unknown';
  method: string;
  headers: (readonly [name: string, value: string])[];
  /** What follows the headers at once, as a first frame would. */
  head: Uint8Array;
  /** Of the request, what is sent before it is broken off; all of it where this is 1. */
  share: number;
  ending: 'destroy' | 'end' | 'read then destroy' | 'read then end';
};

const header = (name: string, ...values: (string | undefined)[]) =>
  fc.constantFrom(...values).map((value): [string, string][] => (value === undefined ? [] : [[name, value]]));

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** Requests to upgrade, most of them malformed in one way or several, and broken off anywhere. */
const handshake: fc.Arbitrary<Handshake> = fc.record({
  key: fc.constantFrom('good', 'unknown'),
  method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'),
  headers: fc
    .tuple(
      header('Upgrade', 'websocket', 'websocket', 'WebSocket', 'h2c', 'websocket, websocket', ''),
      header('Sec-WebSocket-Key', KEY, KEY, KEY, undefined, '', 'short', `${KEY}x`),
      header('Sec-WebSocket-Key', undefined, undefined, KEY),
      header('Sec-WebSocket-Version', '13', '13', '8', undefined, '', '7', '99', 'x'),
      header('Sec-WebSocket-Protocol', undefined, SUBPROTOCOL, 'other', '', ',', ' , ,', 'a,a'),
      header('Sec-WebSocket-Extensions', undefined, 'permessage-deflate', ';', 'permessage-deflate; x=;'),
      header('Origin', undefined, undefined, 'http://localhost:3000', 'https://evil.example'),
    )
    .map((headers) => headers.flat()),
  head: fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ maxLength: 40 })),
  share: fc.oneof(fc.constant(1), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  ending: fc.constantFrom('destroy', 'end', 'read then destroy', 'read then end'),
});

const knock = async (test: TestWorker, stream: number, shake: Handshake): Promise<void> => {
  const key = shake.key === 'good' ? test.memory.issue({ streamId: streamNumber(stream) }) : 'a_key_that_is_no_key';
  const lines = [`${shake.method} /${key}?rung=recorder-transcode HTTP/1.1`, 'Host: x', 'Connection: Upgrade'];
  const request = [...lines, ...shake.headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
  const bytes = Buffer.concat([Buffer.from(request), shake.head]);
  const socket = connect({ port: test.worker.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await Promise.race([once(socket, 'connect'), closed]);
  const isWhole = shake.share === 1;
  socket.write(bytes.subarray(0, Math.ceil(bytes.byteLength * shake.share)));
  // A request that is not whole gets no answer to read.
  if (isWhole && shake.ending.startsWith('read'))
    await Promise.race([once(socket, 'data'), once(socket, 'end'), closed]);
  socket.resume();
  if (shake.ending.endsWith('end')) {
    socket.end();
    await Promise.race([once(socket, 'end'), closed]);
  }
  socket.destroy();
  await closed;
};

describe('[L14] what a handshake has reserved', () => {
  it('is given back however the handshake ends', { timeout: TIMEOUT }, async () => {
    const test = await start({ handshakesPerMinute: PLENTY });
    let stream = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(handshake, { minLength: TOGETHER, maxLength: TOGETHER }), async (shakes) => {
        await Promise.all(shakes.map((shake) => knock(test, ++stream, shake)));
        await expect.poll(() => reserved(test), { timeout: 10_000 }).toEqual(NOTHING);
      }),
      { numRuns: HANDSHAKES / TOGETHER },
    );
    expect(await readiness(test)).toBe(200);
  });

  it.each<[string, Partial<Handshake>]>([
    ['no key of a web socket', { headers: [['Upgrade', 'websocket']] }],
    ['another protocol', { headers: [['Upgrade', 'h2c']] }],
    ['another method', { method: 'POST' }],
    ['a peer that has ended its half', { ending: 'end' }],
  ])('leaves room for others after %s, three times', async (_, shape) => {
    const test = await start({ capacityUnits: 3 * LOAD_UNITS.transcode, handshakesPerMinute: PLENTY });
    const headers: Handshake['headers'] = [
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Key', KEY],
      ['Sec-WebSocket-Version', '13'],
    ];
    const whole = { key: 'unknown', method: 'GET', headers, head: new Uint8Array(), share: 1 } as const;
    for (let time = 1; time <= 3; time++) await knock(test, time, { ...whole, ending: 'read then destroy', ...shape });
    await expect.poll(() => reserved(test)).toEqual(NOTHING);
    const { media } = fixture('vp8-opus.webm');
    await greet(openSocket(test.url()), media);
  });
});

describe('[L15] connections that ask for nothing', () => {
  it('keep nobody out', async () => {
    const test = await start({ handshakesPerMinute: PLENTY });
    const half = await Promise.all(Array.from({ length: HALF_OPEN }, (_, index) => openHalf(test, index % 2 === 0)));
    const { media } = fixture('h264-aac.mkv');
    const welcomes = await Promise.all(
      Array.from({ length: HONEST }, (_, index) =>
        greet(openSocket(test.url(test.memory.issue({ streamId: streamNumber(index + 1) }))), media),
      ),
    );
    expect(welcomes).toHaveLength(HONEST);
    expect(await readiness(test)).toBe(200);
    for (const socket of half) socket.destroy();
  });

  it('are cut where there are too many, the oldest first', async () => {
    const test = await start();
    const first = await openHalf(test, true);
    const cut = once(first, 'close');
    const half: Socket[] = [];
    for (let opened = 0; opened < LIMITS.waitingConnections; opened += 100)
      half.push(...(await Promise.all(Array.from({ length: 100 }, () => openHalf(test, false)))));
    await cut;
    expect(half.filter(({ closed }) => closed)).toEqual([]);
    for (const socket of half) socket.destroy();
  });

  it('are cut after requestMs', { timeout: LIMITS.requestMs * 3 }, async () => {
    const test = await start();
    const [said, silent] = await Promise.all([openHalf(test, true), openHalf(test, false)]);
    await Promise.all([once(said, 'close'), once(silent, 'close')]);
  });
});

/** A connection on which a request has begun, or not even that. */
const openHalf = async ({ worker }: TestWorker, begins: boolean): Promise<Socket> => {
  const socket = connect({ port: worker.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  if (begins) socket.write('GET /stream/live/x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n');
  return socket;
};

describe('[L16] a worker that would let nobody in', () => {
  it('is not ready: full', async () => {
    const test = await start({ capacityUnits: LOAD_UNITS.transcode });
    await greet(openSocket(test.url()), fixture('vp8-opus.webm').media);
    expect(await readiness(test)).toBe(503);
  });

  it('is not ready: a table that does not answer, until it does', async () => {
    const test = await start();
    const url = test.url();
    test.memory.setReachable(false);
    const refused = openSocket(url);
    await refused.closed;
    expect(await readiness(test)).toBe(503);
    test.memory.setReachable(true);
    await greet(openSocket(url), fixture('h264-aac.mkv').media);
    expect(await readiness(test)).toBe(200);
  });
});
