import { CreatePost, type Page, PageQuery, PostQuery, type PostView, UpdatePost } from '#contract/http';
import type { Slice } from '#domain/posts-feed';
import {
  type Handle,
  parseHandle,
  parsePostId,
  parseStreamId,
  type PostId,
  type StreamId,
  type UserId,
} from '#domain/ids';
import type { Post, PostChanges } from '#domain/post';
import type { User } from '#domain/user';
import { type Authenticate, type Caller, identified, requireUser, signedIn, unsuspended } from '../http/caller.ts';
import { filledPage } from '../http/filled-page.ts';
import { Refusal } from '../http/refusal.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { body, jsonOnly, openCursor, query } from '../http/valid.ts';
import { type CommentParts, createCommentRoutes } from './comments.ts';
import { mayRemove } from './permission.ts';
import { type ArrivalParts, createArrival, uploadGone } from '../http/arrival.ts';
import { blocked, postGone } from './refusals.ts';
import { streamNotFound } from '../shows/refusals.ts';
import { createUploadRoutes, type UploadParts } from './uploads.ts';
import type { PostSources, PostViews } from '../profiles/post-views.ts';

type Ask = { limit: number; before: PostId | undefined };

type Parts = RoomParts &
  CommentParts &
  UploadParts &
  ArrivalParts & {
    authenticate: Authenticate;
    views: PostViews;
    streamViews: PostSources['streamViews'];
    users: { byHandle(handle: Handle): Promise<User | undefined> };
    posts: {
      create(post: Post): Promise<{ created: true } | { created: false; because: 'gone' | 'upload-gone' }>;
      find(id: PostId): Promise<Post | undefined>;
      ofStream(id: StreamId): Promise<Post | undefined>;
      edit(post: Post, changes: PostChanges, now: number): Promise<Post | undefined>;
      byAuthor(author: UserId, ask: Ask): Promise<Slice>;
      explore(ask: Ask): Promise<Slice>;
    };
    followingFeed: (reader: UserId, ask: Ask) => Promise<Slice>;
    likes: {
      like(
        post: Post,
        userId: UserId,
        now: number,
      ): Promise<{ liked: true } | { liked: false; because: 'blocked' | 'gone' }>;
      unlike(id: PostId, userId: UserId): Promise<void>;
    };
    removals: { removePost(post: Post, now: number): Promise<void> };
    /** Takes away the recording of a show that is over; of one that is not, nothing. */
    withdrawRecording: (id: StreamId) => Promise<unknown>;
    newPostId: (now: number) => PostId;
  };

/** The room of posts: what people say, and what others say and think of it. */
export const createPostsApp = (parts: Parts) => {
  const { authenticate, limited, views, streamViews, users, posts, followingFeed, likes, removals, withdrawRecording } =
    parts;
  const { cursors, clock, newPostId } = parts;
  const arrived = createArrival(parts);
  const room = createRoom(parts);
  const now = () => clock().getTime();
  room.use(jsonOnly);
  room.use(identified(authenticate));

  /** The post that a path names, where this viewer may see it. */
  const visiblePost = async (text: string, viewer: Caller | undefined): Promise<{ post: Post; view: PostView }> => {
    const id = parsePostId(text);
    const post = id && (await posts.find(id));
    const [view] = post ? await views.postViews([post], viewer) : [];
    if (!post || !view) throw postGone();
    return { post, view };
  };
  const viewed = async (post: Post, viewer: Caller): Promise<PostView> => {
    const [view] = await views.postViews([post], viewer);
    if (!view) throw postGone();
    return view;
  };

  /** One page of a list of posts. `list` names it to its cursors. */
  const pageOf = async (
    list: string,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
    viewer: Caller | undefined,
    look: (ask: Ask) => Promise<Slice>,
  ): Promise<Page<PostView>> => {
    const { items, next } = await filledPage({
      limit,
      after: parsePostId(openCursor(cursors, list, cursor)?.['before'] ?? ''),
      look: async ({ limit: most, after: before }) => {
        const { posts: found, more } = await look({ limit: most, before });
        return { items: found, next: more ? found.at(-1)?.id : undefined };
      },
      views: (found) => views.postViews(found, viewer),
      placeOf: ({ id }) => id,
    });
    const sealed = next && cursors.seal(list, { before: next });
    return { items, ...(sealed !== undefined && { cursor: sealed }) };
  };

  room.get('/posts', query(PostQuery), async (c) => {
    const { author, stream, ...asked } = c.req.valid('query');
    if (stream !== undefined) {
      const id = parseStreamId(stream);
      const post = id && (await posts.ofStream(id));
      return c.json({ items: post ? await views.postViews([post], c.get('user')) : [] });
    }
    if (author === undefined) throw new Refusal('invalid-request', 'Whose posts: author, or stream.');
    const handle = parseHandle(author);
    const user = handle && (await users.byHandle(handle));
    if (!user) throw new Refusal('user-not-found', 'Nobody goes by this handle.');
    const page = await pageOf(`author:${user.id}`, asked, c.get('user'), (ask) => posts.byAuthor(user.id, ask));
    return c.json(page);
  });

  room.get('/posts/explore', query(PageQuery), async (c) =>
    c.json(await pageOf('explore', c.req.valid('query'), c.get('user'), (ask) => posts.explore(ask))),
  );

  room.get('/posts/feed', signedIn, query(PageQuery), async (c) => {
    const caller = requireUser(c);
    const page = await pageOf(`feed:${caller.userId}`, c.req.valid('query'), caller, (ask) =>
      followingFeed(caller.userId, ask),
    );
    return c.json(page);
  });

  room.post('/posts', signedIn, limited('post'), unsuspended, body(CreatePost), async (c) => {
    const caller = requireUser(c);
    const { text, mediaUrl, uploadId, mediaAlt, streamId } = c.req.valid('json');
    if (mediaUrl !== undefined && uploadId !== undefined)
      throw new Refusal('invalid-request', 'A post has either mediaUrl or uploadId.');
    const at = now();
    const post: Post = {
      id: newPostId(at),
      authorId: caller.userId,
      text,
      mediaUrl,
      upload: uploadId === undefined ? undefined : await arrived(uploadId, caller.userId, { use: 'post', at }),
      mediaAlt,
      streamId: streamId === undefined ? undefined : await visibleStream(streamViews, streamId, caller),
      createdAt: at,
    };
    const outcome = await posts.create(post);
    // another post has taken it up meanwhile
    if (!outcome.created && outcome.because === 'upload-gone') throw uploadGone();
    if (!outcome.created) throw new Refusal('user-not-found', 'This account has been deleted.');
    return c.json(await viewed(post, caller), 201);
  });

  room.route('/', createUploadRoutes(parts));

  room.get('/posts/:id', async (c) => c.json((await visiblePost(c.req.param('id'), c.get('user'))).view));

  room.patch('/posts/:id', signedIn, limited('post'), unsuspended, body(UpdatePost), async (c) => {
    const caller = requireUser(c);
    const { post, view } = await visiblePost(c.req.param('id'), caller);
    if (post.authorId !== caller.userId) throw new Refusal('not-allowed', 'This is not your post.');
    const { text, mediaUrl, mediaAlt } = c.req.valid('json');
    // who edits the text sends the address back that they were shown, which is no other media
    const media = mediaUrl === (view.mediaUrl ?? null) ? undefined : mediaUrl;
    const sameWords = media === undefined && mediaAlt === (view.mediaAlt ?? null);
    const changes = { text, mediaUrl: media, mediaAlt: sameWords ? undefined : mediaAlt };
    // what changes nothing is no edit
    if (Object.values(changes).every((change) => change === undefined)) return c.json(view);
    const edited = await posts.edit(post, changes, now());
    if (!edited) throw postGone();
    return c.json(await viewed(edited, caller));
  });

  room.delete('/posts/:id', signedIn, limited('remove'), async (c) => {
    const caller = requireUser(c);
    const { post } = await visiblePost(c.req.param('id'), caller);
    if (!mayRemove(caller, post.authorId)) throw new Refusal('not-allowed', 'This is not your post.');
    // first: whoever is told of a failure tries again, while the post is still there
    if (post.live && post.streamId !== undefined) await withdrawRecording(post.streamId);
    await removals.removePost(post, now());
    return c.body(null, 204);
  });

  room.put('/posts/:id/like', signedIn, limited('like'), async (c) => {
    const caller = requireUser(c);
    const { post } = await visiblePost(c.req.param('id'), caller);
    const outcome = await likes.like(post, caller.userId, now());
    if (!outcome.liked && outcome.because === 'blocked') throw blocked();
    if (!outcome.liked) throw postGone();
    return c.json(await viewed(post, caller));
  });

  room.delete('/posts/:id/like', signedIn, limited('like'), async (c) => {
    const caller = requireUser(c);
    const { post } = await visiblePost(c.req.param('id'), caller);
    await likes.unlike(post.id, caller.userId);
    return c.json(await viewed(post, caller));
  });

  room.route('/', createCommentRoutes({ ...parts, visiblePost, commentViews: views.commentViews }));

  return room;
};

/** The stream that a post is to show: one that its author may see. */
const visibleStream = async (
  streamViews: PostSources['streamViews'],
  text: string,
  caller: Caller,
): Promise<StreamId> => {
  const id = parseStreamId(text);
  const visible = id && (await streamViews([id], caller)).has(id);
  if (!visible) throw streamNotFound();
  return id;
};
