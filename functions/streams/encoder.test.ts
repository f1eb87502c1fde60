import { afterAll, beforeEach, expect, it } from 'vitest';
import type { User } from '#domain/user';
import { openShowRooms } from '../show-rooms.testing.ts';
import { VideoFault } from '../video/live-video.ts';
import { muxShow } from '../video/mux-show.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
let creator: User;
beforeEach(async () => {
  creator = await rooms.newCreator();
});

const newKey = (body: object = {}) => rooms.call('POST', '/stream/encoder/key', { as: creator, body });
const about = async () => (await rooms.call('GET', '/stream/encoder', { as: creator })).body;
const wait = async (more: object = {}) => {
  const { id, stream } = await rooms.create(creator, { title: 'From an encoder', source: 'encoder', ...more });
  return {
    id,
    stream,
    see: () => rooms.see(id, creator),
    end: () => rooms.call('POST', `/stream/${id}/end`, { as: creator }),
  };
};
/** The creator's channels for encoders at Mux. */
const channels = () =>
  rooms.fake.made.filter(({ passthrough }) => passthrough.startsWith(`vybzz:${creator.id}:encoder`));
const channel = () => channels()[0]!;
const isShut = () => rooms.fake.shut.has(channel().id);
const muxOf = (assetId: string) => muxShow({ liveStreamId: channel().id, assetId, startedAt: rooms.now() });
const tell = async (...bodies: object[]) => {
  for (const body of bodies) expect(await rooms.deliver(body)).toBe(200);
};

it('shows a key once, which nothing of ours keeps or logs, and makes another whenever that is asked', async () => {
  expect(await about()).toEqual({ rtmpsUrl: 'rtmps://global-live.mux.com:443/app', keys: [] });
  const first = await newKey();
  expect([first.status, first.headers.get('cache-control')]).toEqual([201, 'private, no-store']);
  expect(first.body).toEqual({
    visibility: 'public',
    rtmpsUrl: 'rtmps://global-live.mux.com:443/app',
    streamKey: channel().muxStreamKey,
    srtUrl: expect.stringContaining(`srt://global-live.mux.com:6001?streamid=${channel().muxStreamKey}&passphrase=`),
  });
  const second = await newKey();
  expect(second.body.streamKey).toBe(channel().muxStreamKey);
  expect(second.body.streamKey).not.toBe(first.body.streamKey);
  expect(await about()).toMatchObject({ keys: [{ visibility: 'public', madeAt: expect.any(String) }] });
  const kept = JSON.stringify([await rooms.everything(), rooms.logged, await about()]);
  for (const secret of [first.body.streamKey, second.body.streamKey, 'passphrase-']) expect(kept).not.toContain(secret);
  // one channel, and nobody gets in before there is a show
  expect([channels().length, isShut()]).toEqual([1, true]);
  const { body } = await newKey({ visibility: 'followers' });
  expect([body.visibility, channels().length]).toEqual(['followers', 2]);
});

it('lets an encoder in from when a show waits for it to that show’s end, of which Mux alone tells', async () => {
  await newKey();
  const show = await wait();
  expect(show.stream).toMatchObject({ state: 'connecting', source: 'encoder', encoderIn: false });
  expect(isShut()).toBe(false);
  const mux = muxOf('asset-obs');
  rooms.later(60_000);
  await tell(mux.connected(60_000), mux.recording(61_000));
  expect(await show.see()).toMatchObject({ state: 'connecting', encoderIn: true });
  await tell(mux.active(65_000));
  expect(await show.see()).toMatchObject({ state: 'live', encoderIn: true });
  expect(await rooms.see(show.id, rooms.viewer)).not.toHaveProperty('encoderIn');
  const playback = await rooms.call('GET', `/stream/${show.id}/playback`);
  expect(playback.body).toMatchObject({ kind: 'live', hls: `https://play.test/${channel().playbackId}.m3u8` });
  await tell(mux.disconnected(90_000));
  expect(await show.see()).toMatchObject({ state: 'reconnecting', encoderIn: false });
  await tell(mux.reconnected(95_000), mux.disconnected(120_000));
  rooms.later(120_000);
  await tell(mux.idle(180_000), mux.completed(180_000, 100), mux.ready(181_000, 100));
  expect(await show.see()).toMatchObject({ state: 'ended', endedBecause: 'finished', recording: 'ready' });
  await rooms.sweep();
  expect(isShut()).toBe(true);
  // the browser's channel is not for it
  expect(rooms.fake.completed).not.toContain(channel().id);
});

it('is ended by its creator at once, and its encoder is sent away', async () => {
  await newKey();
  const show = await wait();
  const mux = muxOf('asset-ended');
  await tell(mux.recording(), mux.active());
  expect((await show.end()).body).toMatchObject({ state: 'ended', endedBecause: 'finished' });
  expect(isShut()).toBe(true);
  // Mux says so too, late; and the next show is let in all the same
  await tell(mux.live('disabled', 6_000, { status: 'disabled' }));
  rooms.later(5_000);
  const next = await wait({ title: 'The next' });
  expect([next.stream.state, isShut()]).toEqual(['connecting', false]);
});

it('is not let in where somebody has switched the channel off at Mux, in mid-show or between shows', async () => {
  await newKey();
  const show = await wait();
  const mux = muxOf('asset-cut');
  await tell(mux.recording(), mux.active(), mux.live('disabled', 8_000, { status: 'disabled' }));
  expect(await show.see()).toMatchObject({ state: 'ended', endedBecause: 'channel-disabled' });
  rooms.later(60_000);
  await rooms.sweep();
  const again = await rooms.call('POST', '/stream/create', {
    as: creator,
    body: { title: 'Again', source: 'encoder' },
  });
  expect([again.status, again.body.error]).toEqual([403, 'not-allowed']);
  // browsers have a channel of their own
  expect((await rooms.call('POST', '/stream/create', { as: creator, body: { title: 'Browser' } })).status).toBe(201);
});

it('has the air: nothing else of its creator begins meanwhile, and no browser feeds it', async () => {
  await newKey();
  const show = await wait();
  const other = await rooms.call('POST', '/stream/create', { as: creator, body: { title: 'Browser' } });
  expect([other.status, other.body.error, other.body.details.streamId]).toEqual([409, 'already-live', show.id]);
  const ingest = await rooms.call('POST', `/stream/${show.id}/ingest`, { as: creator });
  expect(ingest.body.error).toBe('stream-live');
  await expect(rooms.take(show.id)).rejects.toThrow('unknown');
  const test = { title: 'A test', source: 'encoder', test: true };
  expect((await rooms.call('POST', '/stream/create', { as: creator, body: test })).body.error).toBe('invalid-request');
});

it('can be what an announced show begins with, and a show that a browser feeds cannot be given to one', async () => {
  const scheduledFor = new Date(rooms.now() + 3_600_000).toISOString();
  const { id } = await rooms.create(creator, { title: 'Announced', scheduledFor });
  const open = (as: User) => rooms.call('POST', `/stream/${id}/encoder`, { as });
  expect((await open(rooms.otherCreator)).body.error).toBe('not-allowed');
  expect((await open(creator)).body).toMatchObject({ state: 'connecting', source: 'encoder' });
  expect((await open(creator)).status).toBe(200);
  await rooms.call('POST', `/stream/${id}/end`, { as: creator });
  expect((await open(creator)).body.error).toBe('stream-ended');
  const { id: fed, key } = await rooms.create(creator);
  await rooms.feed(key);
  const given = await rooms.call('POST', `/stream/${fed}/encoder`, { as: creator });
  expect([given.status, given.body.error]).toEqual([409, 'stream-live']);
});

it('waits on where Mux could not be told, and says so; asked again it lets the encoder in', async () => {
  const { open } = rooms.fake.video;
  rooms.fake.video.open = () => Promise.reject(new VideoFault('down', { doubtful: true, cause: undefined }));
  const failed = await rooms.call('POST', '/stream/create', {
    as: creator,
    body: { title: 'A show', source: 'encoder' },
  });
  expect(failed.status).toBe(502);
  rooms.fake.video.open = open;
  const [{ id }] = (await rooms.call('GET', '/stream/mine', { as: creator })).body.items;
  expect((await rooms.call('POST', `/stream/${id}/encoder`, { as: creator })).body.state).toBe('connecting');
});

it('that ends while Mux is told to let an encoder in is shut again', async () => {
  await newKey();
  const { open } = rooms.fake.video;
  rooms.fake.video.open = async (id) => {
    const [{ id: show }] = (await rooms.call('GET', '/stream/mine', { as: creator })).body.items;
    await rooms.call('POST', `/stream/${show}/end`, { as: creator });
    return open(id);
  };
  const answer = await rooms.call('POST', '/stream/create', {
    as: creator,
    body: { title: 'A show', source: 'encoder' },
  });
  rooms.fake.video.open = open;
  expect([answer.body.error, isShut()]).toEqual(['stream-ended', true]);
});

it('is asked for at Mux where its webhooks do not come, and given up where no encoder comes', async () => {
  await newKey();
  const show = await wait();
  const bornAtMs = rooms.now() + 2_000;
  const link = { is: 'up', at: (bornAtMs + 80_000) * 1_000 } as const;
  const news = { id: 'asset-silent', seenAt: bornAtMs * 1_000, activeAt: (bornAtMs + 4_000) * 1_000, link };
  rooms.fake.recordings[channel().id] = [{ news, bornAtMs }];
  rooms.later(61_000);
  await rooms.sweep();
  expect((await show.see()).state).toBe('live');
  // of an encoder that is away an answer knows nothing: it does not bring it back
  await tell(muxOf('asset-silent').disconnected(1_000));
  rooms.later(61_000);
  await rooms.sweep();
  expect((await show.see()).state).toBe('reconnecting');
  await show.end();

  rooms.later(10_000);
  const waiting = await wait();
  rooms.later(3 * 3_600_000);
  await rooms.sweep();
  expect(await waiting.see()).toMatchObject({ state: 'ended', endedBecause: 'never-started' });
  expect(isShut()).toBe(true);
});
