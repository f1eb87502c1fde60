import { type Context, Hono, type Next } from 'hono';
import { etag, RETAINED_304_HEADERS } from 'hono/etag';
import type { Log } from '../http/log.ts';
import type { DocumentName, Documents } from './documents.ts';
import type { Feeds } from './feeds.ts';
import { plainHead, toHead, withHead } from './head.ts';
import { oembedAddress } from './oembed.ts';
import type { Found, Previews } from './previews.ts';

type Parts = {
  previews: Previews;
  documents: Documents;
  feeds: Feeds;
  siteMap: () => Promise<string>;
  origin: string;
  log: Log;
};

/**
 * How long a page may be kept on its way, never by the browser. What is told of a show or a person is forgotten at once where it
 * changes; a page that tells of nobody may stand in for a while where we fail.
 */
const KEPT = {
  told: 'public, max-age=0, s-maxage=10',
  plain: 'public, max-age=0, s-maxage=60, stale-if-error=86400',
  map: 'public, max-age=600',
  // in it may be what its creator has just closed to all but followers
  feed: 'public, max-age=60',
} as const;

const DESCRIPTION = 'Live shows from the browser.';

/**
 * The pages of the site, for people and for crawlers: the document of the web app, which knows its own routes, with its head filled
 * by what is at the path. What a browser may do with them is said by whoever stands in front, as of all files of the site.
 */
export const createPagesApp = ({ previews, documents, feeds, siteMap, origin, log }: Parts) => {
  const app = new Hono();
  const oembed = (url: string) => oembedAddress(origin, url);

  /** Where the table fails the app itself can still try. */
  const look = async (what: () => Promise<Found>): Promise<Found | undefined> => {
    try {
      return await what();
    } catch (error) {
      log.warn('a page goes out without its preview', { error });
      return undefined;
    }
  };

  const send = async (c: Context, name: DocumentName, found: Found | undefined): Promise<Response> => {
    let document: string;
    try {
      document = await documents(name);
    } catch (error) {
      log.error('a document of the site cannot be read', { name, error });
      return c.text('Vybzz is away for a moment. Try again.', 503, { 'Retry-After': '5', 'Cache-Control': 'no-store' });
    }
    const head = found?.found === 'preview' ? toHead(found.preview, { oembed }) : plainHead(DESCRIPTION);
    const kept = found === undefined ? 'no-store' : found.found === 'page' ? KEPT.plain : KEPT.told;
    return c.html(withHead(document, head), found?.found === 'nothing' ? 404 : 200, { 'Cache-Control': kept });
  };

  app.get('/robots.txt', (c) => c.text(robots(origin), 200, { 'Cache-Control': KEPT.map }));

  app.get('/sitemap.xml', async (c) =>
    c.body(await siteMap(), 200, { 'Content-Type': 'application/xml; charset=utf-8', 'Cache-Control': KEPT.map }),
  );

  const sendFeed = async (c: Context, next: Next, type: string, write: Feeds[keyof Feeds]) => {
    const person = c.req.param('person') ?? '';
    if (!person.startsWith('@')) return next();
    const feed = await write(person.slice(1));
    if (feed === undefined) return c.text('Nobody goes by this handle.', 404, { 'Cache-Control': 'no-store' });
    return c.body(feed, 200, {
      'Content-Type': `${type}; charset=utf-8`,
      'Cache-Control': KEPT.feed,
      // readers of feeds that are pages themselves ask from theirs
      'Access-Control-Allow-Origin': '*',
    });
  };
  // what has not changed is not sent again
  const unlessKnown = etag({ retainedHeaders: [...RETAINED_304_HEADERS, 'access-control-allow-origin'] });
  app.get('/:person/feed.atom', unlessKnown, (c, next) => sendFeed(c, next, 'application/atom+xml', feeds.atom));
  app.get('/:person/shows.ics', unlessKnown, (c, next) => sendFeed(c, next, 'text/calendar', feeds.calendar));

  app.get('/embed/:id', async (c) => {
    const found = await look(() => previews.show(c.req.param('id')));
    // it is the show's page that is to be found, not its player
    const shown: Found | undefined =
      found?.found === 'preview' ? { ...found, preview: { ...found.preview, indexed: false } } : found;
    return send(c, 'embed', shown);
  });

  app.get('*', async (c) => {
    const { path } = c.req;
    return send(c, 'index', await look(() => previews.at(decoded(path))));
  });

  app.notFound((c) => c.text('This address is only read.', 405, { Allow: 'GET, HEAD', 'Cache-Control': 'no-store' }));
  app.onError((error, c) => {
    log.error('a page failed', { path: c.req.path, error });
    return c.text('Something went wrong on our side.', 500, { 'Cache-Control': 'no-store' });
  });
  return app;
};

/** A path that cannot be read is that of no page. */
const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

const robots = (origin: string): string =>
  [
    'User-agent: *',
    ...['/auth/', '/chat/', '/embed/', '/find', '/settings', '/signed-in', '/studio', '/users/me'].map(
      (path) => `Disallow: ${path}`,
    ),
    '',
    `Sitemap: ${origin}/sitemap.xml`,
    '',
  ].join('\n');
