import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { LiveStream } from '#domain/channel';
import type { User } from '#domain/user';
import { VideoFault, type WantedLiveStream } from '../video/live-video.ts';
import { openShowRooms } from '../show-rooms.testing.ts';
import { SETTING } from './channels.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
let creator: User;
beforeEach(async () => {
  Object.assign(rooms.fake.video, { make: rooms.fake.make });
  creator = await rooms.newCreator();
});

const create = () => rooms.call('POST', '/stream/create', { as: creator, body: { title: 'A show' } });
const mine = () => rooms.fake.made.filter(({ passthrough }) => passthrough.includes(creator.id));
const fault = (because: VideoFault['because'], doubtful: boolean) => () =>
  Promise.reject(new VideoFault(because, { doubtful, cause: new Error('in a test') }));

describe('when Mux', () => {
  it.each([
    ['asks us to slow down', fault('busy', false), 503, 'video-provider-busy'],
    ['answers 500', fault('down', true), 502, 'video-provider-down'],
    ['does not like our credentials', fault('refused', false), 502, 'video-provider-down'],
    ['is spoken to by code with a fault', () => Promise.reject(new Error('a bug')), 500, 'internal'],
  ])('%s, the creator hears so, and the next try makes the channel', async (_, make, status, error) => {
    rooms.fake.video.make = make;
    const refused = await create();
    expect([refused.status, refused.body.error]).toEqual([status, error]);
    expect(JSON.stringify(refused.body)).not.toContain('in a test');
    rooms.fake.video.make = rooms.fake.make;
    expect((await create()).status).toBe(201);
    expect(mine()).toHaveLength(1);
  });

  it('makes the live stream and loses the answer, it is found again and not made twice', async () => {
    rooms.fake.video.make = async (wanted: WantedLiveStream): Promise<LiveStream> => {
      await rooms.fake.make(wanted);
      throw new VideoFault('down', { doubtful: true, cause: new Error('connection reset') });
    };
    expect((await create()).status).toBe(502);
    expect(mine()).toHaveLength(1);
    rooms.fake.video.make = () => Promise.reject(new Error('made a second time'));
    const { status, body } = await create();
    expect(status).toBe(201);
    expect((await rooms.feed(body.ingest.streamKey)).muxStreamKey).toBe(mine()[0]?.muxStreamKey);
  });

  it('has deleted the live stream, another is made in its place', async () => {
    await create();
    const [first] = mine();
    await rooms.fake.video.remove(first!.id);
    const { status, body } = await rooms.call('POST', '/stream/create', {
      as: creator,
      body: { title: 'A show', latency: 'low' },
    });
    expect(status).toBe(201);
    expect((await rooms.feed(body.ingest.streamKey)).muxStreamKey).toBe(mine()[1]?.muxStreamKey);
  });

  it('has switched the live stream off, the creator hears so; a test stream is simply made anew', async () => {
    const at = new Date(rooms.now()).toISOString();
    const switchedOff = (id: string, n: number) => ({
      type: 'video.live_stream.disabled',
      id: `off-${id}-${n}`,
      created_at: at,
      data: { id, status: 'disabled', stream_key: 'secret' },
    });
    await create();
    await rooms.deliver(switchedOff(mine()[0]!.id, 1));
    expect((await create()).body.error).toBe('not-allowed');
    await rooms.deliver({
      ...switchedOff(mine()[0]!.id, 2),
      type: 'video.live_stream.enabled',
      created_at: new Date(rooms.now() + 1).toISOString(),
    });
    expect((await create()).status).toBe(201);

    const test = { as: creator, body: { title: 'A test', test: true } };
    await rooms.call('POST', '/stream/create', test);
    await rooms.deliver(switchedOff(mine()[1]!.id, 1));
    expect((await rooms.call('POST', '/stream/create', test)).status).toBe(201);
    expect(mine()).toHaveLength(3);
  });
});

describe('when the one who makes the channel', () => {
  it('dies with its answer, the others wait for its turn to lapse, and find what it made', async () => {
    let stuck = true;
    rooms.fake.video.make = async (wanted) => {
      await rooms.fake.make(wanted);
      return stuck ? new Promise<never>(() => {}) : Promise.reject(new Error('made a second time'));
    };
    void create();
    await expect.poll(() => mine().length).toBe(1);
    const waited = await create();
    expect([waited.status, waited.body.error]).toEqual([503, 'video-provider-busy']);
    stuck = false;
    rooms.later(30_000);
    expect((await create()).status).toBe(201);
    expect(mine()).toHaveLength(1);
  });

  it('is so slow that another took its turn, the live stream that came too late is taken away again', async () => {
    let answer: (() => void) | undefined;
    rooms.fake.video.make = async (wanted) => {
      await new Promise<void>((go) => (answer = go));
      return rooms.fake.make(wanted);
    };
    const slow = create();
    await expect.poll(() => answer).toBeDefined();
    rooms.later(31_000);
    rooms.fake.video.make = rooms.fake.make;
    expect((await create()).status).toBe(201);
    answer?.();
    expect((await slow).status).toBe(201);
    const [kept, late] = mine();
    expect(rooms.fake.removed).toContain(late?.id);
    expect(rooms.fake.removed).not.toContain(kept?.id);
  });
});

it('a creator who turns the delay to and fro spends their own turns at Mux, and nobody else’s', async () => {
  let calls = 0;
  const { set } = rooms.fake.video;
  rooms.fake.video.set = async (...given) => {
    calls += 1;
    return set(...given);
  };
  const turn = (as: User, latency: string) =>
    rooms.call('POST', '/stream/create', { as, body: { title: 'A show', latency } });
  await create();
  const statuses: number[] = [];
  for (let i = 0; i < SETTING.burst + 5; i++) statuses.push((await turn(creator, i % 2 ? 'standard' : 'low')).status);
  expect(calls).toBe(SETTING.burst);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  expect((await turn(rooms.otherCreator, 'low')).status).toBe(201);
  rooms.fake.video.set = set;
});
