import { Hono } from 'hono';
import { type CommentView, CreateComment, PageQuery } from '#contract/http';
import { type CommentId, parseCommentId, type PostId } from '#domain/ids';
import type { Comment, Post } from '#domain/post';
import type { Cursors } from '#store/cursor';
import type { Position } from '#store/dynamo';
import { type Caller, requireUser, type RoomEnv, signedIn, unsuspended } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body, openCursor, query } from '../http/valid.ts';
import { mayRemove } from './permission.ts';
import { blocked, postGone } from './refusals.ts';

export type CommentParts = {
  limited: LimitedMiddleware;
  comments: {
    add(post: Post, comment: Comment): Promise<{ added: true } | { added: false; because: 'blocked' | 'gone' }>;
    find(postId: PostId, id: CommentId): Promise<Comment | undefined>;
    remove(postId: PostId, id: CommentId): Promise<void>;
    ofPost(
      postId: PostId,
      ask: { limit: number; after: Position | undefined },
    ): Promise<{ comments: Comment[]; next: Position | undefined }>;
  };
  cursors: Cursors;
  clock: () => Date;
  newCommentId: (now: number) => CommentId;
};

type Parts = CommentParts & {
  /** The post that a path names; throws where this viewer may not see it. */
  visiblePost: (text: string, viewer: Caller | undefined) => Promise<{ post: Post }>;
  commentViews: (comments: readonly Comment[]) => Promise<CommentView[]>;
};

/** What is said under a post. */
export const createCommentRoutes = ({
  limited,
  comments,
  cursors,
  clock,
  newCommentId,
  visiblePost,
  commentViews,
}: Parts) =>
  new Hono<RoomEnv>()
    .get('/posts/:id/comments', signedIn, query(PageQuery), async (c) => {
      const { limit, cursor } = c.req.valid('query');
      const { post } = await visiblePost(c.req.param('id'), c.get('user'));
      const list = `comments:${post.id}`;
      const page = await comments.ofPost(post.id, { limit, after: openCursor(cursors, list, cursor) });
      const next = cursors.seal(list, page.next);
      const items = await commentViews(page.comments);
      return c.json({ items, ...(next !== undefined && { cursor: next }) });
    })

    .post('/posts/:id/comments', signedIn, limited('comment'), unsuspended, body(CreateComment), async (c) => {
      const caller = requireUser(c);
      const { post } = await visiblePost(c.req.param('id'), caller);
      const at = clock().getTime();
      const { text } = c.req.valid('json');
      const comment: Comment = {
        id: newCommentId(at),
        postId: post.id,
        authorId: caller.userId,
        text,
        createdAt: at,
      };
      const outcome = await comments.add(post, comment);
      if (!outcome.added && outcome.because === 'blocked') throw blocked();
      if (!outcome.added) throw postGone();
      const [view] = await commentViews([comment]);
      return c.json(view, 201);
    })

    .delete('/posts/:id/comments/:commentId', signedIn, limited('remove'), async (c) => {
      const caller = requireUser(c);
      const { post } = await visiblePost(c.req.param('id'), caller);
      const id = parseCommentId(c.req.param('commentId'));
      const comment = id && (await comments.find(post.id, id));
      if (!comment) throw new Refusal('comment-not-found', 'There is no such comment.');
      const owners = [comment.authorId, post.authorId];
      if (!owners.some((owner) => mayRemove(caller, owner)))
        throw new Refusal('not-allowed', 'This is neither your comment nor your post.');
      await comments.remove(post.id, comment.id);
      return c.body(null, 204);
    });
