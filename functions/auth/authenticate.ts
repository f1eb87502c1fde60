import { handleCandidates, looksOpaque } from '#domain/handle';
import type { Handle, UserId } from '#domain/ids';
import { suspensionNow } from '#domain/report';
import { covers, isVisible, tidied } from '#domain/text';
import { avatarUrlOf, type User } from '#domain/user';
import type { Known, Subject } from '#store/users';
import type { Authenticate, Caller, Role } from '../http/caller.ts';
import type { Log } from '../http/log.ts';
import { Refusal } from '../http/refusal.ts';
import type { AskUserInfo } from './user-info.ts';
import type { Identity, VerifyToken } from './verify.ts';

/** What this room needs of the people in the table. */
export type People = {
  knownAs(subject: Subject): Promise<Known>;
  create(
    user: User,
    subject: Subject,
  ): Promise<{ created: true } | { created: false; because: 'known' | 'handle-taken' }>;
};

type Parts = {
  verify: VerifyToken;
  users: People;
  /** @default nobody is asked */
  askUserInfo?: AskUserInfo;
  clock: () => Date;
  newUserId: (now: number) => UserId;
  /** Who watches over the platform besides those whom an issuer's claim or their record says. */
  moderators: ReadonlySet<string>;
  log: Log;
  /** @default Math.random */
  random?: () => number;
};

/** Who it is, and the token that says so, by which the issuer can be asked for more. */
type Identified = Identity & { token: string };

const REALM = 'Bearer realm="vybzz"';
const NAME_CHARACTERS = 80;
const AVATAR_CHARACTERS = 2_048;

/** A 401 in the form that RFC 6750 gives it: without an error code where nothing was presented. */
const refused = (code: 'not-signed-in' | 'token-expired', message: string, detail?: string): Refusal =>
  new Refusal(code, message, {
    headers: {
      'WWW-Authenticate':
        detail === undefined ? REALM : `${REALM}, error="invalid_token", error_description="${detail}"`,
    },
  });

/**
 * Tells the caller by the `Authorization` header. A person whom we see for the first time becomes a user on the spot, from the
 * claims of the token.
 */
export const createAuthenticate = ({
  verify,
  users,
  askUserInfo = async () => undefined,
  clock,
  newUserId,
  moderators,
  log,
  random = Math.random,
}: Parts): Authenticate => {
  const identify = async (authorization: string): Promise<Identified> => {
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    if (token === undefined)
      throw refused('not-signed-in', 'Sign in with a bearer token.', 'the header holds no bearer token');
    const verified = await verify(token);
    if (verified.verified) return { ...verified.identity, token };
    if (verified.because === 'keys-unavailable')
      throw new Refusal('temporarily-unavailable', 'The sign-in service does not answer. Try again in a moment.', {
        headers: { 'Retry-After': '2' },
        cause: verified.cause,
      });
    throw verified.because === 'expired'
      ? refused('token-expired', 'Your sign-in has expired.', verified.detail)
      : refused('not-signed-in', 'Your sign-in is not valid here.', verified.detail);
  };

  /** The claims of a token, or what the issuer says where it has none of a name. */
  const named = async ({ token, ...identity }: Identified): Promise<Identity> => {
    const { name, email, preferredUsername } = identity;
    if (name ?? email ?? preferredUsername) return identity;
    const { picture, ...said } = (await askUserInfo(identity, token)) ?? {};
    return { ...identity, ...said, picture: identity.picture ?? picture };
  };

  const firstSight = async (identified: Identified): Promise<User> => {
    const identity = await named(identified);
    const now = clock().getTime();
    for (const handle of handleCandidates(identity, random)) {
      const user = newUser(identity, { id: newUserId(now), handle, createdAt: now });
      const outcome = await users.create(user, identity);
      if (outcome.created) {
        log.info('user created', { userId: user.id, issuer: identity.issuer });
        return user;
      }
      if (outcome.because === 'known') return admitted(identified, await users.knownAs(identity));
    }
    throw new Refusal('temporarily-unavailable', 'We could not find a handle for you. Try again.');
  };

  const admitted = async (identity: Identified, known: Known): Promise<User> => {
    if (known.known === 'nobody') return firstSight(identity);
    if (known.known === 'removed') {
      // a token that was merely refreshed makes no new account
      if (identity.signedInAt !== undefined && identity.signedInAt > known.at) return firstSight(identity);
      throw refused('not-signed-in', 'This account has been deleted.', 'the account has been deleted');
    }
    if (known.user.notBefore === undefined || (identity.signedInAt ?? 0) >= known.user.notBefore) return known.user;
    throw refused('not-signed-in', 'You have signed out everywhere. Sign in again.', 'signed out everywhere');
  };

  return async (authorization) => {
    if (authorization === undefined) return undefined;
    const identity = await identify(authorization);
    const user = await admitted(identity, await users.knownAs(identity));
    return {
      ...toCaller(user, identity.moderator || moderators.has(user.id)),
      suspended: suspensionNow(user, clock().getTime()),
      signedInAt: identity.signedInAt,
    };
  };
};

const toCaller = (user: User, appointed: boolean): Omit<Caller, 'suspended'> => {
  const roles: Role[] = [];
  if (user.creator) roles.push('creator');
  if (user.moderator || appointed) roles.push('moderator');
  const { id: userId, handle, name } = user;
  return { userId, handle, name, avatarUrl: avatarUrlOf(user), roles };
};

const isHttpUrl = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

const newUser = (
  { name, preferredUsername, email, picture, creator }: Identity,
  made: { id: UserId; handle: Handle; createdAt: number },
): User => ({
  ...made,
  // An issuer may let people call themselves what they like. The cut may go through a character of two halves.
  name:
    [name, preferredUsername?.split('@')[0], email?.split('@')[0], made.handle]
      .map((said = '') => tidied(said.slice(0, NAME_CHARACTERS)))
      .find((said) => isVisible(said) && !covers(said) && !looksOpaque(said)) ?? made.handle,
  avatarUrl: picture !== undefined && picture.length <= AVATAR_CHARACTERS && isHttpUrl(picture) ? picture : undefined,
  creator,
  moderator: false,
});
