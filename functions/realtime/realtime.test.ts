import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UserId } from '#domain/ids';
import { memberKey } from '#store/keys';
import { openStudio, type Studio } from '../show-rooms.testing.ts';
import { muxShow } from '../video/mux-show.testing.ts';
import { ROOM_CAP } from './handlers.ts';
import { createPublisher } from '../shows/publisher.ts';

let studio: Studio;
let number = 0;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio.close());
beforeEach(() => {
  studio.pushed.length = 0;
  studio.absent.clear();
});

const ticket = async (userId?: UserId): Promise<string> => {
  const made = `ticket-${++number}`;
  await studio.tickets.issue({ ticket: made, userId, until: studio.now() + 60_000 });
  return made;
};

const connect = (connectionId: string, query: Record<string, string> | undefined, headers = {}) =>
  studio.realtime.connect({ requestContext: { connectionId }, queryStringParameters: query ?? null, headers });

/** An open socket, and what it says and hears. */
const open = async (userId?: UserId) => {
  const connectionId = `socket-${++number}`;
  expect(await connect(connectionId, { ticket: await ticket(userId) })).toEqual({ statusCode: 200 });
  return {
    connectionId,
    say: async (message: unknown) => {
      const body = typeof message === 'string' ? message : JSON.stringify(message);
      const answer = await studio.realtime.message({ requestContext: { connectionId }, body });
      return answer.body === undefined ? undefined : JSON.parse(answer.body);
    },
    heard: () => studio.pushed.filter((push) => push.connectionId === connectionId).map(({ message }) => message),
    close: () => studio.realtime.disconnect({ requestContext: { connectionId } }),
  };
};

const begin = async (body?: object) => {
  const creator = await studio.join(`host_${++number}`, { creator: true });
  studio.everybody.set(creator.handle, creator);
  const { id, key } = await studio.create(creator, body);
  const feed = await studio.feed(key);
  const { id: liveStreamId } = studio.fake.made.findLast(({ passthrough }) => passthrough.includes(creator.id))!;
  return { id, creator, feed, mux: muxShow({ liveStreamId, assetId: `asset-${number}`, startedAt: studio.now() }) };
};

describe('a ticket', () => {
  it('opens one socket, once', async () => {
    const made = await ticket();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => connect(`many-${i}`, { ticket: made })));
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(19);
  });

  it('that is late, made up or missing opens none', async () => {
    const late = await ticket();
    studio.later(60_001);
    expect([
      await connect('a', { ticket: late }),
      await connect('b', { ticket: 'made up' }),
      await connect('c', {}),
      await connect('d', undefined),
    ]).toEqual(Array.from({ length: 4 }, () => ({ statusCode: 401 })));
  });

  it('is kept for the right page when another one’s page comes with it', async () => {
    const made = await ticket();
    expect(await connect('e', { ticket: made }, { Origin: 'https://evil.test' })).toEqual({ statusCode: 403 });
    expect(await connect('f', { ticket: made }, { origin: 'http://localhost:3000' })).toEqual({ statusCode: 200 });
  });
});

describe('a socket', () => {
  it('joins a show, hears of its changes, and hears nothing once it has left', async () => {
    const { id, feed, mux } = await begin({ title: 'Together' });
    const socket = await open();
    expect(await socket.say({ action: 'join', streamId: id })).toEqual({
      type: 'joined',
      mode: 'push',
      state: 'connecting',
      viewers: 1,
      chat: [],
      live: { id, state: 'connecting', title: 'Together', viewers: 1, recording: 'none', chat: [] },
    });
    await studio.deliver(mux.active());
    expect(socket.heard()).toMatchObject([
      { type: 'stream', id, state: 'live', stream: { id, state: 'live', viewers: 1 } },
    ]);
    await studio.deliver(mux.active());
    await studio.deliver(mux.recording());
    expect(socket.heard()).toHaveLength(1);

    expect(await socket.say({ action: 'leave' })).toBeUndefined();
    await studio.deliver(mux.disconnected(9_000));
    expect(socket.heard()).toHaveLength(1);
    expect((await studio.see(id)).viewers).toBe(0);
    await feed.release('finished');
  });

  it('is in one room at a time, and in none once it is closed', async () => {
    const [one, other] = [await begin(), await begin()];
    const socket = await open();
    for (const { id } of [one, one, other]) await socket.say({ action: 'join', streamId: id });
    expect([(await studio.see(one.id)).viewers, (await studio.see(other.id)).viewers]).toEqual([0, 1]);
    await socket.close();
    await socket.close();
    expect((await studio.see(other.id)).viewers).toBe(0);
    expect(await socket.say({ action: 'ping' })).toBeUndefined();
  });

  it('that is gone is forgotten at the next push, and one that fails is tried again at the next', async () => {
    const { id, mux } = await begin();
    const [gone, failing, well] = [await open(), await open(), await open()];
    for (const socket of [gone, failing, well]) await socket.say({ action: 'join', streamId: id });
    studio.absent.set(gone.connectionId, 'gone').set(failing.connectionId, new Error('throttled'));
    await studio.deliver(mux.active());
    expect([well.heard().length, (await studio.see(id)).viewers]).toEqual([1, 2]);
    studio.absent.clear();
    await studio.deliver(mux.disconnected(9_000));
    expect([gone.heard().length, failing.heard().length, well.heard().length]).toEqual([0, 1, 2]);
  });

  it.each([
    ['not JSON', '{', 'invalid-request'],
    ['nothing', '', 'invalid-request'],
    ['an action that there is not', { action: 'dance' }, 'invalid-request'],
    ['a show that there is not', { action: 'join', streamId: 'str_none' }, 'stream-not-found'],
  ])('that says %s is told so', async (_, message, error) => {
    expect(await (await open()).say(message)).toEqual({ type: 'refused', error, message: expect.any(String) });
  });

  it('that pings hears a pong', async () => {
    expect(await (await open()).say({ action: 'ping' })).toEqual({ type: 'pong' });
  });

  it('joins a show for followers only as who may watch it', async () => {
    const { id, creator } = await begin({ title: 'For friends', visibility: 'followers' });
    await studio.known.follows.follow(studio.chen.id, creator.id, studio.now());
    const joins = async (userId?: UserId) => {
      const answer = await (await open(userId)).say({ action: 'join', streamId: id });
      return answer.error ?? answer.mode;
    };
    expect([
      await joins(),
      await joins(studio.bilal.id),
      await joins(studio.chen.id),
      await joins(studio.mona.id),
      await joins(creator.id),
    ]).toEqual(['not-signed-in', 'not-allowed', 'push', 'push', 'push']);
  });
});

describe('a full room', () => {
  it('is asked for, not told; its creator is told all the same', async () => {
    const { id, creator, mux } = await begin();
    const { sizes } = studio.streaming.connections;
    studio.streaming.connections.sizes = async (ids) => new Map(ids.map((one) => [one, ROOM_CAP]));
    const [viewer, host] = [await open(), await open(creator.id)];
    expect(await viewer.say({ action: 'join', streamId: id })).toMatchObject({ mode: 'poll' });
    expect(await host.say({ action: 'join', streamId: id })).toMatchObject({ mode: 'push' });
    studio.streaming.connections.sizes = sizes;
    await studio.deliver(mux.active());
    expect([viewer.heard().length, host.heard().length]).toEqual([0, 1]);
  });

  it('is told a few at a time, and no longer than there is time for', async () => {
    const { id } = await begin();
    for (let i = 0; i < 150; i++)
      await studio.base.table.put({
        ...memberKey(id, `crowd-${i}`),
        connectionId: { S: `crowd-${i}` },
        expiresAt: { N: String(Math.ceil(studio.now() / 1_000) + 60) },
        v: { N: '1' },
      });
    let now = studio.now();
    let [open, most, sent] = [0, 0, 0];
    const publisher = createPublisher({
      connections: studio.streaming.connections,
      log: studio.base.log,
      clock: () => new Date(now),
      sockets: {
        post: async () => {
          most = Math.max(most, ++open);
          sent++;
          await new Promise((done) => setImmediate(done));
          open--;
          now += 60;
          return 'sent';
        },
      },
    });
    await publisher.toRoom(id, { type: 'pong' });
    expect(most).toBeLessThanOrEqual(64);
    expect(sent).toBeLessThan(150);
    expect(studio.logged.at(-1)).toMatchObject({ level: 'warn', message: 'a room was too large to be told in time' });
  });

  it('forgets who has never said goodbye', async () => {
    const { id, mux } = await begin();
    const socket = await open();
    await socket.say({ action: 'join', streamId: id });
    studio.later(3 * 60 * 60_000);
    await studio.deliver(mux.active());
    expect(socket.heard()).toEqual([]);
  });
});
