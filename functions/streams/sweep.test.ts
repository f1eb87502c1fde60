import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { User } from '#domain/user';
import { VideoFault } from '../video/live-video.ts';
import { muxShow } from '../video/mux-show.testing.ts';
import { openStudio, type Studio } from '../show-rooms.testing.ts';

let studio: Studio;
let creator: User;
let number = 0;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio.close());
beforeEach(async () => {
  creator = await studio.join(`maker_${++number}`, { creator: true });
  studio.everybody.set(creator.handle, creator);
});

const begin = async () => {
  const { id, key } = await studio.create(creator);
  const feed = await studio.feed(key);
  await feed.renew('live');
  const liveStreamId = studio.fake.made.findLast(({ passthrough }) => passthrough.includes(creator.id))!.id;
  const mux = muxShow({ liveStreamId, assetId: `asset${number}`, startedAt: studio.now() });
  return { id, feed, mux, liveStreamId };
};
const begun = async () => {
  const show = await begin();
  for (const body of [show.mux.recording(), show.mux.active()]) await studio.deliver(body);
  return show;
};

it('leaves alone what is held and what is waiting', async () => {
  const { id } = await begun();
  const waiting = await studio.create(studio.bilal);
  studio.later(3_000);
  expect(await studio.sweep()).toMatchObject({ changed: 0, failed: 0 });
  expect([(await studio.see(id)).state, (await studio.see(waiting.id)).state]).toEqual(['live', 'created']);
});

it('notices a worker that has fallen silent, and believes it when it comes back', async () => {
  const { id, feed } = await begun();
  studio.later(6_001);
  await studio.sweep();
  expect((await studio.see(id)).state).toBe('reconnecting');
  expect(await feed.renew('live')).toEqual({ held: true, endRequested: false });
  expect((await studio.see(id)).state).toBe('live');
});

it('gives a show up when nobody has come back within the reconnect window, and tells Mux', async () => {
  const { id, feed, liveStreamId } = await begun();
  studio.later(6_001);
  await studio.sweep();
  studio.later(74_000);
  await studio.sweep();
  expect((await studio.see(id)).state).toBe('reconnecting');
  studio.later(2_000);
  await studio.sweep();
  expect(await studio.see(id)).toMatchObject({
    state: 'ended',
    endedBecause: 'lost-connection',
    recording: 'preparing',
  });
  expect(studio.fake.completed).toContain(liveStreamId);
  expect(await feed.renew()).toEqual({ held: false, because: 'ended' });
  expect((await studio.create(creator, { title: 'Again' })).stream.state).toBe('created');
});

it('ends a show whose end was asked for when its worker dies on the way', async () => {
  const { id } = await begun();
  await studio.call('POST', `/stream/${id}/end`, { as: creator });
  expect((await studio.see(id)).ending).toBe(true);
  studio.later(6_001);
  await studio.sweep();
  expect(await studio.see(id)).toMatchObject({ state: 'ended', endedBecause: 'finished', ending: false });
});

it('asks Mux when its webhooks do not come, and plays the show all the same', async () => {
  const { id, feed, liveStreamId } = await begin();
  studio.fake.recordings[liveStreamId] = [
    {
      bornAtMs: studio.now() + 1_000,
      news: {
        id: 'silent',
        seenAt: (studio.now() + 1_000) * 1_000,
        activeAt: (studio.now() + 5_000) * 1_000,
        link: { is: 'up', at: (studio.now() + 5_000) * 1_000 },
      },
    },
  ];
  for (let i = 0; i < 4; i++) {
    studio.later(5_001);
    await feed.renew('live');
  }
  await studio.sweep();
  expect((await studio.see(id)).state).toBe('live');
});

it('asks Mux for a recording that does not come, five minutes after the end and not before', async () => {
  const { id, feed, liveStreamId } = await begun();
  await feed.release('finished');
  await studio.call('POST', `/stream/${id}/end`, { as: creator });
  studio.fake.recordings[liveStreamId] = [
    {
      bornAtMs: studio.now(),
      news: {
        id: `asset${number}`,
        seenAt: studio.now() * 1_000,
        overAt: (studio.now() + 60_000) * 1_000,
        status: { is: 'ready', at: (studio.now() + 60_000) * 1_000 },
        playback: { is: 'late', at: (studio.now() + 60_000) * 1_000 },
        duration: { is: 42, at: (studio.now() + 60_000) * 1_000 },
      },
    },
  ];
  await studio.sweep();
  studio.later(4 * 60_000);
  await studio.sweep();
  expect((await studio.see(id)).recording).toBe('preparing');
  studio.later(61_000);
  await studio.sweep();
  expect(await studio.see(id)).toMatchObject({ recording: 'ready', durationSeconds: 42 });
});

it('gives up a recording that never comes, after a day, and looks at it no more', async () => {
  const { id, feed } = await begun();
  await feed.release('finished');
  studio.later(24 * 60 * 60_000 + 1);
  await studio.sweep();
  await studio.sweep();
  expect((await studio.see(id)).recording).toBe('failed');
  expect((await studio.call('GET', `/stream/${id}/playback`)).body.error).toBe('recording-gone');
});

it('closes what was made and never begun after a day', async () => {
  const { id } = await studio.create(creator);
  studio.later(24 * 60 * 60_000 - 1);
  await studio.sweep();
  expect((await studio.see(id)).state).toBe('created');
  studio.later(2);
  await studio.sweep();
  expect(await studio.see(id)).toMatchObject({ state: 'ended', endedBecause: 'never-started' });
});

it('goes on with the others when one cannot be settled, and with that one the next time', async () => {
  const { id, feed, liveStreamId } = await begun();
  const { complete } = studio.fake.video;
  studio.fake.video.complete = () => Promise.reject(new VideoFault('down', { doubtful: true, cause: undefined }));
  await feed.release('finished');
  expect(await studio.sweep()).toMatchObject({ failed: 1 });
  studio.fake.video.complete = complete;
  studio.later(1);
  expect(await studio.sweep()).toMatchObject({ failed: 0 });
  expect(studio.fake.completed).toContain(liveStreamId);
  expect((await studio.see(id)).state).toBe('ended');
});

it('may run twice at once', async () => {
  const { id } = await begun();
  studio.later(6_001);
  await Promise.all([studio.sweep(), studio.sweep(), studio.sweep()]);
  expect((await studio.see(id)).state).toBe('reconnecting');
});
