import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostStore } from '#store/posts';
import { createUserStore } from '#store/users';
import { newId } from '#domain/ids';
import { buildPagesRoom } from '../assembly/rooms/pages.ts';
import { openShowRooms, type ShowRooms } from '../show-rooms.testing.ts';
import { createDocuments } from './documents.ts';

const ORIGIN = 'http://localhost:3000';
const CRAWLERS = ['facebookexternalhit/1.1', 'Twitterbot/1.0', 'Mozilla/5.0'];
const documents = ['index', 'embed'].map((name): [string, string] => [
  `/${name}.html`,
  readFileSync(new URL(`../../web/${name}.html`, import.meta.url), 'utf8'),
]);

let rooms: ShowRooms;
let room: ReturnType<typeof buildPagesRoom>;
/** The built files of the site, as a bucket has them. */
const site = createServer((asked, response) => {
  const text = new Map(documents).get(asked.url ?? '');
  response.writeHead(text === undefined ? 404 : 200).end(text);
});
beforeAll(async () => {
  rooms = await openShowRooms();
  await once(site.listen(0, '127.0.0.1'), 'listening');
  const address = site.address();
  const SITE_FILES_URL = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const base = { ...rooms.base, config: { ...rooms.base.config, SITE_FILES_URL } };
  room = buildPagesRoom(base, rooms.known, rooms.streaming);
});
afterAll(async () => {
  site.close();
  await rooms.close();
});

const get = async (path: string, agent = 'Mozilla/5.0') => {
  const answer = await room.pages.request(path, { headers: { 'user-agent': agent } });
  return { status: answer.status, html: await answer.text(), headers: answer.headers };
};

/** The metas, the title and the links of a page's head, as a reader of HTML has them. */
const headOf = (html: string): Record<string, string> => {
  const plain = (text: string) =>
    text.replaceAll(
      /&(?:amp|lt|gt|quot|#39);/g,
      (entity) => ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" })[entity] ?? entity,
    );
  const found = Object.fromEntries(
    [...html.matchAll(/<meta (?:name|property)="([^"]+)" content="([^"]*)">/g)].map(([, name, content]) => [
      name,
      plain(content ?? ''),
    ]),
  );
  return { ...found, title: plain(/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '') };
};

const NASTY = `"><script>alert(1)</script>'&<!--/head--> $& $1`;

describe('the page of a show', () => {
  it('tells crawlers and people the same: what it is, who makes it, and where it plays', async () => {
    const { id } = await rooms.create(rooms.creator, { title: 'Evening ragas', description: 'From the roof.' });
    const pages = await Promise.all(CRAWLERS.map((agent) => get(`/watch/${id}`, agent)));
    expect(new Set(pages.map(({ html }) => html)).size).toBe(1);
    const [{ status, html, headers } = { status: 0, html: '', headers: new Headers() }] = pages;
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
    expect(headOf(html)).toMatchObject({
      title: 'Evening ragas · Vybzz',
      'og:title': 'Evening ragas',
      'og:type': 'video.other',
      'og:url': `${ORIGIN}/watch/${id}`,
      'og:description': 'ASHA is about to go live. From the roof.',
      'og:image': `${ORIGIN}/icons/preview.png`,
      'og:video': `${ORIGIN}/embed/${id}`,
      'twitter:card': 'player',
      'twitter:player': `${ORIGIN}/embed/${id}`,
    });
    expect(html).toContain(
      `<link rel="alternate" type="application/json+oembed" href="${ORIGIN}/oembed?format=json&amp;url=${encodeURIComponent(`${ORIGIN}/watch/${id}`)}"`,
    );
    // it is still the app
    expect(html).toContain('<div id="root"></div>');
    expect(html.match(/<title>/g)).toHaveLength(1);
  });

  it('is text where somebody has written what a browser would take for more', async () => {
    const { id } = await rooms.create(rooms.otherCreator, { title: NASTY, description: NASTY });
    const { html } = await get(`/watch/${id}`);
    expect(html).not.toContain('<script>alert');
    expect(headOf(html)['og:title']).toBe(NASTY);
    const { body } = await oembed(`${ORIGIN}/watch/${id}`);
    expect(body.html).not.toContain('<script>');
    expect(body.html).toMatch(/^<iframe [^<>]*><\/iframe>$/);
  });

  it('tells nothing where it is not for everybody, and is there', async () => {
    const { id } = await rooms.create(rooms.creator, { title: 'Only for friends', visibility: 'followers' });
    for (const path of [`/watch/${id}`, `/embed/${id}`]) {
      const { status, html } = await get(path);
      expect(status).toBe(200);
      expect(html).not.toMatch(/friends|asha/i);
      expect(headOf(html)).toMatchObject({ title: 'Vybzz', robots: 'noindex' });
    }
    expect(await oembed(`${ORIGIN}/watch/${id}`)).toMatchObject({ status: 401, body: { error: 'not-signed-in' } });
  });

  it('says in which language it is, with the country that Open Graph wants, where its creator has said so', async () => {
    for (const [language, locale] of [
      ['en', 'en_US'],
      ['ur', 'ur_PK'],
      ['ur-Latn', 'ur_PK'],
      ['pa', 'pa_IN'],
      [undefined, undefined],
    ]) {
      const { id } = await rooms.create(rooms.creator, { title: 'A show', ...(language && { language }) });
      expect([language, headOf((await get(`/watch/${id}`)).html)['og:locale']]).toEqual([language, locale]);
    }
  });

  it('is forgotten on its way within seconds', async () => {
    const { id } = await rooms.create(rooms.creator, { title: 'Short' });
    const { headers } = await get(`/watch/${id}`);
    expect(headers.get('cache-control')).toBe('public, max-age=0, s-maxage=10');
  });
});

it('the page of a person and of a post have heads of their own', async () => {
  expect(headOf((await get('/@asha')).html)).toMatchObject({
    title: 'ASHA (@asha) · Vybzz',
    'og:type': 'profile',
    'og:url': `${ORIGIN}/@asha`,
  });
  const { html: profile } = await get('/@asha');
  for (const [type, path] of [
    ['application/atom+xml', '/@asha/feed.atom'],
    ['text/calendar', '/@asha/shows.ics'],
  ])
    expect(profile).toContain(`<link rel="alternate" type="${type}" href="${ORIGIN}${path}"`);
  const links = [{ title: 'Shop', url: 'https://shop.test/?a="b"&c' }];
  await createUserStore(rooms.base).change(rooms.creator.id, { links }, rooms.now());
  expect((await get('/@asha')).html).toContain('<link rel="me" href="https://shop.test/?a=&quot;b&quot;&amp;c">');
  const id = newId('pst', rooms.now());
  await createPostStore(rooms.base).create({
    id,
    authorId: rooms.creator.id,
    text: 'Tonight we play',
    createdAt: rooms.now(),
  });
  expect(headOf((await get(`/post/${id}`)).html)).toMatchObject({
    title: 'ASHA on Vybzz · Vybzz',
    'og:type': 'article',
    'og:description': 'Tonight we play',
    'twitter:card': 'summary_large_image',
  });
  const show = await rooms.create(rooms.creator, {
    title: 'Songs',
    category: 'music',
    scheduledFor: new Date(rooms.now() + 3_600_000).toISOString(),
  });
  const { html } = await get('/sitemap.xml');
  for (const url of ['/', '/@asha', `/post/${id}`, `/watch/${show.id}`, '/category/music'])
    expect(html).toContain(`<loc>${ORIGIN}${url}</loc>`);
  expect(html).not.toContain('/category/talk');
});

describe('an address', () => {
  it.each(['/', '/settings', '/studio', '/studio/', '/@asha', '/signed-in'])('of a page is there: %s', async (path) => {
    expect((await get(path)).status).toBe(200);
  });

  it.each([
    '/nowhere',
    '/wp-login.php',
    '/@nobody_here',
    '/@__proto__',
    '/watch/x',
    '/watch/str_01m826xyyymsabtqkgyd6zwg7z',
    '/post/pst_01m826xyyymsabtqkgyd6zwg7z',
    '/embed/str_01m826xyyymsabtqkgyd6zwg7z',
    '/studio/a/b/c',
    '/%ff',
    '/@asha/x',
  ])('at which nothing is says so, with the app in it: %s', async (path) => {
    const { status, html } = await get(path);
    expect([status, html.includes('<div id="root"></div>')]).toEqual([404, true]);
    expect(headOf(html)['robots']).toBe('noindex');
  });

  it('is only read', async () => {
    expect((await room.pages.request('/', { method: 'POST' })).status).toBe(405);
  });
});

it('robots may look at what is for everybody, and are told where it is', async () => {
  const { html } = await get('/robots.txt');
  expect(html).toContain(`Sitemap: ${ORIGIN}/sitemap.xml`);
  expect(html).toContain('Disallow: /studio');
});

describe('the documents of the site', () => {
  const make = () => {
    const has = new Map(documents);
    let now = 0;
    const asked: string[] = [];
    const read = createDocuments({
      url: ORIGIN,
      clock: () => new Date(now),
      fetch: async (url) => {
        asked.push(url);
        const text = has.get(new URL(url).pathname);
        return text === undefined ? new Response('', { status: 503 }) : new Response(text);
      },
    });
    return { has, asked, read, later: (ms: number) => (now += ms) };
  };

  it('are asked for once by all who want them, and again after a while', async () => {
    const { asked, read, later } = make();
    await Promise.all([read('index'), read('index'), read('index')]);
    await read('index');
    expect(asked).toHaveLength(1);
    later(60_000);
    await read('index');
    expect(asked).toHaveLength(2);
  });

  it('stay what they were where the site does not answer', async () => {
    const { has, read, later } = make();
    const before = await read('index');
    has.clear();
    later(60_000);
    expect(await read('index')).toBe(before);
    await expect(read('embed')).rejects.toThrow('503');
  });
});

const oembed = async (url: string, more = '') => {
  const answer = await room.oembed.request(`/oembed?url=${encodeURIComponent(url)}${more}`);
  return { status: answer.status, body: (await answer.json()) as any, headers: answer.headers };
};

describe('oEmbed', () => {
  it('is a video of the size that fits, for whoever asks from any page', async () => {
    const { id } = await rooms.create(rooms.creator, { title: 'To be shown elsewhere' });
    const { status, body, headers } = await oembed(`${ORIGIN}/watch/${id}`, '&maxwidth=480&maxheight=1000');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect(body).toMatchObject({
      type: 'video',
      version: '1.0',
      title: 'To be shown elsewhere',
      author_name: 'ASHA',
      author_url: `${ORIGIN}/@asha`,
      provider_name: 'Vybzz',
      width: 480,
      height: 270,
    });
    expect(body.html).toContain(`src="${ORIGIN}/embed/${id}"`);
    expect((await oembed(`${ORIGIN}/watch/${id}`, '&maxheight=360')).body).toMatchObject({ width: 640, height: 360 });
  });

  it('is a link for a person', async () => {
    expect(await oembed(`${ORIGIN}/@asha`)).toMatchObject({ status: 200, body: { type: 'link', author_name: 'ASHA' } });
  });

  it.each([
    [`${ORIGIN}/watch/str_01m826xyyymsabtqkgyd6zwg7z`, '', 404, 'not-found'],
    [`${ORIGIN}/settings`, '', 404, 'not-found'],
    ['https://elsewhere.example/watch/x', '', 404, 'not-found'],
    ['nonsense', '', 404, 'not-found'],
    [`${ORIGIN}/`, '&format=xml', 501, 'format-not-offered'],
    [`${ORIGIN}/`, '&maxwidth=-3', 400, 'invalid-request'],
  ])('of %s%s is refused: %i', async (url, more, status, error) => {
    expect(await oembed(url, more)).toMatchObject({ status, body: { error } });
  });
});
