import { createHmac } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { GUEST_LIMITS } from '#contract/guest-messages';
import type { User } from '#domain/user';
import { buildEviction } from '../assembly/eviction.ts';
import { openShowRooms } from '../show-rooms.testing.ts';
import { createIce, RELAY_MS } from './ice.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
beforeEach(() => {
  rooms.pushed.length = 0;
  rooms.absent.clear();
});
let number = 0;

/** An open socket, by a ticket of ours or by the one that is given. */
const open = async ({ as, ticket }: { as?: User | undefined; ticket?: string | undefined } = {}) => {
  const connectionId = `socket-${++number}`;
  const made = ticket ?? `ticket-${number}`;
  if (ticket === undefined) await rooms.tickets.issue({ ticket: made, userId: as?.id, until: rooms.now() + 60_000 });
  const { statusCode } = await rooms.realtime.connect({
    requestContext: { connectionId },
    queryStringParameters: { ticket: made },
  });
  return {
    connectionId,
    statusCode,
    say: async (message: unknown) => {
      const { body } = await rooms.realtime.message({
        requestContext: { connectionId },
        body: JSON.stringify(message),
      });
      return body === undefined ? undefined : JSON.parse(body);
    },
    heard: (): any[] => rooms.pushed.filter((push) => push.connectionId === connectionId).map(({ message }) => message),
    close: () => rooms.realtime.disconnect({ requestContext: { connectionId } }),
  };
};
type Socket = Awaited<ReturnType<typeof open>>;

type Comes = { as?: User; name?: string; seat?: string; streamId?: string; browser?: string };
const come = (code: string, { as, ...more }: Comes = {}) =>
  rooms.call('POST', '/stream/guests', { as, body: { code, ...(as ? {} : { name: 'Zoya' }), ...more } });

/** A show on the air with a link for guests, its studio's socket, and guests who come by the link. */
const begin = async () => {
  const creator = await rooms.newCreator();
  const show = await rooms.begin(creator);
  const path = `/stream/${show.id}/guests/invitation`;
  const { code } = (await rooms.call('POST', path, { as: creator })).body;
  const studio = await open({ as: creator });
  const opened = await studio.say({ action: 'guests.open', streamId: show.id });
  const guest = async (more: Comes = {}) => {
    const { status, body } = await come(code, more);
    if (status !== 201) throw new Error(`the guest was answered ${status}: ${JSON.stringify(body)}`);
    const socket = await open({ ticket: body.ticket });
    const page = `page-of-${++number}`;
    const place = await socket.say({ action: 'guest.ask', page });
    return { ...socket, page, place, seat: body.seat };
  };
  const list = async (): Promise<any[]> => (await studio.say({ action: 'guests.open', streamId: show.id })).guests;
  const idOf = async (socket: { page: string }): Promise<string> =>
    (await list()).find(({ page }) => page === socket.page)?.id;
  const admit = async (socket: { page: string }) =>
    studio.say({ action: 'guests.admit', streamId: show.id, guestId: await idOf(socket) });
  const remove = async (socket: { page: string }) =>
    studio.say({ action: 'guests.remove', streamId: show.id, guestId: await idOf(socket) });
  return { creator, ...show, path, code, studio, opened, guest, list, idOf, admit, remove };
};

const offer = { description: { type: 'offer', sdp: 'v=0' } };
const signal = (socket: Socket, more: object = {}) =>
  socket.say({ action: 'guest.signal', session: 'session-1', signal: offer, ...more });

describe('a link for guests', () => {
  it('is made by whose show it is, and by nobody else', async () => {
    const { path, creator } = await begin();
    const tries = [undefined, rooms.viewer, rooms.moderator, creator].map((as) => rooms.call('POST', path, { as }));
    expect((await Promise.all(tries)).map(({ status }) => status)).toEqual([401, 403, 403, 201]);
    expect((await rooms.call('DELETE', path, { as: rooms.viewer })).status).toBe(403);
  });

  it('holds 192 random bits, of which the table knows a hash', async () => {
    const { code } = await begin();
    expect(Buffer.from(code, 'base64url')).toHaveLength(24);
    expect(JSON.stringify(await rooms.everything())).not.toContain(code);
  });

  it('leads nowhere once there is another, once it is taken back, after a day, and once the show is over', async () => {
    const { path, creator, code, id } = await begin();
    const status = async (of: string) => (await come(of)).status;
    const next = (await rooms.call('POST', path, { as: creator })).body.code;
    expect([await status(code), await status(next)]).toEqual([404, 201]);
    await rooms.call('DELETE', path, { as: creator });
    expect(await status(next)).toBe(404);
    const last = (await rooms.call('POST', path, { as: creator })).body.code;
    expect(await status(last)).toBe(201);
    await rooms.call('POST', `/stream/${id}/end`, { as: creator });
    expect(await status(last)).toBe(404);
    expect((await rooms.call('POST', path, { as: creator })).body.error).toBe('stream-ended');

    const other = await begin();
    rooms.later(GUEST_LIMITS.invitationMs);
    expect(await status(other.code)).toBe(404);
  });

  it.each(['A'.repeat(32), `${'A'.repeat(31)}_`])('that was made up leads nowhere', async (code) => {
    expect((await come(code)).body).toEqual({ error: 'not-found', message: expect.any(String) });
  });
});

describe('who comes by a link', () => {
  it('is called as they say, with what nobody sees taken out, or as their account is called', async () => {
    const { code } = await begin();
    expect((await come(code, { name: ' Zo\u202eya ' })).body).toMatchObject({
      name: 'Zoya',
      show: { id: expect.any(String), title: 'A show' },
    });
    expect((await come(code, { as: rooms.viewer, name: 'Asha' })).body.name).toBe('CHEN');
    expect((await come(code, { name: '\u200b' })).body.error).toBe('invalid-request');
    expect((await come(code, { name: 'x'.repeat(81) })).body.error).toBe('invalid-request');
    expect((await rooms.call('POST', '/stream/guests', { body: { code } })).body.error).toBe('invalid-request');
  });

  it('is not the creator, nor anybody whom the creator keeps out', async () => {
    const { code, creator, guest } = await begin();
    const blocked = await rooms.join(`blocked_${++number}`);
    const { ticket } = (await come(code, { as: blocked })).body;
    expect((await come(code, { as: creator })).body.error).toBe('not-allowed');
    await rooms.call('PUT', `/users/${blocked.handle}/block`, { as: creator });
    expect((await come(code, { as: blocked })).body.error).toBe('blocked');
    // nor by a ticket from before
    const socket = await open({ ticket });
    expect((await socket.say({ action: 'guest.ask', page: 'page-of-one' })).error).toBe('blocked');
    expect((await guest({ as: rooms.viewer })).place).toEqual({ type: 'guest.place', admitted: false });
  });

  it('waits until the creator lets them in, and then has servers to connect by', async () => {
    const { guest, admit, studio, id } = await begin();
    const zoya = await guest();
    expect(zoya.place).toEqual({ type: 'guest.place', admitted: false });
    const view = { id: expect.any(String), name: 'Zoya', admitted: false, gone: false, page: zoya.page };
    expect(studio.heard()).toEqual([{ type: 'guests', streamId: id, guests: [view] }]);
    expect(await admit(zoya)).toMatchObject({ guests: [{ ...view, admitted: true }], iceServers: [] });
    expect(zoya.heard()).toEqual([{ type: 'guest.place', admitted: true, iceServers: [] }]);
  });

  it(`is one of ${GUEST_LIMITS.onAir} on the air and ${GUEST_LIMITS.waiting} who wait`, async () => {
    const { guest, admit, list } = await begin();
    const waiting = [];
    for (let i = 0; i < GUEST_LIMITS.waiting; i++) waiting.push(await guest());
    expect((await guest()).place).toMatchObject({ type: 'refused', error: 'conflict' });
    const [first, second, third] = waiting;
    expect((await admit(first!)).type).toBe('guests');
    expect((await admit(second!)).type).toBe('guests');
    expect(await admit(third!)).toMatchObject({ type: 'refused', error: 'conflict' });
    // whoever is on the air waits no longer, and letting them in again does no harm
    expect((await admit(first!)).type).toBe('guests');
    expect((await guest()).place).toMatchObject({ type: 'guest.place' });
    expect((await list()).filter(({ admitted }) => admitted)).toHaveLength(GUEST_LIMITS.onAir);
  });

  it('keeps the place for 20 s while they are gone, by what only their browser knows', async () => {
    const { guest, admit, list, studio } = await begin();
    const zoya = await guest();
    await admit(zoya);
    await zoya.close();
    expect(studio.heard().at(-1)).toMatchObject({ guests: [{ admitted: true, gone: true }] });
    rooms.later(GUEST_LIMITS.placeKeptMs - 1);
    const again = await guest({ seat: zoya.seat });
    expect(again.place).toEqual({ type: 'guest.place', admitted: true, iceServers: [] });
    expect(await list()).toMatchObject([{ admitted: true, gone: false, page: again.page }]);

    await again.close();
    rooms.later(GUEST_LIMITS.placeKeptMs);
    expect(await list()).toEqual([]);
    expect((await guest({ seat: zoya.seat })).place).toEqual({ type: 'guest.place', admitted: false });
    expect(JSON.stringify(await rooms.everything())).not.toContain(zoya.seat);
  });

  it('comes back to their place when the link leads nowhere any more, and nobody comes so who has none', async () => {
    const { guest, admit, remove, path, creator, code, id, list } = await begin();
    const zoya = await guest();
    await admit(zoya);
    await rooms.call('DELETE', path, { as: creator });
    const status = async (more: { seat?: string; streamId?: string }) => (await come(code, more)).status;
    expect(await status({ seat: zoya.seat })).toBe(404);
    expect(await status({ seat: 'A'.repeat(32), streamId: id })).toBe(404);
    expect(await status({ streamId: id })).toBe(404);
    expect(await status({ seat: zoya.seat, streamId: (await begin()).id })).toBe(404);
    await zoya.close();
    const { ticket } = (await come(code, { seat: zoya.seat, streamId: id })).body;
    const again = await open({ ticket });
    expect(await again.say({ action: 'guest.ask', page: 'page-of-again' })).toMatchObject({ admitted: true });
    expect(await list()).toMatchObject([{ admitted: true, gone: false }]);
    await remove({ page: 'page-of-again' });
    expect(await status({ seat: zoya.seat, streamId: id })).toBe(404);
  });

  it('is told that they are sent away, has a socket that nobody hears, and cannot come again', async () => {
    const { guest, admit, remove, list } = await begin();
    const [zoya, person] = [await guest(), await guest({ as: rooms.viewer })];
    await admit(zoya);
    for (const one of [zoya, person]) await remove(one);
    expect([zoya, person].map((one) => one.heard().at(-1))).toEqual([
      { type: 'guest.over', because: 'removed' },
      { type: 'guest.over', because: 'removed' },
    ]);
    expect(await signal(zoya)).toBeUndefined();
    expect((await guest({ seat: zoya.seat })).place).toEqual({ type: 'guest.over', because: 'removed' });
    // nor as the same person with another browser
    expect((await guest({ as: rooms.viewer })).place).toEqual({ type: 'guest.over', because: 'removed' });
    expect(await list()).toEqual([]);
  });

  it('is known by their browser once they were sent away, in another tab, signed out or by another name', async () => {
    const { guest, remove, list } = await begin();
    const browser = 'a-browser-of-zoya';
    await remove(await guest({ browser }));
    const away = { type: 'guest.over', because: 'removed' };
    expect((await guest({ browser, name: 'Somebody else' })).place).toEqual(away);
    expect((await guest({ browser, as: rooms.viewer })).place).toEqual(away);

    const other = 'a-browser-of-chens';
    await remove(await guest({ browser: other, as: rooms.viewer }));
    expect((await guest({ browser: other })).place).toEqual(away);
    expect(await list()).toEqual([]);
    // of whom we know nothing the creator decides
    expect((await guest({ browser: 'a-browser-of-others' })).place).toEqual({ type: 'guest.place', admitted: false });
  });

  it('who came by their account has a place that is that account’s: signed out they wait as a stranger', async () => {
    const { guest, admit, list, path, creator, code, id } = await begin();
    const socket = await guest({ as: rooms.viewer });
    await admit(socket);
    await socket.close();
    const stranger = await guest({ seat: socket.seat });
    expect(stranger.place).toEqual({ type: 'guest.place', admitted: false });
    expect(stranger.seat).not.toBe(socket.seat);
    expect((await list()).find(({ page }) => page === stranger.page)).not.toHaveProperty('handle');
    // nor without the link
    await rooms.call('DELETE', path, { as: creator });
    const back = { seat: socket.seat, streamId: id };
    expect((await come(code, back)).status).toBe(404);
    expect((await come(code, { ...back, as: rooms.otherCreator })).status).toBe(404);
    const { body } = await come(code, { ...back, as: rooms.viewer });
    const again = await open({ ticket: body.ticket });
    expect(await again.say({ action: 'guest.ask', page: 'page-of-again' })).toMatchObject({ admitted: true });
  });

  it('has a place that nobody takes from them by an older ticket without a name', async () => {
    const { guest, code, list } = await begin();
    const seat = 'B'.repeat(32);
    const { ticket } = (await come(code, { seat })).body;
    const socket = await guest({ as: rooms.viewer, seat });
    const stranger = await open({ ticket });
    expect(await stranger.say({ action: 'guest.ask', page: 'page-of-stranger' })).toEqual({
      type: 'guest.over',
      because: 'removed',
    });
    expect(await list()).toMatchObject([{ handle: rooms.viewer.handle, page: socket.page, gone: false }]);
  });

  it('goes by themselves, and may come again', async () => {
    const { guest, admit, list } = await begin();
    const zoya = await guest();
    await admit(zoya);
    await zoya.say({ action: 'guest.leave' });
    expect(await list()).toEqual([]);
    expect((await guest({ seat: zoya.seat })).place).toEqual({ type: 'guest.place', admitted: false });
  });

  it('is told that the show is over, and finds nothing any more', async () => {
    const { guest, admit, creator, id, code } = await begin();
    const [zoya, late] = [await guest(), (await come(code)).body.ticket];
    await admit(zoya);
    await rooms.call('POST', `/stream/${id}/end`, { as: creator });
    expect(zoya.heard().at(-1)).toEqual({ type: 'guest.over', because: 'ended' });
    expect(await zoya.say({ action: 'ping' })).toBeUndefined();
    const socket = await open({ ticket: late });
    expect(await socket.say({ action: 'guest.ask', page: 'page-of-late' })).toEqual({
      type: 'guest.over',
      because: 'ended',
    });
    expect(JSON.stringify(await rooms.everything())).not.toContain(`GUESTS#${id}`);
  });

  it('is off the show at once when the creator blocks them, and when they sign out everywhere', async () => {
    const { guest, admit, creator, list } = await begin();
    const [one, other] = [await rooms.join(`blocked_${++number}`), await rooms.join(`out_${++number}`)];
    const [first, second] = [await guest({ as: one }), await guest({ as: other })];
    await admit(first);
    await admit(second);
    await rooms.call('PUT', `/users/${one.handle}/block`, { as: creator });
    expect(first.heard().at(-1)).toEqual({ type: 'guest.over', because: 'removed' });
    await buildEviction(rooms.base, rooms.known).everywhere(other.id);
    expect(await list()).toMatchObject([{ handle: other.handle, gone: true }]);
    expect(await signal(second)).toBeUndefined();
  });
});

it('is off the show at once when the platform suspends them, and comes back neither by a ticket nor without a name', async () => {
  const { guest, admit, creator, code } = await begin();
  const suspended = await rooms.join(`suspended_${++number}`);
  const browser = 'a-browser-of-whom';
  const socket = await guest({ as: suspended, browser });
  await admit(socket);
  const { ticket } = (await come(code, { as: suspended })).body;
  const about = { kind: 'person', handle: suspended.handle };
  await rooms.call('POST', '/reports', { as: creator, body: { about, reason: 'harassment' } });
  const act = { act: 'suspend', caseId: `person/${suspended.id}`, days: 1 };
  expect((await rooms.call('POST', '/reports/acts', { as: rooms.moderator, body: act })).status).toBe(204);
  expect(socket.heard().at(-1)).toEqual({ type: 'guest.over', because: 'removed' });
  const again = await open({ ticket });
  expect((await again.say({ action: 'guest.ask', page: 'page-of-one' })).error).toBe('suspended');
  // nor by the link
  rooms.everybody.set(suspended.handle, (await rooms.known.users.find(suspended.id))!);
  expect((await come(code, { as: suspended, browser })).body.error).toBe('suspended');
  // signed out, in the same browser, with the place and without
  for (const more of [{ seat: socket.seat }, {}])
    expect((await guest({ ...more, browser })).place).toEqual({ type: 'guest.over', because: 'removed' });
});

describe('a guest’s socket', () => {
  it('can do nothing but be that guest', async () => {
    const { guest, id } = await begin();
    const zoya = await guest({ as: rooms.viewer });
    for (const message of [
      { action: 'join', streamId: id },
      { action: 'chat', streamId: id, text: 'Hello', clientId: 'of-a-test' },
      { action: 'beat', streamId: id, at: 1 },
      { action: 'react', streamId: id, kind: 'heart' },
      { action: 'guests.open', streamId: id },
      { action: 'guests.admit', streamId: id, guestId: 'x'.repeat(32) },
      { action: 'guests.remove', streamId: id, guestId: 'x'.repeat(32) },
    ])
      expect([message.action, (await zoya.say(message)).error]).toEqual([message.action, 'not-allowed']);
    expect(await zoya.say({ action: 'ping' })).toEqual({ type: 'pong' });
  });

  it('is none that was opened for anything else', async () => {
    const socket = await open({ as: rooms.viewer });
    for (const message of [{ action: 'guest.ask', page: 'page-of-none' }, { action: 'guest.leave' }])
      expect((await socket.say(message)).error).toBe('not-allowed');
  });
});

describe('the guests of a show', () => {
  it('are opened by whose show it is, and by nobody else', async () => {
    const { id } = await begin();
    for (const as of [undefined, rooms.viewer, rooms.otherCreator, rooms.moderator]) {
      const socket = await open({ as });
      for (const action of ['guests.open', 'guests.admit', 'guests.remove'])
        expect((await socket.say({ action, streamId: id, guestId: 'x'.repeat(32) })).error).toBe('not-allowed');
    }
  });

  it('are let in where they were opened last', async () => {
    const { creator, id, guest, studio, idOf } = await begin();
    const zoya = await guest();
    const guestId = await idOf(zoya);
    const other = await open({ as: creator });
    await other.say({ action: 'guests.open', streamId: id });
    expect((await studio.say({ action: 'guests.admit', streamId: id, guestId })).error).toBe('not-allowed');
    expect((await studio.say({ action: 'guests.remove', streamId: id, guestId })).error).toBe('not-allowed');
    expect((await other.say({ action: 'guests.admit', streamId: id, guestId })).guests).toMatchObject([
      { admitted: true },
    ]);
  });
});

describe('what two browsers say to each other', () => {
  it('goes from the studio to a guest who was let in, and back, and to nobody else', async () => {
    const { guest, admit, idOf, studio, id } = await begin();
    const [zoya, waiting] = [await guest(), await guest()];
    await admit(zoya);
    const [guestId, waitingId] = [await idOf(zoya), await idOf(waiting)];
    rooms.pushed.length = 0;
    expect(await signal(studio, { streamId: id, guestId })).toBeUndefined();
    expect(await signal(zoya)).toBeUndefined();
    expect(rooms.pushed).toEqual([
      { connectionId: zoya.connectionId, message: { type: 'guest.signal', session: 'session-1', signal: offer } },
      {
        connectionId: studio.connectionId,
        message: { type: 'guest.signal', guestId, session: 'session-1', signal: offer },
      },
    ]);
    rooms.pushed.length = 0;
    expect((await signal(waiting)).error).toBe('not-allowed');
    expect((await signal(studio, { streamId: id, guestId: waitingId })).error).toBe('not-allowed');
    // a guest speaks as themselves, whatever they say
    await signal(zoya, { guestId: waitingId, streamId: 'str_00000000000000000000000000' });
    expect(rooms.pushed).toMatchObject([{ connectionId: studio.connectionId, message: { guestId } }]);
  });

  it('reaches no other studio, and nobody’s guests but one’s own', async () => {
    const [one, other] = [await begin(), await begin()];
    const zoya = await other.guest();
    await other.admit(zoya);
    const guestId = await other.idOf(zoya);
    rooms.pushed.length = 0;
    expect((await signal(one.studio, { streamId: other.id, guestId })).error).toBe('not-allowed');
    expect((await signal(one.studio, { streamId: one.id, guestId })).error).toBe('not-allowed');
    expect((await signal(await open({ as: other.creator }), { streamId: other.id, guestId })).error).toBe(
      'not-allowed',
    );
    expect(rooms.pushed).toEqual([]);
  });

  it.each([
    ['14,000 characters of SDP', { description: { type: 'offer', sdp: 'x'.repeat(14_000) } }, undefined],
    ['14,001', { description: { type: 'offer', sdp: 'x'.repeat(14_001) } }, 'invalid-request'],
    ['a candidate of 1,000', { candidate: { candidate: 'x'.repeat(1_000) } }, undefined],
    ['one of 1,001', { candidate: { candidate: 'x'.repeat(1_001) } }, 'invalid-request'],
    ['letters of several bytes', { description: { type: 'offer', sdp: 'ä' } }, 'invalid-request'],
    ['something else', { text: 'Hello' }, 'invalid-request'],
  ])('of %s', async (_, said, error) => {
    const { guest, admit } = await begin();
    const zoya = await guest();
    await admit(zoya);
    expect((await signal(zoya, { signal: said }))?.error).toBe(error);
  });

  it('is heard no more from a guest who floods, who is then gone', async () => {
    const { guest, admit, list } = await begin();
    const zoya = await guest();
    await admit(zoya);
    let heard = 0;
    let answer;
    do {
      answer = await signal(zoya);
      heard += 1;
    } while (answer === undefined && heard < 400);
    expect([answer?.error, heard]).toEqual(['too-many-requests', 151]);
    expect(await list()).toMatchObject([{ gone: true }]);
  });

  it('to a guest whose socket is gone says so to the studio', async () => {
    const { guest, admit, idOf, studio, id } = await begin();
    const zoya = await guest();
    await admit(zoya);
    const guestId = await idOf(zoya);
    rooms.absent.set(zoya.connectionId, 'gone');
    await signal(studio, { streamId: id, guestId });
    expect(studio.heard().at(-1)).toMatchObject({ guests: [{ gone: true }] });
  });

  it('stands in no log', async () => {
    expect(JSON.stringify(rooms.logged)).not.toContain('v=0');
  });
});

describe('servers to connect by', () => {
  const at = new Date(Date.UTC(2030, 0, 1));
  const urls = ['stun:stun.test:3478', 'turns:turn.test:5349'];

  it('are none where none are configured, and no relay without its secret', () => {
    const ice = (turnSecret?: string, of = urls) => createIce({ urls: of, turnSecret, clock: () => at });
    expect(ice('a secret of sixteen', []).serversFor('usr')).toEqual([]);
    expect(ice().serversFor('usr')).toEqual([{ urls: ['stun:stun.test:3478'] }]);
  });

  it('let in whom they are made for until four hours later, as coturn reckons it', () => {
    const secret = 'a secret of sixteen';
    const [, relay] = createIce({ urls, turnSecret: secret, clock: () => at }).serversFor('guest');
    const username = `${(at.getTime() + RELAY_MS) / 1_000}:guest`;
    expect(relay).toEqual({
      urls: ['turns:turn.test:5349'],
      username,
      credential: createHmac('sha1', secret).update(username).digest('base64'),
    });
  });
});
