import { Hono } from 'hono';
import { SetPicture, UpdateMe } from '#contract/http';
import { parseHandle, type UserId } from '#domain/ids';
import { isReserved } from '#domain/handle';
import { PICTURES, type ProfileChanges, type User } from '#domain/user';
import type { PictureSet, PictureStore } from '#store/pictures';
import type { PushStore } from '#store/pushes';
import type { ProfileChangeOutcome } from '#store/users';
import { type ArrivalParts, createArrival, uploadGone } from '../http/arrival.ts';
import { requireUser, type RoomEnv, signedIn, unsuspended } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body } from '../http/valid.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { Eviction } from '../shows/eviction.ts';

export type AccountParts = ArrivalParts & {
  limited: LimitedMiddleware;
  profiles: Profiles;
  pushes: Pick<PushStore, 'unsubscribeAll'>;
  users: {
    change(id: UserId, changes: ProfileChanges, now: number): Promise<ProfileChangeOutcome>;
    becomeCreator(id: UserId): Promise<User | undefined>;
  };
  pictures: PictureStore;
  removals: { removeUser(id: UserId, now: number): Promise<void> };
  eviction: Pick<Eviction, 'everywhere'>;
  clock: () => Date;
};

/** Who deletes an account has signed in this lately: a browser that was left open, or a stolen token, is not enough. */
const FRESH_SIGN_IN_MS = 10 * 60_000;

/** One's own profile and account: changed, shown by pictures, made a creator's, deleted. */
export const createAccountRoutes = ({
  limited,
  profiles,
  pushes,
  users,
  pictures,
  uploads,
  publish,
  removals,
  eviction,
  clock,
}: AccountParts) => {
  const routes = new Hono<RoomEnv>();
  const now = () => clock().getTime();
  const arrived = createArrival({ uploads, publish });

  routes.get('/users/me', async (c) => c.json(whole(await profiles.me(requireUser(c)))));

  routes.patch('/users/me', signedIn, limited('profile'), unsuspended, body(UpdateMe), async (c) => {
    const caller = requireUser(c);
    const changed = await users.change(caller.userId, toChanges(c.req.valid('json')), now());
    if (!changed.changed) throw unchanged(changed);
    // an address takes the place of what was uploaded
    const { user } =
      c.req.valid('json').avatarUrl === undefined
        ? changed
        : shown(await pictures.set(caller.userId, 'avatar', undefined, now()));
    return c.json(await profiles.meOf(user, caller.roles));
  });

  for (const picture of PICTURES) {
    routes.put(`/users/me/${picture}`, signedIn, limited('profile'), unsuspended, body(SetPicture), async (c) => {
      const { userId, roles } = requireUser(c);
      const at = now();
      const upload = await arrived(c.req.valid('json').uploadId, userId, { use: picture, at });
      return c.json(await profiles.meOf(shown(await pictures.set(userId, picture, upload, at)).user, roles));
    });

    routes.delete(`/users/me/${picture}`, signedIn, limited('profile'), async (c) => {
      const { userId, roles } = requireUser(c);
      if (picture === 'avatar') {
        const changed = await users.change(userId, { avatarUrl: null }, now());
        if (!changed.changed) throw unchanged(changed);
      }
      return c.json(await profiles.meOf(shown(await pictures.set(userId, picture, undefined, now())).user, roles));
    });
  }

  routes.delete('/users/me', signedIn, limited('account'), async (c) => {
    const { userId, signedInAt } = requireUser(c);
    if (signedInAt !== undefined && signedInAt < now() - FRESH_SIGN_IN_MS)
      throw new Refusal('sign-in-too-old', 'Sign in again first: this cannot be undone.', {
        // RFC 9470; no 401, which would say that the sign-in is over
        headers: {
          'WWW-Authenticate': `Bearer realm="vybzz", error="insufficient_user_authentication", max_age="${FRESH_SIGN_IN_MS / 1000}"`,
        },
      });
    await pushes.unsubscribeAll(userId);
    await removals.removeUser(userId, now());
    await eviction.everywhere(userId);
    return c.body(null, 204);
  });

  routes.post('/users/me/creator', signedIn, limited('account'), async (c) => {
    const caller = requireUser(c);
    const user = whole(await users.becomeCreator(caller.userId));
    const roles = caller.roles.includes('creator') ? caller.roles : (['creator', ...caller.roles] as const);
    return c.json(await profiles.meOf(user, roles));
  });

  return routes;
};

const accountGone = () => new Refusal('user-not-found', 'This account has been deleted.');

const unchanged = (refused: Extract<ProfileChangeOutcome, { changed: false }>): Refusal => {
  if (refused.because === 'moved-too-often')
    return new Refusal('too-many-requests', 'You have changed your handle too often today.', {
      headers: { 'Retry-After': String(Math.ceil(refused.retryAfterMs / 1000)) },
    });
  return refused.because === 'gone' ? accountGone() : new Refusal('handle-taken', 'This handle is taken.');
};

const shown = (outcome: PictureSet): Extract<PictureSet, { set: true }> => {
  if (outcome.set) return outcome;
  throw outcome.because === 'gone' ? accountGone() : uploadGone();
};

const whole = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw accountGone();
  return value;
};

const toChanges = ({ handle, ...rest }: UpdateMe): ProfileChanges => {
  if (handle === undefined) return rest;
  const wanted = parseHandle(handle);
  if (wanted === undefined) throw new Refusal('invalid-request', 'A handle is 3 to 30 of a–z, 0–9 and _.');
  if (isReserved(wanted)) throw new Refusal('handle-taken', 'This handle is taken.');
  return { ...rest, handle: wanted };
};
