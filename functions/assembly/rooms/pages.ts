import { createLikeStore } from '#store/likes';
import { createPostStore } from '#store/posts';
import { createDocuments } from '../../pages/documents.ts';
import { createFeeds } from '../../pages/feeds.ts';
import { createOEmbedApp } from '../../pages/oembed.ts';
import { createPagesApp } from '../../pages/app.ts';
import { createPreviews } from '../../pages/previews.ts';
import { createSiteMap } from '../../pages/site-map.ts';
import { createPostViews } from '../../profiles/post-views.ts';
import type { Base } from '../base.ts';
import type { People } from '../people.ts';
import type { Streaming } from '../streaming.ts';

/** The room of pages: the site as people and crawlers get it, and what it tells of itself to other sites. */
export const buildPagesRoom = (
  { config, table, clock, log }: Base,
  { users }: Pick<People, 'users'>,
  { streams, views, streamViews }: Pick<Streaming, 'streams' | 'views' | 'streamViews'>,
) => {
  const { origin } = new URL(config.PUBLIC_ORIGIN);
  const posts = createPostStore({ table });
  const { postViews } = createPostViews({ users, posts, likes: createLikeStore({ table }), streamViews, origin });
  const previews = createPreviews({ streams, users, posts, views, postViews, origin });
  return {
    pages: createPagesApp({
      previews,
      documents: createDocuments({
        url: (config.SITE_FILES_URL ?? origin).replace(/\/$/, ''),
        fetch: (url, init) => fetch(url, init),
        clock,
      }),
      feeds: createFeeds({ streams, users, posts, postViews, origin, clock }),
      siteMap: createSiteMap({ streams, posts, views, postViews, origin }),
      origin,
      log,
    }),
    oembed: createOEmbedApp({ log, previews, origin }),
  };
};
