import * as z from 'zod/mini';
import type { CommentId, PostId, UserId } from '#domain/ids';
import type { Comment, Post } from '#domain/post';
import { unblocked } from './blocks.ts';
import * as brands from './brands.ts';
import { absent, exists, type Position, type Table } from './dynamo.ts';
import { toItem } from './item.ts';
import { commentKey, COMMENTS, commentsOfAuthor, postPartition, postCountsKey } from './keys.ts';
import { createRecord } from './record.ts';

const record = createRecord({
  kind: 'comment',
  version: 1,
  schema: z.object({
    id: brands.commentId,
    postId: brands.postId,
    authorId: brands.userId,
    text: z.string(),
    createdAt: z.number(),
  }),
});

const count = (by: 1 | -1) => ({ expression: 'ADD comments :by', values: toItem({ ':by': by }) });

/** What is said under a post. A comment and the post's count are one transaction. */
export const createCommentStore = ({ table }: { table: Table }) => ({
  add: async (
    { authorId }: Post,
    comment: Comment,
  ): Promise<{ added: true } | { added: false; because: 'blocked' | 'gone' }> => {
    const outcome = await table.transact([
      ...unblocked(authorId, comment.authorId),
      {
        put: {
          ...commentKey(comment.postId, comment.id),
          ...record.write(comment, { ownerKey: commentsOfAuthor(comment.authorId), ownerSort: comment.id }),
        },
        when: absent,
      },
      { update: postCountsKey(comment.postId), set: count(1), when: exists, or: 'gone' as const },
    ]);
    return outcome.done ? { added: true } : { added: false, because: outcome.because };
  },

  find: async (postId: PostId, id: CommentId): Promise<Comment | undefined> => {
    const item = await table.get(commentKey(postId, id));
    return item && record.read(item);
  },

  /** Done as well where there is none left, or where the post has gone. */
  remove: async (postId: PostId, id: CommentId): Promise<void> => {
    const outcome = await table.transact([
      { remove: commentKey(postId, id), when: exists, or: 'no-comment' },
      { update: postCountsKey(postId), set: count(-1), when: exists, or: 'gone' },
    ]);
    if (!outcome.done && outcome.because === 'gone') await table.remove(commentKey(postId, id));
  },

  /** The newest first. */
  ofPost: async (postId: PostId, { limit, after }: { limit: number; after: Position | undefined }) => {
    const { items, next } = await table.query({
      partition: postPartition(postId),
      begins: COMMENTS,
      newestFirst: true,
      limit,
      after,
    });
    return { comments: items.map((item) => record.read(item)), next };
  },

  /** What somebody has said: for the removal of an account. */
  byAuthor: async (author: UserId, { limit }: { limit: number }): Promise<Comment[]> => {
    const { items } = await table.query({ index: 'byOwner', partition: commentsOfAuthor(author), limit });
    return items.map((item) => record.read(item));
  },
});
export type CommentStore = ReturnType<typeof createCommentStore>;
