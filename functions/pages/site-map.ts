import { escapeHtml } from '#domain/html';
import type { Post } from '#domain/post';
import type { Stream } from '#domain/stream';
import type { PostViews } from '../profiles/post-views.ts';
import type { StreamViews } from '../shows/views.ts';

type Parts = {
  streams: Record<
    'live' | 'scheduled',
    (ask: { limit: number; after: undefined }) => Promise<{ items: readonly Stream[] }>
  >;
  posts: { explore(ask: { limit: number; before: undefined }): Promise<{ posts: readonly Post[] }> };
  views: Pick<StreamViews, 'views'>;
  postViews: PostViews['postViews'];
  origin: string;
};

const NEWEST = 100;

type Entry = { url: string; changed?: string | undefined };

/** The pages that a search engine should look at: what is on the air, what is announced, what is new, and who has made it. */
export const createSiteMap =
  ({ streams, posts, views, postViews, origin }: Parts) =>
  async (): Promise<string> => {
    const ask = { limit: NEWEST, after: undefined };
    const [live, scheduled, explored] = await Promise.all([
      streams.live(ask),
      streams.scheduled(ask),
      posts.explore({ limit: NEWEST, before: undefined }),
    ]);
    const [shown, written] = await Promise.all([
      views.views(
        [...live.items, ...scheduled.items].filter(({ visibility, test }) => visibility === 'public' && !test),
      ),
      postViews(explored.posts, undefined),
    ]);
    const shows = [...shown, ...written.flatMap(({ stream }) => stream ?? [])].filter(
      ({ state, recording, test }) => !test && (state !== 'ended' || recording === 'ready'),
    );
    const people = [...shows.map(({ creator }) => creator), ...written.map(({ author }) => author)];
    const categories = shows.flatMap(({ category }) => category ?? []);
    const entries: Entry[] = [
      { url: `${origin}/` },
      ...categories.map((category) => ({ url: `${origin}/category/${category}` })),
      ...shows.map(({ id, endedAt, startedAt, createdAt }) => ({
        url: `${origin}/watch/${id}`,
        changed: endedAt ?? startedAt ?? createdAt,
      })),
      ...people.map(({ handle }) => ({ url: `${origin}/@${handle}` })),
      ...written
        .filter(({ stream }) => !stream)
        .map(({ id, editedAt, createdAt }) => ({ url: `${origin}/post/${id}`, changed: editedAt ?? createdAt })),
    ];
    const distinct = new Map(entries.map((entry) => [entry.url, entry]));
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
      ...[...distinct.values()].map(
        ({ url, changed }) =>
          `  <url><loc>${escapeHtml(url)}</loc>${changed === undefined ? '' : `<lastmod>${changed}</lastmod>`}</url>`,
      ),
      '</urlset>',
      '',
    ].join('\n');
  };
