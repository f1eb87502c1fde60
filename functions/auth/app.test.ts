import { afterAll, describe, expect, it, vi } from 'vitest';
import { createConnectionStore } from '#store/connections';
import { createPushStore } from '#store/pushes';
import { BROWSER_KEYS } from '../browser-keys.testing.ts';
import { openRooms, type Person } from '../rooms.testing.ts';

// a hundred calls at once take their time where all tests run at once
vi.setConfig({ testTimeout: 120_000 });

const rooms = await openRooms();
afterAll(() => rooms.close());

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('GET /auth/config', () => {
  it('tells a browser all that it needs to sign in', async () => {
    const { status, body, headers } = await rooms.call('GET', '/auth/config');
    expect([status, body]).toEqual([
      200,
      {
        kind: 'oidc',
        issuer: rooms.issuer.config.issuer,
        clientId: 'vybzz-web',
        scopes: ['openid', 'profile', 'email', 'offline_access'],
      },
    ]);
    expect(headers.get('cache-control')).toBe('public, max-age=300');
  });
});

describe('GET /auth/session', () => {
  it('makes the user at first sight, from the claims, and knows it again', async () => {
    const token = await rooms.issuer.issue('s-1', {
      name: 'Zoë  O’Neill',
      preferred_username: 'Zoë.O’Neill',
      picture: 'https://pictures.test/z.png',
    });
    const first = await rooms.call('GET', '/auth/session', { token });
    expect([first.status, first.body]).toEqual([
      200,
      {
        user: {
          id: expect.stringMatching(/^usr_[0-9a-z]{26}$/),
          handle: 'zoe_o_neill',
          name: 'Zoë  O’Neill',
          avatarUrl: 'https://pictures.test/z.png',
          creator: false,
          followers: 0,
          following: 0,
          roles: [],
          createdAt: TIME,
        },
      },
    ]);
    expect((await rooms.call('GET', '/auth/session', { token })).body).toEqual(first.body);
  });

  it('makes one user of a hundred first sights at once', async () => {
    const token = await rooms.issuer.issue('s-crowd', { preferred_username: 'crowd' });
    const answers = await Promise.all(Array.from({ length: 100 }, () => rooms.call('GET', '/auth/session', { token })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.user.handle))).toEqual(new Set(['crowd']));
  });

  it.each([
    ['an e-mail', { email: 'zoe.oneill@vybzz.test' }, { name: 'zoe.oneill', handle: 'zoe_oneill' }],
    ['a name and an e-mail', { name: 'Ida Bell', email: 'i@vybzz.test' }, { name: 'Ida Bell', handle: 'ida_bell' }],
    ['nothing', {}, { name: expect.stringMatching(/^user_\d+$/), handle: expect.stringMatching(/^user_\d+$/) }],
  ])('asks the issuer once of who has a token without a name, and hears %s', async (what, claims, seen) => {
    // as Cognito and Clerk issue them; username is the subject
    const subject = `aaaaaaaa-bbbb-cccc-dddd-${what.length.toString().padStart(12, '0')}`;
    rooms.issuer.tell({ sub: subject, username: subject, ...claims });
    const token = await rooms.issuer.issue(subject, { username: subject, client_id: 'vybzz-web' });
    for (const _ of ['first', 'again'])
      expect((await rooms.call('GET', '/auth/session', { token })).body.user).toMatchObject(seen);
    expect(rooms.issuer.fetched.filter((path) => path === '/userinfo')).toHaveLength(1);
    rooms.issuer.fetched.length = 0;
    rooms.issuer.tell(undefined);
  });

  it('believes an issuer only of the person whose token it was asked with', async () => {
    rooms.issuer.tell({ sub: 'somebody-else', name: 'Somebody Else' });
    const token = await rooms.issuer.issue('a-third-one');
    expect((await rooms.call('GET', '/auth/session', { token })).body.user.name).toMatch(/^user_\d+$/);
    expect(rooms.lines.map(({ message }) => message)).toContain('issuer tells nothing of a new person');
    rooms.issuer.tell(undefined);
    rooms.issuer.fetched.length = 0;
  });

  it('gives a second person of the same name another handle', async () => {
    const handles = [];
    for (let i = 0; i < 6; i++)
      handles.push((await rooms.signUp(`twin-${i}`, { preferred_username: 'twin' })).user.handle);
    expect(handles.slice(0, 4)).toEqual(['twin', 'twin_2', 'twin_3', 'twin_4']);
    expect(new Set(handles).size).toBe(6);
  });

  it.each([
    ['nothing to go by', {}, /^user_\d+$/],
    ['an opaque account number', { preferred_username: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' }, /^user_\d+$/],
    ['a name in another script', { preferred_username: 'ठाकुर', email: 'thakur.r@x.test' }, /^thakur_r$/],
    ['a reserved name', { preferred_username: 'Admin', name: 'Ada L' }, /^ada_l$/],
    ['a long name', { preferred_username: 'x'.repeat(60) }, /^x{30}$/],
  ])('finds a handle for who has %s', async (what, claims, handle) => {
    const token = await rooms.issuer.issue(`handle-${what}`, claims);
    expect((await rooms.call('GET', '/auth/session', { token })).body.user.handle).toMatch(handle);
  });

  it('takes roles from the claims that the issuer is configured to be believed for, and from no other', async () => {
    const plain = await rooms.signUp('plain', { vybzz_creator: true, roles: ['creator', 'moderator'] });
    expect(plain.user.roles).toEqual([]);
    const maker = await rooms.signUp('maker', { makes_shows: true, watches_over: true });
    expect(maker.user.roles).toEqual(['creator', 'moderator']);
  });

  it.each([
    ['turned', 'A\u202esha\u0007', 'Asha'],
    ['covering', `A${'\u0301\u0302\u0303'.repeat(20)}`, 'plain_covering'],
    ['blank', '\u{1d159}\u2800', 'plain_blank'],
  ])(
    'takes a name as people may change theirs to, whatever the issuer lets them be called: %s',
    async (what, name, taken) => {
      const token = await rooms.issuer.issue(`named-${what}`, { preferred_username: `plain_${what}`, name });
      expect((await rooms.call('GET', '/auth/session', { token })).body.user.name).toBe(taken);
    },
  );

  it('does not take a picture that is no web address', async () => {
    const person = await rooms.signUp('pictured', { picture: 'javascript:alert(1)' });
    expect(person.user.avatarUrl).toBeUndefined();
  });

  it('refuses who brings no token, a bad one or an old one, and says how to do better', async () => {
    const none = await rooms.call('GET', '/auth/session');
    expect([none.status, none.body.error, none.headers.get('www-authenticate')]).toEqual([
      401,
      'not-signed-in',
      'Bearer realm="vybzz"',
    ]);
    const bad = await rooms.call('GET', '/auth/session', { token: 'nonsense' });
    expect([bad.status, bad.body]).toEqual([
      401,
      { error: 'not-signed-in', message: 'Your sign-in is not valid here.' },
    ]);
    expect(bad.headers.get('www-authenticate')).toBe(
      'Bearer realm="vybzz", error="invalid_token", error_description="the token cannot be verified"',
    );
    const basic = await rooms.call('GET', '/auth/session', { headers: { authorization: 'Basic YTpi' } });
    expect([basic.status, basic.body.error]).toEqual([401, 'not-signed-in']);
    const old = await rooms.call('GET', '/auth/session', {
      token: await rooms.issuer.issue('s-old', { exp: Math.floor(Date.now() / 1000) - 3600 }),
    });
    expect([old.status, old.body]).toEqual([401, { error: 'token-expired', message: 'Your sign-in has expired.' }]);
  });
});

describe('POST /auth/sign-out-everywhere', () => {
  it('ends every sign-in before it, refreshed tokens too, and none after it', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const claims = { preferred_username: 'leaver' };
    const phone = await rooms.issuer.issue('leaver', { ...claims, iat: seconds - 60 });
    const laptop = await rooms.issuer.issue('leaver', { ...claims, iat: seconds - 30 });
    for (const token of [phone, laptop]) expect((await rooms.call('GET', '/auth/session', { token })).status).toBe(200);

    const out = await rooms.call('POST', '/auth/sign-out-everywhere', { token: laptop });
    expect([out.status, out.body]).toEqual([204, undefined]);

    const refreshed = await rooms.issuer.issue('leaver', { ...claims, iat: seconds + 2, auth_time: seconds - 60 });
    for (const token of [phone, laptop, refreshed])
      expect((await rooms.call('GET', '/auth/session', { token })).body).toEqual({
        error: 'not-signed-in',
        message: 'You have signed out everywhere. Sign in again.',
      });
    const anew = await rooms.issuer.issue('leaver', { ...claims, iat: seconds + 2 });
    expect((await rooms.call('GET', '/auth/session', { token: anew })).status).toBe(200);
  });

  it('leaves the person no open socket, and others theirs', async () => {
    const { leaver, other } = await rooms.signUpAll({ leaver: {}, other: {} });
    const connections = createConnectionStore(rooms.base);
    for (const { id } of [leaver, other])
      await connections.opened({ connectionId: `of-${id}`, userId: id }, Date.now());
    expect((await leaver.post('/auth/sign-out-everywhere')).status).toBe(204);
    expect(await connections.get(`of-${leaver.id}`)).toBeUndefined();
    expect(await connections.get(`of-${other.id}`)).toBeDefined();
  });

  it('leaves none of the person’s browsers to be told by Web Push, and others theirs', async () => {
    const { leaver, other } = await rooms.signUpAll({ leaver: {}, other: {} });
    const browsersOf = async ({ token }: Person) =>
      (await rooms.call('GET', '/users/me/push', { token })).body.browsers.length;
    for (const [who, browser] of [
      [leaver, 'phone'],
      [leaver, 'laptop'],
      [other, 'tablet'],
    ] as const)
      await who.put('/users/me/push', {
        endpoint: `https://push.services.mozilla.com/${browser}`,
        keys: BROWSER_KEYS,
      });
    expect([await browsersOf(leaver), await browsersOf(other)]).toEqual([2, 1]);
    expect((await leaver.post('/auth/sign-out-everywhere')).status).toBe(204);
    const subscriptions = createPushStore(rooms.base);
    expect(await subscriptions.subscriptions(leaver.id)).toEqual([]);
    expect(await browsersOf(other)).toBe(1);
  });

  it('is refused where the issuer does not tell a new sign-in from a refreshed token', async () => {
    const token = await rooms.issuer.issue('untold', { preferred_username: 'untold', auth_time: undefined });
    expect((await rooms.call('GET', '/auth/session', { token })).status).toBe(200);
    const out = await rooms.call('POST', '/auth/sign-out-everywhere', { token });
    expect([out.status, out.body]).toEqual([
      403,
      {
        error: 'sign-in-time-unknown',
        message:
          'Your sign-in service does not tell us when you signed in, so your other sign-ins cannot be ended here. End them there.',
      },
    ]);
    expect((await rooms.call('GET', '/auth/session', { token })).status).toBe(200);
  });
});

describe('POST /auth/tickets', () => {
  it('gives the signed-in a ticket that carries them, once', async () => {
    const person = await rooms.signUp('rider');
    const { status, body } = await person.post('/auth/tickets');
    expect([status, body]).toEqual([201, { ticket: expect.stringMatching(/^[\w-]{22}$/), expiresAt: TIME }]);
    expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(55_000);
    expect(await rooms.tickets.redeem(body.ticket, Date.now())).toEqual({
      redeemed: true,
      userId: person.id,
      issuedAt: expect.any(Number),
    });
    expect(await rooms.tickets.redeem(body.ticket, Date.now())).toEqual({ redeemed: false, because: 'unknown' });
  });

  it('gives the anonymous one that carries nobody', async () => {
    const { body } = await rooms.call('POST', '/auth/tickets');
    expect(await rooms.tickets.redeem(body.ticket, Date.now())).toEqual({
      redeemed: true,
      userId: undefined,
      issuedAt: expect.any(Number),
    });
  });

  it('lets one of a hundred in who come with the same ticket', async () => {
    const { body } = await rooms.call('POST', '/auth/tickets');
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, () => rooms.tickets.redeem(body.ticket, Date.now())),
    );
    expect(outcomes.filter(({ redeemed }) => redeemed)).toHaveLength(1);
  });

  it('is worth nothing after a minute, or when made up', async () => {
    const { body } = await rooms.call('POST', '/auth/tickets');
    expect(await rooms.tickets.redeem(body.ticket, Date.now() + 60_001)).toEqual({
      redeemed: false,
      because: 'expired',
    });
    expect(await rooms.tickets.redeem('made-up', Date.now())).toEqual({ redeemed: false, because: 'unknown' });
  });

  it('is refused to an address that asks without end, and given again when it has waited', async () => {
    const asking = await rooms.signUp('asker');
    const answers = await Promise.all(Array.from({ length: 130 }, () => asking.post('/auth/tickets')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(120);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.body).toEqual({ error: 'too-many-requests', message: 'That is too often. Wait a little.' });
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    rooms.later(60_000);
    expect((await asking.post('/auth/tickets')).status).toBe(201);
  });
});
