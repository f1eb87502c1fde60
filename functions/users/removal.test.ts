import { afterAll, describe, expect, it, vi } from 'vitest';
import { newId } from '#domain/ids';
import { createChatStore } from '#store/chat';
import { openRooms, type Person } from '../rooms.testing.ts';

// a hundred calls at once take their time where all tests run at once
vi.setConfig({ testTimeout: 120_000 });

const rooms = await openRooms();
afterAll(() => rooms.close());

const MINUTE_MS = 60_000;
let made = 0;
const someone = (claims = {}) => rooms.signUp(`leaver_${++made}`, claims);
const several = (count: number) => Promise.all(Array.from({ length: count }, () => someone()));
const write = async (author: Person, text: string): Promise<string> => (await author.post('/posts', { text })).body.id;
const followers = async ({ user }: Person) => {
  const { body } = await rooms.call('GET', `/users/${user.handle}`);
  return [body.followers, body.following];
};

/** The sweep, as the schedule calls it: again and again. */
const sweepThrough = async (minutes = 30) => {
  for (let i = 0; i < minutes; i++) {
    await rooms.sweep();
    rooms.later(MINUTE_MS);
  }
};

describe('deleting one’s account', () => {
  it('asks for a fresh sign-in, and is not undone by a token that was merely refreshed', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const as = (auth_time: number | undefined, iat: number) =>
      rooms.issuer.issue('undone', { preferred_username: 'undone', auth_time, iat });
    const old = await as(seconds - 3_600, seconds);
    expect((await rooms.call('GET', '/auth/session', { token: old })).status).toBe(200);
    const refused = await rooms.call('DELETE', '/users/me', { token: old });
    expect([refused.status, refused.body]).toEqual([
      403,
      { error: 'sign-in-too-old', message: 'Sign in again first: this cannot be undone.' },
    ]);
    expect(refused.headers.get('www-authenticate')).toContain('error="insufficient_user_authentication"');

    const fresh = await as(seconds - 60, seconds);
    expect((await rooms.call('DELETE', '/users/me', { token: fresh })).status).toBe(204);
    // another tab's refresh, by issuers that tell of the sign-in and by such that do not
    for (const token of [await as(seconds - 60, seconds + 5), await as(undefined, seconds + 5)])
      expect((await rooms.call('GET', '/auth/session', { token })).body).toEqual({
        error: 'not-signed-in',
        message: 'This account has been deleted.',
      });
    const anew = await as(seconds + 5, seconds + 5);
    expect((await rooms.call('GET', '/auth/session', { token: anew })).status).toBe(200);
  });

  it('makes the person unknown at once, and takes back all that was theirs', async () => {
    const { leaver, fan, star, author, pest } = await rooms.signUpAll({
      leaver: {},
      fan: {},
      star: {},
      author: {},
      pest: {},
    });
    const { handle } = leaver.user;
    await fan.put(`/users/${handle}/follow`);
    await leaver.put(`/users/${star.user.handle}/follow`);
    await leaver.put(`/users/${pest.user.handle}/block`);
    await pest.put(`/users/${fan.user.handle}/block`);
    const own = await write(leaver, 'Mine');
    const others = await write(author, 'Theirs');
    for (const id of [own, others]) {
      await leaver.put(`/posts/${id}/like`);
      await fan.put(`/posts/${id}/like`);
      for (let i = 0; i < 30; i++) await leaver.post(`/posts/${id}/comments`, { text: `Nr ${i}` });
      await fan.post(`/posts/${id}/comments`, { text: 'Stays' });
    }

    expect((await leaver.delete('/users/me')).status).toBe(204);

    const gone = await leaver.get('/users/me');
    expect([gone.status, gone.body]).toEqual([
      401,
      { error: 'not-signed-in', message: 'This account has been deleted.' },
    ]);
    expect((await rooms.call('GET', `/users/${handle}`)).status).toBe(404);
    expect((await rooms.call('GET', `/posts/${own}`)).status).toBe(404);
    expect((await rooms.call('GET', `/posts?author=${handle}`)).status).toBe(404);
    expect(
      (await fan.get(`/posts/${others}/comments?limit=100`)).body.items.map(({ text }: { text: string }) => text),
    ).toEqual(['Stays']);
    expect((await fan.patch('/users/me', { handle })).body.error).toBe('handle-taken');

    await sweepThrough();

    expect((await rooms.call('GET', `/posts/${others}`)).body).toMatchObject({ likes: 1, comments: 1 });
    expect([await followers(fan), await followers(star)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(rooms.shows.removed).toContain(leaver.id);
    expect(rooms.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('lets the person come back as somebody new, by signing in again', async () => {
    const leaver = await someone();
    await leaver.delete('/users/me');
    const claims = { preferred_username: leaver.user.handle, iat: Math.floor(rooms.base.clock().getTime() / 1000) + 5 };
    const token = await rooms.issuer.issue(`subject-${leaver.user.name}`, claims);
    const { status, body } = await rooms.call('GET', '/auth/session', { token });
    expect(status).toBe(200);
    expect(body.user.id).not.toBe(leaver.user.id);
    // the old handle is held back from everybody, and a new account is somebody else
    expect(body.user.handle).toBe(`${leaver.user.handle}_2`);
  });

  it('happens once, however often it is asked for', async () => {
    const leaver = await someone();
    const answers = await Promise.all(Array.from({ length: 20 }, () => leaver.delete('/users/me')));
    expect(answers.every(({ status }) => status === 204 || status === 401)).toBe(true);
    await sweepThrough(2);
  });

  it('goes on where it was broken off, and counts nothing twice when two sweeps meet', async () => {
    const leaver = await someone();
    const stars = await several(30);
    for (const star of stars) await leaver.put(`/users/${star.user.handle}/follow`);
    await leaver.delete('/users/me');
    for (let i = 0; i < 6; i++) {
      await Promise.all([rooms.sweep(), rooms.sweep(), rooms.sweep()]);
      rooms.later(5 * MINUTE_MS);
    }
    for (const star of stars) expect(await followers(star)).toEqual([0, 0]);
  });

  it('takes away what the person has said in audiences, and nothing of others', async () => {
    const { leaver, stays } = await rooms.signUpAll({ leaver: {}, stays: {} });
    const chat = createChatStore(rooms.base);
    const shows = [newId('str', Date.now()), newId('str', Date.now())];
    for (const id of shows)
      for (const { id: userId } of [leaver, stays])
        for (let i = 0; i < 30; i++) await chat.say(id, { userId, text: `Nr ${i}`, at: Date.now() }, `${i}`);
    await leaver.delete('/users/me');
    await sweepThrough();
    for (const id of shows) {
      const left = await chat.after(id, 0, 100);
      expect(left.map((entry) => entry.kind === 'said' && entry.userId)).toEqual(Array(30).fill(stays.id));
    }
  });

  it('takes away what was still being written when the account went', async () => {
    const { leaver, author } = await rooms.signUpAll({ leaver: {}, author: {} });
    const id = await write(author, 'Late likes');
    const [outcome] = await Promise.all([leaver.put(`/posts/${id}/like`), leaver.delete('/users/me')]);
    expect([200, 401, 404]).toContain(outcome.status);
    await sweepThrough();
    expect((await rooms.call('GET', `/posts/${id}`)).body.likes).toBe(0);
  });
});

describe('deleting a post', () => {
  it('takes its likes and comments with it', async () => {
    const author = await someone();
    const fans = await several(29);
    const id = await write(author, 'Short-lived');
    await Promise.all(fans.map((fan) => fan.put(`/posts/${id}/like`)));
    await fans[0]!.post(`/posts/${id}/comments`, { text: 'Oh' });
    await author.delete(`/posts/${id}`);
    await sweepThrough(2);
    const { items } = await rooms.base.table.query({ partition: `POST#${id}`, limit: 10 });
    expect(items).toEqual([]);
  });
});
