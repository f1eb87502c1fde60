import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MediaMessage } from '../recording/flv.ts';
import { connectEncoder, PUBLIC, startTestMux, testMedia, type TestEncoder, type TestMux } from '../mux.testing.ts';
import { until } from '../../until.ts';

const WINDOW_BYTES = 131_072;

const liveStream = (mux: TestMux) => mux.sdk.video.liveStreams.create({ ...PUBLIC, reconnect_window: 1_800 });

type State = {
  at: string;
  ingest: {
    bytes: number;
    chunkSize: number;
    acknowledgements: number;
    pongs: number;
    video: { frames: number; timestampsMs?: number[] };
  };
  earlier: State['ingest'][];
};
const stateOf = async (mux: TestMux, id: string, query = ''): Promise<State> =>
  (await (await mux.local(`/live-streams/${id}${query}`)).json()) as State;

/** A frame that nobody can show, of the given size in bytes. */
const ballast = (bytes: number, timestampMs: number): MediaMessage => {
  const payload = Buffer.alloc(bytes);
  payload.set([0x27, 1, 0, 0, 0]);
  return { type: 'video', timestampMs, payload };
};

/** What the server says it has: read out of the parser of the client, which itself drops it. */
const acknowledged = (encoder: TestEncoder): number[] => {
  const heard: number[] = [];
  const { protocol } = encoder;
  const control = protocol.controlHandler.bind(protocol);
  protocol.controlHandler = () => {
    const { header, payload } = protocol.parserPacket;
    if (header.type === 3) heard.push(payload.readUInt32BE());
    control();
  };
  return heard;
};

const rawConnection = async (mux: TestMux): Promise<Socket> => {
  const socket = connectTls({ host: 'localhost', port: mux.rtmpsPort, ca: await readFile(mux.caFile) });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
};

describe('acknowledgements', () => {
  it('come each time that the window which the encoder asked for has arrived', async () => {
    const mux = await startTestMux();
    const encoder = await connectEncoder(mux, (await liveStream(mux)).stream_key);
    const heard = acknowledged(encoder);
    encoder.protocol.sendWindowACK(WINDOW_BYTES);
    for (let n = 0; n < 10; n += 1) encoder.send(ballast(100_000, n));
    await until('most of it is acknowledged', () => (heard.at(-1) ?? 0) > 1_000_000 - WINDOW_BYTES);
    expect(heard.length).toBeGreaterThanOrEqual(4);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard.at(-1)).toBeLessThanOrEqual(encoder.socket.bytesWritten);
  });

  it('do not come unasked, nor when they are withheld', async () => {
    const mux = await startTestMux();
    const stream = await liveStream(mux);
    const encoder = await connectEncoder(mux, stream.stream_key);
    const heard = acknowledged(encoder);
    for (let n = 0; n < 5; n += 1) encoder.send(ballast(100_000, n));
    await until('it arrived', async () => (await stateOf(mux, stream.id)).ingest.bytes > 500_000);
    expect(heard).toEqual([]);

    mux.faults.set({ rtmps: { dropAcknowledgements: true } });
    encoder.protocol.sendWindowACK(WINDOW_BYTES);
    for (let n = 5; n < 10; n += 1) encoder.send(ballast(100_000, n));
    await until('it arrived', async () => (await stateOf(mux, stream.id)).ingest.bytes > 1_000_000);
    expect(heard).toEqual([]);
    mux.faults.clear();
    encoder.send(ballast(100_000, 10));
    await until('one comes', () => heard.length === 1);
  });
});

describe('the statistics of an encoder', () => {
  it('count every frame, and show its time stamps', async () => {
    const mux = await startTestMux({ limits: { pingMs: 20 } });
    const stream = await liveStream(mux);
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 2_000);
    const sent = (await testMedia()).filter(
      ({ type, payload, timestampMs }) => type === 'video' && payload[1] === 1 && timestampMs < 2_000,
    );
    await until('all arrived', async () => (await stateOf(mux, stream.id)).ingest.video.frames === sent.length);
    const { ingest } = await stateOf(mux, stream.id, '?timestamps');
    expect(ingest.video.timestampsMs).toEqual(sent.map(({ timestampMs }) => timestampMs));
    expect(ingest).toMatchObject({ chunkSize: 65_535, video: { keyFrames: 4, notLater: 0 }, audio: { notLater: 0 } });
    await until('it answers pings', async () => (await stateOf(mux, stream.id)).ingest.pongs > 1);
  });

  it('are kept of the connections before, too', async () => {
    const mux = await startTestMux();
    const stream = await liveStream(mux);
    const first = await connectEncoder(mux, stream.stream_key);
    first.play(0, 1_000);
    await until('it arrived', async () => (await stateOf(mux, stream.id)).ingest.video.frames > 10);
    await connectEncoder(mux, stream.stream_key);
    await until('another came', async () => (await stateOf(mux, stream.id)).ingest.video.frames === 0);
    expect((await stateOf(mux, stream.id)).earlier).toMatchObject([{ video: { notLater: 0 } }]);
    expect((await stateOf(mux, stream.id)).earlier[0]?.video.frames).toBeGreaterThan(10);
  });

  it('go on past the 4 h 39 min that a time stamp of three bytes holds', async () => {
    const mux = await startTestMux();
    const stream = await liveStream(mux);
    const encoder = await connectEncoder(mux, stream.stream_key);
    const late = 0x100_0000 + 5_000;
    const media = (await testMedia()).slice(0, 60);
    for (const message of media) encoder.send({ ...message, timestampMs: message.timestampMs + late });
    const frames = media.filter(({ type, payload }) => type === 'video' && payload[1] === 1);
    await until('all arrived', async () => (await stateOf(mux, stream.id)).ingest.video.frames === frames.length);
    expect((await stateOf(mux, stream.id)).ingest.video).toMatchObject({
      firstMs: late + (frames[0]?.timestampMs ?? 0),
      notLater: 0,
    });
  });
});

describe('a stranger', () => {
  it('with a wrong key, or a wrong application, is told and sent away', async () => {
    const mux = await startTestMux();
    const stream = await liveStream(mux);
    await expect(connectEncoder(mux, 'no-such-key')).rejects.toThrow('This stream key is not known.');
    await expect(
      connectEncoder({ ...mux, rtmpsUrl: mux.rtmpsUrl.replace('/app', '/other') }, stream.stream_key),
    ).rejects.toThrow('not known');
  });

  it.each([
    ['garbage', Buffer.alloc(64 * 1024, 0xff)],
    [
      'half a handshake, then garbage',
      Buffer.concat([Buffer.from([3]), Buffer.alloc(2 * 1_536), Buffer.alloc(4_096, 0x5a)]),
    ],
    // A chunk header that announces 16 MB.
    [
      'a message that is too large',
      Buffer.concat([
        Buffer.from([3]),
        Buffer.alloc(2 * 1_536),
        Buffer.from([4, 0, 0, 0, 0xff, 0xff, 0xff, 9, 1, 0, 0, 0, 1]),
      ]),
    ],
    [
      'a chunk size of nothing',
      Buffer.concat([
        Buffer.from([3]),
        Buffer.alloc(2 * 1_536),
        Buffer.from([2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
      ]),
    ],
  ])('who sends %s loses this connection, and nobody else does', async (_, bytes) => {
    const mux = await startTestMux();
    const stream = await liveStream(mux);
    const encoder = await connectEncoder(mux, stream.stream_key);
    const stranger = await rawConnection(mux);
    stranger.write(bytes);
    stranger.resume();
    await once(stranger, 'close');
    encoder.play(0, 1_500);
    await mux.seen('video.live_stream.active');
  });

  it('who says nothing is not waited for', async () => {
    const mux = await startTestMux({ limits: { greetingMs: 100 } });
    const stranger = await rawConnection(mux);
    stranger.resume();
    await once(stranger, 'close');
    const tcp = connect(mux.rtmpsPort, '127.0.0.1').on('error', () => {});
    tcp.resume();
    await once(tcp, 'close');
  });

  it('is not let in when there are too many', async () => {
    const mux = await startTestMux({ limits: { encoders: 1 } });
    const stream = await liveStream(mux);
    await connectEncoder(mux, stream.stream_key);
    await expect(connectEncoder(mux, stream.stream_key)).rejects.toThrow();
    expect((await stateOf(mux, stream.id)).at).toBe('connected');
  });
});

describe('an encoder', () => {
  it('that is silent for too long has left, one that only answers pings has not', async () => {
    const mux = await startTestMux({ limits: { idleMs: 600, pingMs: 50 } });
    const stream = await liveStream(mux);
    const alive = await connectEncoder(mux, stream.stream_key);
    await until('it answers', async () => (await stateOf(mux, stream.id)).ingest.pongs > 18);
    alive.protocol.eventHandler = () => {};
    await alive.closed;
    await mux.seen('video.live_stream.disconnected');
  });
});

describe('on demand', () => {
  it('a publish is refused, or the connection is', async () => {
    const mux = await startTestMux();
    const { stream_key } = await liveStream(mux);
    mux.faults.set({ rtmps: { refuse: 'publish' } });
    await expect(connectEncoder(mux, stream_key)).rejects.toThrow('This stream key is not known.');
    mux.faults.set({ rtmps: { refuse: 'server' } });
    await expect(connectEncoder(mux, stream_key)).rejects.toThrow('cannot take this stream now');
    mux.faults.set({ rtmps: { refuse: 'connection' } });
    await expect(connectEncoder(mux, stream_key)).rejects.toThrow();
    mux.faults.clear();
    await connectEncoder(mux, stream_key);
  });

  it('the connection is reset: now, or after so many bytes', async () => {
    const mux = await startTestMux();
    const { stream_key } = await liveStream(mux);
    const first = await connectEncoder(mux, stream_key);
    const ended = once(first.socket, 'error');
    mux.faults.resetEncoders();
    expect(((await ended) as [NodeJS.ErrnoException])[0].code).toBe('ECONNRESET');
    await mux.seen('video.live_stream.disconnected');

    mux.faults.set({ rtmps: { resetAfterBytes: 200_000 } });
    const second = await connectEncoder(mux, stream_key);
    second.socket.on('error', () => {});
    for (let n = 0; n < 5; n += 1) second.send(ballast(100_000, n));
    await second.closed;
    await mux.seen('video.live_stream.disconnected');
  });

  it('an encoder is read no more, until it is', async () => {
    const mux = await startTestMux();
    const stream = await liveStream(mux);
    const encoder = await connectEncoder(mux, stream.stream_key);
    await mux.seen('video.live_stream.connected');
    mux.faults.set({ rtmps: { stall: true } });
    const before = (await stateOf(mux, stream.id)).ingest.bytes;
    for (let n = 0; n < 300; n += 1) encoder.send(ballast(100_000, n));
    await until('its output is stuck', () => encoder.socket.writableLength > 1_000_000);
    expect((await stateOf(mux, stream.id)).ingest.bytes - before).toBeLessThan(1_000_000);
    mux.faults.clear();
    await until('all of it is read', async () => (await stateOf(mux, stream.id)).ingest.video.frames === 300);
  });

  it('an encoder is read slowly', async () => {
    const mux = await startTestMux();
    const stream = await liveStream(mux);
    const encoder = await connectEncoder(mux, stream.stream_key);
    mux.faults.set({ rtmps: { slowBytesPerSecond: 400_000 } });
    const began = Date.now();
    for (let n = 0; n < 3; n += 1) encoder.send(ballast(100_000, n));
    await until('it is read', async () => (await stateOf(mux, stream.id)).ingest.video.frames === 3);
    expect(Date.now() - began).toBeGreaterThan(400);
  });

  it('nobody gets an answer, and whoever waited gets one when that is over', async () => {
    const mux = await startTestMux();
    const stream = await liveStream(mux);
    mux.faults.set({ rtmps: { freeze: true } });
    const waiting = connectEncoder(mux, stream.stream_key);
    const waited = await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 200, 'still waiting'))]);
    expect(waited).toBe('still waiting');
    mux.faults.clear();
    (await waiting).play(0, 1_500);
    await mux.seen('video.live_stream.active');
  });
});
