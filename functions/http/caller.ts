import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Handle, UserId } from '#domain/ids';
import type { Suspension } from '#domain/report';
import { actFor } from './acting.ts';
import { Refusal } from './refusal.ts';

export type Role = 'creator' | 'moderator';

/** Who calls: the user behind a verified token. */
export type Caller = {
  userId: UserId;
  handle: Handle;
  name: string;
  avatarUrl?: string | undefined;
  roles: readonly Role[];
  /** That holds now. Said of everybody, so that nobody who makes a caller forgets it. */
  suspended: Suspension | undefined;
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

/** Puts the caller on the context, for every route behind it, and has what they call act for them. */
export const identified = (authenticate: Authenticate) =>
  createMiddleware<RoomEnv>(async (c, next) => {
    const user = await authenticate(c.req.header('authorization'));
    c.set('user', user);
    await actFor(user?.userId, next);
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

/** The caller, who must watch over the platform. */
export const requireModerator = (c: Context<RoomEnv>): Caller => {
  const user = requireUser(c);
  if (user.roles.includes('moderator')) return user;
  throw new Refusal('not-allowed', 'This is for the moderators of the platform.');
};

/** Refuses whom the moderators of the platform have suspended. */
export const requireUnsuspended = ({ suspended }: Pick<Caller, 'suspended'>): void => {
  if (!suspended) return;
  const { until } = suspended;
  throw new Refusal(
    'suspended',
    until === undefined
      ? 'Your account is suspended: you can read, but you cannot post.'
      : 'Your account is suspended for a while: you can read, but you cannot post.',
    { details: until === undefined ? {} : { until: new Date(until).toISOString() } },
  );
};

/** Stands before whatever others read or see of the caller. */
export const unsuspended = createMiddleware<RoomEnv>(async (c, next) => {
  requireUnsuspended(requireUser(c));
  await next();
});

/** The caller, who must be a creator. */
export const requireCreator = (c: Context<RoomEnv>): Caller => {
  const user = requireUser(c);
  if (user.roles.includes('creator')) return user;
  throw new Refusal('not-a-creator', 'Become a creator first.');
};
