import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LIMITS } from '../limits.ts';
import { connectEncoder, PUBLIC, startTestMux } from '../mux.testing.ts';
import { until } from '../../until.ts';
import { kindOf, type MediaMessage } from '../recording/flv.ts';
import { PublishProtocol } from '../rtmp/publish-protocol.ts';

/** Another service that takes RTMP, without TLS. */
const startService = async () => {
  const received: MediaMessage[] = [];
  const keys: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const protocol = new PublishProtocol(LIMITS, {
      output: (bytes) => void socket.write(bytes),
      publish({ app, key }) {
        keys.push(`${app}/${key}`);
        return undefined;
      },
      unpublish() {},
      media: (message) => void received.push(message),
      chunkSize() {},
      window() {},
      pong() {},
    });
    socket.on('data', (bytes) => protocol.receive(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    hangUp();
  });
  const address = server.address();
  return {
    url: `rtmp://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/live`,
    received,
    keys,
    hangUp,
  };
};

describe('a simulcast target', () => {
  it('gets the live stream as it is, from its first key frame', async () => {
    const service = await startService();
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create({
      ...PUBLIC,
      simulcast_targets: [{ url: service.url, stream_key: 'theirs' }],
    });
    const encoder = await connectEncoder(mux, stream.stream_key);
    expect(await mux.seen('video.live_stream.simulcast_target.starting')).toMatchObject({
      status: 'starting',
      live_stream_id: stream.id,
    });
    expect(await mux.seen('video.live_stream.simulcast_target.broadcasting')).toMatchObject({ status: 'broadcasting' });
    encoder.play(0, 1_500);
    await until('frames arrive', () => service.received.length > 90);
    expect(service.keys).toEqual(['live/theirs']);
    expect(service.received.slice(0, 4).map(kindOf)).toEqual(['data', 'video-header', 'audio-header', 'key-frame']);

    encoder.close();
    expect(await mux.seen('video.live_stream.simulcast_target.idle')).toMatchObject({ status: 'idle' });
  });

  it('that goes away is errored, tried again, and has its place back', async () => {
    const service = await startService();
    const mux = await startTestMux({ limits: { relayRetryMs: 20 } });
    const stream = await mux.sdk.video.liveStreams.create({
      ...PUBLIC,
      simulcast_targets: [{ url: service.url, stream_key: 'theirs' }],
    });
    await connectEncoder(mux, stream.stream_key);
    await mux.seen('video.live_stream.simulcast_target.broadcasting');
    service.hangUp();
    expect(await mux.seen('video.live_stream.simulcast_target.errored')).toMatchObject({ error_severity: 'normal' });
    await mux.seen('video.live_stream.simulcast_target.broadcasting');
    expect(service.keys).toEqual(['live/theirs', 'live/theirs']);
  });

  it('by SRT is refused for good, because no live stream of ours comes by SRT', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create({
      ...PUBLIC,
      simulcast_targets: [{ url: 'srt://127.0.0.1:1?streamid=x' }],
    });
    (await connectEncoder(mux, stream.stream_key)).play(0, 1_500);
    expect(await mux.seen('video.live_stream.simulcast_target.errored')).toMatchObject({ error_severity: 'fatal' });
    await mux.seen('video.live_stream.active');
  });

  it('cannot be changed while the live stream runs', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    await connectEncoder(mux, stream.stream_key);
    await expect(
      mux.sdk.video.liveStreams.createSimulcastTarget(stream.id, { url: 'rtmp://127.0.0.1:1/x' }),
    ).rejects.toMatchObject({ status: 400 });
  });
});
