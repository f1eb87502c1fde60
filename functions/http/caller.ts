import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Handle, UserId } from '#domain/ids';
import { Refusal } from './refusal.ts';

export type Role = 'creator' | 'moderator';

/** Who calls: the user behind a verified token. */
export type Caller = {
  userId: UserId;
  handle: Handle;
  name: string;
  avatarUrl?: string | undefined;
  roles: readonly Role[];
  /** When they last proved who they are, in milliseconds since 1970; undefined where their issuer does not tell. */
  signedInAt?: number | undefined;
};

/** What every handler finds on its context. `user` is undefined for the anonymous. */
export type RoomEnv = { Variables: { user: Caller | undefined; requestId: string } };

/**
 * Who an Authorization header stands for: undefined without one. A header that does not hold is a refusal
 * (`not-signed-in`, `token-expired`), never an anonymous caller: whoever sends a token means to be somebody.
 */
export type Authenticate = (authorization: string | undefined) => Promise<Caller | undefined>;

/** Puts the caller on the context, for every route behind it. */
export const identified = (authenticate: Authenticate) =>
  createMiddleware<RoomEnv>(async (c, next) => {
    c.set('user', await authenticate(c.req.header('authorization')));
    await next();
  });

/** The caller, who must be signed in. */
export const requireUser = (c: Context<RoomEnv>): Caller => {
  const user = c.get('user');
  if (user) return user;
  throw new Refusal('not-signed-in', 'Sign in first.', { headers: { 'WWW-Authenticate': 'Bearer realm="vybzz"' } });
};

/** Stands before a body or a query is looked at: who is not signed in hears of that first. */
export const signedIn = createMiddleware<RoomEnv>(async (c, next) => {
  requireUser(c);
  await next();
});

/** The caller, who must be a creator. */
export const requireCreator = (c: Context<RoomEnv>): Caller => {
  const user = requireUser(c);
  if (user.roles.includes('creator')) return user;
  throw new Refusal('not-a-creator', 'Become a creator first.');
};
