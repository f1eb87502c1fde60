import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '#domain/ids';
import { assetsToRemove, dueAt, newStream, recording, step, type StreamEvent } from '#domain/stream';
import type { User } from '#domain/user';
import { VideoFault } from '../video/live-video.ts';
import { muxShow } from '../video/mux-show.testing.ts';
import { openShowRooms, type ShowRooms } from '../show-rooms.testing.ts';

let rooms: ShowRooms;
let creator: User;
let number = 0;
beforeAll(async () => {
  rooms = await openShowRooms();
});
afterAll(() => rooms.close());
beforeEach(async () => {
  creator = await rooms.join(`recorder_${++number}`, { creator: true });
  rooms.everybody.set(creator.handle, creator);
});

/** A show that is over, with its recording. */
const recorded = async (body?: object) => {
  const { id, key } = await rooms.create(creator, body);
  const feed = await rooms.feed(key);
  await feed.renew('live');
  const liveStreamId = rooms.fake.made.findLast(({ passthrough }) => passthrough.includes(creator.id))!.id;
  const assetId = `kept-${number}-${id.slice(-4)}`;
  const mux = muxShow({ liveStreamId, assetId, startedAt: rooms.now() });
  for (const told of [mux.recording(), mux.active()]) await rooms.deliver(told);
  rooms.later(60_000);
  return {
    id,
    assetId,
    mux,
    end: async () => {
      await feed.release('finished');
      // tells Mux that it is over
      await rooms.sweep();
      for (const told of [mux.idle(61_000), mux.completed(61_000), mux.ready(62_000, 58)]) await rooms.deliver(told);
    },
    remove: (as?: User) => rooms.call('DELETE', `/stream/${id}/recording`, { as }),
    playback: () => rooms.call('GET', `/stream/${id}/playback`),
  };
};

it('is deleted by its creator: nobody plays it any more, and Mux has it no longer', async () => {
  const show = await recorded();
  await show.end();
  expect((await show.playback()).body.kind).toBe('recording');
  expect((await show.remove(creator)).status).toBe(204);
  expect([(await show.playback()).status, (await show.playback()).body.error]).toEqual([410, 'recording-gone']);
  const { recording: is, posterUrl, state } = await rooms.see(show.id);
  expect([is, posterUrl, state]).toEqual(['none', undefined, 'ended']);
  expect(rooms.fake.removed).toContain(show.assetId);
  expect((await show.remove(creator)).status).toBe(204);
});

it('is listed among the newest for who may watch it, until it is deleted; one of a test is not', async () => {
  const shows = [await recorded({ title: 'First' })];
  await shows[0]!.end();
  for (const body of [
    { title: 'Second' },
    { title: 'Tried', test: true },
    { title: 'Among us', visibility: 'followers' },
  ]) {
    rooms.later(10_000);
    const show = await recorded(body);
    await show.end();
    shows.push(show);
  }
  const listed = async (path: string, as?: User) => {
    const { body } = await rooms.call('GET', `${path}&limit=100`, { as });
    const titles = body.items.map(
      ({ id, title }: { id: string; title: string }) => shows.some((show) => show.id === id) && title,
    );
    return titles.filter(Boolean);
  };
  expect(await listed('/stream?state=recorded')).toEqual(['Second', 'First']);
  expect(await listed('/stream?state=recorded', creator)).toEqual(['Among us', 'Second', 'First']);
  expect(await listed(`/stream?state=recorded&creator=${creator.handle}`)).toEqual(['Tried', 'Second', 'First']);
  await shows[1]!.remove(creator);
  expect(await listed('/stream?state=recorded')).toEqual(['First']);
});

it('is made for followers, and for everybody again, once it is all there', async () => {
  const show = await recorded();
  const open = (visibility: string) => rooms.call('PATCH', `/stream/${show.id}`, { as: creator, body: { visibility } });
  expect((await open('followers')).body.error).toBe('stream-live');
  await show.end();
  expect((await open('followers')).body).toMatchObject({ visibility: 'followers', recording: 'ready' });
  expect((await show.playback()).body.error).toBe('not-signed-in');
  const own = await rooms.call('GET', `/stream/${show.id}/playback`, { as: creator });
  expect(own.body).toMatchObject({ token: 'signed', hls: expect.stringContaining(`${show.assetId}-followers`) });
  expect((await open('public')).body.visibility).toBe('public');
  expect((await show.playback()).body.hls).toContain(`${show.assetId}-public`);
});

it('stays for whom it was where Mux cannot be reached, and is opened when that is asked again', async () => {
  const show = await recorded();
  await show.end();
  const open = () => rooms.call('PATCH', `/stream/${show.id}`, { as: creator, body: { visibility: 'followers' } });
  const { openTo } = rooms.fake.video;
  rooms.fake.video.openTo = () => Promise.reject(new VideoFault('down', { doubtful: true, cause: undefined }));
  expect((await open()).status).toBe(502);
  expect((await show.playback()).body.kind).toBe('recording');
  rooms.fake.video.openTo = openTo;
  expect((await open()).body.visibility).toBe('followers');
});

it('is kept by its creator as one file, once Mux has made that', async () => {
  const show = await recorded();
  const file = (as?: User) => rooms.call('POST', `/stream/${show.id}/recording/file`, { as });
  expect((await file(creator)).body.error).toBe('recording-gone');
  await show.end();
  expect((await file(creator)).body).toEqual({ is: 'preparing' });
  expect((await file(creator)).body).toMatchObject({ is: 'ready', url: expect.stringContaining(show.assetId) });
  expect([(await file()).status, (await file(rooms.viewer)).status, (await file(rooms.moderator)).status]).toEqual([
    401, 403, 403,
  ]);
  await show.remove(creator);
  expect((await file(creator)).status).toBe(410);
});

it('is deleted by a moderator too, and by nobody else', async () => {
  const show = await recorded();
  await show.end();
  const statuses = [];
  for (const as of [undefined, rooms.viewer, rooms.otherCreator, rooms.moderator])
    statuses.push((await show.remove(as)).status);
  expect(statuses).toEqual([401, 403, 403, 204]);
});

it('stays while the show is on the air', async () => {
  const show = await recorded();
  const { status, body } = await show.remove(creator);
  expect([status, body.error]).toEqual([409, 'stream-live']);
  await show.end();
  expect((await show.playback()).body.kind).toBe('recording');
});

it('is nobody’s at once where Mux is down, and the sweep deletes it when Mux is back', async () => {
  const show = await recorded();
  await show.end();
  const { removeRecording } = rooms.fake.video;
  rooms.fake.video.removeRecording = () => Promise.reject(new VideoFault('down', { doubtful: true, cause: undefined }));
  expect((await show.remove(creator)).status).toBe(204);
  expect((await show.playback()).body.error).toBe('recording-gone');
  await rooms.sweep();
  expect(rooms.fake.removed).not.toContain(show.assetId);
  rooms.fake.video.removeRecording = removeRecording;
  await rooms.sweep();
  expect(rooms.fake.removed).toContain(show.assetId);
  expect(await rooms.sweep()).toMatchObject({ failed: 0 });
});

it('goes as well where Mux tells of it only afterwards', async () => {
  const show = await recorded();
  await show.end();
  await show.remove(creator);
  await rooms.deliver(show.mux.ready(200_000, 58));
  await rooms.sweep();
  expect(rooms.fake.removed.filter((id) => id === show.assetId)).toHaveLength(2);
  expect((await show.playback()).body.error).toBe('recording-gone');
});

it('comes back by nothing that is told, in whatever order, and is due until all of it has gone', () => {
  const base = newStream({
    id: newId('str', 1),
    creatorId: newId('usr', 1),
    title: 'A show',
    visibility: 'public',
    latency: 'standard',
    test: false,
    createdAt: 1_000,
  });
  const over = [
    { type: 'claimed', at: 2_000, fence: 1 },
    { type: 'released', at: 9_000, fence: 1, because: 'finished' },
    { type: 'mux-completed', at: 9_500 },
    { type: 'recording-removed', at: 10_000 },
  ] satisfies StreamEvent[];
  const removed = over.reduce(step, base);
  const news = fc.record({
    type: fc.constant('mux-told' as const),
    news: fc.record({
      id: fc.constantFrom('a1', 'a2', 'a3'),
      seenAt: fc.integer({ min: 1, max: 20 }),
      activeAt: fc.integer({ min: 1, max: 20 }),
      overAt: fc.integer({ min: 1, max: 20 }),
      status: fc.record({ is: fc.constantFrom('preparing', 'ready', 'errored', 'deleted'), at: fc.nat(20) }),
      playback: fc.record({ is: fc.constant('p'), at: fc.nat(20) }),
    }),
  });
  fc.assert(
    fc.property(fc.array(news), fc.boolean(), (told, silent) => {
      const events: StreamEvent[] = [...(told as StreamEvent[])];
      if (silent) events.push({ type: 'chat-removed', at: 11_000 });
      const after = events.reduce(step, removed);
      expect(recording(after)).toEqual({ is: 'none' });
      const left = after.assets.filter(({ status }) => status?.is !== 'deleted').map(({ id }) => id);
      expect(assetsToRemove(after).map(({ id }) => id)).toEqual(left);
      expect(dueAt(after)).toBe(left.length > 0 || !silent ? 10_000 : undefined);
    }),
  );
});
