import {
  CreateComment,
  CreatePost,
  CreateUpload,
  type Page,
  PageQuery,
  PostQuery,
  type PostView,
  UpdatePost,
} from '#contract/http';
import type { Slice } from '#domain/posts-feed';
import {
  type CommentId,
  type Handle,
  parseCommentId,
  parseHandle,
  parsePostId,
  parseStreamId,
  parseUploadId,
  type PostId,
  type StreamId,
  type UploadId,
  type UserId,
} from '#domain/ids';
import type { Comment, Post, PostChanges } from '#domain/post';
import { type Upload, UPLOAD_TYPES } from '#domain/upload';
import { mayTakeDown, type User } from '#domain/user';
import type { Cursors } from '#store/cursor';
import type { Position } from '#store/dynamo';
import { type Authenticate, type Caller, identified, requireCreator, requireUser, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { body, jsonOnly, openCursor, query } from '../http/valid.ts';
import type { Bucket } from '../uploads/bucket.ts';
import type { PostSources, PostViews } from './views.ts';

type Ask = { limit: number; before: PostId | undefined };

type Parts = RoomParts & {
  authenticate: Authenticate;
  limited: LimitedMiddleware;
  views: PostViews;
  streamViews: PostSources['streamViews'];
  users: { byHandle(handle: Handle): Promise<User | undefined> };
  posts: {
    create(post: Post): Promise<{ created: true } | { created: false; because: 'gone' | 'upload-gone' }>;
    find(id: PostId): Promise<Post | undefined>;
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
  comments: {
    add(post: Post, comment: Comment): Promise<{ added: true } | { added: false; because: 'blocked' | 'gone' }>;
    find(postId: PostId, id: CommentId): Promise<Comment | undefined>;
    remove(postId: PostId, id: CommentId): Promise<void>;
    ofPost(
      postId: PostId,
      ask: { limit: number; after: Position | undefined },
    ): Promise<{ comments: Comment[]; next: Position | undefined }>;
  };
  removals: { removePost(post: Post, now: number): Promise<void> };
  uploads: {
    announce(owner: UserId, upload: Upload, now: number): Promise<void>;
    waiting(owner: UserId, id: UploadId, now: number): Promise<Upload | undefined>;
  };
  /** Undefined where nothing can be uploaded. */
  bucket: Pick<Bucket, 'form' | 'has'> | undefined;
  cursors: Cursors;
  clock: () => Date;
  newPostId: (now: number) => PostId;
  newCommentId: (now: number) => CommentId;
  newUploadId: (now: number) => UploadId;
};

/** The room of posts: what people say, and what others say and think of it. */
export const createPostsApp = ({
  authenticate,
  limited,
  views,
  streamViews,
  users,
  posts,
  followingFeed,
  likes,
  comments,
  removals,
  uploads,
  bucket,
  cursors,
  clock,
  newPostId,
  newCommentId,
  newUploadId,
  ...shell
}: Parts) => {
  const room = createRoom(shell);
  const now = () => clock().getTime();
  room.use(jsonOnly);
  room.use(identified(authenticate));

  /** The post that a path names, where this viewer may see it. */
  const seen = async (text: string, viewer: Caller | undefined): Promise<{ post: Post; view: PostView }> => {
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

  /** The file that a post is to show: its author's own, that has come and is in no post yet. */
  const arrived = async (text: string, caller: Caller, at: number): Promise<Upload> => {
    const id = parseUploadId(text);
    const upload = id && (await uploads.waiting(caller.userId, id, at));
    if (!upload || !bucket) throw uploadGone();
    if (!(await bucket.has(caller.userId, upload)))
      throw new Refusal('upload-not-arrived', 'The file has not been uploaded yet.');
    return upload;
  };

  /** One page of a list of posts. `list` names it to its cursors. */
  const pageOf = async (
    list: string,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
    viewer: Caller | undefined,
    look: (ask: Ask) => Promise<Slice>,
  ): Promise<Page<PostView>> => {
    const before = parsePostId(openCursor(cursors, list, cursor)?.['before'] ?? '');
    const { posts: found, more } = await look({ limit, before });
    const last = found.at(-1);
    const next = more && last ? cursors.seal(list, { before: last.id }) : undefined;
    return { items: await views.postViews(found, viewer), ...(next !== undefined && { cursor: next }) };
  };

  room.get('/posts', query(PostQuery), async (c) => {
    const { author, ...asked } = c.req.valid('query');
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

  room.post('/posts', signedIn, limited('post'), body(CreatePost), async (c) => {
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
      upload: uploadId === undefined ? undefined : await arrived(uploadId, caller, at),
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

  room.post('/posts/uploads', signedIn, limited('upload'), body(CreateUpload), async (c) => {
    const { userId } = requireCreator(c);
    const { type, bytes } = c.req.valid('json');
    const { maxBytes } = UPLOAD_TYPES[type];
    if (bytes > maxBytes)
      throw new Refusal('body-too-large', `A file of this type may have ${maxBytes / 1024 / 1024} MB.`);
    if (!bucket)
      throw new Refusal('temporarily-unavailable', 'Nothing can be uploaded here. Give an address of it instead.');
    const at = now();
    const upload = { id: newUploadId(at), type };
    // first what removes it, then what lets it in: no file is ever there that nobody knows of
    await uploads.announce(userId, upload, at);
    const { url, fields, expiresAt } = await bucket.form(userId, upload, bytes, at);
    return c.json({ id: upload.id, url, fields, expiresAt: new Date(expiresAt).toISOString() }, 201);
  });

  room.get('/posts/:id', async (c) => c.json((await seen(c.req.param('id'), c.get('user'))).view));

  room.patch('/posts/:id', signedIn, limited('post'), body(UpdatePost), async (c) => {
    const caller = requireUser(c);
    const { post, view } = await seen(c.req.param('id'), caller);
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

  room.delete('/posts/:id', signedIn, async (c) => {
    const caller = requireUser(c);
    const { post } = await seen(c.req.param('id'), caller);
    if (!mayTakeDown(standing(caller), post.authorId)) throw new Refusal('not-allowed', 'This is not your post.');
    await removals.removePost(post, now());
    return c.body(null, 204);
  });

  room.put('/posts/:id/like', signedIn, limited('like'), async (c) => {
    const caller = requireUser(c);
    const { post } = await seen(c.req.param('id'), caller);
    const outcome = await likes.like(post, caller.userId, now());
    if (!outcome.liked && outcome.because === 'blocked') throw blocked();
    if (!outcome.liked) throw postGone();
    return c.json(await viewed(post, caller));
  });

  room.delete('/posts/:id/like', signedIn, limited('like'), async (c) => {
    const caller = requireUser(c);
    const { post } = await seen(c.req.param('id'), caller);
    await likes.unlike(post.id, caller.userId);
    return c.json(await viewed(post, caller));
  });

  room.get('/posts/:id/comments', signedIn, query(PageQuery), async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { post } = await seen(c.req.param('id'), c.get('user'));
    const list = `comments:${post.id}`;
    const page = await comments.ofPost(post.id, { limit, after: openCursor(cursors, list, cursor) });
    const next = cursors.seal(list, page.next);
    const items = await views.commentViews(page.comments);
    return c.json({ items, ...(next !== undefined && { cursor: next }) });
  });

  room.post('/posts/:id/comments', signedIn, limited('comment'), body(CreateComment), async (c) => {
    const caller = requireUser(c);
    const { post } = await seen(c.req.param('id'), caller);
    const at = now();
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
    const [view] = await views.commentViews([comment]);
    return c.json(view, 201);
  });

  room.delete('/posts/:id/comments/:commentId', signedIn, async (c) => {
    const caller = requireUser(c);
    const { post } = await seen(c.req.param('id'), caller);
    const id = parseCommentId(c.req.param('commentId'));
    const comment = id && (await comments.find(post.id, id));
    if (!comment) throw new Refusal('comment-not-found', 'There is no such comment.');
    const owners = [comment.authorId, post.authorId];
    if (!owners.some((owner) => mayTakeDown(standing(caller), owner)))
      throw new Refusal('not-allowed', 'This is neither your comment nor your post.');
    await comments.remove(post.id, comment.id);
    return c.body(null, 204);
  });

  return room;
};

const postGone = () => new Refusal('post-not-found', 'There is no such post.');
const uploadGone = () => new Refusal('upload-not-found', 'There is no such file of yours that waits for a post.');
const blocked = () => new Refusal('blocked', 'You cannot do that here.');

const standing = ({ userId, roles }: Caller) => ({ id: userId, moderator: roles.includes('moderator') });

/** The stream that a post is to show: one that its author may see. */
const visibleStream = async (
  streamViews: PostSources['streamViews'],
  text: string,
  caller: Caller,
): Promise<StreamId> => {
  const id = parseStreamId(text);
  const visible = id && (await streamViews([id], caller)).has(id);
  if (!visible) throw new Refusal('stream-not-found', 'There is no such stream.');
  return id;
};
