import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, sign as signBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';
import type { AttackCase } from './attack-case.ts';
import type { PlatformBed } from '../lib/platform-bed.ts';

type Case = AttackCase<PlatformBed>;
type Parts = { header: Record<string, unknown>; payload: JWTPayload; signature: string; text: string };

const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const partsOf = (token: string): Parts => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { header: decoded(header), payload: decoded(payload), signature, text: `${header}.${payload}` };
};
const now = (): number => Math.floor(Date.now() / 1_000);

/** Who the API says that a token is. */
const shown = async (bed: PlatformBed, token: string): Promise<string> => {
  const { status, error } = await bed.call('GET', '/auth/session', { token });
  return status === 200 ? 'let in' : error;
};
const REFUSED = 'not-signed-in';

/** A token made out of chen's own. */
const made = (
  attack: string,
  make: (parts: Parts, bed: PlatformBed) => string | Promise<string>,
  expected = REFUSED,
): Case => ({
  attack,
  expected,
  play: async (bed) => shown(bed, await make(partsOf(bed.tokens.chen), bed)),
});

/** Signed by the issuer's own key, with claims that it would not give. */
const issued = (attack: string, change: Readonly<Record<string, unknown>>, expected: string = REFUSED): Case =>
  made(
    attack,
    async ({ header, payload }, { issuerKey }) => {
      const claims = Object.fromEntries(
        Object.entries({ ...payload, ...change }).filter(([, value]) => value !== undefined),
      );
      const key = await importJWK(issuerKey, 'RS256');
      return new SignJWT(claims).setProtectedHeader({ ...header, alg: 'RS256' }).sign(key);
    },
    expected,
  );

const own = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ownPem = own.publicKey.export({ type: 'spki', format: 'pem' }).toString();
/** Signed by a key of the attacker's, under a header that he likes. */
const byOwnKey = (attack: string, header: Record<string, unknown>, change: JWTPayload = {}): Case =>
  made(attack, ({ header: before, payload }) => {
    const text = `${encoded({ ...before, ...header })}.${encoded({ ...payload, ...change })}`;
    return `${text}.${signBytes('RSA-SHA256', Buffer.from(text), own.privateKey).toString('base64url')}`;
  });

/** The key that everybody knows, taken for a secret. */
const byPublicKey = (attack: string, secretOf: (bed: PlatformBed) => Promise<string>): Case =>
  made(attack, async ({ header, payload }, bed) => {
    const text = `${encoded({ ...header, alg: 'HS256' })}.${encoded(payload)}`;
    return `${text}.${createHmac('sha256', await secretOf(bed))
      .update(text)
      .digest('base64url')}`;
  });
const publicKey = async ({ issuerKey }: PlatformBed) => createPublicKey({ key: issuerKey, format: 'jwk' });

/** Whether the API fetches what a token tells it to. */
const lured: Case = {
  attack: 'a token whose issuer, jku and x5u are a server of the attacker’s',
  expected: 'not-signed-in, 0 requests came',
  play: async (bed) => {
    let came = 0;
    const server = createServer((_, response) => {
      came += 1;
      response.end('{"keys":[]}');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { header, payload } = partsOf(bed.tokens.chen);
    const text = `${encoded({ ...header, kid: 'mine', jku: `${url}/jwks`, x5u: `${url}/x5u` })}.${encoded({ ...payload, iss: url })}`;
    const error = await shown(
      bed,
      `${text}.${signBytes('RSA-SHA256', Buffer.from(text), own.privateKey).toString('base64url')}`,
    );
    server.close();
    return `${error}, ${came} requests came`;
  },
};

const otherAlgorithm = (alg: string): Case =>
  made(`${alg} by a key of one’s own, under the issuer’s kid`, async ({ header, payload }) => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    return new SignJWT(payload).setProtectedHeader({ ...header, alg }).sign(privateKey);
  });

const withoutSignature = (alg: string, signature: string): Case =>
  made(
    `alg ${alg}, ${signature === '' ? 'no signature' : 'a signature of noise'}`,
    ({ header, payload }) => `${encoded({ ...header, alg })}.${encoded(payload)}.${signature}`,
  );

const NOISE = randomBytes(256).toString('base64url');
const presented = (attack: string, headers: (token: string) => Record<string, string>, expected = REFUSED): Case => ({
  attack,
  expected,
  play: async (bed) => {
    const { status, error } = await bed.call('GET', '/auth/session', { headers: headers(bed.tokens.chen) });
    return status === 200 ? 'let in' : error;
  },
});

/** Tokens that the issuer did not make, or not for this. */
export const FORGERIES: readonly Case[] = [
  made(
    'a good token, so that the others are known to be refused for what they are',
    ({ text, signature }) => `${text}.${signature}`,
    'let in',
  ),
  ...['none', 'None', 'NONE', 'nOnE'].flatMap((alg) => [withoutSignature(alg, ''), withoutSignature(alg, NOISE)]),
  ...['', 'RS256 ', 'rs256', 'HS256', 'HS384', 'HS512'].map((alg) => withoutSignature(alg, NOISE)),
  byPublicKey('HS256 with the public key in PEM as its secret', async (bed) =>
    (await publicKey(bed)).export({ type: 'spki', format: 'pem' }).toString(),
  ),
  byPublicKey('HS256 with the public key in PEM, without its last line break', async (bed) =>
    (await publicKey(bed)).export({ type: 'spki', format: 'pem' }).toString().trim(),
  ),
  byPublicKey('HS256 with the modulus as its secret', async ({ issuerKey }) => issuerKey.n ?? ''),
  byPublicKey('HS256 with an empty secret', async () => ''),
  ...['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'].map(otherAlgorithm),
  byOwnKey('another key under the issuer’s kid', {}),
  byOwnKey('a kid that is not there', { kid: 'nobody' }),
  byOwnKey('no kid', { kid: undefined }),
  byOwnKey('a kid that is a path', { kid: '../../../../dev/null' }),
  byOwnKey('a kid that is a statement', { kid: "' UNION SELECT 'key" }),
  byOwnKey('a kid of 4 KB', { kid: 'k'.repeat(4_096) }),
  byOwnKey('a kid that is a number', { kid: 1 }),
  byOwnKey('a kid that is __proto__', { kid: '__proto__' }),
  made('the attacker’s key in the header (jwk)', async ({ header, payload }) => {
    const { publicKey: pub, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const token = await new SignJWT(payload)
      .setProtectedHeader({ ...header, alg: 'RS256', jwk: await exportJWK(pub) })
      .sign(privateKey);
    return token;
  }),
  made('the attacker’s key in the header (x5c)', async ({ header, payload }) => {
    const { publicKey: pub, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const x5c = [(await exportSPKI(pub)).replace(/-.*-|\n/g, '')];
    return new SignJWT(payload).setProtectedHeader({ ...header, alg: 'RS256', x5c }).sign(privateKey);
  }),
  byOwnKey('a header with crit', { crit: ['exp'], exp: 1 }),
  byOwnKey('the attacker’s key as kid, in PEM', { kid: ownPem }),
  lured,
  ...(
    [
      ['sub of somebody else', (payload: JWTPayload) => ({ ...payload, sub: 'asha' })],
      ['a later exp', (payload: JWTPayload) => ({ ...payload, exp: now() + 86_400 * 365 })],
      ['a creator’s claim', (payload: JWTPayload) => ({ ...payload, vybzz_creator: true })],
      ['roles', (payload: JWTPayload) => ({ ...payload, roles: ['moderator', 'admin'] })],
      ['another iss', (payload: JWTPayload) => ({ ...payload, iss: 'https://accounts.google.com' })],
      ['another aud', (payload: JWTPayload) => ({ ...payload, aud: 'everything' })],
      [
        '__proto__ in it',
        (payload: JWTPayload) => JSON.parse(`{"__proto__":{"sub":"asha"},${JSON.stringify(payload).slice(1)}`),
      ],
    ] as const
  ).map(([what, change]) =>
    made(
      `${what}, under the old signature`,
      ({ header, payload, signature }) => `${encoded(header)}.${encoded(change(payload))}.${signature}`,
    ),
  ),
  ...[0, 100, -1].map((at) =>
    made(`one bit of the signature turned (byte ${at})`, ({ text, signature }) => {
      const bytes = Buffer.from(signature, 'base64url');
      const index = at < 0 ? bytes.length - 1 : at;
      bytes[index] = (bytes[index] ?? 0) ^ 1;
      return `${text}.${bytes.toString('base64url')}`;
    }),
  ),
  made('half a signature', ({ text, signature }) => `${text}.${signature.slice(0, signature.length / 2)}`),
  made('no signature', ({ text }) => `${text}.`),
  made('a signature of zeros', ({ text }) => `${text}.${Buffer.alloc(256).toString('base64url')}`),
  made('the signature of another token', ({ text }, { tokens }) => `${text}.${partsOf(tokens.bilal).signature}`),
  made(
    'another’s head on one’s own body',
    ({ text, signature }, { tokens }) =>
      `${partsOf(tokens.bilal).text.split('.')[0]}.${text.split('.')[1]}.${signature}x`,
  ),
  made('two parts', ({ text }) => text),
  made('five parts', ({ text, signature }) => `${text}.${signature}.a.b`),
  made('a part that is empty', ({ text, signature }) => `.${text.split('.')[1]}.${signature}`),
  made('a head that is no JSON', ({ text, signature }) => `bm90IGpzb24.${text.split('.')[1]}.${signature}`),
  made('a head that is an array', ({ text, signature }) => `${encoded([])}.${text.split('.')[1]}.${signature}`),
  made('a body that is null', ({ text, signature }) => `${text.split('.')[0]}.${encoded(null)}.${signature}`),
  made(
    'a body nested 2,000 deep',
    ({ text, signature }) =>
      `${text.split('.')[0]}.${Buffer.from('['.repeat(2_000) + ']'.repeat(2_000)).toString('base64url')}.${signature}`,
  ),
  made('a token of 9 KB', () => `${'a'.repeat(3_000)}.${'b'.repeat(3_000)}.${'c'.repeat(3_000)}`),
  issued('the issuer’s, expired an hour ago', { exp: now() - 3_600 }, 'token-expired'),
  issued('the issuer’s, not good before tomorrow', { nbf: now() + 86_400 }),
  issued('the issuer’s, for another audience', { aud: 'https://another.example' }),
  issued('the issuer’s, for no audience, as its id tokens are', { aud: undefined }),
  issued('the issuer’s, without an expiry', { exp: undefined }),
  issued('the issuer’s, without a subject', { sub: undefined }),
  issued('the issuer’s, with a subject of blanks', { sub: '   ' }),
  issued('the issuer’s, in the name of another issuer', { iss: 'http://localhost:1' }),
  issued('the issuer’s, with an issuer that only begins like it', { iss: 'http://localhost' }),
  presented('the token as Basic', (token) => ({
    authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}`,
  })),
  presented('Bearer, and nothing', () => ({ authorization: 'Bearer ' })),
  presented('the token twice', (token) => ({ authorization: `Bearer ${token}, Bearer ${token}` })),
  presented('the token in a cookie', (token) => ({ cookie: `access_token=${token}; token=${token}` })),
  presented('the user by headers of proxies', () => ({
    'x-user-id': 'asha',
    'x-forwarded-user': 'asha',
    'x-amzn-oidc-identity': 'asha',
  })),
  {
    attack: 'the token in the query',
    expected: REFUSED,
    play: async (bed) =>
      (await bed.call('GET', `/auth/session?access_token=${bed.tokens.chen}&token=${bed.tokens.chen}`)).error,
  },
];
