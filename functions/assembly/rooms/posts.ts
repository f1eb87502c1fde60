import { newId } from '#domain/ids';
import type { Publish } from '#domain/upload';
import { createCommentStore } from '#store/comments';
import { createLikeStore } from '#store/likes';
import { createPostStore } from '#store/posts';
import { createRemovalStore } from '#store/removals';
import { createUploadStore } from '#store/uploads';
import type { Base } from '../base.ts';
import type { People } from '../people.ts';
import type { Recordings } from '../../shows/recordings.ts';
import { createPostsApp } from '../../posts/app.ts';
import { createFollowingFeed } from '../../posts/following-feed.ts';
import { createPostViews, type PostSources } from '../../profiles/post-views.ts';

/** The room of posts, on the base that all rooms share. */
export const buildPostsRoom = (
  { config, table, cursors, clock, log, bucket }: Base,
  { authenticate, limited, users, follows }: People,
  { streamViews, recordings }: Pick<PostSources, 'streamViews'> & { recordings: Pick<Recordings, 'withdraw'> },
  publish: Publish | undefined,
) => {
  const posts = createPostStore({ table });
  const likes = createLikeStore({ table });
  return createPostsApp({
    log,
    corsOrigins: config.CORS_ORIGINS,
    authenticate,
    limited,
    views: createPostViews({ users, posts, likes, streamViews, origin: config.PUBLIC_ORIGIN }),
    streamViews,
    users,
    posts,
    followingFeed: createFollowingFeed({ follows, users, posts }),
    likes,
    comments: createCommentStore({ table }),
    removals: createRemovalStore({ table }),
    withdrawRecording: recordings.withdraw,
    uploads: createUploadStore({ table }),
    bucket,
    publish,
    cursors,
    clock,
    newPostId: (now) => newId('pst', now),
    newCommentId: (now) => newId('cmt', now),
    newUploadId: (now) => newId('upl', now),
  });
};
