import { HeldWords } from '#contract/chat';
import { Follow, PageQuery, type Page, type PersonView, SetPicture, Subscribe, UpdateMe } from '#contract/http';
import { type Handle, parseHandle, type UserId } from '#domain/ids';
import { isReserved } from '#domain/handle';
import { PICTURES, type ProfileChanges, type User } from '#domain/user';
import type { Cursors } from '#store/cursor';
import type { Position } from '#store/dynamo';
import type { FollowPage } from '#store/follows';
import type { ModerationStore } from '#store/moderation';
import type { PictureSet, PictureStore } from '#store/pictures';
import type { PushStore } from '#store/pushes';
import type { Changed } from '#store/users';
import { type Authenticate, type Caller, identified, requireUser, signedIn, unsuspended } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { body, jsonOnly, openCursor, query } from '../http/valid.ts';
import type { Eviction } from '../shows/eviction.ts';
import type { FollowedLive } from '../shows/followed.ts';
import { type Profiles, toPersonView } from '../profiles/profiles.ts';
import { type ArrivalParts, createArrival, uploadGone } from '../http/arrival.ts';

type Ask = { limit: number; after: Position | undefined };

type Parts = RoomParts &
  ArrivalParts & {
    authenticate: Authenticate;
    limited: LimitedMiddleware;
    profiles: Profiles;
    pushes: Pick<PushStore, 'ring' | 'silence' | 'bells' | 'subscribe' | 'unsubscribe' | 'subscriptions'>;
    /** The key that subscriptions to Web Push are for; undefined where nobody can be told. */
    pushKey: string | undefined;
    isPushEndpoint: (endpoint: string) => boolean;
    /** Who of those that somebody follows is live now. */
    followedLive: FollowedLive;
    users: {
      byHandle(handle: Handle): Promise<User | undefined>;
      findMany(ids: readonly UserId[]): Promise<Map<UserId, User>>;
      change(id: UserId, changes: ProfileChanges, now: number): Promise<Changed>;
      becomeCreator(id: UserId): Promise<User | undefined>;
    };
    follows: {
      follow(
        follower: UserId,
        followee: UserId,
        now: number,
      ): Promise<{ followed: true } | { followed: false; because: 'blocked' | 'gone' }>;
      unfollow(follower: UserId, followee: UserId): Promise<void>;
      followers(id: UserId, ask: Ask): Promise<FollowPage>;
      following(id: UserId, ask: Ask): Promise<FollowPage>;
    };
    blocks: {
      block(blocker: UserId, blocked: UserId, now: number): Promise<void>;
      unblock(blocker: UserId, blocked: UserId): Promise<void>;
      newest(
        blocker: UserId,
        ask: Ask,
      ): Promise<{ blocks: readonly { blocked: UserId }[]; next: Position | undefined }>;
    };
    moderation: Pick<ModerationStore, 'name' | 'unname' | 'moderators' | 'words' | 'setWords'>;
    pictures: PictureStore;
    removals: { removeUser(id: UserId, now: number): Promise<void> };
    eviction: Pick<Eviction, 'ofPerson' | 'everywhere'>;
    cursors: Cursors;
    clock: () => Date;
  };

/** Who deletes an account has signed in this lately: a browser that was left open, or a stolen token, is not enough. */
const FRESH_SIGN_IN_MS = 10 * 60_000;

/** The room of people: one's own profile, others' profiles, and who follows or has blocked whom. */
export const createUsersApp = ({
  authenticate,
  limited,
  profiles,
  followedLive,
  pushes,
  pushKey,
  isPushEndpoint,
  users,
  follows,
  blocks,
  moderation,
  pictures,
  uploads,
  publish,
  removals,
  eviction,
  cursors,
  clock,
  ...shell
}: Parts) => {
  const room = createRoom(shell);
  const now = () => clock().getTime();
  const arrived = createArrival({ uploads, publish });
  room.use(jsonOnly);
  room.use('/users/*', identified(authenticate));

  room.get('/users/me', async (c) => c.json(whole(await profiles.me(requireUser(c)))));

  room.get('/users/me/live', async (c) => c.json({ items: await followedLive(requireUser(c)) }));

  room.patch('/users/me', signedIn, limited('profile'), unsuspended, body(UpdateMe), async (c) => {
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
    room.put(`/users/me/${picture}`, signedIn, limited('profile'), body(SetPicture), async (c) => {
      const { userId, roles } = requireUser(c);
      const at = now();
      const upload = await arrived(c.req.valid('json').uploadId, userId, { use: picture, at });
      return c.json(await profiles.meOf(shown(await pictures.set(userId, picture, upload, at)).user, roles));
    });

    room.delete(`/users/me/${picture}`, signedIn, limited('profile'), async (c) => {
      const { userId, roles } = requireUser(c);
      if (picture === 'avatar') {
        const changed = await users.change(userId, { avatarUrl: null }, now());
        if (!changed.changed) throw unchanged(changed);
      }
      return c.json(await profiles.meOf(shown(await pictures.set(userId, picture, undefined, now())).user, roles));
    });
  }

  room.delete('/users/me', signedIn, limited('account'), async (c) => {
    const { userId, signedInAt } = requireUser(c);
    if (signedInAt !== undefined && signedInAt < now() - FRESH_SIGN_IN_MS)
      throw new Refusal('sign-in-too-old', 'Sign in again first: this cannot be undone.', {
        // RFC 9470; no 401, which would say that the sign-in is over
        headers: {
          'WWW-Authenticate': `Bearer realm="vybzz", error="insufficient_user_authentication", max_age="${FRESH_SIGN_IN_MS / 1000}"`,
        },
      });
    await Promise.all((await pushes.subscriptions(userId)).map(({ id }) => pushes.unsubscribe(userId, id)));
    await removals.removeUser(userId, now());
    await eviction.everywhere(userId);
    return c.body(null, 204);
  });

  room.post('/users/me/creator', signedIn, limited('account'), async (c) => {
    const caller = requireUser(c);
    const user = whole(await users.becomeCreator(caller.userId));
    const roles = caller.roles.includes('creator') ? caller.roles : (['creator', ...caller.roles] as const);
    return c.json(await profiles.meOf(user, roles));
  });

  /** The user that a path names; refused where nobody bears the handle. */
  const named = async (text: string): Promise<User> => {
    const handle = parseHandle(text);
    const user = handle && (await users.byHandle(handle));
    if (!user) throw new Refusal('user-not-found', 'Nobody goes by this handle.');
    return user;
  };
  const another = async (caller: Caller, text: string, verb: string): Promise<User> => {
    const user = await named(text);
    if (user.id === caller.userId) throw new Refusal('not-allowed', `You cannot ${verb} yourself.`);
    return user;
  };

  room.get('/users/:handle', async (c) =>
    c.json(await profiles.profileOf(await named(c.req.param('handle')), c.get('user'))),
  );

  room.put('/users/:handle/follow', signedIn, limited('follow'), body(Follow), async (c) => {
    const caller = requireUser(c);
    const user = await another(caller, c.req.param('handle'), 'follow');
    const { notify } = c.req.valid('json');
    const outcome = await follows.follow(caller.userId, user.id, now());
    if (!outcome.followed && outcome.because === 'blocked')
      throw new Refusal('blocked', 'You cannot follow this person.');
    if (!outcome.followed) throw new Refusal('user-not-found', 'Nobody goes by this handle.');
    if (notify === true) await pushes.ring(caller.userId, user.id);
    if (notify === false) await pushes.silence(caller.userId, user.id);
    return c.json(await profiles.profileOf(user, caller));
  });

  room.delete('/users/:handle/follow', signedIn, limited('follow'), async (c) => {
    const caller = requireUser(c);
    const user = await another(caller, c.req.param('handle'), 'unfollow');
    await follows.unfollow(caller.userId, user.id);
    await eviction.ofPerson(caller.userId);
    return c.json(await profiles.profileOf(user, caller));
  });

  room.get('/users/me/push', async (c) => {
    const browsers = await pushes.subscriptions(requireUser(c).userId);
    return c.json({ publicKey: pushKey, browsers: browsers.map(({ id }) => ({ id })) });
  });

  room.put('/users/me/push', signedIn, limited('profile'), body(Subscribe), async (c) => {
    const { endpoint, keys } = c.req.valid('json');
    if (!isPushEndpoint(endpoint)) throw new Refusal('invalid-request', 'This is no push service’s address.');
    return c.json(await pushes.subscribe(requireUser(c).userId, { endpoint, ...keys }, now()));
  });

  room.delete('/users/me/push/:id', signedIn, limited('profile'), async (c) => {
    await pushes.unsubscribe(requireUser(c).userId, c.req.param('id'));
    return c.body(null, 204);
  });

  room.get('/users/me/bells', query(PageQuery), async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { userId } = requireUser(c);
    const list = `bells:${userId}`;
    const page = await pushes.bells(userId, { limit, after: openCursor(cursors, list, cursor) });
    return c.json(await people(list, page.creators, page.next));
  });

  room.put('/users/:handle/block', signedIn, limited('follow'), async (c) => {
    const caller = requireUser(c);
    const user = await another(caller, c.req.param('handle'), 'block');
    // the block first: from then on nobody can follow anew, and a repeat finishes what a crash here leaves
    await blocks.block(caller.userId, user.id, now());
    await Promise.all([follows.unfollow(user.id, caller.userId), follows.unfollow(caller.userId, user.id)]);
    await Promise.all([eviction.ofPerson(user.id), eviction.ofPerson(caller.userId)]);
    return c.body(null, 204);
  });

  room.delete('/users/:handle/block', signedIn, limited('follow'), async (c) => {
    const caller = requireUser(c);
    const user = await another(caller, c.req.param('handle'), 'unblock');
    await blocks.unblock(caller.userId, user.id);
    return c.body(null, 204);
  });

  room.get('/users/me/moderators', signedIn, async (c) => {
    const { userId } = requireUser(c);
    return c.json(await people('moderators', await moderation.moderators(userId), undefined));
  });

  room.put('/users/me/moderators/:handle', signedIn, limited('follow'), async (c) => {
    const caller = requireUser(c);
    const user = await another(caller, c.req.param('handle'), 'name');
    await moderation.name(caller.userId, user.id, now());
    return c.body(null, 204);
  });

  room.delete('/users/me/moderators/:handle', signedIn, limited('follow'), async (c) => {
    const caller = requireUser(c);
    const user = await another(caller, c.req.param('handle'), 'name');
    await moderation.unname(caller.userId, user.id);
    return c.body(null, 204);
  });

  room.get('/users/me/held-words', signedIn, async (c) =>
    c.json({ words: await moderation.words(requireUser(c).userId) }),
  );

  room.put('/users/me/held-words', signedIn, limited('profile'), body(HeldWords), async (c) => {
    const { words } = c.req.valid('json');
    await moderation.setWords(requireUser(c).userId, words);
    return c.json({ words });
  });

  const people = async (
    list: string,
    ids: readonly UserId[],
    next: Position | undefined,
  ): Promise<Page<PersonView>> => {
    const found = await users.findMany(ids);
    const items = ids.flatMap((id) => found.get(id) ?? []).map(toPersonView);
    const cursor = cursors.seal(list, next);
    return { items, ...(cursor !== undefined && { cursor }) };
  };

  room.get('/users/me/blocks', signedIn, query(PageQuery), async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { userId } = requireUser(c);
    const list = `blocks:${userId}`;
    const page = await blocks.newest(userId, { limit, after: openCursor(cursors, list, cursor) });
    return c.json(
      await people(
        list,
        page.blocks.map(({ blocked }) => blocked),
        page.next,
      ),
    );
  });

  room.get('/users/:handle/followers', query(PageQuery), async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { id } = await named(c.req.param('handle'));
    const list = `followers:${id}`;
    const page = await follows.followers(id, { limit, after: openCursor(cursors, list, cursor) });
    return c.json(
      await people(
        list,
        page.follows.map(({ follower }) => follower),
        page.next,
      ),
    );
  });

  room.get('/users/:handle/following', query(PageQuery), async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { id } = await named(c.req.param('handle'));
    const list = `following:${id}`;
    const page = await follows.following(id, { limit, after: openCursor(cursors, list, cursor) });
    return c.json(
      await people(
        list,
        page.follows.map(({ followee }) => followee),
        page.next,
      ),
    );
  });

  return room;
};

const accountGone = () => new Refusal('user-not-found', 'This account has been deleted.');

const unchanged = (refused: Extract<Changed, { changed: false }>): Refusal => {
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
