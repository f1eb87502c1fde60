import { createLikeStore } from '#store/likes';
import { createPostStore } from '#store/posts';
import { createSearchStore } from '#store/search';
import { createPostViews } from '../../profiles/post-views.ts';
import { createSearchApp } from '../../search/app.ts';
import type { Base } from '../base.ts';
import type { People } from '../people.ts';
import type { Streaming } from '../streaming.ts';

/** The room of search, on the base that all rooms share. */
export const buildSearchRoom = (
  { config, table, cursors, log }: Base,
  { authenticate, limited, users, blocks }: People,
  { streams, views, access, moderation, streamViews }: Streaming,
) => {
  const posts = createPostStore({ table });
  const likes = createLikeStore({ table });
  return createSearchApp({
    log,
    corsOrigins: config.CORS_ORIGINS,
    authenticate,
    limited,
    search: createSearchStore({ table }),
    users,
    streams,
    posts,
    access,
    views,
    postViews: createPostViews({ users, posts, likes, streamViews, origin: config.PUBLIC_ORIGIN }).postViews,
    blocks,
    bans: moderation,
    cursors,
  });
};
