import * as z from 'zod/mini';
import type { PostId, UserId } from '#domain/ids';
import type { Post } from '#domain/post';
import type { BlockStore } from './blocks.ts';
import * as brands from './brands.ts';
import type { CommentStore } from './comments.ts';
import { exists, type Table } from './dynamo.ts';
import type { FollowStore } from './follows.ts';
import { toItem } from './item.ts';
import { DUE_REMOVALS, postKey, postPartition, receptionKey, removalKey, userKey } from './keys.ts';
import type { LikeStore } from './likes.ts';
import type { PostStore } from './posts.ts';
import { createRecord } from './record.ts';
import { farewell } from './users.ts';

/** What is left to be removed of an account, in the order in which it goes. */
const STEPS = ['streams', 'posts', 'comments', 'likes', 'following', 'followers', 'blocks', 'blocked-by'] as const;
export type Step = (typeof STEPS)[number];

const Removal = z.discriminatedUnion('of', [
  z.object({ of: z.literal('post'), postId: brands.postId, at: z.number() }),
  z.object({ of: z.literal('user'), userId: brands.userId, at: z.number(), step: z.enum(STEPS) }),
]);
export type Removal = z.infer<typeof Removal>;

const record = createRecord({ kind: 'removal', version: 1, schema: Removal });

/** Of one kind of thing, so many at a time: a step ends well inside a Lambda's patience, and the next goes on. */
const PAGE = 25;
/** A request that was under way when the account went may write once more, and an index shows it late: all is looked at again. */
const SETTLED_MS = 15 * 60 * 1000;
/** A removal that fails stands back this long, so that it holds up no other. */
const STAND_BACK_MS = 5 * 60 * 1000;

/** Ends and takes away some of a creator's streams; false once there is none left. */
export type RemoveStreams = (creator: UserId, now: number) => Promise<boolean>;

type Parts = {
  table: Table;
  posts: Pick<PostStore, 'byAuthor'>;
  comments: Pick<CommentStore, 'byAuthor' | 'remove'>;
  likes: Pick<LikeStore, 'byUser' | 'unlike'>;
  follows: Pick<FollowStore, 'followees' | 'followers' | 'unfollow'>;
  blocks: Pick<BlockStore, 'blockedBy' | 'blockersOf' | 'unblock'>;
  removeStreams: RemoveStreams;
};

/**
 * Removing what has many parts. The thing itself goes at once, in one transaction with a note of what is left to do; the rest goes
 * in steps that may be repeated and broken off anywhere.
 */
export const createRemovalStore = ({ table, posts, comments, likes, follows, blocks, removeStreams }: Parts) => {
  const note = (removal: Removal, dueAt: number) => ({
    ...removalKey(removal.of === 'post' ? removal.postId : removal.userId),
    ...record.write(removal, { dueKey: DUE_REMOVALS, dueSort: new Date(dueAt).toISOString() }),
  });

  /** Done as well where the post has gone already. */
  const removePost = async ({ id }: Pick<Post, 'id'>, now: number): Promise<void> => {
    await table.transact([
      { remove: postKey(id), when: exists, or: 'gone' },
      { remove: receptionKey(id) },
      { put: note({ of: 'post', postId: id, at: now }, now) },
    ]);
  };

  /** The person is unknown from this moment: profile, handle and sign-in are gone. */
  const removeUser = async (userId: UserId, now: number): Promise<void> => {
    for (;;) {
      const user = await table.get(userKey(userId));
      if (!user) return;
      const removal = note({ of: 'user', userId, at: now, step: STEPS[0] }, now);
      const outcome = await table.transact([...farewell(user, now), { put: removal }]);
      // the handle has moved between our reading and our writing: look again
      if (outcome.done) return;
    }
  };

  /** Removes one page of what is left under a post. True while there may be more. */
  const clearPost = async (postId: PostId): Promise<boolean> => {
    const { items } = await table.query({ partition: postPartition(postId), limit: PAGE, consistent: true });
    const left = items.flatMap(({ pk, sk }) =>
      pk?.S !== undefined && sk?.S !== undefined ? [{ pk: pk.S, sk: sk.S }] : [],
    );
    await Promise.all(left.map(({ pk, sk }) => table.remove({ pk: { S: pk }, sk: { S: sk } })));
    return left.length > 0;
  };

  /** One page of one step. True while there may be more of it. */
  const clear: Record<Step, (userId: UserId, now: number) => Promise<boolean>> = {
    streams: removeStreams,
    posts: async (userId, now) => {
      const { posts: page } = await posts.byAuthor(userId, { limit: PAGE, before: undefined });
      return each(page, (post) => removePost(post, now));
    },
    comments: async (userId) =>
      each(await comments.byAuthor(userId, { limit: PAGE }), ({ postId, id }) => comments.remove(postId, id)),
    likes: async (userId) => each(await likes.byUser(userId, { limit: PAGE }), (id) => likes.unlike(id, userId)),
    following: async (userId) =>
      each(await follows.followees(userId, { limit: PAGE }), (followee) => follows.unfollow(userId, followee)),
    followers: async (userId) => {
      const page = await follows.followers(userId, { limit: PAGE, after: undefined });
      return each(page.follows, ({ follower }) => follows.unfollow(follower, userId));
    },
    blocks: async (userId) => {
      const page = await blocks.blockedBy(userId, { limit: PAGE });
      return each(page.blocks, ({ blocked }) => blocks.unblock(userId, blocked));
    },
    'blocked-by': async (userId) =>
      each(await blocks.blockersOf(userId, { limit: PAGE }), ({ blocker }) => blocks.unblock(blocker, userId)),
  };

  /** Where a removal stands after one page: the same note, the next, or undefined where all is done. */
  const work = async (removal: Removal, now: number): Promise<{ removal: Removal; dueAt: number } | undefined> => {
    if (removal.of === 'post') return (await clearPost(removal.postId)) ? { removal, dueAt: now } : undefined;
    if (await clear[removal.step](removal.userId, now)) return { removal, dueAt: now };
    const next = STEPS[STEPS.indexOf(removal.step) + 1];
    if (next) return { removal: { ...removal, step: next }, dueAt: now };
    const settled = removal.at + SETTLED_MS;
    return now >= settled ? undefined : { removal: { ...removal, step: STEPS[0] }, dueAt: settled };
  };

  return {
    removePost,
    removeUser,

    /** What is to be worked on now, the longest due first. */
    due: async (now: number, limit: number): Promise<Removal[]> => {
      const { items } = await table.query({
        index: 'byDue',
        partition: DUE_REMOVALS,
        below: new Date(now + 1).toISOString(),
        limit,
      });
      return items.map((item) => record.read(item));
    },

    /** Does one page of a removal and notes how far it has come. `working`: there is more that can be done at once. */
    proceed: async (removal: Removal, now: number): Promise<{ working: boolean; removal: Removal }> => {
      const then = await work(removal, now);
      if (!then) {
        await table.remove(removalKey(removal.of === 'post' ? removal.postId : removal.userId));
        return { working: false, removal };
      }
      await table.put(note(then.removal, then.dueAt), exists);
      return { working: then.dueAt <= now, removal: then.removal };
    },

    standBack: async (removal: Removal, now: number): Promise<void> => {
      const key = removalKey(removal.of === 'post' ? removal.postId : removal.userId);
      const later = new Date(now + STAND_BACK_MS).toISOString();
      await table.update(key, { expression: 'SET dueSort = :later', values: toItem({ ':later': later }) }, exists);
    },
  };
};
export type RemovalStore = ReturnType<typeof createRemovalStore>;

/** Does all of a page side by side. True where there was something to do. */
const each = async <Thing>(page: readonly Thing[], remove: (thing: Thing) => Promise<unknown>): Promise<boolean> => {
  await Promise.all(page.map(remove));
  return page.length > 0;
};
