import type { CommentView, PostView, StreamView } from '#contract/http';
import type { PostId, StreamId, UserId } from '#domain/ids';
import type { Comment, Post, PostCounts } from '#domain/post';
import { thumbnailKey, uploadKey } from '#domain/upload';
import type { User } from '#domain/user';
import type { Caller } from '../http/caller.ts';
import { toPersonView } from './profiles.ts';

/** What a post is shown together with. */
export type PostSources = {
  users: { findMany(ids: readonly UserId[]): Promise<Map<UserId, User>> };
  posts: { counts(ids: readonly PostId[]): Promise<Map<PostId, PostCounts>> };
  likes: { likedAmong(userId: UserId, posts: readonly PostId[]): Promise<Set<PostId>> };
  /** Those of the streams that this viewer may see. */
  streamViews: (ids: readonly StreamId[], viewer: Caller | undefined) => Promise<Map<StreamId, StreamView>>;
  /** The one origin, under which uploaded files are served. */
  origin: string;
};

type Media = Pick<PostView, 'mediaUrl' | 'mediaType' | 'mediaSize' | 'mediaThumbnailUrl'>;

/** Posts and comments as one viewer sees them. */
export const createPostViews = ({ users, posts, likes, streamViews, origin }: PostSources) => {
  const mediaOf = ({ authorId, mediaUrl, upload }: Post): Media => {
    if (!upload) return mediaUrl === undefined ? {} : { mediaUrl };
    const { type, picture } = upload;
    return {
      mediaUrl: `${origin}/${uploadKey(authorId, upload)}`,
      mediaType: type,
      ...(picture && { mediaSize: picture, mediaThumbnailUrl: `${origin}/${thumbnailKey(authorId, upload)}` }),
    };
  };

  /**
   * In the order given, without what this viewer may not see: whoever may not see a stream may not see the post of it, except its
   * author. What is just being removed, or whose author is, is left out as well.
   */
  const postViews = async (shown: readonly Post[], viewer: Caller | undefined): Promise<PostView[]> => {
    const ids = shown.map(({ id }) => id);
    const [authors, counts, liked, streams] = await Promise.all([
      users.findMany(shown.map(({ authorId }) => authorId)),
      posts.counts(ids),
      viewer && likes.likedAmong(viewer.userId, ids),
      streamViews(
        shown.flatMap(({ streamId }) => streamId ?? []),
        viewer,
      ),
    ]);
    return shown.flatMap((post) => {
      const author = authors.get(post.authorId);
      const postCounts = counts.get(post.id);
      const stream = post.streamId && streams.get(post.streamId);
      const hidden = post.streamId !== undefined && !stream && post.authorId !== viewer?.userId;
      if (!author || !postCounts || hidden) return [];
      return {
        id: post.id,
        author: toPersonView(author),
        text: post.text,
        ...mediaOf(post),
        ...(post.mediaAlt !== undefined && { mediaAlt: post.mediaAlt }),
        ...(stream && { stream }),
        ...(post.live && stream && holdsRecording(stream) && { takesRecording: true }),
        ...postCounts,
        ...(liked && { liked: liked.has(post.id) }),
        createdAt: new Date(post.createdAt).toISOString(),
        ...(post.editedAt !== undefined && { editedAt: new Date(post.editedAt).toISOString() }),
      };
    });
  };

  const commentViews = async (shown: readonly Comment[]): Promise<CommentView[]> => {
    const authors = await users.findMany(shown.map(({ authorId }) => authorId));
    return shown.flatMap(({ id, authorId, text, createdAt }) => {
      const author = authors.get(authorId);
      if (!author) return [];
      return { id, author: toPersonView(author), text, createdAt: new Date(createdAt).toISOString() };
    });
  };

  return { postViews, commentViews };
};
const holdsRecording = ({ state, recording }: StreamView): boolean =>
  state === 'ended' && (recording === 'ready' || recording === 'preparing');

export type PostViews = ReturnType<typeof createPostViews>;
