import { afterAll, beforeEach, expect, it } from 'vitest';
import { STREAM_LIMITS } from '#domain/stream-limits';
import type { User } from '#domain/user';
import { VideoFault } from '../video/live-video.ts';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
let creator: User;
beforeEach(async () => {
  creator = await rooms.newCreator();
});

const begin = async () => {
  const show = await rooms.begin(creator);
  await show.feed.renew('live');
  return show;
};
const begun = async () => {
  const show = await begin();
  for (const body of [show.mux.recording(), show.mux.active()]) await rooms.deliver(body);
  return show;
};

it('leaves alone what is held and what is waiting', async () => {
  const { id } = await begun();
  const waiting = await rooms.create(rooms.otherCreator);
  rooms.later(3_000);
  expect(await rooms.sweep()).toMatchObject({ changed: 0, failed: 0 });
  expect([(await rooms.see(id)).state, (await rooms.see(waiting.id)).state]).toEqual(['live', 'created']);
});

it('notices a worker that has fallen silent, and believes it when it comes back', async () => {
  const { id, feed } = await begun();
  rooms.later(6_001);
  await rooms.sweep();
  expect((await rooms.see(id)).state).toBe('reconnecting');
  expect(await feed.renew('live')).toEqual({ held: true, endRequested: false });
  expect((await rooms.see(id)).state).toBe('live');
});

it('gives a show up when nobody has come back within the reconnect window, and tells Mux', async () => {
  const { id, feed, liveStreamId } = await begun();
  rooms.later(6_001);
  await rooms.sweep();
  const { reconnectWindowSeconds, giveUpGraceMs } = STREAM_LIMITS;
  rooms.later(reconnectWindowSeconds.standard * 1_000 + giveUpGraceMs - 1_000);
  await rooms.sweep();
  expect((await rooms.see(id)).state).toBe('reconnecting');
  rooms.later(2_000);
  await rooms.sweep();
  expect(await rooms.see(id)).toMatchObject({
    state: 'ended',
    endedBecause: 'lost-connection',
    recording: 'preparing',
  });
  expect(rooms.fake.completed).toContain(liveStreamId);
  expect(await feed.renew()).toEqual({ held: false, because: 'ended' });
  expect((await rooms.create(creator, { title: 'Again' })).stream.state).toBe('created');
});

it('ends a show whose end was asked for when its worker dies on the way', async () => {
  const { id } = await begun();
  await rooms.call('POST', `/stream/${id}/end`, { as: creator });
  expect((await rooms.see(id)).ending).toBe(true);
  rooms.later(6_001);
  await rooms.sweep();
  expect(await rooms.see(id)).toMatchObject({ state: 'ended', endedBecause: 'finished', ending: false });
});

it('asks Mux when its webhooks do not come, and plays the show all the same', async () => {
  const { id, feed, liveStreamId } = await begin();
  rooms.fake.recordings[liveStreamId] = [
    {
      bornAtMs: rooms.now() + 1_000,
      news: {
        id: 'silent',
        seenAt: (rooms.now() + 1_000) * 1_000,
        activeAt: (rooms.now() + 5_000) * 1_000,
        link: { is: 'up', at: (rooms.now() + 5_000) * 1_000 },
      },
    },
  ];
  for (let i = 0; i < 4; i++) {
    rooms.later(5_001);
    await feed.renew('live');
  }
  await rooms.sweep();
  expect((await rooms.see(id)).state).toBe('live');
});

it('asks Mux for a recording that does not come, five minutes after the end and not before', async () => {
  const { id, feed, liveStreamId, assetId } = await begun();
  await feed.release('finished');
  await rooms.call('POST', `/stream/${id}/end`, { as: creator });
  rooms.fake.recordings[liveStreamId] = [
    {
      bornAtMs: rooms.now(),
      news: {
        id: assetId,
        seenAt: rooms.now() * 1_000,
        overAt: (rooms.now() + 60_000) * 1_000,
        status: { is: 'ready', at: (rooms.now() + 60_000) * 1_000 },
        playback: { is: 'late', at: (rooms.now() + 60_000) * 1_000 },
        duration: { is: 42, at: (rooms.now() + 60_000) * 1_000 },
      },
    },
  ];
  await rooms.sweep();
  rooms.later(4 * 60_000);
  await rooms.sweep();
  expect((await rooms.see(id)).recording).toBe('preparing');
  rooms.later(61_000);
  await rooms.sweep();
  expect(await rooms.see(id)).toMatchObject({ recording: 'ready', durationSeconds: 42 });
});

it('gives up a recording that never comes, after a day, and looks at it no more', async () => {
  const { id, feed } = await begun();
  await feed.release('finished');
  rooms.later(24 * 60 * 60_000 + 1);
  await rooms.sweep();
  await rooms.sweep();
  expect((await rooms.see(id)).recording).toBe('failed');
  expect((await rooms.call('GET', `/stream/${id}/playback`)).body.error).toBe('recording-gone');
});

it('closes what was made and never begun after a day', async () => {
  const { id } = await rooms.create(creator);
  rooms.later(24 * 60 * 60_000 - 1);
  await rooms.sweep();
  expect((await rooms.see(id)).state).toBe('created');
  rooms.later(2);
  await rooms.sweep();
  expect(await rooms.see(id)).toMatchObject({ state: 'ended', endedBecause: 'never-started' });
});

it('goes on with the others when one cannot be settled, and with that one the next time', async () => {
  const { id, feed, liveStreamId } = await begun();
  const { complete } = rooms.fake.video;
  rooms.fake.video.complete = () => Promise.reject(new VideoFault('down', { doubtful: true, cause: undefined }));
  await feed.release('finished');
  expect(await rooms.sweep()).toMatchObject({ failed: 1 });
  rooms.fake.video.complete = complete;
  rooms.later(1);
  expect(await rooms.sweep()).toMatchObject({ failed: 0 });
  expect(rooms.fake.completed).toContain(liveStreamId);
  expect((await rooms.see(id)).state).toBe('ended');
});

it('may run twice at once', async () => {
  const { id } = await begun();
  rooms.later(6_001);
  await Promise.all([rooms.sweep(), rooms.sweep(), rooms.sweep()]);
  expect((await rooms.see(id)).state).toBe('reconnecting');
});
