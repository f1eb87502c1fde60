import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { Issuer } from './issuers.ts';

const FETCH_MS = 3_000;
const DISCOVERY = '/.well-known/openid-configuration';
const JWKS = '/.well-known/jwks.json';

/** The issuer's keys could not be had: no fault of the token, and worth another try. */
export class KeysUnavailable extends Error {}

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';

/**
 * Where an issuer's keys are asked for. Cognito and Clerk have a fixed place; any other issuer says it in its discovery
 * document (OpenID Connect Discovery 1.0, section 4), which the fetcher follows.
 */
export const jwksUriOf = ({ kind, issuer, jwksUri }: Issuer): string =>
  jwksUri ?? issuer.replace(/\/$/, '') + (kind === 'oidc' ? DISCOVERY : JWKS);

const download = async (uri: string, plainHttp: boolean): Promise<ArrayBuffer> => {
  const { protocol } = new URL(uri);
  if (protocol !== 'https:' && !(plainHttp && protocol === 'http:'))
    throw new KeysUnavailable(`keys come by https only, not from ${uri}`);
  const answer = await fetch(uri, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' });
  if (!answer.ok) throw new KeysUnavailable(`${uri} answered ${answer.status}`);
  return answer.arrayBuffer();
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The `jwks_uri` of a discovery document; one that speaks for another issuer is refused, as the standard demands. */
const readDiscovery = (document: ArrayBuffer, uri: string): string => {
  const said: unknown = JSON.parse(new TextDecoder().decode(document));
  const { issuer, jwks_uri: jwksUri } = isObject(said) ? said : {};
  const expected = uri.slice(0, -DISCOVERY.length);
  if (typeof jwksUri !== 'string' || typeof issuer !== 'string' || issuer.replace(/\/$/, '') !== expected)
    throw new KeysUnavailable(`${uri} is not the discovery document of ${expected}`);
  return jwksUri;
};

/**
 * One cache of every issuer's keys: fetched once, again for an unknown `kid`, then not for ten seconds (the library's
 * penalty box), so that made-up key ids cannot make us flood an issuer.
 *
 * Plain http is for an issuer that is configured by a loopback address, and for no other.
 */
export const createJwksCache = (issuers: readonly Issuer[]): SimpleJwksCache => {
  const local = new Set(issuers.filter(({ issuer }) => isLoopback(new URL(issuer))).map(jwksUriOf));

  return new SimpleJwksCache({
    fetcher: {
      fetch: async (uri: string) => {
        const plainHttp = local.has(uri);
        try {
          const document = await download(uri, plainHttp);
          return uri.endsWith(DISCOVERY) ? await download(readDiscovery(document, uri), plainHttp) : document;
        } catch (cause) {
          throw cause instanceof KeysUnavailable ? cause : new KeysUnavailable(`no keys from ${uri}`, { cause });
        }
      },
    },
  });
};
