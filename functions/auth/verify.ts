import { JwtExpiredError, JwtInvalidClaimError } from 'aws-jwt-verify/error';
import type { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import type { NamedClaims } from '#domain/handle';
import type { Issuer } from './issuers.ts';
import { createJwksCache, jwksUriOf, KeysUnavailable } from './jwks.ts';

/** Whom a good token speaks for. `issuer` and `subject` together are the person, for ever. */
export type Identity = NamedClaims & {
  issuer: string;
  subject: string;
  picture?: string | undefined;
  /**
   * When the person last proved who they are, in milliseconds since 1970: what sign-out-everywhere is measured against. Undefined
   * where the issuer does not tell, as one that gives a refreshed token a new `iat` and no `auth_time`.
   */
  signedInAt?: number | undefined;
  creator: boolean;
  moderator: boolean;
};

export type Verified =
  | { verified: true; identity: Identity }
  | { verified: false; because: 'expired' | 'invalid'; detail: string }
  | { verified: false; because: 'keys-unavailable'; detail: string; cause: unknown };

export type VerifyToken = (token: string) => Promise<Verified>;

/** Clocks differ; a token that ran out this recently is still good. */
const GRACE_SECONDS = 30;
/** Access tokens are one or two kilobytes; a longer one is refused before any work is done on it. */
const TOKEN_CHARACTERS = 8 * 1024;

class RefusedToken extends Error {}

const text = (claim: unknown): string | undefined =>
  typeof claim === 'string' && claim.trim() !== '' ? claim.trim() : undefined;

/** The rules of each kind that the library's own checks of signature, issuer, audience and times do not cover. */
const checkKind = (issuer: Issuer, claims: JwtPayload): void => {
  if (claims.exp === undefined) throw new RefusedToken('the token has no expiry');
  if (text(claims.sub) === undefined) throw new RefusedToken('the token has no subject');
  switch (issuer.kind) {
    case 'oidc':
      return;
    case 'cognito':
      if (claims['token_use'] !== 'access') throw new RefusedToken('the token is not an access token');
      if (claims['client_id'] !== issuer.clientId) throw new RefusedToken('the token is for another client');
      return;
    case 'clerk':
      // A session token names the origin that it was made for; an OAuth access token the client, which is ours by code and PKCE.
      if (claims['azp'] === undefined && claims['client_id'] !== undefined) {
        if (claims['client_id'] !== issuer.clientId) throw new RefusedToken('the token is for another client');
        return;
      }
      if (!issuer.azp?.includes(text(claims['azp']) ?? '')) throw new RefusedToken('the token is for another origin');
      if (claims['sts'] === 'pending') throw new RefusedToken('the sign-in is not finished');
  }
};

const grants = (claims: JwtPayload, name: string | undefined, role: string): boolean => {
  const claim = name === undefined ? undefined : claims[name];
  return claim === true || (Array.isArray(claim) && claim.includes(role));
};

/**
 * A refreshed token is new and the sign-in behind it is not: `iat` tells nothing, or a stolen refresh token would outlive
 * sign-out-everywhere. `auth_time` is the sign-in itself; `fva` is Clerk's, and says how many minutes it lay before `iat`.
 */
const signedInAt = ({ iat, auth_time: authTime, fva }: JwtPayload): number | undefined => {
  if (typeof authTime === 'number') return authTime * 1000;
  const minutes: unknown = Array.isArray(fva) ? fva[0] : undefined;
  return typeof minutes === 'number' && minutes >= 0 && iat !== undefined ? (iat - minutes * 60) * 1000 : undefined;
};

/** Cognito calls somebody by their subject where they sign in by e-mail: that is nobody's name. */
const chosen = ({ sub, username }: JwtPayload): string | undefined => (username === sub ? undefined : text(username));

const toIdentity = (issuer: Issuer, claims: JwtPayload): Identity => ({
  issuer: issuer.issuer,
  // to the letter: two subjects that differ in a blank are two people
  subject: claims.sub ?? '',
  preferredUsername: text(claims['preferred_username']) ?? chosen(claims),
  name: text(claims['name']),
  email: text(claims['email']),
  picture: text(claims['picture']),
  signedInAt: signedInAt(claims),
  creator: grants(claims, issuer.creatorClaim, 'creator'),
  moderator: grants(claims, issuer.moderatorClaim, 'moderator'),
});

type Parts = { issuers: readonly Issuer[]; jwks?: SimpleJwksCache };

/**
 * Verifies access tokens of any of the configured issuers: signature (asymmetric algorithms only), issuer, audience as
 * its kind has it, and times.
 *
 * @param jwks where keys come from; by default each issuer's own address
 */
export const createVerifyToken = ({ issuers, jwks = createJwksCache(issuers) }: Parts): VerifyToken => {
  const byIssuer = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
  const verifier = JwtVerifier.create(
    issuers.map((issuer) => ({
      issuer: issuer.issuer,
      jwksUri: jwksUriOf(issuer),
      audience: issuer.kind === 'oidc' ? toList(issuer.audience) : null,
      graceSeconds: GRACE_SECONDS,
    })),
    { jwksCache: jwks },
  );

  return async (token) => {
    if (token.length > TOKEN_CHARACTERS)
      return { verified: false, because: 'invalid', detail: 'the token is too long' };
    try {
      const claims = await verifier.verify(token);
      const issuer = byIssuer.get(claims.iss ?? '');
      if (issuer === undefined) return { verified: false, because: 'invalid', detail: 'the issuer is not known' };
      checkKind(issuer, claims);
      return { verified: true, identity: toIdentity(issuer, claims) };
    } catch (cause) {
      return toRefusal(cause);
    }
  };
};

const toList = (audience: Issuer['audience']): string[] => (Array.isArray(audience) ? audience : [audience ?? '']);

/** What a client may know of why: enough to mend its own fault, nothing of ours. */
const toRefusal = (cause: unknown): Verified => {
  if (cause instanceof KeysUnavailable)
    return { verified: false, because: 'keys-unavailable', detail: 'the keys of the issuer are not to be had', cause };
  if (cause instanceof JwtExpiredError) return { verified: false, because: 'expired', detail: 'the token has expired' };
  if (cause instanceof RefusedToken) return { verified: false, because: 'invalid', detail: cause.message };
  if (cause instanceof JwtInvalidClaimError)
    return { verified: false, because: 'invalid', detail: 'the token is not for this service, or not yet' };
  return { verified: false, because: 'invalid', detail: 'the token cannot be verified' };
};
