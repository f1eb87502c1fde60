import { Hono } from 'hono';
import { Follow, PageQuery } from '#contract/http';
import type { UserId } from '#domain/ids';
import type { Cursors } from '#store/cursor';
import type { Position } from '#store/dynamo';
import type { FollowPage } from '#store/follows';
import type { PushStore } from '#store/pushes';
import { requireUser, type RoomEnv, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body, openCursor, query } from '../http/valid.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { Eviction } from '../shows/eviction.ts';
import type { FollowedLive } from '../shows/followed.ts';
import type { PageAsk, People } from './people.ts';

export type FollowParts = {
  limited: LimitedMiddleware;
  profiles: Profiles;
  pushes: Pick<PushStore, 'ring' | 'silence'>;
  /** Who of those that somebody follows is live now. */
  followedLive: FollowedLive;
  follows: {
    follow(
      follower: UserId,
      followee: UserId,
      now: number,
    ): Promise<{ followed: true } | { followed: false; because: 'blocked' | 'gone' }>;
    unfollow(follower: UserId, followee: UserId): Promise<void>;
    followers(id: UserId, ask: PageAsk): Promise<FollowPage>;
    following(id: UserId, ask: PageAsk): Promise<FollowPage>;
  };
  blocks: {
    block(blocker: UserId, blocked: UserId, now: number): Promise<void>;
    unblock(blocker: UserId, blocked: UserId): Promise<void>;
    newest(
      blocker: UserId,
      ask: PageAsk,
    ): Promise<{ blocks: readonly { blocked: UserId }[]; next: Position | undefined }>;
  };
  eviction: Pick<Eviction, 'ofPerson'>;
  cursors: Cursors;
  clock: () => Date;
};

/** Who follows whom, and who has blocked whom. */
export const createFollowRoutes = ({
  limited,
  profiles,
  pushes,
  followedLive,
  follows,
  blocks,
  eviction,
  cursors,
  clock,
  people,
}: FollowParts & { people: People }) => {
  const routes = new Hono<RoomEnv>();
  const now = () => clock().getTime();

  routes.get('/users/me/live', async (c) => c.json({ items: await followedLive(requireUser(c)) }));

  routes.put('/users/:handle/follow', signedIn, limited('follow'), body(Follow), async (c) => {
    const caller = requireUser(c);
    const user = await people.another(caller, c.req.param('handle'), 'follow');
    const { notify } = c.req.valid('json');
    const outcome = await follows.follow(caller.userId, user.id, now());
    if (!outcome.followed && outcome.because === 'blocked')
      throw new Refusal('blocked', 'You cannot follow this person.');
    if (!outcome.followed) throw new Refusal('user-not-found', 'Nobody goes by this handle.');
    if (notify === true) await pushes.ring(caller.userId, user.id);
    if (notify === false) await pushes.silence(caller.userId, user.id);
    return c.json(await profiles.profileOf(user, caller));
  });

  routes.delete('/users/:handle/follow', signedIn, limited('follow'), async (c) => {
    const caller = requireUser(c);
    const user = await people.another(caller, c.req.param('handle'), 'unfollow');
    await follows.unfollow(caller.userId, user.id);
    await eviction.ofPerson(caller.userId, [user.id]);
    return c.json(await profiles.profileOf(user, caller));
  });

  routes.put('/users/:handle/block', signedIn, limited('follow'), async (c) => {
    const caller = requireUser(c);
    const user = await people.another(caller, c.req.param('handle'), 'block');
    // the block first: from then on nobody can follow anew, and a repeat finishes what a crash here leaves
    await blocks.block(caller.userId, user.id, now());
    await Promise.all([follows.unfollow(user.id, caller.userId), follows.unfollow(caller.userId, user.id)]);
    await Promise.all([eviction.ofPerson(user.id, [caller.userId]), eviction.ofPerson(caller.userId, [user.id])]);
    return c.body(null, 204);
  });

  routes.delete('/users/:handle/block', signedIn, limited('follow'), async (c) => {
    const caller = requireUser(c);
    const user = await people.another(caller, c.req.param('handle'), 'unblock');
    await blocks.unblock(caller.userId, user.id);
    return c.body(null, 204);
  });

  routes.get('/users/me/blocks', signedIn, query(PageQuery), async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { userId } = requireUser(c);
    const list = `blocks:${userId}`;
    const page = await blocks.newest(userId, { limit, after: openCursor(cursors, list, cursor) });
    return c.json(
      await people.page(
        list,
        page.blocks.map(({ blocked }) => blocked),
        page.next,
      ),
    );
  });

  routes.get('/users/:handle/followers', query(PageQuery), async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { id } = await people.named(c.req.param('handle'));
    const list = `followers:${id}`;
    const page = await follows.followers(id, { limit, after: openCursor(cursors, list, cursor) });
    return c.json(
      await people.page(
        list,
        page.follows.map(({ follower }) => follower),
        page.next,
      ),
    );
  });

  routes.get('/users/:handle/following', query(PageQuery), async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { id } = await people.named(c.req.param('handle'));
    const list = `following:${id}`;
    const page = await follows.following(id, { limit, after: openCursor(cursors, list, cursor) });
    return c.json(
      await people.page(
        list,
        page.follows.map(({ followee }) => followee),
        page.next,
      ),
    );
  });

  return routes;
};
