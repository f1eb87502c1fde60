import ICAL from 'ical.js';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#domain/ids';
import type { User } from '#domain/user';
import { createPostStore } from '#store/posts';
import { buildPagesRoom } from '../assembly/rooms/pages.ts';
import { openShowRooms, type ShowRooms } from '../show-rooms.testing.ts';
import { muxShow } from '../video/mux-show.testing.ts';

const ORIGIN = 'http://localhost:3000';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let rooms: ShowRooms;
let pages: ReturnType<typeof buildPagesRoom>['pages'];
beforeAll(async () => {
  rooms = await openShowRooms();
  // a document of the app that nobody asks for here
  const base = { ...rooms.base, config: { ...rooms.base.config, SITE_FILES_URL: 'http://127.0.0.1:1' } };
  ({ pages } = buildPagesRoom(base, rooms.known, rooms.streaming));
});
afterAll(() => rooms.close());

let made = 0;
const somebody = (): Promise<User> => rooms.join(`maker_${++made}`, { creator: true });
const ahead = (ms: number): string => new Date(rooms.now() + ms).toISOString();
const announce = async (as: User, more: object = {}) =>
  (await rooms.create(as, { title: 'Tonight', scheduledFor: ahead(HOUR_MS), ...more })).id;
const say = async (author: User, text: string) => {
  const id = newId('pst', rooms.now());
  await createPostStore(rooms.base).create({ id, authorId: author.id, text, createdAt: rooms.now() });
  return id;
};
const edit = async (as: User, id: string, body: object) => {
  expect((await rooms.call('PATCH', `/stream/${id}`, { as, body })).status).toBe(200);
};
const get = (path: string, headers: Record<string, string> = {}) => pages.request(path, { headers });

/** The appointments of somebody's calendar, by their shows, as a calendar reads them. */
const appointments = async ({ handle }: User) => {
  const answer = await get(`/@${handle}/shows.ics`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
  const calendar = new ICAL.Component(ICAL.parse(await answer.text()));
  return new Map(
    calendar.getAllSubcomponents('vevent').map((component) => {
      const { uid, sequence, startDate, endDate, summary } = new ICAL.Event(component);
      const said = (name: string): string => String(component.getFirstPropertyValue(name));
      return [
        uid.replace(/@localhost$/, ''),
        {
          sequence,
          summary,
          from: startDate.toJSDate().toISOString(),
          to: endDate.toJSDate().toISOString(),
          status: said('status'),
          saidAt: said('dtstamp'),
          url: said('url'),
        },
      ];
    }),
  );
};

type Node = { name: string; attributes: Record<string, string>; text: string; children: Node[] };

/** XML as a parser reads it that forgives nothing. */
const parseXml = (text: string): Node => {
  const root: Node = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const values = Object.entries(attributes).map(([key, { value }]) => [key, value]);
    const node: Node = { name, attributes: Object.fromEntries(values), text: '', children: [] };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('text', (said) => {
    const node = open.at(-1);
    if (node) node.text += said;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return root.children[0] ?? root;
};
const all = (node: Node, name: string) => node.children.filter((child) => child.name === name);
/** The one child of this name: RFC 4287 has it once. */
const one = (node: Node, name: string): Node => {
  const [found, ...more] = all(node, name);
  if (!found || more.length > 0) throw new Error(`${node.name} has ${more.length + (found ? 1 : 0)} ${name}`);
  return found;
};
const linkOf = (node: Node, rel: string) => all(node, 'link').find(({ attributes }) => attributes['rel'] === rel);

/** A feed, held to what RFC 4287 demands of one. */
const readFeed = async ({ handle }: User) => {
  const answer = await get(`/@${handle}/feed.atom`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/atom+xml; charset=utf-8']);
  const feed = parseXml(await answer.text());
  expect([feed.name, feed.attributes['xmlns']]).toEqual(['feed', 'http://www.w3.org/2005/Atom']);
  const entries = all(feed, 'entry');
  for (const node of [feed, ...entries]) {
    expect(() => new URL(one(node, 'id').text)).not.toThrow();
    expect(one(node, 'title').text.trim()).not.toBe('');
    expect(one(node, 'updated').text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(linkOf(node, 'alternate')?.attributes['href']).toMatch(/^http/);
  }
  expect(one(one(feed, 'author'), 'name').text).not.toBe('');
  expect(linkOf(feed, 'self')?.attributes['href']).toBe(`${ORIGIN}/@${handle}/feed.atom`);
  expect(new Set(entries.map((entry) => one(entry, 'id').text)).size).toBe(entries.length);
  return {
    feed,
    updated: one(feed, 'updated').text,
    entries: entries.map((entry) => ({
      title: one(entry, 'title').text,
      url: linkOf(entry, 'alternate')?.attributes['href'],
      html: one(entry, 'content').text,
    })),
  };
};

describe('the calendar of a creator', () => {
  it('has what is announced to everybody, and nothing else', async () => {
    const creator = await somebody();
    const id = await announce(creator, { title: 'Ragas; evening, all' });
    await announce(creator, { title: 'For friends', visibility: 'followers' });
    await announce(creator, { title: 'A test', test: true });
    await rooms.create(creator, { title: 'Not announced' });
    const found = await appointments(creator);
    expect([...found.keys()]).toEqual([id]);
    expect(found.get(id)).toMatchObject({
      summary: 'Ragas; evening, all',
      sequence: 0,
      status: 'CONFIRMED',
      from: ahead(HOUR_MS),
      to: ahead(2 * HOUR_MS),
      url: `${ORIGIN}/watch/${id}`,
    });
  });

  it('says that a show was moved or called off, each time under a higher number and a later stamp', async () => {
    const creator = await somebody();
    const id = await announce(creator);
    const first = (await appointments(creator)).get(id);
    rooms.later(60_000);
    const scheduledFor = ahead(5 * HOUR_MS);
    await edit(creator, id, { scheduledFor });
    const moved = (await appointments(creator)).get(id);
    expect(moved).toMatchObject({ sequence: 1, from: scheduledFor, status: 'CONFIRMED' });
    // said again after an answer was lost
    rooms.later(60_000);
    await edit(creator, id, { scheduledFor });
    expect((await appointments(creator)).get(id)).toEqual(moved);
    rooms.later(60_000);
    expect((await rooms.call('POST', `/stream/${id}/end`, { as: creator })).body.state).toBe('ended');
    const off = (await appointments(creator)).get(id);
    expect(off).toMatchObject({ sequence: 2, from: scheduledFor, status: 'CANCELLED' });
    expect(String(first?.saidAt) < String(moved?.saidAt) && String(moved?.saidAt) < String(off?.saidAt)).toBe(true);
  });

  it('forgets what moderators took down, what was closed to followers, and what is long over', async () => {
    const creator = await somebody();
    const [taken, closed, old] = [await announce(creator), await announce(creator), await announce(creator)];
    expect((await appointments(creator)).size).toBe(3);
    await rooms.call('POST', `/stream/${taken}/end`, { as: rooms.moderator });
    await edit(creator, closed, { visibility: 'followers' });
    expect([...(await appointments(creator)).keys()]).toEqual([old]);
    rooms.later(31 * DAY_MS);
    expect((await appointments(creator)).size).toBe(0);
  });

  it('keeps a show that has been on the air, at its time and with its length', async () => {
    const { creator } = rooms;
    const scheduledFor = ahead(HOUR_MS);
    const id = await announce(creator, { scheduledFor });
    rooms.later(HOUR_MS);
    const { body } = await rooms.call('POST', `/stream/${id}/ingest`, { as: creator });
    const worker = await rooms.feed(body.ingest.streamKey);
    await worker.renew('live');
    const mux = muxShow({
      liveStreamId: `live${rooms.fake.made.length}`,
      assetId: 'asset-calendar',
      startedAt: rooms.now(),
    });
    for (const told of [mux.connected(), mux.recording(), mux.created(), mux.active()])
      expect(await rooms.deliver(told)).toBe(200);
    expect((await appointments(creator)).get(id)).toMatchObject({ status: 'CONFIRMED', from: scheduledFor });
    rooms.later(25 * 60_000);
    await worker.release('finished');
    expect((await appointments(creator)).get(id)).toMatchObject({
      status: 'CONFIRMED',
      sequence: 1,
      from: scheduledFor,
      to: new Date(rooms.now()).toISOString(),
    });
  });
});

describe('the feed of a person', () => {
  it('has what they said and announced, the newest first', async () => {
    const creator = await somebody();
    const post = await say(creator, 'Strings are <b>new</b>\n\nSee & hear');
    rooms.later(1_000);
    const show = await announce(creator, { title: 'Tonight & tomorrow', description: 'From the roof.' });
    const { entries, updated } = await readFeed(creator);
    expect(entries).toEqual([
      {
        title: 'Tonight & tomorrow',
        url: `${ORIGIN}/watch/${show}`,
        html: expect.stringMatching(/^<p>MAKER_\d+ goes live on .+ UTC\.<\/p><p>From the roof\.<\/p>$/),
      },
      {
        title: 'Strings are <b>new</b> See & hear',
        url: `${ORIGIN}/post/${post}`,
        html: '<p>Strings are &lt;b&gt;new&lt;/b&gt;</p><p>See &amp; hear</p>',
      },
    ]);
    expect(updated).toBe(new Date(rooms.now()).toISOString());
  });

  it('is one for readers who forgive nothing, whatever was written', async () => {
    const creator = await somebody();
    const nasty = `]]><script>alert(1)</script>&nbsp;<!-- "' \u0000\u000B\uFFFF\uD800 ۔ 🦉`;
    await say(creator, nasty);
    await say(creator, '');
    await announce(creator, { title: nasty, description: nasty });
    const { entries } = await readFeed(creator);
    expect(entries).toHaveLength(3);
    for (const { html } of entries) expect(html).not.toContain('<script');
  });

  it('has nothing of shows for followers, tests, and shows called off', async () => {
    const creator = await somebody();
    await announce(creator, { title: 'For friends', visibility: 'followers' });
    await announce(creator, { title: 'A test', test: true });
    const off = await announce(creator, { title: 'Called off' });
    await rooms.call('POST', `/stream/${off}/end`, { as: creator });
    expect((await readFeed(creator)).entries).toEqual([]);
  });
});

describe('whoever has them already', () => {
  it.each(['feed.atom', 'shows.ics'])('is sent %s again only when it says something else', async (name) => {
    const creator = await somebody();
    await announce(creator);
    const path = `/@${creator.handle}/${name}`;
    const first = await get(path);
    const tag = first.headers.get('etag') ?? '';
    expect([first.headers.get('cache-control'), tag]).toEqual(['public, max-age=60', expect.stringMatching(/^".+"$/)]);
    rooms.later(60_000);
    // weak, as an edge says it that has compressed the body
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`]) {
      const again = await get(path, { 'if-none-match': known });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
      expect(again.headers.get('cache-control')).toBe('public, max-age=60');
    }
    await announce(creator, { title: 'Another' });
    const changed = await get(path, { 'if-none-match': tag });
    expect([changed.status, changed.headers.get('etag') === tag]).toEqual([200, false]);
  });
});

it.each(['/@nobody_here/feed.atom', '/@nobody_here/shows.ics', '/@x/feed.atom'])(
  'where nobody is there is no feed: %s',
  async (path) => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([404, 'no-store']);
  },
);

it('a person who has gone is told of no more', async () => {
  const leaver = await somebody();
  await announce(leaver);
  expect((await rooms.call('DELETE', '/users/me', { as: leaver })).status).toBe(204);
  for (const name of ['feed.atom', 'shows.ics']) expect((await get(`/@${leaver.handle}/${name}`)).status).toBe(404);
});
