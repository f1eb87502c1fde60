import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { bodiesOf, connectEncoder, PUBLIC, startTestMux } from '../mux.testing.ts';
import { until } from '../../until.ts';

describe('the reconnect window', () => {
  it('lets an encoder continue the same asset, with a break that players are told of', async () => {
    const mux = await startTestMux();
    const { sdk, seen } = mux;
    const stream = await sdk.video.liveStreams.create({ ...PUBLIC, reconnect_window: 1_800 });
    const first = await connectEncoder(mux, stream.stream_key);
    first.play(0, 1_500);
    const { active_asset_id } = await seen('video.live_stream.active');
    first.socket.destroy();
    expect(await seen('video.live_stream.disconnected')).toMatchObject({ status: 'active', active_asset_id });
    expect(await sdk.video.liveStreams.retrieve(stream.id)).toMatchObject({ status: 'active', active_asset_id });

    const second = await connectEncoder(mux, stream.stream_key);
    second.play(1_500, 3_000);
    expect(await seen('video.live_stream.connected')).toMatchObject({ active_asset_id });
    expect(await seen('video.live_stream.active')).toMatchObject({ active_asset_id });
    expect(bodiesOf(mux.events).filter(({ type }) => type === 'video.asset.created')).toHaveLength(1);
    expect(bodiesOf(mux.events).filter(({ type }) => type === 'video.asset.ready')).toHaveLength(1);
  });

  it('that elapses ends the live stream; the next one is a new asset', async () => {
    const mux = await startTestMux();
    const { sdk, seen } = mux;
    const stream = await sdk.video.liveStreams.create({ ...PUBLIC, reconnect_window: 2 });
    const first = await connectEncoder(mux, stream.stream_key);
    first.play(0, 1_500);
    const { active_asset_id: before } = await seen('video.live_stream.active');
    first.socket.destroy();
    await seen('video.live_stream.idle');
    expect(await seen('video.asset.live_stream_completed')).toMatchObject({ id: before });
    expect((await sdk.video.liveStreams.retrieve(stream.id)).active_asset_id).toBeUndefined();

    (await connectEncoder(mux, stream.stream_key)).play(0, 1_500);
    const { active_asset_id: after } = await seen('video.live_stream.active');
    expect(after).not.toBe(before);
    expect((await sdk.video.liveStreams.retrieve(stream.id)).recent_asset_ids).toEqual([before, after]);
  });

  it('of nothing ends the live stream as soon as the encoder leaves', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create({ ...PUBLIC, latency_mode: 'low', reconnect_window: 0 });
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 1_500);
    await mux.seen('video.live_stream.active');
    encoder.close();
    await mux.seen('video.live_stream.disconnected');
    await mux.seen('video.live_stream.idle');
  });
});

describe('complete', () => {
  it('ends the recording at once, keeps the encoder for a minute, and sends it away then', async () => {
    const mux = await startTestMux({ limits: { completeGraceSeconds: 10 } });
    const { sdk, seen, url } = mux;
    const stream = await sdk.video.liveStreams.create(PUBLIC);
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 1_500);
    const { active_asset_id } = await seen('video.live_stream.active');
    const completed = Date.now();
    await sdk.video.liveStreams.complete(stream.id);
    expect(await seen('video.live_stream.idle')).toMatchObject({ status: 'idle', connected: true });
    const { duration } = await seen('video.asset.live_stream_completed');
    const ended = await (await fetch(`${url}/play/${stream.playback_ids?.[0]?.id}.m3u8`)).text();
    expect(await (await fetch(`${url}/play/${ended.trim().split('\n').at(-1)}`)).text()).toContain('#EXT-X-ENDLIST');

    encoder.play(1_500, 3_000);
    await encoder.closed;
    expect(Date.now() - completed).toBeGreaterThanOrEqual(10 * 50);
    await seen('video.live_stream.disconnected');
    expect((await sdk.video.assets.retrieve(active_asset_id)).duration).toBe(duration);
    expect((await sdk.video.assets.list()).data).toHaveLength(1);
  });

  it('makes a new asset when somebody publishes again within that minute', async () => {
    const mux = await startTestMux();
    const { sdk, seen } = mux;
    const stream = await sdk.video.liveStreams.create(PUBLIC);
    (await connectEncoder(mux, stream.stream_key)).play(0, 1_500);
    await seen('video.live_stream.active');
    await sdk.video.liveStreams.complete(stream.id);
    await seen('video.asset.live_stream_completed');
    (await connectEncoder(mux, stream.stream_key)).play(0, 1_500);
    await seen('video.live_stream.active');
    expect((await sdk.video.assets.list({ live_stream_id: stream.id })).data).toHaveLength(2);
  });

  it('within the window ends the live stream without an encoder', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create({ ...PUBLIC, reconnect_window: 1_800 });
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 1_500);
    await mux.seen('video.live_stream.active');
    encoder.close();
    await mux.seen('video.live_stream.disconnected');
    await mux.sdk.video.liveStreams.complete(stream.id);
    await mux.seen('video.live_stream.idle');
    await mux.seen('video.asset.live_stream_completed');
  });
});

describe('disable', () => {
  it('closes the encoder at once and refuses it until the stream is enabled', async () => {
    const mux = await startTestMux();
    const { sdk, seen } = mux;
    const stream = await sdk.video.liveStreams.create(PUBLIC);
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 1_500);
    await seen('video.live_stream.active');
    await sdk.video.liveStreams.disable(stream.id);
    await encoder.closed;
    await seen('video.live_stream.disconnected');
    await seen('video.live_stream.idle');
    expect(await seen('video.live_stream.disabled')).toMatchObject({ status: 'disabled' });
    await expect(connectEncoder(mux, stream.stream_key)).rejects.toThrow('This live stream is disabled.');

    await sdk.video.liveStreams.enable(stream.id);
    await seen('video.live_stream.enabled');
    (await connectEncoder(mux, stream.stream_key)).play(0, 1_500);
    await seen('video.live_stream.active');
  });

  it('comes by itself when a test stream was on the air for its five minutes', async () => {
    const mux = await startTestMux({ limits: { testSeconds: 8 } });
    const stream = await mux.sdk.video.liveStreams.create({ ...PUBLIC, test: true });
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 1_500);
    expect(await mux.seen('video.asset.created')).toMatchObject({ test: true });
    await mux.seen('video.live_stream.active');
    await encoder.closed;
    expect(await mux.seen('video.live_stream.disabled')).toMatchObject({ status: 'disabled' });
  });
});

describe('a stream key', () => {
  it('that was reset lets nobody in, and who was in has to leave', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 1_500);
    await mux.seen('video.live_stream.active');
    const { stream_key } = await mux.sdk.video.liveStreams.resetStreamKey(stream.id);
    await encoder.closed;
    await mux.seen('video.live_stream.disconnected');
    await expect(connectEncoder(mux, stream.stream_key)).rejects.toThrow('This stream key is not known.');
    (await connectEncoder(mux, stream_key)).play(1_500, 3_000);
    await mux.seen('video.live_stream.active');
  });

  it('of a deleted stream lets nobody in; its recording stays', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 1_500);
    const { active_asset_id } = await mux.seen('video.live_stream.active');
    await mux.sdk.video.liveStreams.delete(stream.id);
    await encoder.closed;
    await mux.seen('video.live_stream.deleted');
    await mux.seen('video.asset.live_stream_completed');
    await expect(connectEncoder(mux, stream.stream_key)).rejects.toThrow('This stream key is not known.');
    expect(await mux.sdk.video.assets.retrieve(active_asset_id)).toMatchObject({ status: 'ready' });
  });

  it('is taken over by the newer of two encoders; or refused to it, on demand', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    const older = await connectEncoder(mux, stream.stream_key);
    older.play(0, 1_500);
    const { active_asset_id } = await mux.seen('video.live_stream.active');
    mux.faults.set({ rtmps: { second: 'refuse' } });
    await expect(connectEncoder(mux, stream.stream_key)).rejects.toThrow('already in use');

    mux.faults.clear();
    const newer = await connectEncoder(mux, stream.stream_key);
    await older.closed;
    newer.play(1_500, 3_000);
    await mux.seen('video.live_stream.disconnected');
    expect(await mux.seen('video.live_stream.active')).toMatchObject({ active_asset_id });
  });

  it('is in no log and in no process list', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    (await connectEncoder(mux, stream.stream_key)).play(0, 1_500);
    await mux.seen('video.live_stream.active');
    expect(execFileSync('ps', ['-eo', 'args']).toString()).toContain('segment_list');
    expect(execFileSync('ps', ['-eo', 'args']).toString()).not.toContain(stream.stream_key);
    await expect(connectEncoder(mux, `${stream.stream_key}-wrong`)).rejects.toThrow('not known');
    await mux.sdk.video.liveStreams.disable(stream.id);
    expect(mux.lines.length).toBeGreaterThan(0);
    expect(mux.lines.join('\n')).not.toContain(stream.stream_key);
  });
});

describe('a live stream', () => {
  it('that lasts too long is completed, and a new asset begins with the next encoder', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create({ ...PUBLIC, max_continuous_duration: 60 });
    (await connectEncoder(mux, stream.stream_key)).play(0, 1_500);
    await mux.seen('video.live_stream.active');
    expect(await mux.seen('video.live_stream.idle')).toMatchObject({ connected: true });
    await mux.seen('video.asset.live_stream_completed');
    (await connectEncoder(mux, stream.stream_key)).play(0, 1_500);
    await mux.seen('video.live_stream.active');
    expect((await mux.sdk.video.assets.list()).data).toHaveLength(2);
  });

  it('of another codec is sent away', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.send({ type: 'video', timestampMs: 0, payload: Buffer.from([0x12, 0, 0, 0]) });
    await encoder.closed;
    await mux.seen('video.live_stream.disconnected');
    await mux.seen('video.asset.errored');
  });

  it('without any media is disconnected after five minutes, and ends as an errored asset', async () => {
    const mux = await startTestMux({ limits: { pingMs: 20, mediaSilenceSeconds: 4 } });
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    const encoder = await connectEncoder(mux, stream.stream_key);
    await encoder.closed;
    await mux.seen('video.live_stream.disconnected');
    await mux.seen('video.live_stream.idle');
    expect(await mux.seen('video.asset.errored')).toMatchObject({
      status: 'errored',
      errors: { type: 'invalid_input' },
    });
  });

  it('too short to go on the air is an asset all the same', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 300);
    await mux.seen('video.live_stream.recording');
    encoder.close();
    await mux.seen('video.live_stream.idle');
    await mux.seen('video.asset.ready');
    expect(await mux.seen('video.asset.live_stream_completed')).toMatchObject({ status: 'ready' });
  });

  it('whose slate cannot be loaded is warned of', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create({
      ...PUBLIC,
      reconnect_slate_url: 'http://127.0.0.1:1/slate.png',
    });
    await connectEncoder(mux, stream.stream_key);
    expect(await mux.seen('video.live_stream.warning')).toMatchObject({
      id: stream.id,
      warning: { type: 'custom_slate_unavailable' },
    });
  });

  it('of media that nothing can be made of ends as an errored asset', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.send({ type: 'video', timestampMs: 0, payload: Buffer.from([0x17, 1, 0, 0, 0, 9, 9, 9]) });
    await mux.seen('video.live_stream.recording');
    encoder.close();
    expect(await mux.seen('video.asset.errored')).toMatchObject({
      status: 'errored',
      errors: { type: 'invalid_input' },
    });
  });

  it('goes on when its recorder is killed', async () => {
    const mux = await startTestMux();
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 1_500);
    const { active_asset_id } = await mux.seen('video.live_stream.active');
    const pids = execFileSync('pgrep', ['-P', String(process.pid), '-x', 'ffmpeg'])
      .toString()
      .trim()
      .split('\n')
      .map(Number);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await until('it is noticed', () => mux.lines.some((line) => line.includes('in the middle of a recording')));
    encoder.play(1_500, 3_500);
    await until(
      'it records on',
      async () => ((await mux.sdk.video.assets.retrieve(active_asset_id)).duration ?? 0) >= 2,
    );
    expect((await mux.sdk.video.liveStreams.retrieve(stream.id)).status).toBe('active');
  });
});
