import type { PostId, StreamId } from '#domain/ids';
import type { Post } from '#domain/post';
import type { Stream } from '#domain/stream';

type Parts = {
  posts: {
    publishLive(post: Post & { streamId: StreamId }, options: { listed: boolean }): Promise<{ published: boolean }>;
  };
  newPostId: (now: number) => PostId;
};

/**
 * Posts a stream that has gone live, once, however often it is told. The post shows the stream as it is when it is looked at: on
 * the air, then over, then as its recording. Only what is meant for all goes to explore.
 */
export const createLivePost =
  ({ posts, newPostId }: Parts) =>
  (
    { id, creatorId, title, visibility, test }: Pick<Stream, 'id' | 'creatorId' | 'title' | 'visibility' | 'test'>,
    now: number,
  ): Promise<{ published: boolean }> =>
    posts.publishLive(
      { id: newPostId(now), authorId: creatorId, text: title, streamId: id, createdAt: now },
      { listed: visibility === 'public' && !test },
    );
