import * as fc from 'fast-check';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { newId } from '#domain/ids';
import { assetsToRemove, dueAt, newStream, recording, step, type StreamEvent } from '#domain/stream';
import type { User } from '#domain/user';
import { VideoFault } from '../video/live-video.ts';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
let creator: User;
beforeEach(async () => {
  creator = await rooms.newCreator();
});

/** A show that is over, with its recording. */
const recorded = async (body?: object) => {
  const { id, feed, assetId, mux } = await rooms.begin(creator, body);
  await feed.renew('live');
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
  expect(own.body).toMatchObject({
    token: 'signed',
    goodForMs: 60_000,
    hls: expect.stringContaining(`${show.assetId}-followers`),
  });
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

it.each([
  ['हिन्दी में: बातें', 'हिन्दी-में-बातें'],
  [`a${'𠮷'.repeat(50)}`, `a${'𠮷'.repeat(39)}`],
  [`${'a'.repeat(79)} b`, 'a'.repeat(79)],
  ['…', 'recording'],
])('named %s is kept as a file of that name', async (title, name) => {
  const show = await recorded({ title });
  await show.end();
  const file = () => rooms.call('POST', `/stream/${show.id}/recording/file`, { as: creator });
  await file();
  expect((await file()).body.url).toContain(`/${name}.mp4`);
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

/** A recording of 58 seconds that is to be trimmed, and what Mux says of that. */
const toTrim = async (body?: object) => {
  const show = await recorded(body);
  await show.end();
  const trim = (startSeconds: number, endSeconds: number) =>
    rooms.call('PATCH', `/stream/${show.id}`, { as: creator, body: { trim: { startSeconds, endSeconds } } });
  const word = (type: string, id: string, passthrough: string, data: object = {}) => ({
    type: `video.asset.${type}`,
    id: `word-${id}-${type}`,
    created_at: new Date(rooms.now()).toISOString(),
    data: {
      id,
      created_at: Math.floor(rooms.now() / 1_000),
      status: 'ready',
      duration: 20,
      playback_ids: [{ id: `${id}-play` }],
      passthrough,
      ...data,
    },
  });
  /** Mux has made the newest trim. */
  const made = async (duration: number) => {
    const { passthrough } = rooms.fake.trims.at(-1)!;
    await rooms.deliver(word('ready', `trim${rooms.fake.trims.length}`, passthrough, { duration }));
  };
  return { ...show, trim, word, made, see: () => rooms.see(show.id, creator) };
};

it('is trimmed: people get the whole until the part is ready, then the part, and the whole is deleted', async () => {
  const show = await toTrim();
  expect((await show.trim(10, 40)).body).toMatchObject({
    recording: 'ready',
    trimming: 'preparing',
    durationSeconds: 58,
  });
  expect(rooms.fake.trims.at(-1)).toMatchObject({ assetId: show.assetId, from: 10, to: 40, visibility: 'public' });
  expect((await show.playback()).body.hls).toContain(`${show.assetId}-play`);
  // one at a time, and nothing else is done to it meanwhile
  expect((await show.trim(0, 30)).body.error).toBe('conflict');
  const opened = await rooms.call('PATCH', `/stream/${show.id}`, { as: creator, body: { visibility: 'followers' } });
  expect(opened.body.error).toBe('stream-ended');

  rooms.later(30_000);
  await show.made(30);
  expect(await show.see()).toMatchObject({ durationSeconds: 30, trimmed: { startSeconds: 10, wholeSeconds: 58 } });
  expect(await show.see()).not.toHaveProperty('trimming');
  const first = `trim${rooms.fake.trims.length}`;
  expect((await show.playback()).body.hls).toContain(`${first}-play`);
  expect(rooms.fake.removed).not.toContain(show.assetId);
  await rooms.sweep();
  expect(rooms.fake.removed).toContain(show.assetId);

  // once more: it begins where the two together have it begin
  await show.trim(5, 25);
  expect(rooms.fake.trims.at(-1)).toMatchObject({ assetId: first, from: 5, to: 25 });
  await show.made(20);
  await rooms.sweep();
  expect(rooms.fake.removed).toContain(first);
  expect(await show.see()).toMatchObject({ durationSeconds: 20, trimmed: { startSeconds: 15, wholeSeconds: 58 } });
});

it('cannot be trimmed to what is not there, nor by anybody else, nor before it is all there', async () => {
  const early = await recorded();
  const tooEarly = { as: creator, body: { trim: { startSeconds: 0, endSeconds: 5 } } };
  expect((await rooms.call('PATCH', `/stream/${early.id}`, tooEarly)).body.error).toBe('conflict');
  await early.end();
  const show = await toTrim();
  for (const [from, to] of [
    [0, 59],
    [50, 500],
  ] as const)
    expect((await show.trim(from, to)).body.error).toBe('conflict');
  for (const [from, to] of [
    [10, 10.5],
    [-1, 20],
    [30, 10],
  ] as const)
    expect((await show.trim(from, to)).body.error).toBe('invalid-request');
  // what an ended show refuses is not refused after it has been trimmed
  const made = rooms.fake.trims.length;
  for (const more of [{ scheduledFor: null }, { visibility: 'followers' }]) {
    const body = { trim: { startSeconds: 1, endSeconds: 9 }, ...more };
    const both = await rooms.call('PATCH', `/stream/${show.id}`, { as: creator, body });
    expect(both.body.error).toBe('invalid-request');
  }
  expect(rooms.fake.trims).toHaveLength(made);
  const as = rooms.otherCreator;
  const foreign = await rooms.call('PATCH', `/stream/${show.id}`, {
    as,
    body: { trim: { startSeconds: 1, endSeconds: 9 } },
  });
  expect(foreign.body.error).toBe('not-allowed');
});

it('is as it was where Mux does not make the part, and says so', async () => {
  const show = await toTrim();
  const { trim } = rooms.fake.video;
  rooms.fake.video.trim = () => Promise.reject(new VideoFault('refused', { doubtful: false, cause: undefined }));
  expect((await show.trim(10, 40)).status).toBe(502);
  rooms.fake.video.trim = trim;
  expect(await show.see()).toMatchObject({ trimming: 'failed', durationSeconds: 58 });

  await show.trim(10, 40);
  const { passthrough } = rooms.fake.trims.at(-1)!;
  await rooms.deliver(show.word('errored', `trim${rooms.fake.trims.length}`, passthrough, { status: 'errored' }));
  expect(await show.see()).toMatchObject({ trimming: 'failed', durationSeconds: 58 });
  expect((await show.playback()).body.hls).toContain(`${show.assetId}-play`);

  // of one whose answer is lost Mux tells; and where nobody ever does it is given up
  rooms.fake.video.trim = () => Promise.reject(new VideoFault('down', { doubtful: true, cause: undefined }));
  expect((await show.trim(10, 40)).status).toBe(502);
  rooms.fake.video.trim = trim;
  expect(await show.see()).toMatchObject({ trimming: 'preparing' });
  rooms.later(6 * 3_600_000 + 1_000);
  await rooms.sweep();
  expect(await show.see()).toMatchObject({ trimming: 'failed' });
});

it('is asked for at Mux where its webhooks do not come, and goes with the recording that is deleted meanwhile', async () => {
  const show = await toTrim();
  await show.trim(10, 40);
  const id = `trim${rooms.fake.trims.length}`;
  const trimAt = Number(rooms.fake.trims.at(-1)?.passthrough.split(':').at(-1));
  const at = rooms.now() * 1_000;
  const playback = { is: `${id}-play`, at };
  const news = {
    id,
    seenAt: at,
    overAt: at,
    trimAt,
    status: { is: 'ready', at } as const,
    playback,
    duration: { is: 30, at },
  };
  rooms.fake.recordings[id] = [{ news, bornAtMs: rooms.now() }];
  rooms.later(5 * 60_000 + 1_000);
  await rooms.sweep();
  expect(await show.see()).toMatchObject({ durationSeconds: 30 });

  await show.trim(0, 20);
  expect((await show.remove(creator)).status).toBe(204);
  await show.made(20);
  await rooms.sweep();
  expect((await show.playback()).body.error).toBe('recording-gone');
  expect(rooms.fake.removed).toEqual(expect.arrayContaining([id, `trim${rooms.fake.trims.length}`]));
});

it('an asset that bears the name of a trim that nobody asked for is nobody’s', async () => {
  const show = await toTrim();
  await rooms.deliver(show.word('ready', 'forged', `vybzz:trim:${show.id}:1`));
  await rooms.deliver(show.word('ready', 'forged-too', 'vybzz:trim:str_none:1'));
  expect(await show.see()).not.toHaveProperty('trimmed');
});

it('tells the same whatever order Mux tells of a trim in', () => {
  const made = newStream({
    id: newId('str', 1),
    creatorId: creator.id,
    title: 'A show',
    visibility: 'public',
    latency: 'standard',
    test: false,
    createdAt: 1_000,
  });
  const told = (id: string, at: number, duration: number, trimAt?: number): StreamEvent => ({
    type: 'mux-told',
    news: {
      id,
      seenAt: at,
      overAt: at,
      status: { is: 'ready', at },
      playback: { is: `${id}-p`, at },
      duration: { is: duration, at },
      ...(trimAt !== undefined && { trimAt }),
    },
  });
  const over = [
    { type: 'claimed', at: 1, fence: 1 },
    told('whole', 5_000_000, 60),
    { type: 'released', at: 9_000, fence: 1, because: 'finished' },
    { type: 'mux-completed', at: 9_500 },
    { type: 'trim-asked', at: 10_000, from: 10, to: 40 },
  ] satisfies StreamEvent[];
  const preparing: StreamEvent = {
    type: 'mux-told',
    news: { id: 'cut', seenAt: 11, overAt: 11, trimAt: 10_000, status: { is: 'preparing', at: 11 } },
  };
  const news = [preparing, told('cut', 12_000_000, 30, 10_000), told('whole', 5_000_000, 60)];
  fc.assert(
    fc.property(fc.shuffledSubarray([...news, ...news], { minLength: 6 }), (order) => {
      const stream = [...over, ...order].reduce(step, made);
      expect(recording(stream)).toMatchObject({ is: 'ready', assetId: 'cut', durationSeconds: 30 });
      expect(assetsToRemove(stream).map(({ id }) => id)).toEqual(['whole']);
      expect(dueAt(stream)).toBe(9_000);
    }),
  );
});
