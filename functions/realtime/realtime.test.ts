import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { StreamId, UserId } from '#domain/ids';
import { PRESENCE } from '#domain/presence';
import type { User } from '#domain/user';
import { memberKey } from '#store/keys';
import { buildEviction } from '../assembly/eviction.ts';
import { buildWork } from '../assembly/rooms/tasks.ts';
import { openShowRooms } from '../show-rooms.testing.ts';
import { DELIVERY } from '../shows/delivery-times.ts';
import { AUDIENCE } from '../shows/mode.ts';
import { createPublisher, POSTS } from '../shows/publisher.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
let number = 0;
beforeEach(() => {
  rooms.pushed.length = 0;
  rooms.absent.clear();
});

const ticket = async (userId?: UserId): Promise<string> => {
  const made = `ticket-${++number}`;
  await rooms.tickets.issue({ ticket: made, userId, until: rooms.now() + 60_000 });
  return made;
};

const connect = (connectionId: string, query: Record<string, string> | undefined, headers = {}) =>
  rooms.realtime.connect({ requestContext: { connectionId }, queryStringParameters: query ?? null, headers });

/** An open socket, and what it says and hears. */
const open = async (userId?: UserId) => {
  const connectionId = `socket-${++number}`;
  expect(await connect(connectionId, { ticket: await ticket(userId) })).toEqual({ statusCode: 200 });
  return {
    connectionId,
    say: async (message: unknown) => {
      const body = typeof message === 'string' ? message : JSON.stringify(message);
      const answer = await rooms.realtime.message({ requestContext: { connectionId }, body });
      return answer.body === undefined ? undefined : JSON.parse(answer.body);
    },
    heard: () => rooms.pushed.filter((push) => push.connectionId === connectionId).map(({ message }) => message),
    close: () => rooms.realtime.disconnect({ requestContext: { connectionId } }),
  };
};

const sizeOf = async (id: StreamId) => (await rooms.streaming.connections.sizes([id])).get(id) ?? 0;

const begin = async (body?: object) => {
  const creator = await rooms.newCreator();
  return { creator, ...(await rooms.begin(creator, body)) };
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
    rooms.later(60_001);
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
      live: {
        id,
        state: 'connecting',
        title: 'Together',
        viewers: 0,
        recording: 'none',
        mode: 'push',
        askAfterMs: 3_000,
        chat: [],
        seq: 0,
        chatFrom: 1,
        rules: { slowSeconds: 0, frozen: false },
        reactions: { heart: 0, clap: 0, laugh: 0, wow: 0, fire: 0 },
      },
    });
    await rooms.deliver(mux.active());
    expect(socket.heard()).toEqual([{ type: 'stream', stream: expect.objectContaining({ id, state: 'live' }) }]);
    await rooms.deliver(mux.active());
    await rooms.deliver(mux.recording());
    expect(socket.heard()).toHaveLength(1);

    expect(await socket.say({ action: 'leave' })).toBeUndefined();
    await rooms.deliver(mux.disconnected(9_000));
    expect(socket.heard()).toHaveLength(1);
    expect(await sizeOf(id)).toBe(0);
    await feed.release('finished');
  });

  it('hears at once what a worker alone has written: the browser is away, and back, and the show is over', async () => {
    const { id, feed, mux } = await begin();
    await rooms.deliver(mux.active());
    const socket = await open();
    await socket.say({ action: 'join', streamId: id });
    rooms.tasks.length = 0;
    await feed.renew('reconnecting');
    await feed.renew('reconnecting');
    await feed.renew('live');
    await feed.release('finished');
    const work = buildWork(rooms.streaming);
    const handedOver = rooms.tasks.splice(0);
    expect(handedOver).toEqual([
      { do: 'tell-moved', streamId: id, from: 'live' },
      { do: 'tell-moved', streamId: id, from: 'reconnecting' },
      { do: 'tell-moved', streamId: id, from: 'live' },
    ]);
    for (const task of handedOver) await work(task, () => false);
    expect(socket.heard().at(-1)).toEqual({ type: 'stream', stream: expect.objectContaining({ id, state: 'ended' }) });
  });

  it('hears that the browser is away as soon as its worker has written so', async () => {
    const { id, feed, mux } = await begin();
    await rooms.deliver(mux.active());
    const socket = await open();
    await socket.say({ action: 'join', streamId: id });
    rooms.tasks.length = 0;
    await feed.renew('reconnecting');
    for (const task of rooms.tasks.splice(0)) await buildWork(rooms.streaming)(task, () => false);
    expect(socket.heard()).toEqual([
      { type: 'stream', stream: expect.objectContaining({ id, state: 'reconnecting' }) },
    ]);
    await feed.release('finished');
  });

  it('is in one audience at a time, and in none once it is closed', async () => {
    const [one, other] = [await begin(), await begin()];
    const socket = await open();
    for (const { id } of [one, one, other]) await socket.say({ action: 'join', streamId: id });
    expect([await sizeOf(one.id), await sizeOf(other.id)]).toEqual([0, 1]);
    await socket.close();
    await socket.close();
    expect(await sizeOf(other.id)).toBe(0);
    expect(await socket.say({ action: 'ping' })).toBeUndefined();
  });

  it('that is gone is forgotten at the next push, and one that fails is tried again at the next', async () => {
    const { id, mux } = await begin();
    const [gone, failing, well] = [await open(), await open(), await open()];
    for (const socket of [gone, failing, well]) await socket.say({ action: 'join', streamId: id });
    rooms.absent.set(gone.connectionId, 'gone').set(failing.connectionId, new Error('throttled'));
    await rooms.deliver(mux.active());
    expect([well.heard().length, await sizeOf(id)]).toEqual([1, 2]);
    rooms.absent.clear();
    await rooms.deliver(mux.disconnected(9_000));
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
    await rooms.known.follows.follow(rooms.viewer.id, creator.id, rooms.now());
    const joins = async (userId?: UserId) => {
      const answer = await (await open(userId)).say({ action: 'join', streamId: id });
      return answer.error ?? answer.mode;
    };
    expect([
      await joins(),
      await joins(rooms.otherCreator.id),
      await joins(rooms.viewer.id),
      await joins(rooms.moderator.id),
      await joins(creator.id),
    ]).toEqual(['not-signed-in', 'not-allowed', 'push', 'push', 'push']);
  });
});

describe('a socket that says too much', () => {
  it.each<[string, (id: string, i: number) => unknown, number]>([
    ['joins and leaves', (id, i) => (i % 2 ? { action: 'leave' } : { action: 'join', streamId: id }), 40],
    ['pings', () => ({ action: 'ping' }), 20],
    ['nonsense', () => 'nonsense', 5],
  ])('of %s is not heard any more: nothing that it says is done', async (_, message, most) => {
    const { id } = await begin();
    const [flood, bystander] = [await open(), await open()];
    let heard = 0;
    for (let i = 0; i < 200; i++) {
      const answer = await rooms.realtime.message({
        requestContext: { connectionId: flood.connectionId },
        body: JSON.stringify(message(id, i)),
      });
      if (answer.statusCode === 200) heard++;
      if (answer.body?.includes('too-many-requests')) expect(heard).toBe(most + 1);
    }
    expect(heard).toBe(most + 1);
    expect(await sizeOf(id)).toBe(0);
    expect(await bystander.say({ action: 'join', streamId: id })).toMatchObject({ mode: 'push' });
  });
});

it('whose show it is hears on every device how it does, as it is measured, and nobody else does', async () => {
  const { id, creator, feed, mux } = await begin();
  await rooms.deliver(mux.active());
  const [host, viewer] = [await open(creator.id), await open(rooms.viewer.id)];
  for (const socket of [host, viewer]) await socket.say({ action: 'join', streamId: id });
  const { shift } = await rooms.streaming.delivery.take(id);
  const healths = (socket: typeof host) => socket.heard().filter((message: any) => message.type === 'health');
  const measure = async (health: object) => {
    await feed.renew('live', { health: { fpsIn: 30, kbpsIn: 2_500, delayMs: 40, dropped: 0, restarts: 0, ...health } });
    rooms.later(PRESENCE.countEveryMs);
    await shift?.tick();
  };
  await measure({});
  expect(healths(host)).toMatchObject([{ streamId: id, health: { level: 'good', kbpsIn: 2_500, delayMs: 40 } }]);
  await measure({ delayMs: 9_000 });
  expect(healths(host)).toMatchObject([{}, { health: { level: 'poor', delayMs: 9_000 } }]);
  // nothing is measured anew
  rooms.later(PRESENCE.countEveryMs);
  await shift?.tick();
  expect(healths(host)).toHaveLength(2);
  // its browser is away
  await feed.renew('reconnecting');
  rooms.later(PRESENCE.countEveryMs);
  await shift?.tick();
  expect(healths(viewer)).toEqual([]);
  await shift?.release();
});

describe('whoever loses access', () => {
  const followersOnly = async () => {
    const show = await begin({ title: 'For friends', visibility: 'followers' });
    const { id: fan } = await rooms.join(`fan_${++number}`);
    await rooms.known.follows.follow(fan, show.creator.id, rooms.now());
    const [socket, other] = [await open(fan), await open(show.creator.id)];
    for (const one of [socket, other]) await one.say({ action: 'join', streamId: show.id });
    const eviction = buildEviction(rooms.base, rooms.known);
    return { ...show, fan, socket, other, eviction };
  };

  it('is taken out of the audience, told so, and hears nothing more', async () => {
    const { id, creator, fan, socket, other, mux, eviction } = await followersOnly();
    await rooms.known.follows.unfollow(fan, creator.id);
    await eviction.ofPerson(fan, [creator.id]);
    expect(socket.heard()).toEqual([{ type: 'refused', error: 'not-allowed', message: expect.any(String) }]);
    await rooms.deliver(mux.active());
    expect([socket.heard().length, other.heard().length]).toEqual([1, 1]);
    expect(await socket.say({ action: 'join', streamId: id })).toMatchObject({ error: 'not-allowed' });
  });

  type Show = { id: StreamId; creator: User; fan: User };
  it.each<[string, error: string, (show: Show) => Promise<{ status: number }>]>([
    [
      'unfollows',
      'not-allowed',
      ({ creator, fan }) => rooms.call('DELETE', `/users/${creator.handle}/follow`, { as: fan }),
    ],
    [
      'blocks its creator',
      'not-allowed',
      ({ creator, fan }) => rooms.call('PUT', `/users/${creator.handle}/block`, { as: fan }),
    ],
    [
      'is blocked by its creator',
      'not-allowed',
      ({ creator, fan }) => rooms.call('PUT', `/users/${fan.handle}/block`, { as: creator }),
    ],
    [
      'is banned from it',
      'not-allowed',
      ({ id, creator, fan }) =>
        rooms.call('POST', `/stream/${id}/moderation`, { as: creator, body: { act: 'ban', handle: fan.handle } }),
    ],
    ['has no account any more', 'not-signed-in', ({ fan }) => rooms.call('DELETE', '/users/me', { as: fan })],
  ])('because of having done what takes it away (%s) is out of the audience by that alone', async (_, error, lose) => {
    const show = await begin({ title: 'For friends', visibility: 'followers' });
    const fan = await rooms.join(`fan_${++number}`);
    await rooms.call('PUT', `/users/${show.creator.handle}/follow`, { as: fan, body: {} });
    const [one, other] = [await open(fan.id), await open(fan.id)];
    for (const socket of [one, other]) await socket.say({ action: 'join', streamId: show.id });
    expect(await sizeOf(show.id)).toBe(2);
    expect((await lose({ ...show, fan })).status).toBeLessThan(300);
    for (const socket of [one, other])
      expect(socket.heard()).toEqual([{ type: 'refused', error, message: expect.any(String) }]);
    expect(await sizeOf(show.id)).toBe(0);
  });

  it('because the show is for followers now, is taken out of its audience, and hears nothing of what it has become', async () => {
    const creator = await rooms.newCreator();
    const scheduledFor = new Date(rooms.now() + 3_600_000).toISOString();
    const { id } = await rooms.create(creator, { title: 'Soon', scheduledFor });
    const [stranger, anybody, host] = [await open(rooms.viewer.id), await open(), await open(creator.id)];
    for (const socket of [stranger, anybody, host]) await socket.say({ action: 'join', streamId: id });
    const body = { title: 'Among ourselves', visibility: 'followers' };
    await rooms.call('PATCH', `/stream/${id}`, { as: creator, body });
    expect([stranger, anybody, host].map((socket) => socket.heard())).toEqual([
      [expect.objectContaining({ type: 'refused', error: 'not-allowed' })],
      [expect.objectContaining({ type: 'refused', error: 'not-allowed' })],
      [expect.objectContaining({ type: 'stream', stream: expect.objectContaining(body) })],
    ]);
    expect(await sizeOf(id)).toBe(1);
  });

  it('by signing out everywhere has no socket and no ticket left', async () => {
    const { fan, socket, eviction } = await followersOnly();
    const unused = await ticket(fan);
    rooms.later(1);
    await rooms.known.users.signOutEverywhere(fan, rooms.now());
    await eviction.everywhere(fan);
    expect(await socket.say({ action: 'ping' })).toBeUndefined();
    expect(await connect('late', { ticket: unused })).toEqual({ statusCode: 401 });
    expect(await (await open(fan)).say({ action: 'ping' })).toEqual({ type: 'pong' });
  });

  it('by signing out everywhere is heard by no socket that nobody found', async () => {
    const { id, fan } = await followersOnly();
    const messages = [
      { action: 'chat', streamId: id, text: 'Still here', clientId: 'client-1' },
      { action: 'join', streamId: id },
      { action: 'react', streamId: id, kind: 'heart' },
      { action: 'beat', streamId: id, at: 1 },
    ];
    const sockets = [];
    for (const message of messages) sockets.push({ message, socket: await open(fan) });
    rooms.later(1);
    await rooms.known.users.signOutEverywhere(fan, rooms.now());
    for (const { socket, message } of sockets) {
      expect(await socket.say(message)).toMatchObject({ type: 'refused', error: 'not-signed-in' });
      expect(await socket.say({ action: 'ping' })).toBeUndefined();
    }
  });
});

describe('a large audience', () => {
  it('is asked for, not told; its creator is told all the same', async () => {
    const { id, creator, mux } = await begin();
    const { sizes } = rooms.streaming.connections;
    rooms.streaming.connections.sizes = async (ids) => new Map(ids.map((one) => [one, AUDIENCE.cap + AUDIENCE.slack]));
    const [viewer, host] = [await open(), await open(creator.id)];
    expect(await viewer.say({ action: 'join', streamId: id })).toMatchObject({ mode: 'poll' });
    expect(await host.say({ action: 'join', streamId: id })).toMatchObject({ mode: 'push' });
    rooms.streaming.connections.sizes = sizes;
    await rooms.deliver(mux.active());
    expect([viewer.heard().length, host.heard().length]).toEqual([0, 1]);
  });

  it('asks from when it is counted, is sent there at once, and is told again when it has shrunk', async () => {
    const { id, creator, mux } = await begin();
    await rooms.deliver(mux.active());
    const [early, host] = [await open(), await open(creator.id)];
    for (const socket of [early, host]) await socket.say({ action: 'join', streamId: id });
    const { shift } = await rooms.streaming.delivery.take(id);
    const { connections } = rooms.streaming;
    const { crowd } = connections;
    connections.crowd = async (one) => ({ ...(await crowd(one)), size: AUDIENCE.cap + 1 });
    rooms.pushed.length = 0;
    await rooms.streaming.chat.say(
      (await rooms.streaming.streams.get(id))!,
      { userId: creator.id, roles: [], suspended: undefined },
      { text: 'Welcome', clientId: 'client-1' },
    );
    await shift?.tick();
    connections.crowd = crowd;
    const sent = { type: 'mode', streamId: id, mode: 'poll' };
    expect(early.heard()).toMatchObject([{ type: 'batch', after: 0, seq: 1, messages: [{ text: 'Welcome' }, sent] }]);
    expect((await rooms.call('GET', `/stream/${id}/live`)).body).toMatchObject({ mode: 'poll', seq: 1, chatFrom: 1 });

    // whoever comes now is not told; who stays all the same is told nothing, and the creator everything
    expect(await (await open()).say({ action: 'join', streamId: id })).toMatchObject({ mode: 'poll' });
    await rooms.streaming.chat.say(
      (await rooms.streaming.streams.get(id))!,
      { userId: creator.id, roles: [], suspended: undefined },
      { text: 'So many', clientId: 'client-2' },
    );
    await shift?.tick();
    expect([early.heard().length, host.heard().length]).toEqual([1, 2]);
    expect(host.heard()[1]).toMatchObject({ type: 'batch', after: 1, seq: 2 });

    rooms.later(AUDIENCE.staysMs - 1);
    await shift?.tick();
    expect((await rooms.call('GET', `/stream/${id}/live`)).body).toMatchObject({ mode: 'poll' });
    rooms.later(3_000);
    await shift?.tick();
    expect((await rooms.call('GET', `/stream/${id}/live`)).body).toMatchObject({ mode: 'push' });
    expect(await (await open()).say({ action: 'join', streamId: id })).toMatchObject({ mode: 'push' });
    await shift?.release();
  });

  it('is sent to ask until all of it asks, whoever was not reached at first', async () => {
    const { id, creator, mux } = await begin();
    await rooms.deliver(mux.active());
    const host = await open(creator.id);
    const viewers = await Promise.all(Array.from({ length: 6 }, () => open()));
    for (const socket of [host, ...viewers]) await socket.say({ action: 'join', streamId: id });
    const { shift } = await rooms.streaming.delivery.take(id);
    const { connections } = rooms.streaming;
    const { crowd } = connections;
    connections.crowd = async (one) => ({ ...(await crowd(one)), size: AUDIENCE.cap + 1 });
    rooms.pushed.length = 0;
    const [unreached, reached] = [viewers.slice(0, 3), viewers.slice(3)];
    for (const { connectionId } of unreached) rooms.absent.set(connectionId, new Error('not in time'));
    await shift?.tick();
    connections.crowd = crowd;
    rooms.absent.clear();
    const sent = { type: 'mode', streamId: id, mode: 'poll' };
    expect(viewers.map((viewer) => viewer.heard().length)).toEqual([0, 0, 0, 1, 1, 1]);
    for (const viewer of reached) await viewer.close();

    rooms.later(PRESENCE.countEveryMs);
    await shift?.tick();
    for (const viewer of unreached) expect(viewer.heard()).toEqual([sent]);
    for (const viewer of unreached) await viewer.close();

    // who asks is not bothered, and the creator is told what is new, and not where to go
    rooms.pushed.length = 0;
    rooms.later(PRESENCE.countEveryMs);
    await shift?.tick();
    expect(rooms.pushed.filter(({ message }) => JSON.stringify(message).includes('mode'))).toEqual([]);
    await shift?.release();
  });

  it('that takes long to tell is told what is new at once after that, and a small one four times a second', async () => {
    const { id, mux } = await begin();
    await rooms.deliver(mux.active());
    const socket = await open();
    await socket.say({ action: 'join', streamId: id });
    const { connections } = rooms.streaming;
    const { crowd } = connections;
    /** From one look at what is new to the next, where what is asked of an audience takes so long. */
    const apart = async (tookMs: number): Promise<number[]> => {
      connections.crowd = (one) => {
        rooms.later(tookMs);
        return crowd(one);
      };
      const at: number[] = [];
      await rooms.streaming.delivery.run(id, () => at.push(rooms.now()) > 20);
      connections.crowd = crowd;
      const looks = [...new Set(at)];
      return looks.slice(1).map((ms, i) => ms - (looks[i] ?? 0));
    };
    expect(new Set(await apart(0))).toEqual(new Set([DELIVERY.tickMs]));
    const longMs = 3 * DELIVERY.tickMs;
    const long = (await apart(longMs)).filter((ms) => ms > DELIVERY.tickMs);
    expect(long.length).toBeGreaterThan(2);
    // the first comes after a short one; from then on nothing is waited besides
    expect(long.slice(1).map((ms) => ms % longMs)).toEqual(long.slice(1).map(() => 0));
  });

  it('is told a few at a time, and no longer than there is time for', async () => {
    const { id } = await begin();
    for (let i = 0; i < 150; i++)
      await rooms.base.table.put({
        ...memberKey(id, `crowd-${i}`),
        connectionId: { S: `crowd-${i}` },
        expiresAt: { N: String(Math.ceil(rooms.now() / 1_000) + 60) },
        v: { N: '1' },
      });
    let now = rooms.now();
    let [open, most, sent] = [0, 0, 0];
    const publisher = createPublisher({
      connections: rooms.streaming.connections,
      log: rooms.base.log,
      clock: () => new Date(now),
      limits: { take: async () => ({ allowed: true }) },
      wait: async () => {},
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
    await publisher.toAudience(id, { type: 'pong' });
    expect(most).toBeLessThanOrEqual(64);
    expect(sent).toBeLessThan(150);
    expect(rooms.logged.at(-1)).toMatchObject({
      level: 'warn',
      message: 'an audience was too large to be told in time',
    });
  });

  it('is told no faster than all audiences together may be, and waits for no block that could have been taken before', async () => {
    let now = rooms.now();
    let [blocks, posted, dry] = [0, 0, 0];
    /** How many posts there still were when another block was asked for. */
    const leftAt: number[] = [];
    const publisher = createPublisher({
      connections: rooms.streaming.connections,
      log: rooms.base.log,
      clock: () => new Date(now),
      limits: {
        take: async () => {
          // who was let through before has gone
          for (let turns = 0; turns < 10; turns++) await Promise.resolve();
          leftAt.push(blocks * POSTS.block - posted);
          // in the middle there are none for a while
          if (blocks === 2 && dry < 3) {
            dry += 1;
            return { allowed: false, retryAfterMs: POSTS.rate.everyMs };
          }
          await new Promise((done) => setImmediate(done));
          blocks += 1;
          return { allowed: true };
        },
      },
      wait: async (ms) => {
        now += ms;
        await new Promise((done) => setImmediate(done));
      },
      sockets: {
        post: async () => {
          posted += 1;
          expect(posted).toBeLessThanOrEqual(blocks * POSTS.block);
          await new Promise((done) => setImmediate(done));
          return 'sent';
        },
      },
    });
    const members = Array.from({ length: 5 * POSTS.block }, (_, i) => ({ connectionId: `told-${i}` }));
    await publisher.toMembers(members, { type: 'pong' });
    expect([posted, dry]).toEqual([members.length, 3]);
    // but for the first, none was asked for only when nothing was left
    expect(leftAt.slice(1).filter((left) => left === 0).length).toBeLessThanOrEqual(dry);
    expect(now - rooms.now()).toBe(3 * POSTS.rate.everyMs);
  });

  it('forgets who has never said goodbye', async () => {
    const { id, mux } = await begin();
    const socket = await open();
    await socket.say({ action: 'join', streamId: id });
    rooms.later(3 * 60 * 60_000);
    await rooms.deliver(mux.active());
    expect(socket.heard()).toEqual([]);
  });
});
