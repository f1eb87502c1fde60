import { afterEach, describe, expect, it } from 'vitest';
import { startIssuer, type TestIssuer } from './issuer.testing.ts';
import { type Issuer, Issuers } from './issuers.ts';
import { TOKEN_SHAPES } from './token-shapes.testing.ts';
import { createVerifyToken } from './verify.ts';

const open: TestIssuer[] = [];
const start = async () => {
  const issuer = await startIssuer();
  open.push(issuer);
  return issuer;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((issuer) => issuer.close()));
});

const seconds = () => Math.floor(Date.now() / 1000);
const unsigned = (payload: object) =>
  [{ alg: 'none', typ: 'JWT', kid: 'first' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.') + '.';

describe('a token', () => {
  it('of the issuer, for us, tells the person', async () => {
    const issuer = await start();
    const verify = createVerifyToken({ issuers: [issuer.config] });
    const iat = seconds() - 5;
    const token = await issuer.issue('auth0|7', {
      iat,
      name: 'Asha Rao',
      preferred_username: 'asha',
      email: 'asha@vybzz.test',
      picture: 'https://pictures.test/a.png',
    });
    expect(await verify(token)).toEqual({
      verified: true,
      identity: {
        issuer: issuer.config.issuer,
        subject: 'auth0|7',
        name: 'Asha Rao',
        preferredUsername: 'asha',
        email: 'asha@vybzz.test',
        picture: 'https://pictures.test/a.png',
        signedInAt: iat * 1000,
        creator: false,
        moderator: false,
      },
    });
  });

  it.each([
    ['expired', { exp: seconds() - 3600 }, 'expired'],
    ['without an expiry', { exp: undefined }, 'invalid'],
    ['not valid yet', { nbf: seconds() + 3600 }, 'invalid'],
    ['for another audience', { aud: 'somebody-else' }, 'invalid'],
    ['without an audience', { aud: undefined }, 'invalid'],
    ['of another issuer', { iss: 'https://evil.test' }, 'invalid'],
    ['without an issuer', { iss: undefined }, 'invalid'],
    ['without a subject', { sub: undefined }, 'invalid'],
    ['with an empty subject', { sub: ' ' }, 'invalid'],
  ])('%s is refused', async (_, claims, because) => {
    const issuer = await start();
    const verify = createVerifyToken({ issuers: [issuer.config] });
    expect(await verify(await issuer.issue('u', claims))).toMatchObject({ verified: false, because });
  });

  it('that ran out within the clock grace is still good', async () => {
    const issuer = await start();
    const verify = createVerifyToken({ issuers: [issuer.config] });
    expect(await verify(await issuer.issue('u', { exp: seconds() - 10 }))).toMatchObject({ verified: true });
    expect(await verify(await issuer.issue('u', { exp: seconds() - 40 }))).toMatchObject({ because: 'expired' });
  });

  it('that is unsigned, tampered with, no token at all or too long is refused', async () => {
    const issuer = await start();
    const verify = createVerifyToken({ issuers: [issuer.config] });
    const good = await issuer.issue('u');
    const [header, payload = '', signature] = good.split('.');
    const claims = { sub: 'u', iss: issuer.config.issuer, aud: 'vybzz-api', exp: seconds() + 600 };
    const forged = Buffer.from(payload, 'base64url').toString().replace('"u"', '"v"');
    const tampered = [header, Buffer.from(forged).toString('base64url'), signature].join('.');
    for (const token of [
      unsigned(claims),
      `${unsigned(claims)}AA`,
      tampered,
      'x',
      'a.b.c',
      '',
      `${good}${'a'.repeat(9_000)}`,
    ])
      expect(await verify(token)).toMatchObject({ verified: false, because: 'invalid' });
  });

  it('names what the issuer is configured to appoint, and nothing otherwise', async () => {
    const issuer = await start();
    const claims = { vybzz_creator: true, groups: ['moderator'] };
    const token = await issuer.issue('u', claims);
    const plain = createVerifyToken({ issuers: [issuer.config] });
    const appointing = createVerifyToken({
      issuers: [{ ...issuer.config, creatorClaim: 'vybzz_creator', moderatorClaim: 'groups' }],
    });
    expect(await plain(token)).toMatchObject({ identity: { creator: false, moderator: false } });
    expect(await appointing(token)).toMatchObject({ identity: { creator: true, moderator: true } });
  });

  it('that was refreshed still tells when its person signed in', async () => {
    const issuer = await start();
    const verify = createVerifyToken({ issuers: [issuer.config] });
    const token = await issuer.issue('u', { auth_time: 1_700_000_000 });
    expect(await verify(token)).toMatchObject({ identity: { signedInAt: 1_700_000_000_000 } });
    // Clerk's way to say it: minutes before `iat`
    const clerk = await issuer.issue('u', { auth_time: undefined, iat: 1_700_000_000, fva: [5, -1] });
    expect(await verify(clerk)).toMatchObject({ identity: { signedInAt: 1_700_000_000_000 - 5 * 60_000 } });
  });

  it('of an issuer that does not tell it, may be a refreshed one, however new it is', async () => {
    const issuer = await start();
    const verify = createVerifyToken({ issuers: [issuer.config] });
    for (const untold of [{}, { fva: [-1, -1] }, { fva: 'now' }, { auth_time: 'now' }]) {
      const verified = await verify(await issuer.issue('u', { auth_time: undefined, ...untold }));
      expect(verified.verified && verified.identity.signedInAt).toBeUndefined();
    }
  });
});

describe('each kind of issuer', () => {
  const verdict = async (config: Partial<Issuer>, claims: Record<string, unknown>) => {
    const issuer = await start();
    const verify = createVerifyToken({
      issuers: [{ ...issuer.config, audience: undefined, jwksUri: `${issuer.config.issuer}/keys`, ...config }],
    });
    return (await verify(await issuer.issue('u', { aud: undefined, ...claims }))).verified;
  };

  it.each([
    [{ token_use: 'access', client_id: 'vybzz-web' }, true],
    [{ token_use: 'id', client_id: 'vybzz-web' }, false],
    [{ token_use: 'access', client_id: 'other' }, false],
    [{ token_use: 'access' }, false],
  ])('cognito: %j is %s', async (claims, good) => {
    expect(await verdict({ kind: 'cognito' }, claims)).toBe(good);
  });

  it.each([
    [{ azp: 'https://vybzz.test' }, true],
    [{ azp: 'https://evil.test' }, false],
    [{}, false],
    [{ azp: 'https://vybzz.test', sts: 'pending' }, false],
    [{ azp: 'https://vybzz.test', sts: 'active' }, true],
    [{ azp: 'https://evil.test', client_id: 'vybzz-web' }, false],
    [{ client_id: 'vybzz-web' }, true],
    [{ client_id: 'other' }, false],
  ])('clerk: %j is %s', async (claims, good) => {
    expect(await verdict({ kind: 'clerk', azp: ['https://vybzz.test'] }, claims)).toBe(good);
  });

  it.each([
    ['cognito', 'cognito'],
    ['clerk', 'clerk oauth'],
    ['clerk', 'clerk session'],
  ] as const)(
    '%s: a %s token in its captured shape is good, and its person is never called by a number',
    async (kind, shape) => {
      const issuer = await start();
      const { sub, ...claims } = TOKEN_SHAPES[shape];
      const verify = createVerifyToken({
        issuers: [
          {
            ...issuer.config,
            kind,
            audience: undefined,
            azp: ['https://vybzz.test'],
            jwksUri: `${issuer.config.issuer}/keys`,
          },
        ],
      });
      const verified = await verify(await issuer.issue(sub, { aud: undefined, auth_time: undefined, ...claims }));
      expect(verified).toMatchObject({ verified: true, identity: { subject: sub } });
      expect(verified.verified && verified.identity.preferredUsername).toBeUndefined();
    },
  );

  it('several at once: each token by the rule of its own issuer', async () => {
    const [one, two] = [await start(), await start()];
    const verify = createVerifyToken({ issuers: [one.config, { ...two.config, audience: ['a', 'b'] }] });
    expect(await verify(await one.issue('u'))).toMatchObject({ verified: true });
    expect(await verify(await two.issue('u', { aud: 'b' }))).toMatchObject({ verified: true });
    expect(await verify(await two.issue('u'))).toMatchObject({ verified: false });
    // signed by the one, in the name of the other
    expect(await verify(await two.issue('u', { iss: one.config.issuer, aud: 'vybzz-api' }))).toMatchObject({
      verified: false,
    });
  });

  it('is not configured without what tells its tokens from those of other applications', () => {
    const base = { issuer: 'https://id.test', clientId: 'x' };
    expect(Issuers.safeParse([{ ...base, kind: 'oidc' }]).success).toBe(false);
    expect(Issuers.safeParse([{ ...base, kind: 'clerk' }]).success).toBe(false);
    expect(Issuers.safeParse([{ ...base, kind: 'cognito' }]).success).toBe(true);
    expect(Issuers.safeParse([]).success).toBe(false);
  });
});

describe('keys', () => {
  it('are fetched once, by the discovery document, however many ask', async () => {
    const issuer = await start();
    const verify = createVerifyToken({ issuers: [issuer.config] });
    const token = await issuer.issue('u');
    await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    await verify(token);
    expect(issuer.fetched).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('that are new are found by their unknown id', async () => {
    const issuer = await start();
    const verify = createVerifyToken({ issuers: [issuer.config] });
    await verify(await issuer.issue('u'));
    await issuer.rotate({ publish: true });
    expect(await verify(await issuer.issue('u'))).toMatchObject({ verified: true });
  });

  it('of made-up ids cost the issuer one look, not one each', async () => {
    const issuer = await start();
    const verify = createVerifyToken({ issuers: [issuer.config] });
    await verify(await issuer.issue('u'));
    const before = issuer.fetched.length;
    for (let i = 0; i < 20; i++)
      expect(await verify(await issuer.issue('u', {}, { kid: `made-up-${i}` }))).toMatchObject({ because: 'invalid' });
    expect(issuer.fetched.length - before).toBe(2);
  });

  it('that cannot be had are no fault of the token, and are asked for again', async () => {
    const issuer = await start();
    const verify = createVerifyToken({ issuers: [issuer.config] });
    issuer.answer(false);
    expect(await verify(await issuer.issue('u'))).toMatchObject({ verified: false, because: 'keys-unavailable' });
    issuer.answer(true);
    expect(await verify(await issuer.issue('u'))).toMatchObject({ verified: true });
  });

  it('come over plain http from a loopback issuer alone', async () => {
    const issuer = await start();
    const remote = { ...issuer.config, issuer: 'https://id.test', jwksUri: `${issuer.config.issuer}/keys` };
    const verify = createVerifyToken({ issuers: [remote] });
    expect(await verify(await issuer.issue('u', { iss: 'https://id.test' }))).toMatchObject({
      because: 'keys-unavailable',
    });
    expect(issuer.fetched).toEqual([]);
  });

  it('of a discovery document that speaks for another issuer are not taken', async () => {
    const issuer = await start();
    // the same machine by another name: the document names 127.0.0.1
    const alias = { ...issuer.config, issuer: issuer.config.issuer.replace('127.0.0.1', 'localhost') };
    const verify = createVerifyToken({ issuers: [alias] });
    expect(await verify(await issuer.issue('u', { iss: alias.issuer }))).toMatchObject({ because: 'keys-unavailable' });
  });
});
