import { afterAll, expect, it } from 'vitest';
import { muxShow } from '../video/mux-show.testing.ts';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());

it('goes from the announcement of a show to its recording', async () => {
  const { creator, viewer, call, create, feed, deliver, see, fake } = rooms;
  const { id, key, stream, ingest } = await create(creator, { title: '  First light  ', description: 'At the sea' });
  expect(stream).toEqual({
    id,
    creator: { id: creator.id, handle: 'asha', name: 'ASHA' },
    title: 'First light',
    description: 'At the sea',
    visibility: 'public',
    latency: 'standard',
    test: false,
    state: 'created',
    ending: false,
    viewers: 0,
    createdAt: '2030-01-01T12:00:00.000Z',
    recording: 'none',
  });
  expect(ingest).toEqual({
    url: `ws://localhost:3000/stream/live/${key}`,
    streamKey: key,
    expiresAt: '2030-01-01T12:01:00.000Z',
  });
  expect(fake.made).toMatchObject([
    { latency: 'standard', reconnectWindowSeconds: 660, test: false, visibility: 'public' },
  ]);
  expect((await call('GET', `/stream/${id}/playback`)).body.error).toBe('not-live-yet');

  const worker = await feed(key);
  expect(worker).toMatchObject({ fence: 1, muxStreamKey: 'mux-key-1', previousUntil: undefined });
  expect((await see(id)).state).toBe('connecting');
  expect(
    await worker.renew('live', { health: { fpsIn: 30, kbpsIn: 2_500, delayMs: 40, dropped: 0, restarts: 0 } }),
  ).toEqual({
    held: true,
    endRequested: false,
  });

  const mux = muxShow({ liveStreamId: 'live1', assetId: 'asset1', startedAt: rooms.now() });
  for (const body of [mux.connected(), mux.recording(), mux.created()]) expect(await deliver(body)).toBe(200);
  expect((await see(id)).state).toBe('connecting');
  expect(await deliver(mux.active())).toBe(200);
  expect(await see(id, viewer)).toMatchObject({
    state: 'live',
    startedAt: '2030-01-01T12:00:05.000Z',
    posterUrl: 'https://images.test/play1/live.jpg',
  });
  expect(await see(id, creator)).toMatchObject({
    health: { level: 'good', fpsIn: 30, kbpsIn: 2_500, delayMs: 40, droppedFrames: 0, restarts: 0 },
    warnings: [],
  });
  const playing = await call('GET', `/stream/${id}/playback`);
  expect(playing.body).toEqual({
    kind: 'live',
    hls: 'https://play.test/play1.m3u8',
    dvr: 'https://play.test/asset1-play.m3u8',
    poster: 'https://images.test/play1/live.jpg',
  });
  const live = await call('GET', `/stream/${id}/live`);
  expect(live.headers.get('cache-control')).toContain('max-age=2');
  expect(live.body).toEqual({
    id,
    state: 'live',
    title: 'First light',
    viewers: 0,
    startedAt: '2030-01-01T12:00:05.000Z',
    recording: 'none',
    mode: 'push',
    askAfterMs: 3_000,
    chatFrom: 1,
    seq: 0,
    rules: { frozen: false, slowSeconds: 0 },
    reactions: { heart: 0, clap: 0, laugh: 0, wow: 0, fire: 0 },
    chat: [],
  });
  expect((await call('GET', '/stream?state=live')).body.items.map((item: { id: string }) => item.id)).toEqual([id]);

  const ending = call('POST', `/stream/${id}/end`, { as: creator });
  let renewed = await worker.renew();
  while (renewed.held && !renewed.endRequested) renewed = await worker.renew();
  await worker.release('ended-elsewhere');
  expect((await ending).body).toMatchObject({ state: 'ended', endedBecause: 'finished', ending: false });
  expect(fake.completed).toEqual(['live1']);
  expect((await call('GET', '/stream?state=live')).body.items).toEqual([]);
  expect((await call('GET', `/stream/${id}/playback`)).body.error).toBe('stream-ended');

  await deliver(mux.idle(61_000));
  await deliver(mux.completed(62_000, 58.5));
  expect(await see(id)).toMatchObject({ state: 'ended', recording: 'ready', durationSeconds: 58.5 });
  expect((await call('GET', `/stream/${id}/playback`)).body).toMatchObject({
    kind: 'recording',
    hls: 'https://play.test/asset1-play.m3u8',
  });
});
