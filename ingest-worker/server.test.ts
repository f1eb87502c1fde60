import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { encodeFrame, HEADER_BYTES, SUBPROTOCOL } from '#wire';
import { LIMITS, LOAD_UNITS } from './limits.ts';
import { OTHER_STREAM, STREAM, streamNumber } from './session/store.testing.ts';
import { fixture, greet, openSocket, resume, sendMedia, startTestWorker, type TestWorker } from './worker.testing.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const start = async (...options: Parameters<typeof startTestWorker>): Promise<TestWorker> => {
  const made = await startTestWorker(...options);
  closing.push(() => made.close());
  return made;
};

/** The status with which an upgrade is refused; undefined where it is not. */
const refusal = (url: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number | undefined; retryAfter: string | undefined } | undefined>((resolve) => {
    const socket = new WebSocket(url, { headers });
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_, response) => {
      resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] });
      socket.terminate();
    });
    socket.on('open', () => {
      resolve(undefined);
      socket.close();
    });
  });

const { bytes, media } = fixture('h264-aac.mkv');
const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100', 'hex'), randomBytes(5_000)]);

/** The worker still takes a whole show. */
const expectGoesOn = async (test: TestWorker): Promise<void> => {
  const socket = openSocket(test.url());
  const { epoch } = await greet(socket, media);
  sendMedia(socket, { bytes, epoch });
  socket.tell({ type: 'stop', at: bytes.byteLength });
  expect(await socket.closed).toMatchObject({ reason: 'finished' });
};

const BINARY = 2;
const CONTINUED = 0;
/** A frame as a client writes it, whose mask changes nothing. */
const webSocketFrame = (opcode: number, payload: Uint8Array, last: boolean): Buffer => {
  const head = Buffer.alloc(14);
  head[0] = (last ? 0x80 : 0) | opcode;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(payload.byteLength), 2);
  return Buffer.concat([head, payload]);
};
/** One message in frames of a byte. */
const inFragments = (message: Uint8Array): Buffer =>
  Buffer.concat(
    Array.from(message, (byte, at) =>
      webSocketFrame(at === 0 ? BINARY : CONTINUED, Uint8Array.of(byte), at === message.byteLength - 1),
    ),
  );

/** A feed that has been welcomed, and the connection below its web socket. */
const openBelow = async (test: TestWorker) => {
  const opened = openSocket(test.url());
  const upgraded = once(opened.socket, 'upgrade');
  const { epoch } = await greet(opened, media);
  const [{ socket: below }] = (await upgraded) as [IncomingMessage];
  const message = (length: number): Uint8Array => {
    const payload = bytes.subarray(0, length - HEADER_BYTES);
    return encodeFrame({ init: true, epoch, offset: 0, payload });
  };
  /** One by one, each of which the worker reads by itself. */
  const writeBytes = async (written: Uint8Array): Promise<void> => {
    for (let at = 0; at < written.byteLength && below.writable; at++) {
      below.write(written.subarray(at, at + 1));
      await setImmediate();
    }
  };
  return { ...opened, below, message, writeBytes };
};

describe('the door', () => {
  it('[W1] opens at both paths, and at no other', async () => {
    const { worker, memory } = await start();
    const at = (path: string) => refusal(`ws://127.0.0.1:${worker.port}${path}`);
    expect(await at(`/stream/live/${memory.issue()}`)).toBeUndefined();
    expect(await at(`/${memory.issue()}`)).toBeUndefined();
    for (const path of ['/', '/stream/live/', '/stream/live/short', `/other/${memory.issue()}`, `/${'a'.repeat(129)}`])
      expect(await at(path), path).toMatchObject({ status: 404 });
  });

  it('[W2] opens to our pages and to what is no page', async () => {
    const { url } = await start();
    expect(await refusal(url(), { origin: 'http://localhost:3000' })).toBeUndefined();
    expect(await refusal(url())).toBeUndefined();
    expect(await refusal(url(), { origin: 'https://evil.example' })).toMatchObject({ status: 403 });
  });

  it('[L6] is shut where there is no room, and says when to try again', async () => {
    const test = await start({ capacityUnits: LOAD_UNITS.transcode + LOAD_UNITS['copy-video'] });
    await greet(openSocket(test.url()), fixture('vp8-opus.webm').media);
    const other = () => test.memory.issue({ streamId: OTHER_STREAM });
    expect(await refusal(test.url(other()))).toEqual({ status: 503, retryAfter: '5' });
    expect(await refusal(test.url(other(), '?rung=recorder-copy-video'))).toBeUndefined();
    const ready = await fetch(`http://127.0.0.1:${test.worker.port}/readyz`);
    expect(ready.status).toBe(200);
  });

  it('[L6] tells a page that it is full, which would hear nothing of a refused upgrade, and only one with a good key', async () => {
    const test = await start({ capacityUnits: LOAD_UNITS.transcode });
    await greet(openSocket(test.url()), fixture('vp8-opus.webm').media);
    const page = openSocket(test.url(test.memory.issue({ streamId: OTHER_STREAM })));
    expect(await page.closed).toMatchObject({ code: 4017, reason: 'overloaded' });
    const stranger = new WebSocket(test.url('a-key-that-nobody-gave-out'), SUBPROTOCOL);
    expect(await new Promise((resolve) => stranger.once('error', ({ message }) => resolve(message)))).toMatch(/503/);
  });

  it('[L6] a recording that costs more than was asked for is turned away where there is no room', async () => {
    const test = await start({ capacityUnits: LOAD_UNITS.transcode + LOAD_UNITS['copy-video'] });
    const vp8 = fixture('vp8-opus.webm');
    await greet(openSocket(test.url()), vp8.media);
    const other = openSocket(test.url(test.memory.issue({ streamId: OTHER_STREAM }), '?rung=webcodecs'));
    other.socket.on('open', () => other.tell({ type: 'hello', version: 1, media: vp8.media }));
    expect(await other.closed).toMatchObject({ code: 4017, reason: 'overloaded' });
  });

  it('[L6] a recording that costs less gives room back', async () => {
    const test = await start({ capacityUnits: LOAD_UNITS.transcode + LOAD_UNITS['copy-video'] });
    const plain = openSocket(test.url(), { plain: true });
    await new Promise((resolve) => plain.socket.on('open', resolve));
    expect(await refusal(test.url(test.memory.issue({ streamId: OTHER_STREAM })))).toMatchObject({ status: 503 });
    plain.socket.send(bytes);
    await test.sink.until('media', () => (test.sink.sessions[0]?.frames.length ?? 0) > 0);
    const other = openSocket(test.url(test.memory.issue({ streamId: OTHER_STREAM })));
    await greet(other, media);
  });

  it('[L6] [W14] a client gets back to its feed in a worker that is full', async () => {
    const test = await start({ capacityUnits: LOAD_UNITS.transcode - 1 });
    const vp8 = fixture('vp8-opus.webm');
    const first = openSocket(test.url());
    const welcome = await greet(first, vp8.media);
    first.socket.terminate();
    const again = openSocket(test.url());
    expect(await resume(again, { media: vp8.media, welcome, bytes: vp8.bytes })).toMatchObject({ epoch: 2 });
    expect(await refusal(test.url(test.memory.issue({ streamId: OTHER_STREAM })))).toMatchObject({ status: 503 });
  });

  it('[L7] opens only so often for one address', async () => {
    const { url } = await start({ handshakesPerMinute: 2 });
    expect(await refusal(url())).toBeUndefined();
    expect(await refusal(url())).toBeUndefined();
    expect(await refusal(url())).toEqual({ status: 429, retryAfter: '5' });
    expect(await refusal(url(), { 'x-forwarded-for': '10.0.0.1, 10.0.0.2' })).toBeUndefined();
  });

  it('[L7] knows creators behind CloudFront from each other, and by nothing that they could make up', async () => {
    const { url } = await start({ handshakesPerMinute: 1, trustedHops: 1 });
    const from = (forwarded: string) => refusal(url(), { 'x-forwarded-for': forwarded });
    // whoever CloudFront heard from, whichever edge handed it on
    for (let viewer = 0; viewer < 150; viewer += 1)
      expect(await from(`198.51.100.${viewer}, 203.0.113.${viewer % 4}`), `viewer ${viewer}`).toBeUndefined();
    expect(await from('198.51.100.1, 203.0.113.9')).toMatchObject({ status: 429 });
    expect(await from('10.0.0.7, 198.51.100.1, 203.0.113.9')).toMatchObject({ status: 429 });
    // a proxy fewer than promised: the furthest that is known
    expect(await from('192.0.2.1')).toBeUndefined();
    expect(await from('192.0.2.1')).toMatchObject({ status: 429 });
    // a household has a whole network of IPv6
    expect(await from('2001:db8:1:2::1, 203.0.113.9')).toBeUndefined();
    expect(await from('2001:db8:1:2:ffff::2, 203.0.113.9')).toMatchObject({ status: 429 });
    expect(await from('2001:db8:1:3::1, 203.0.113.9')).toBeUndefined();
  });

  it('[S10] is shut by a worker that leaves', async () => {
    const test = await start();
    const socket = openSocket(test.url());
    await greet(socket, media);
    const gone = test.worker.leave('SIGTERM');
    expect(await refusal(test.url())).toEqual({ status: 503, retryAfter: '5' });
    expect(await socket.closed).toMatchObject({ reason: 'migrate' });
    await gone;
  });

  it('a table that does not answer is no reason to refuse a key', async () => {
    const test = await start();
    const url = test.url();
    test.memory.setReachable(false);
    expect(await refusal(url)).toMatchObject({ status: 503 });
    test.memory.setReachable(true);
    expect(await refusal(url)).toBeUndefined();
  });

  it('[W20] [L21] tells a page what has come of what it sends, and takes no more than a trial needs', async () => {
    const { worker } = await start();
    const url = `ws://127.0.0.1:${worker.port}/stream/live/uplink`;
    expect(await refusal(url, { origin: 'https://elsewhere.example' })).toMatchObject({ status: 403 });
    const socket = new WebSocket(url, { headers: { origin: 'http://localhost:3000' } });
    const told: string[] = [];
    socket.on('message', (text: Buffer) => told.push(text.toString()));
    socket.on('open', () => {
      for (let sent = 0; sent <= LIMITS.trialBytes; sent += 512 * 1024) socket.send(Buffer.alloc(512 * 1024));
    });
    await new Promise((resolve) => socket.once('close', resolve));
    expect(told).toEqual(['524288', '1048576', '1572864', '2097152']);

    const mean = new WebSocket(url);
    mean.on('open', () => mean.send(Buffer.alloc(LIMITS.trialMessageBytes - 1)));
    expect(await new Promise((resolve) => mean.once('close', resolve))).toBe(1006);

    for (const say of ['ping', 'pong'] as const) {
      const chatty = new WebSocket(url);
      chatty.on('open', () => chatty[say]());
      expect(await new Promise((resolve) => chatty.once('close', resolve))).toBe(1006);
    }

    const large = new WebSocket(url);
    large.on('open', () => large.send(Buffer.alloc(LIMITS.trialBytes + 1)));
    expect(await new Promise((resolve) => large.once('close', resolve))).toBe(1009);
  });

  it('[L21] has room for the trial of another network while two addresses hold all that there are', async () => {
    const { worker } = await start();
    const url = `ws://127.0.0.1:${worker.port}/stream/live/uplink`;
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const many = Array.from(
      { length: LIMITS.trials },
      (_, index) => new WebSocket(url, { headers: from(index % 2 === 0 ? '192.0.2.1' : '2001:db8::1') }),
    );
    await Promise.all(many.map((each) => new Promise((resolve) => each.once('open', resolve))));
    const cut = Promise.race(many.map((each) => new Promise((resolve) => each.once('close', resolve))));
    expect(await refusal(url, from('2001:db8::2'))).toEqual({ status: 503, retryAfter: '5' });
    expect(await refusal(url, from('198.51.100.7'))).toBeUndefined();
    expect(await cut).toBe(1006);
    for (const each of many) each.terminate();
  });

  it('[L23] a message may come in messageFragments frames, and not in one more', async () => {
    const test = await start();
    const most = await openBelow(test);
    most.below.write(inFragments(most.message(LIMITS.messageFragments)));
    await most.until('received', ({ offset }) => offset > 0);
    const more = await openBelow(await start());
    more.below.write(inFragments(more.message(LIMITS.messageFragments + 1)));
    expect(await more.closed).toMatchObject({ code: 1008 });
  });

  it('[L23] a message may come in thousands of pieces, and what waits for more than messagePieces is held no longer', async () => {
    const slow = await openBelow(await start());
    await slow.writeBytes(webSocketFrame(BINARY, slow.message(3_000), true));
    await slow.until('received', ({ offset }) => offset > 0);
    const mean = await openBelow(await start());
    const endless = Buffer.alloc(2 * LIMITS.messagePieces);
    webSocketFrame(BINARY, new Uint8Array(LIMITS.frameBytes), true).copy(endless);
    await mean.writeBytes(endless);
    expect(await mean.closed).toMatchObject({ code: 1008 });
    await expectGoesOn(await start());
  });

  it('answers monitors', async () => {
    const { worker } = await start();
    const ask = async (path: string, method = 'GET') => {
      const answer = await fetch(`http://127.0.0.1:${worker.port}${path}`, { method });
      return [answer.status, await answer.text()];
    };
    expect(await ask('/healthz')).toEqual([200, '{"ok":true}']);
    expect(await ask('/readyz')).toEqual([200, '{"ready":true}']);
    expect((await ask('/metrics'))[1]).toContain('ingest_sessions 0');
    expect((await ask('/other'))[0]).toBe(404);
    expect((await ask('/healthz', 'POST'))[0]).toBe(405);
  });

  it.each([
    [{ host: 'evil.example' }, 404],
    [{ host: '127.0.0.1.nip.io:8080' }, 404],
    [{ host: 'localhost.' }, 404],
    [{ host: '127.0.0.1:8080', 'x-forwarded-for': '203.0.113.5' }, 404],
    [{ host: '[::1]:8080' }, 200],
    [{ host: 'ingest-worker:8080' }, 200],
  ])('[L22] tells figures to who knows it by an address of its own: %j', async (headers, expected) => {
    const { worker } = await start();
    const status = await new Promise((resolve, reject) => {
      get({ port: worker.port, path: '/metrics', headers }, (answer) => resolve(answer.resume().statusCode)).on(
        'error',
        reject,
      );
    });
    expect(status).toBe(expected);
  });
});

describe.each([{ plain: false }, { plain: true }])('bad input, plain: $plain', ({ plain }) => {
  it('[W3] a wrong, used or expired key, and one of a stream that has ended', async () => {
    const test = await start();
    const used = test.memory.issue();
    await refusal(test.url(used));
    const ended = test.memory.issue();
    const closed = (key: string) => openSocket(test.url(key), { plain }).closed;
    expect(await closed('a_key_that_nobody_issued')).toMatchObject({ code: 4003, text: 'key-refused: unknown' });
    expect(await closed(used)).toMatchObject({ code: 4003, text: 'key-refused: unknown' });
    expect(await closed(test.memory.issue({ expiresAt: 0 }))).toMatchObject({ text: 'key-refused: expired' });
    test.memory.ended.add(STREAM);
    expect(await closed(ended)).toMatchObject({ text: 'key-refused: ended' });
    test.memory.ended.delete(STREAM);
    await expectGoesOn(test);
  });

  /** What is sent once a feed is open, and how its socket then closes. */
  let fedStreams = 0;
  /** Each on a stream of its own: one that is refused is still draining when the next comes, and its end would be the next one's. */
  const fed = async (test: TestWorker, send: (socket: WebSocket, epoch: number) => void) => {
    const streamId = streamNumber(100 + fedStreams++);
    const socket = openSocket(test.url(test.memory.issue({ streamId })), { plain });
    if (plain) await new Promise((resolve) => socket.socket.on('open', resolve));
    const epoch = plain ? 0 : (await greet(socket, media)).epoch;
    send(socket.socket, epoch);
    return socket.closed;
  };
  const wrap = (epoch: number, payload: Buffer): Uint8Array =>
    plain ? payload : encodeFrame({ init: false, epoch, offset: 0, payload });

  it('[W12] [W13] text instead of media', async () => {
    const test = await start();
    expect(await fed(test, (socket) => socket.send('hello?'))).toMatchObject({ code: 4000 });
    await expectGoesOn(test);
  });

  it('[W17] a JPEG instead of a recording', async () => {
    const test = await start();
    expect(await fed(test, (socket, epoch) => socket.send(wrap(epoch, JPEG)))).toMatchObject({
      code: 4001,
      text: 'unsupported-media: neither Matroska, WebM nor MP4',
    });
    await expectGoesOn(test);
  });

  it('[L1] a frame of frameBytes is taken, one more is too large, and much more is not read', async () => {
    const test = await start();
    const sized = (size: number) =>
      fed(test, (socket, epoch) => {
        const payload = Buffer.alloc(size);
        bytes.copy(payload);
        socket.send(wrap(epoch, payload));
        socket.send('x');
      });
    expect(await sized(LIMITS.frameBytes)).not.toMatchObject({ code: 4004 });
    expect(await sized(LIMITS.frameBytes + 1)).toMatchObject({ code: 4004, reason: 'frame-too-large' });
    expect(await sized(100_000_000)).toMatchObject({ code: 1009, reason: 'frame-too-large' });
    await expectGoesOn(test);
  });

  it('[W13] half a header of a recording, and then the end', async () => {
    const test = await start();
    const closed = await fed(test, (socket, epoch) => {
      socket.send(wrap(epoch, bytes.subarray(0, 100)));
      socket.close(1000);
    });
    expect(closed.code).toBe(1000);
    await expectGoesOn(test);
  });
});

describe('the protocol', () => {
  it('[W4] media before hello', async () => {
    const test = await start();
    const { socket, closed } = openSocket(test.url());
    socket.on('open', () => socket.send(Buffer.alloc(30)));
    expect(await closed).toMatchObject({ code: 4000, text: 'malformed-message: media before hello' });
  });

  it('[L2] no hello', { timeout: LIMITS.helloMs + 5_000 }, async () => {
    const test = await start();
    const before = performance.now();
    expect(await openSocket(test.url()).closed).toMatchObject({ code: 4002, reason: 'hello-timeout' });
    expect(performance.now() - before).toBeGreaterThan(LIMITS.helloMs - 50);
    await expectGoesOn(test);
  });

  it.each<[string, string | Buffer]>([
    ['half a header', Buffer.alloc(19)],
    ['a header of another version', Buffer.concat([Buffer.from([9]), Buffer.alloc(40)])],
    ['no JSON', '{"type":'],
    ['another message', '{"type":"dance"}'],
    ['a message out of turn', JSON.stringify({ type: 'hello', version: 1, media })],
    ['a long message', JSON.stringify({ type: 'stop', at: 0, more: 'x'.repeat(LIMITS.textBytes) })],
  ])('[W6] [W12] %s', async (_, message) => {
    const test = await start();
    const socket = openSocket(test.url());
    await greet(socket, media);
    socket.socket.send(message);
    expect(await socket.closed).toMatchObject({ code: 4000, reason: 'malformed-message' });
  });

  it('[W5] welcome says what a client needs to begin and to come back', async () => {
    const test = await start();
    const socket = openSocket(test.url());
    const welcome = await greet(socket, media);
    expect(welcome).toMatchObject({
      nextOffset: 0,
      needsInit: false,
      committed: 0,
      epoch: 1,
      windowBytes: LIMITS.windowBytes,
      frameBytes: LIMITS.frameBytes,
    });
    expect(welcome.resumeToken.startsWith(`${STREAM}.`)).toBe(true);
  });

  it('[W6] bytes that come twice are taken once, and those that come too early are asked for', async () => {
    const test = await start();
    const socket = openSocket(test.url());
    const { epoch } = await greet(socket, media);
    sendMedia(socket, { bytes, epoch, to: 40_000 });
    sendMedia(socket, { bytes, epoch, from: 60_000, to: 61_000 });
    expect(await socket.until('nack')).toEqual({ type: 'nack', expected: 40_000 });
    sendMedia(socket, { bytes, epoch, from: 33_000, to: 50_000 });
    sendMedia(socket, { bytes, epoch: epoch + 1, from: 50_000, to: 51_000 });
    sendMedia(socket, { bytes, epoch, from: 0 });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    expect(await socket.closed).toMatchObject({ reason: 'finished' });
    expect(test.sink.sessions[0]?.frames.filter(({ kind }) => kind === 'video')).toHaveLength(120);
  });

  it('[W7] [W8] [W11] tells what is received, what is committed, and how it goes', async () => {
    const test = await start();
    const socket = openSocket(test.url());
    const { epoch } = await greet(socket, media);
    sendMedia(socket, { bytes, epoch });
    await socket.until('received', ({ offset }) => offset === bytes.byteLength);
    const boundaries = [284, 47_582, 100_623];
    await socket.until('committed', ({ offset }) => offset === 100_623);
    const committed = socket.said.flatMap((message) => (message.type === 'committed' ? [message.offset] : []));
    expect(committed.every((offset) => boundaries.includes(offset))).toBe(true);
    expect(committed).toEqual([...committed].sort((one, other) => one - other));
    const { health } = await socket.until('health', ({ health: { state } }) => state === 'live');
    expect(health).toMatchObject({ restarts: 0, dropped: 0 });
  });

  it('[W10] stop is obeyed once its byte has come', async () => {
    const test = await start();
    const socket = openSocket(test.url());
    const { epoch } = await greet(socket, media);
    socket.tell({ type: 'stop', at: bytes.byteLength });
    sendMedia(socket, { bytes, epoch });
    expect(await socket.closed).toMatchObject({ code: 1000, text: 'finished' });
    // by which the client knows that all of it was published: no pulse follows an end
    const received = { type: 'received', offset: bytes.byteLength };
    expect(socket.said.filter(({ type }) => type === 'received').at(-1)).toEqual(received);
    expect(socket.said.at(-1)).toEqual({ type: 'ended', reason: 'finished' });
    expect(test.sink.sessions[0]?.frames.filter(({ kind }) => kind === 'video')).toHaveLength(120);
  });

  it('[W17] a recording that is not what the hello announced', async () => {
    const test = await start();
    const socket = openSocket(test.url());
    const { epoch } = await greet(socket, media);
    sendMedia(socket, { bytes: fixture('vp8-opus.webm').bytes, epoch });
    expect(await socket.closed).toMatchObject({ text: 'unsupported-media: vp8 where avc1.64000c was announced' });
    await expectGoesOn(test);
  });

  it('[W15] a token of another stream, a made-up one, and one of a stream that has ended', async () => {
    const test = await start();
    const socket = openSocket(test.url());
    const { resumeToken } = await greet(socket, media);
    socket.socket.terminate();
    const closed = (token: string) => {
      const again = openSocket(test.url());
      const have = { haveFrom: 0, haveTo: 0 };
      again.socket.on('open', () => again.tell({ type: 'resume', version: 1, resumeToken: token, media, ...have }));
      return again.closed;
    };
    expect(await closed('str_00000000000000000000000002.x')).toMatchObject({ code: 4010, reason: 'resume-refused' });
    expect(await closed(`${STREAM}.made-up`)).toMatchObject({ text: 'resume-refused: unknown' });
    expect(await closed(`${resumeToken.slice(0, -1)}!`)).toMatchObject({ text: 'resume-refused: unknown' });
  });
});
