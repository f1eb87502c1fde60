import { once } from 'node:events';
import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Issuer } from './issuers.ts';

const AUDIENCE = 'vybzz-api';
const DISCOVERY = '/.well-known/openid-configuration';

type Key = { kid: string; privateKey: CryptoKey; publicJwk: JWK };

const makeKey = async (kid: string): Promise<Key> => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
};

/** A real issuer on the loopback interface, as far as a verifier can tell: discovery, keys, RS256 tokens. */
export const startIssuer = async (clock: () => Date = () => new Date()) => {
  let key = await makeKey('first');
  let published: JWK[] = [key.publicJwk];
  let healthy = true;
  const fetched: string[] = [];
  let told: ((authorization: string) => object) | undefined;

  const server = createServer((request, response) => {
    fetched.push(request.url ?? '');
    const { authorization = '' } = request.headers;
    response.setHeader('content-type', 'application/json');
    if (!healthy) response.writeHead(500).end('{}');
    else if (request.url === DISCOVERY)
      response.end(
        JSON.stringify({
          issuer,
          jwks_uri: `${issuer}/keys`,
          ...(told && { userinfo_endpoint: `${issuer}/userinfo` }),
        }),
      );
    else if (request.url === '/userinfo') response.end(JSON.stringify(told?.(authorization) ?? {}));
    else response.end(JSON.stringify({ keys: published }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

  const config: Issuer = { issuer, kind: 'oidc', clientId: 'vybzz-web', audience: AUDIENCE };

  /** A token whose claims win over the usual ones; a claim of `undefined` is left out. */
  const issue = async (
    subject: string,
    claims: Record<string, unknown> = {},
    header: { kid?: string } = {},
  ): Promise<string> => {
    const seconds = Math.floor(Date.now() / 1000);
    // a sign-in is at the time of the code that is tested, which may be ahead of the time that tokens are held to
    const signedIn = claims['iat'] ?? Math.floor(clock().getTime() / 1000);
    const usual = { sub: subject, iss: issuer, aud: AUDIENCE, iat: seconds, auth_time: signedIn, exp: seconds + 600 };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: key.kid, ...header })
      .sign(key.privateKey);
  };

  return {
    config,
    issue,
    fetched,
    /** Tells of people at a userinfo endpoint from now on, whatever the token. */
    tell: (claims: object | undefined) => {
      told = claims && ((authorization) => (authorization.startsWith('Bearer ') ? claims : {}));
    },
    /** Signs with another key from now on. */
    rotate: async ({ publish }: { publish: boolean }) => {
      key = await makeKey('second');
      if (publish) published = [...published, key.publicJwk];
    },
    answer: (well: boolean) => {
      healthy = well;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};
export type TestIssuer = Awaited<ReturnType<typeof startIssuer>>;
