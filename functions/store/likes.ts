import * as z from 'zod/mini';
import type { PostId, UserId } from '#domain/ids';
import type { Post } from '#domain/post';
import { unblocked } from './blocks.ts';
import * as brands from './brands.ts';
import { absent, exists, type Table } from './dynamo.ts';
import { toItem } from './item.ts';
import { likeKey, likesOfUser, postCountsKey } from './keys.ts';
import { createRecord } from './record.ts';

const record = createRecord({
  kind: 'like',
  version: 1,
  schema: z.object({ postId: brands.postId, userId: brands.userId, at: z.number() }),
});

const count = (by: 1 | -1) => ({ expression: 'ADD likes :by', values: toItem({ ':by': by }) });

/** Who likes what. A like and the post's count are one transaction, so that repeats and races count once. */
export const createLikeStore = ({ table }: { table: Table }) => ({
  like: async (
    { id, authorId }: Post,
    userId: UserId,
    now: number,
  ): Promise<{ liked: true } | { liked: false; because: 'blocked' | 'gone' }> => {
    const outcome = await table.transact([
      ...unblocked(authorId, userId),
      {
        put: {
          ...likeKey(id, userId),
          ...record.write(
            { postId: id, userId, at: now },
            { ownerKey: likesOfUser(userId), ownerSort: `${new Date(now).toISOString()}#${id}` },
          ),
        },
        when: absent,
        or: 'liked-already',
      },
      { update: postCountsKey(id), set: count(1), when: exists, or: 'gone' },
    ]);
    if (outcome.done || outcome.because === 'liked-already') return { liked: true };
    return { liked: false, because: outcome.because };
  },

  /** Done as well where there was no like, or where the post has gone. */
  unlike: async (id: PostId, userId: UserId): Promise<void> => {
    const outcome = await table.transact([
      { remove: likeKey(id, userId), when: exists, or: 'not-liked' },
      { update: postCountsKey(id), set: count(-1), when: exists, or: 'gone' },
    ]);
    if (!outcome.done && outcome.because === 'gone') await table.remove(likeKey(id, userId));
  },

  /** Which of these somebody likes. */
  likedAmong: async (userId: UserId, posts: readonly PostId[]): Promise<Set<PostId>> => {
    const items = await table.getMany(posts.map((id) => likeKey(id, userId)));
    return new Set(items.map((item) => record.read(item).postId));
  },

  /** What somebody likes: for the removal of an account. */
  byUser: async (userId: UserId, { limit }: { limit: number }): Promise<PostId[]> => {
    const { items } = await table.query({ index: 'byOwner', partition: likesOfUser(userId), limit });
    return items.map((item) => record.read(item).postId);
  },
});
export type LikeStore = ReturnType<typeof createLikeStore>;
