import { createECDH } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '#domain/user';
import { PUSH_LIMITS } from '#domain/push';
import { startPushService } from '#stand-ins/push/push-service';
import { createPushStore } from '#store/pushes';
import { buildWork } from '../assembly/rooms/tasks.ts';
import { openShowRooms, type ShowRooms } from '../show-rooms.testing.ts';
import { isPublicAddress, isPushEndpoint } from './push-address.ts';

let rooms: ShowRooms;
let service: Awaited<ReturnType<typeof startPushService>>;
let number = 0;
beforeAll(async () => {
  service = await startPushService();
  rooms = await openShowRooms({ pushAlso: [service.origin] });
});
afterAll(async () => {
  await rooms.close();
  await service.close();
});
beforeEach(() => {
  service.received.length = 0;
  rooms.tasks.length = 0;
});

const person = (roles: { creator?: boolean } = {}): Promise<User> => rooms.join(`noticed_${++number}`, roles);

/** A browser of somebody that is to be told of a creator. */
const listen = async (who: User, whom: User) => {
  const browser = service.subscribe();
  const { endpoint, keys } = browser;
  const asked = await rooms.call('PUT', '/users/me/push', { as: who, body: { endpoint, keys } });
  expect(asked.status).toBe(200);
  await rooms.call('PUT', `/users/${whom.handle}/follow`, { as: who, body: { notify: true } });
  return { ...browser, id: asked.body.id };
};

const begin = async (creator: User, body?: object) => {
  const { id, feed, mux } = await rooms.begin(creator, body);
  await feed.renew('live');
  rooms.later(5_000);
  await rooms.deliver(mux.active());
  const end = async () => {
    await rooms.call('POST', `/stream/${id}/end`, { as: creator });
    await feed.release('finished');
    rooms.later(5_000);
    await rooms.deliver(mux.idle(10_000));
    await rooms.sweep();
  };
  return { id, feed, mux, end };
};

/** Does what has been handed over to be done, and what that hands over. */
const doTasks = async () => {
  const work = buildWork(rooms.streaming);
  for (let task = rooms.tasks.shift(); task !== undefined; task = rooms.tasks.shift())
    if (task.do !== 'deliver') await work(task, () => false);
};

/** A key of the right form that is no point of the curve. */
const besideTheCurve = (p256dh: string): string => {
  const point = Buffer.from(p256dh, 'base64url');
  point.writeUInt8(point.readUInt8(64) ^ 1, 64);
  return point.toString('base64url');
};

const browsersOf = async (who: User) => (await rooms.call('GET', '/users/me/push', { as: who })).body.browsers;

describe('a notice', () => {
  it('reaches the browser of who has asked for it, readable by it alone and signed by us', async () => {
    const [fan, creator] = [await person(), await person({ creator: true })];
    await listen(fan, creator);
    const { id } = await begin(creator, { title: 'Ein Lied für Dich' });
    await doTasks();
    expect(service.received).toHaveLength(1);
    const { headers, text } = service.received[0]!;
    expect(JSON.parse(text)).toEqual({
      kind: 'live',
      streamId: id,
      creator: creator.name,
      title: 'Ein Lied für Dich',
    });
    expect(headers).toMatchObject({
      'content-encoding': 'aes128gcm',
      ttl: String(PUSH_LIMITS.ttlSeconds),
      urgency: 'high',
    });
    expect(headers['topic']).toMatch(/^[\w-]{1,32}$/);
    // RFC 8292: whom the signature is for and until when, and by the very key that the browser subscribed for
    const [, jwt = '', key = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization ?? '') ?? [];
    const { publicKey } = (await rooms.call('GET', '/users/me/push', { as: fan })).body;
    expect(key).toBe(publicKey);
    const point = Buffer.from(publicKey, 'base64url');
    const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
    const verifying = await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256');
    const { payload } = await jwtVerify(jwt, verifying, { audience: service.origin });
    expect(payload.sub).toMatch(/^(?:mailto|https):/);
    expect((payload.exp ?? 0) - Date.now() / 1000).toBeLessThanOrEqual(24 * 3_600);
  });

  it('goes to none who only follows, has silenced the bell, unfollowed, or is kept out', async () => {
    const creator = await person({ creator: true });
    const [follower, silenced, left, banned] = [await person(), await person(), await person(), await person()];
    await listen(follower, creator);
    await rooms.call('PUT', `/users/${creator.handle}/follow`, { as: follower, body: { notify: false } });
    await listen(silenced, creator);
    await rooms.call('PUT', `/users/${creator.handle}/follow`, { as: silenced, body: { notify: false } });
    await listen(left, creator);
    await rooms.call('DELETE', `/users/${creator.handle}/follow`, { as: left });
    await listen(banned, creator);
    const show = await begin(creator);
    const body = { act: 'ban', handle: banned.handle };
    await rooms.call('POST', `/stream/${show.id}/moderation`, { as: creator, body });
    await doTasks();
    expect(service.received).toEqual([]);
  });

  it('is sent once a show, however often its beginning is told, and not of a break or of a show to test', async () => {
    const [fan, creator] = [await person(), await person({ creator: true })];
    await listen(fan, creator);
    const tested = await begin(creator, { title: 'Only a test', test: true });
    await tested.end();
    await doTasks();
    expect(service.received).toEqual([]);
    rooms.later(PUSH_LIMITS.breakMs);
    const show = await begin(creator);
    await rooms.deliver(show.mux.active());
    await doTasks();
    await rooms.deliver(show.mux.active());
    await show.feed.renew('reconnecting');
    await show.feed.renew('live');
    await rooms.sweep();
    rooms.tasks.push({ do: 'notify-all', streamId: show.id });
    await doTasks();
    expect(service.received).toHaveLength(1);
  });

  it('is quiet where a creator goes on after a break, and is sent again later', async () => {
    const [fan, creator] = [await person(), await person({ creator: true })];
    await listen(fan, creator);
    const first = await begin(creator);
    await doTasks();
    await first.end();
    rooms.later(60_000);
    const second = await begin(creator);
    await doTasks();
    expect(service.received).toHaveLength(1);
    await second.end();
    rooms.later(PUSH_LIMITS.breakMs + 60_000);
    await begin(creator);
    await doTasks();
    expect(service.received).toHaveLength(2);
  });

  it.each([404, 410])('that a push service answers %i to is the last to that browser', async (status) => {
    const [fan, creator] = [await person(), await person({ creator: true })];
    const gone = await listen(fan, creator);
    const there = await listen(fan, creator);
    service.answer(gone.path, { status });
    await begin(creator);
    await doTasks();
    expect(service.received.map(({ path }) => path)).toEqual([there.path]);
    expect(await browsersOf(fan)).toEqual([{ id: there.id }]);
  });

  it('is not tried at a browser that nothing can be encrypted for, which is forgotten', async () => {
    const [fan, creator] = [await person(), await person({ creator: true })];
    const there = await listen(fan, creator);
    const { endpoint, keys } = service.subscribe();
    // as it may have been taken before keys were looked at
    const taken = { endpoint, ...keys, p256dh: besideTheCurve(keys.p256dh) };
    await createPushStore(rooms.base).subscribe(fan.id, taken, rooms.now());
    await begin(creator);
    await doTasks();
    expect(service.received.map(({ path }) => path)).toEqual([there.path]);
    expect(await browsersOf(fan)).toEqual([{ id: there.id }]);
  });

  it.each([307, 400, 401, 403, 413])('that a push service answers %i to is not tried again', async (status) => {
    const [fan, creator] = [await person(), await person({ creator: true })];
    const refusing = await listen(fan, creator);
    service.answer(refusing.path, { status }, { status: 201 });
    await begin(creator);
    await doTasks();
    expect(service.received).toEqual([]);
    // what it refused was this notice
    expect(await browsersOf(fan)).toEqual([{ id: refusing.id }]);
  });

  it.each([408, 429, 500, 503])('that a push service answers %i to is tried again', async (status) => {
    const [fan, creator] = [await person(), await person({ creator: true })];
    const slow = await listen(fan, creator);
    service.answer(slow.path, { status }, { status: 201 });
    await begin(creator);
    await doTasks();
    expect(service.received.map(({ path }) => path)).toEqual([slow.path]);
  });

  it('is tried again, to that browser alone, where a push service is busy, and given up in the end', async () => {
    const [fan, other, creator] = [await person(), await person(), await person({ creator: true })];
    const busy = await listen(fan, creator);
    const well = await listen(other, creator);
    service.answer(busy.path, { status: 429, retryAfter: '30' }, { status: 503 }, { status: 201 });
    await begin(creator);
    await doTasks();
    expect(service.received.map(({ path }) => path).sort()).toEqual([busy.path, well.path].sort());
    service.received.length = 0;
    service.answer(busy.path, { status: 500 });
    const [late, another] = [await person({ creator: true }), fan];
    await rooms.call('PUT', `/users/${late.handle}/follow`, { as: another, body: { notify: true } });
    await begin(late);
    await doTasks();
    expect(service.received).toEqual([]);
    expect(rooms.tasks).toEqual([]);
  });
});

describe('a browser', () => {
  it('is one person’s alone, and ten of each are told', async () => {
    const [one, two] = [await person(), await person()];
    const { endpoint, keys } = service.subscribe();
    await rooms.call('PUT', '/users/me/push', { as: one, body: { endpoint, keys } });
    const taken = await rooms.call('PUT', '/users/me/push', { as: two, body: { endpoint, keys } });
    expect(await browsersOf(one)).toEqual([]);
    expect(await browsersOf(two)).toEqual([taken.body]);
    for (let many = 0; many < PUSH_LIMITS.browsers; many++) {
      rooms.later(1_000);
      const { endpoint: another, keys: its } = service.subscribe();
      await rooms.call('PUT', '/users/me/push', { as: two, body: { endpoint: another, keys: its } });
    }
    const told = await browsersOf(two);
    expect(told).toHaveLength(PUSH_LIMITS.browsers);
    expect(told).not.toContainEqual(taken.body);
    await rooms.call('DELETE', `/users/me/push/${told[0].id}`, { as: one });
    expect(await browsersOf(two)).toHaveLength(PUSH_LIMITS.browsers);
    await rooms.call('DELETE', `/users/me/push/${told[0].id}`, { as: two });
    expect(await browsersOf(two)).toHaveLength(PUSH_LIMITS.browsers - 1);
  });

  it.each([
    'http://push.example.com/1',
    'https://127.0.0.1/1',
    'https://[::1]/1',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/1',
    'https://printer.local/1',
    'https://push.services.mozilla.com:8443/1',
    'https://user:secret@push.services.mozilla.com/1',
    'https://2130706433/1',
  ])('cannot be at %s', async (endpoint) => {
    const { keys } = service.subscribe();
    expect(isPushEndpoint(endpoint, [])).toBe(false);
    const answer = await rooms.call('PUT', '/users/me/push', { as: rooms.viewer, body: { endpoint, keys } });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid-request']);
  });

  it('cannot have a key that nothing can be encrypted for', async () => {
    const { endpoint, keys } = service.subscribe();
    for (const p256dh of [besideTheCurve(keys.p256dh), 'a'.repeat(87)]) {
      const body = { endpoint, keys: { ...keys, p256dh } };
      const answer = await rooms.call('PUT', '/users/me/push', { as: rooms.viewer, body });
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid-request']);
    }
  });

  it('is looked for on the Internet only', () => {
    for (const inside of [
      '10.1.2.3',
      '100.64.0.1',
      '127.0.0.1',
      '169.254.169.254',
      '172.31.0.1',
      '192.168.1.1',
      '0.0.0.0',
    ])
      expect([inside, isPublicAddress(inside)]).toEqual([inside, false]);
    for (const inside of [
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      '::ffff:127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      'ff02::1',
    ])
      expect([inside, isPublicAddress(inside)]).toEqual([inside, false]);
    for (const outside of ['142.250.74.10', '2a00:1450:4001:80e::200a'])
      expect([outside, isPublicAddress(outside)]).toEqual([outside, true]);
  });
});

describe('the key by which push services know us', () => {
  it('is a point of P-256 that fits its private half', async () => {
    const { publicKey } = (await rooms.call('GET', '/users/me/push', { as: rooms.viewer })).body;
    const point = Buffer.from(publicKey, 'base64url');
    expect(point).toHaveLength(65);
    const other = createECDH('prime256v1');
    other.generateKeys();
    expect(other.computeSecret(point)).toHaveLength(32);
  });
});
