import { afterAll, describe, expect, it, vi } from 'vitest';
import { newId } from '#domain/ids';
import { openRooms, type Person } from '../rooms.testing.ts';

// a hundred calls at once take their time where all tests run at once
vi.setConfig({ testTimeout: 120_000 });

const rooms = await openRooms();
afterAll(() => rooms.close());

const DAY_MS = 24 * 60 * 60 * 1000;
const times = <Result>(count: number, make: (i: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)));

let made = 0;
const someone = (claims = {}) => rooms.signUp(`person_${++made}`, claims);
const several = (count: number) => times(count, () => someone());
const profile = async (handle: string) => (await rooms.call('GET', `/users/${handle}`)).body;
const counts = async ({ user }: Person) => {
  const { followers, following } = await profile(user.handle);
  return { followers, following };
};

describe('one’s own profile', () => {
  it('is read and changed, each member alone or all together', async () => {
    const me = await someone();
    expect(await me.get('/users/me')).toMatchObject({ status: 200, body: me.user });
    const all = await me.patch('/users/me', {
      handle: 'new_me',
      name: '  New  ',
      bio: 'Here <b>I</b> am',
      avatarUrl: 'https://pictures.test/me.png',
    });
    const changed = {
      ...me.user,
      handle: 'new_me',
      name: 'New',
      bio: 'Here <b>I</b> am',
      avatarUrl: 'https://pictures.test/me.png',
    };
    expect([all.status, all.body]).toEqual([200, changed]);
    expect((await me.patch('/users/me', { bio: '', avatarUrl: null })).body).toEqual({
      ...me.user,
      handle: 'new_me',
      name: 'New',
    });
    expect((await me.patch('/users/me', {})).body).toEqual({ ...me.user, handle: 'new_me', name: 'New' });
    expect((await me.get('/users/me')).body).toMatchObject({ handle: 'new_me', name: 'New' });
  });

  it.each([
    [{ handle: 'ab' }, 'handle'],
    [{ handle: 'Capital' }, 'handle'],
    [{ handle: 'x'.repeat(31) }, 'handle'],
    [{ name: '   ' }, 'name'],
    [{ name: 'x'.repeat(81) }, 'name'],
    [{ bio: 'x'.repeat(501) }, 'bio'],
    [{ links: Array.from({ length: 6 }, () => ({ title: 'Shop', url: 'https://shop.test/' })) }, 'links'],
    [{ links: [{ title: ' ', url: 'https://shop.test/' }] }, 'links.0.title'],
    [{ links: [{ title: 'x'.repeat(41), url: 'https://shop.test/' }] }, 'links.0.title'],
    [{ links: [{ title: 'Shop', url: 'javascript:alert(1)' }] }, 'links.0.url'],
    [{ links: [{ title: 'Shop', url: 'shop.test' }] }, 'links.0.url'],
    [{ links: [{ title: 'Shop', url: 'https:shop.test' }] }, 'links.0.url'],
    [{ links: [{ title: 'Bank', url: 'https://bank.test@shop.test/' }] }, 'links.0.url'],
    [{ links: [{ title: 'Bank', url: 'https://:bank.test@shop.test/' }] }, 'links.0.url'],
    [{ avatarUrl: 'javascript:alert(1)' }, 'avatarUrl'],
    [{ avatarUrl: 'data:image/png;base64,AA' }, 'avatarUrl'],
  ])('refuses %j by the field', async (body, field) => {
    const me = await someone();
    const { status, body: answer } = await me.patch('/users/me', body);
    expect([status, answer.error, answer.details.fields[0].field]).toEqual([400, 'invalid-request', field]);
  });

  it('is for the signed in, whatever else is wrong with the request', async () => {
    for (const [method, path, body] of [
      ['GET', '/users/me', undefined],
      ['PATCH', '/users/me', { name: 7 }],
      ['DELETE', '/users/me', undefined],
      ['POST', '/users/me/creator', undefined],
    ] as const)
      expect((await rooms.call(method, path, { body })).status).toBe(401);
  });

  it('shows a name without what nobody sees, or what turns the text around it', async () => {
    const me = await someone();
    const answer = await me.patch('/users/me', { name: ' A\u0000\u202esha\u2066 ', bio: 'one\n\ttwo\u0007' });
    expect(answer.body).toMatchObject({ name: 'Asha', bio: 'one\n\ttwo' });
    expect((await me.patch('/users/me', { name: '\u202e\u0000' })).status).toBe(400);
  });

  it('takes no name that is heaped with marks, which would cover the lines around it', async () => {
    const me = await someone();
    expect((await me.patch('/users/me', { name: `A${'\u0301\u0302\u0303'.repeat(20)}` })).status).toBe(400);
    for (const name of ['สวัสดี น้ำ', 'שָׁלוֹם', 'नमस्ते', 'اَلسَّلَامُ'])
      expect((await me.patch('/users/me', { name })).body).toMatchObject({ name });
  });

  it('names pages of one’s own elsewhere, in one’s order, each list in the place of the one before', async () => {
    const me = await someone();
    const links = Array.from({ length: 5 }, (_, i) => ({ title: `Page ${5 - i}`, url: `https://page${i}.test/me` }));
    expect((await me.patch('/users/me', { links })).body).toEqual({ ...me.user, links });
    expect(await profile(me.user.handle)).toMatchObject({ links });
    // other changes leave them, that of a name and of a handle too, which go other ways
    await me.patch('/users/me', { bio: 'Hello' });
    await me.patch('/users/me', { name: 'Another' });
    const moved = `${me.user.handle}_moved`;
    expect((await me.patch('/users/me', { handle: moved })).body.links).toEqual(links);
    const one = [{ title: 'Shop', url: 'https://shop.test/' }];
    expect((await me.patch('/users/me', { links: one })).body.links).toEqual(one);
    expect((await me.patch('/users/me', { links: [] })).body).not.toHaveProperty('links');
    expect(await profile(moved)).not.toHaveProperty('links');
  });

  it('becomes a creator’s, once and for all', async () => {
    const me = await someone();
    expect((await times(20, () => me.post('/users/me/creator'))).map(({ status }) => status)).toEqual(
      Array(20).fill(200),
    );
    expect((await me.get('/auth/session')).body.user).toMatchObject({ creator: true, roles: ['creator'] });
    expect(await profile(me.user.handle)).toMatchObject({ creator: true });
  });
});

describe('a handle', () => {
  it('goes to one of a hundred who want it', async () => {
    const crowd = await several(100);
    const answers = await times(100, (i) => crowd[i]!.patch('/users/me', { handle: 'the_one' }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 409 && body.error === 'handle-taken')).toHaveLength(99);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect((await profile('the_one')).id).toBe(crowd[winner]!.user.id);
  });

  it('is claimed once by who asks for it a hundred times at once', async () => {
    const me = await someone();
    const answers = await times(100, () => me.patch('/users/me', { handle: 'eager_one' }));
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect((await profile('eager_one')).id).toBe(me.user.id);
  });

  it('that was given up leads to nobody, is held back for thirty days, and can be taken back', async () => {
    const { me, other } = await rooms.signUpAll({ me: {}, other: {} });
    await me.patch('/users/me', { handle: 'given_up' });
    await me.patch('/users/me', { handle: 'moved_on' });
    expect((await rooms.call('GET', '/users/given_up')).status).toBe(404);
    expect((await other.patch('/users/me', { handle: 'given_up' })).body.error).toBe('handle-taken');
    expect((await me.patch('/users/me', { handle: 'given_up' })).status).toBe(200);
    await me.patch('/users/me', { handle: 'moved_on' });
    rooms.later(29 * DAY_MS);
    expect((await other.patch('/users/me', { handle: 'given_up' })).status).toBe(409);
    rooms.later(1 * DAY_MS);
    expect((await other.patch('/users/me', { handle: 'given_up' })).status).toBe(200);
    expect((await me.patch('/users/me', { handle: 'given_up' })).status).toBe(409);
  });

  it('of the platform is nobody’s', async () => {
    const me = await someone();
    expect((await me.patch('/users/me', { handle: 'admin' })).body.error).toBe('handle-taken');
  });

  it('moves ten times a day and no more', async () => {
    const me = await someone();
    for (let i = 0; i < 10; i++) expect((await me.patch('/users/me', { handle: `mover_${i}` })).status).toBe(200);
    const { status, body, headers } = await me.patch('/users/me', { handle: 'mover_10' });
    expect([status, body.error]).toEqual([429, 'too-many-requests']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    rooms.later(DAY_MS);
    expect((await me.patch('/users/me', { handle: 'mover_10' })).status).toBe(200);
  });
});

describe('another’s profile', () => {
  it('is for everybody; who is signed in hears whether they follow', async () => {
    const { me, other } = await rooms.signUpAll({ me: {}, other: {} });
    const streamId = newId('str', Date.now());
    rooms.shows.onAir.set(other.id, streamId);
    const { id, handle, name } = other.user;
    const seen = { id, handle, name, creator: false, followers: 0, following: 0, liveStreamId: streamId };
    const anonymous = await rooms.call('GET', `/users/${handle}`);
    expect([anonymous.status, anonymous.body]).toEqual([200, seen]);
    expect((await me.get(`/users/${handle}`)).body).toEqual({
      ...seen,
      followed: false,
      notified: false,
      blocked: false,
    });
    expect((await me.put(`/users/${handle}/follow`)).body).toEqual({
      ...seen,
      followers: 1,
      followed: true,
      notified: false,
      blocked: false,
    });
    expect((await me.get(`/users/${handle}`)).body.followed).toBe(true);
  });

  it.each(['no_such_person', 'NotAHandle', 'me!', '%00%00%00'])('of %s is nobody’s', async (handle) => {
    const { status, body } = await rooms.call('GET', `/users/${handle}`);
    expect([status, body.error]).toEqual([404, 'user-not-found']);
  });
});

describe('following', () => {
  it('counts once, however often and at once it is asked for', async () => {
    const { me, other } = await rooms.signUpAll({ me: {}, other: {} });
    const path = `/users/${other.user.handle}/follow`;
    expect((await times(100, () => me.put(path))).map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect([await counts(me), await counts(other)]).toEqual([
      { followers: 0, following: 1 },
      { followers: 1, following: 0 },
    ]);
    expect((await times(100, () => me.delete(path))).map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect([await counts(me), await counts(other)]).toEqual([
      { followers: 0, following: 0 },
      { followers: 0, following: 0 },
    ]);
  });

  it('counts every one of a crowd, and is right after they have all come and gone at random', async () => {
    const star = await someone();
    const crowd = await several(60);
    const path = `/users/${star.user.handle}/follow`;
    expect((await times(60, (i) => crowd[i]!.put(path))).map(({ status }) => status)).toEqual(Array(60).fill(200));
    expect(await counts(star)).toEqual({ followers: 60, following: 0 });
    await times(200, (i) => (i % 3 === 0 ? crowd[i % 60]!.put(path) : crowd[(i * 7) % 60]!.delete(path)));
    const following = await times(60, async (i) => (await crowd[i]!.get(`/users/${star.user.handle}`)).body.followed);
    expect(await counts(star)).toEqual({ followers: following.filter(Boolean).length, following: 0 });
  });

  it('lists the newest first, page by page, and by the list’s own cursors alone', async () => {
    const star = await someone();
    const fans = await several(5);
    for (const fan of fans) {
      await fan.put(`/users/${star.user.handle}/follow`);
      rooms.later(1_000);
    }
    const newest = [...fans].reverse().map(({ user: { id, handle, name } }) => ({ id, handle, name }));
    const path = `/users/${star.user.handle}/followers`;
    const first = await rooms.call('GET', `${path}?limit=3`);
    expect([first.status, first.body]).toEqual([200, { items: newest.slice(0, 3), cursor: expect.any(String) }]);
    const second = await rooms.call('GET', `${path}?limit=3&cursor=${first.body.cursor}`);
    expect(second.body.items).toEqual(newest.slice(3));
    const fan = fans[0]!.user.handle;
    expect((await rooms.call('GET', `/users/${fan}/following`)).body).toEqual({
      items: [{ id: star.user.id, handle: star.user.handle, name: star.user.name }],
    });
    for (const cursor of [first.body.cursor.replace(/^./, 'X'), 'nonsense', ''])
      expect((await rooms.call('GET', `${path}?cursor=${cursor}`)).status, cursor).toBe(400);
    expect((await rooms.call('GET', `/users/${fan}/following?cursor=${first.body.cursor}`)).status).toBe(400);
    for (const limit of ['0', '101', 'x', '1.5'])
      expect((await rooms.call('GET', `${path}?limit=${limit}`)).status).toBe(400);
  });

  it('is not of oneself, nor of nobody', async () => {
    const me = await someone();
    expect((await me.put(`/users/${me.user.handle}/follow`)).body.error).toBe('not-allowed');
    expect((await me.put('/users/nobody_at_all/follow')).body.error).toBe('user-not-found');
  });
});

describe('moderators', () => {
  it('are a hundred at most; who is one may be named again', async () => {
    const creator = await someone();
    const [one, ...others] = await several(101);
    const put = ({ user }: Person) => creator.put(`/users/me/moderators/${user.handle}`);
    const name = async (person: Person) => (await put(person)).status;
    expect(await name(one!)).toBe(204);
    for (const other of others.slice(1)) expect(await name(other)).toBe(204);
    const refused = await put(others[0]!);
    expect([refused.status, refused.body]).toEqual([
      409,
      { error: 'moderators-full', message: 'You have 100 moderators, and there can be no more. Remove one first.' },
    ]);
    expect(await name(one!)).toBe(204);
    await creator.delete(`/users/me/moderators/${one!.user.handle}`);
    expect(await name(others[0]!)).toBe(204);
    expect((await creator.get('/users/me/moderators')).body.items).toHaveLength(100);
  });
});

describe('a block', () => {
  it('ends following both ways, and forbids it until it is lifted', async () => {
    const { me, pest } = await rooms.signUpAll({ me: {}, pest: {} });
    await me.put(`/users/${pest.user.handle}/follow`);
    await pest.put(`/users/${me.user.handle}/follow`);
    expect((await times(20, () => me.put(`/users/${pest.user.handle}/block`))).map(({ status }) => status)).toEqual(
      Array(20).fill(204),
    );
    expect([await counts(me), await counts(pest)]).toEqual([
      { followers: 0, following: 0 },
      { followers: 0, following: 0 },
    ]);
    const refused = await pest.put(`/users/${me.user.handle}/follow`);
    expect([refused.status, refused.body]).toEqual([
      403,
      { error: 'blocked', message: 'You cannot follow this person.' },
    ]);
    expect((await me.get(`/users/${pest.user.handle}`)).body).toMatchObject({ followed: false, blocked: true });
    // who is blocked is not told
    expect((await pest.get(`/users/${me.user.handle}`)).body).toMatchObject({ followed: false, blocked: false });
    expect((await me.delete(`/users/${pest.user.handle}/block`)).status).toBe(204);
    expect((await me.delete(`/users/${pest.user.handle}/block`)).status).toBe(204);
    expect((await pest.put(`/users/${me.user.handle}/follow`)).status).toBe(200);
  });

  it('forbids to both what it forbids to one: to follow, to like and to comment', async () => {
    const { blocker, blocked } = await rooms.signUpAll({ blocker: {}, blocked: {} });
    await blocker.put(`/users/${blocked.user.handle}/block`);
    for (const [one, other] of [
      [blocker, blocked],
      [blocked, blocker],
    ] as const) {
      const post = (await other.post('/posts', { text: 'Hello' })).body.id;
      const answers = [
        await one.put(`/users/${other.user.handle}/follow`),
        await one.put(`/posts/${post}/like`),
        await one.post(`/posts/${post}/comments`, { text: 'Hello' }),
      ];
      expect(answers.map(({ status, body }) => [status, body.error])).toEqual(answers.map(() => [403, 'blocked']));
      // one’s own is one’s own
      expect((await other.put(`/posts/${post}/like`)).status).toBe(200);
    }
  });

  it('leaves no follow behind, whichever of them comes first', async () => {
    for (let i = 0; i < 10; i++) {
      const { me, pest } = await rooms.signUpAll({ me: {}, pest: {} });
      await Promise.all([me.put(`/users/${pest.user.handle}/block`), pest.put(`/users/${me.user.handle}/follow`)]);
      expect([await counts(me), await counts(pest)]).toEqual([
        { followers: 0, following: 0 },
        { followers: 0, following: 0 },
      ]);
    }
  });
});

describe('whom one has blocked', () => {
  it('is listed for oneself alone, the newest first, page by page', async () => {
    const me = await someone();
    const pests = await several(5);
    for (const { user } of pests) {
      await me.put(`/users/${user.handle}/block`);
      rooms.later(1_000);
    }
    // a repeat makes it no newer
    await me.put(`/users/${pests[0]!.user.handle}/block`);
    const newest = [...pests].reverse().map(({ user: { id, handle, name } }) => ({ id, handle, name }));
    const first = await me.get('/users/me/blocks?limit=3');
    expect([first.status, first.body]).toEqual([200, { items: newest.slice(0, 3), cursor: expect.any(String) }]);
    const second = await me.get(`/users/me/blocks?limit=3&cursor=${first.body.cursor}`);
    expect(second.body).toEqual({ items: newest.slice(3) });
    expect((await pests[0]!.get('/users/me/blocks')).body).toEqual({ items: [] });
    expect((await pests[0]!.get(`/users/me/blocks?cursor=${first.body.cursor}`)).status).toBe(400);
    await me.delete(`/users/${pests[4]!.user.handle}/block`);
    expect((await me.get('/users/me/blocks')).body).toEqual({ items: newest.slice(1) });
    await pests[3]!.delete('/users/me');
    expect((await me.get('/users/me/blocks')).body).toEqual({ items: newest.slice(2) });
  });
});

describe('a request that is not as it should be', () => {
  it('is answered in the one form of all refusals', async () => {
    const me = await someone();
    const cases = [
      [await me.patch('/users/me', '{"name":'), 400, 'invalid-request'],
      [
        await rooms.call('PATCH', '/users/me', {
          token: me.token,
          body: 'name=x',
          headers: { 'content-type': 'text/plain' },
        }),
        415,
        'unsupported-media-type',
      ],
      [await me.patch('/users/me', { name: 'x'.repeat(70_000) }), 413, 'body-too-large'],
      [await me.put('/users/me'), 405, 'method-not-allowed'],
      [await me.get('/users/me/nothing/here'), 404, 'not-found'],
    ] as const;
    for (const [{ status, body, headers }, expected, code] of cases) {
      expect([status, body.error, typeof body.message]).toEqual([expected, code, 'string']);
      expect(headers.get('x-request-id')).toBeTruthy();
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('a name, a post or a comment that nobody can see', () => {
  it.each(['\u200b\u2060', '\u3164', '\uffa0\u115f', '\u2800', '\u00ad\ufe0f'])('is refused: %j', async (nothing) => {
    const me = await rooms.signUp(`unseen-${nothing.codePointAt(0)}`);
    const answers = [
      await me.patch('/users/me', { name: nothing }),
      await me.post('/posts', { text: nothing }),
      await me.post(`/posts/${(await me.post('/posts', { text: 'Seen' })).body.id}/comments`, { text: nothing }),
    ];
    expect(answers.map(({ status, body }) => [status, body.error])).toEqual(
      answers.map(() => [400, 'invalid-request']),
    );
    expect((await me.patch('/users/me', { name: `${nothing}a` })).status).toBe(200);
    const token = await rooms.issuer.issue(`named-${nothing}`, { name: nothing, preferred_username: nothing });
    const { user } = (await rooms.call('GET', '/auth/session', { token })).body;
    expect(user.name).toBe(user.handle);
  });
});
