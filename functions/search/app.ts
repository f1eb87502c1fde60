import { PageQuery } from '#contract/http';
import { type Found, SearchQuery, type Tagged } from '#contract/search';
import type { PersonView, StreamView } from '#contract/http';
import { Category } from '#contract/show';
import type { UserId } from '#domain/ids';
import { queryWords, shownUnder, wordsOfPerson, wordsOfStream } from '#domain/search';
import { parseTag } from '#domain/tags';
import type { Stream } from '#domain/stream';
import type { User } from '#domain/user';
import type { Cursors } from '#store/cursor';
import type { Position } from '#store/dynamo';
import { placeAfterTag, type PlacedEntry, type SearchStore } from '#store/search';
import { type Authenticate, identified } from '../http/caller.ts';
import { filledPage } from '../http/filled-page.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { jsonOnly, openCursor, query } from '../http/valid.ts';
import { toPersonView } from '../profiles/profiles.ts';
import { createOfCategory, type CategoryParts } from './of-category.ts';
import { byId, createTagged, type Hit, type TaggedParts } from './tagged.ts';
import { createVisible, type Viewer, type VisibleParts } from './visible.ts';

type Parts = RoomParts &
  VisibleParts &
  TaggedParts &
  CategoryParts & {
    authenticate: Authenticate;
    limited: LimitedMiddleware;
    search: SearchStore;
    users: { findMany(ids: readonly UserId[]): Promise<Map<UserId, User>> };
    cursors: Cursors;
  };

type Asked = { limit: number; cursor?: string | undefined };
/** Entries that are looked through for one page of tags: how often, and how many at a time. */
const TAG_LOOKS = 8;
const TAG_ENTRIES = 50;

/**
 * The room of search. The entries of the table are hints: what one names is read as it is now, and shown to whom may see it, under
 * the one word under which it belongs.
 */
export const createSearchApp = (parts: Parts) => {
  const { authenticate, limited, search, users, streams, views, cursors } = parts;
  const visible = createVisible(parts);
  const { apart, visibleStreams } = visible;
  const tagged = createTagged({ ...parts, visible });
  const ofCategory = createOfCategory(parts);
  const room = createRoom(parts);
  room.use(jsonOnly);
  room.use(identified(authenticate));

  const people = (words: readonly string[], first: string, asked: Asked, viewer: Viewer) =>
    page<User, PersonView>(`people:${words.join(' ')}`, asked, {
      look: async (ask) => {
        const { entries, next } = await search.beginning('people', first, ask);
        const found = await users.findMany(entries.flatMap(({ userId }) => userId ?? []));
        const hits = entries.flatMap(({ word, userId, place }) => {
          const user = userId && found.get(userId);
          return user && shownUnder(wordsOfPerson(user), words, first) === word
            ? [{ id: user.id, thing: user, place }]
            : [];
        });
        return { items: hits, next };
      },
      views: async (found) => {
        const hidden = await apart(
          viewer,
          found.map(({ id }) => id),
        );
        return found.filter(({ id }) => !hidden.has(id)).map(toPersonView);
      },
    });

  const shows = (words: readonly string[], first: string, asked: Asked, viewer: Viewer) =>
    page(`streams:${words.join(' ')}`, asked, {
      look: async (ask) => {
        const { entries, next } = await search.beginning('streams', first, ask);
        const found = byId(await streams.getMany(entries.flatMap(({ streamId }) => streamId ?? [])));
        const hits = entries.flatMap(({ word, streamId, place }) => {
          const stream = streamId && found.get(streamId);
          return stream && shownUnder(wordsOfStream(stream), words, first) === word
            ? [{ id: stream.id, thing: stream, place }]
            : [];
        });
        return { items: hits, next };
      },
      views: async (found) => views.views(await visibleStreams(found, viewer)),
    });

  /** Tags that begin so, each once, where there is something under it that the viewer may see. */
  const tags = async (prefix: string, { limit, cursor }: Asked, viewer: Viewer): Promise<Found> => {
    const list = `search:tags:${prefix}`;
    const found = new Set<string>();
    let after = openCursor(cursors, list, cursor);
    for (let looks = 0; looks < TAG_LOOKS; looks++) {
      const { entries, next } = await search.beginning('tags', prefix, { limit: TAG_ENTRIES, after });
      for (const { tag } of await tagged(entries, viewer)) found.add(tag);
      const last = entries.at(-1)?.word;
      // of a tag that is shown already the rest need not be looked at
      after = next && last !== undefined && found.has(last) ? placeAfterTag(last) : next;
      if (after === undefined || found.size > limit) break;
    }
    const shown = [...found].slice(0, limit);
    const lastShown = shown.at(-1);
    const goesOn = found.size > limit && lastShown !== undefined ? placeAfterTag(lastShown) : after;
    return { kind: 'tags', items: shown.map((tag) => ({ tag })), ...sealed(list, goesOn) };
  };

  const sealed = (list: string, next: Position | undefined): { cursor?: string } => {
    const cursor = cursors.seal(list, next);
    return cursor === undefined ? {} : { cursor };
  };

  /** One page of a list that holds more than the viewer may see. */
  const page = async <Thing, View extends { id: string }>(
    name: string,
    { limit, cursor }: Asked,
    {
      look,
      views: viewsOf,
    }: {
      look: (ask: {
        limit: number;
        after: Position | undefined;
      }) => Promise<{ items: Hit<Thing>[]; next: Position | undefined }>;
      views: (things: Thing[]) => Promise<readonly View[]>;
    },
  ) => {
    const list = `search:${name}`;
    const { items, next } = await filledPage({
      limit,
      after: openCursor(cursors, list, cursor),
      look,
      views: (hits) => viewsOf(hits.map(({ thing }) => thing)),
      placeOf: ({ place }) => place,
    });
    return { items, ...sealed(list, next) };
  };

  room.get('/search', limited('search'), query(SearchQuery), async (c) => {
    const { q, kind, ...asked } = c.req.valid('query');
    const viewer = c.get('user');
    if (kind === 'tags') {
      const prefix = parseTag(q);
      return c.json(prefix === undefined ? { kind, items: [] } : await tags(prefix, asked, viewer));
    }
    const words = queryWords(q);
    // the longest leads to the fewest
    const first = words.toSorted((one, other) => other.length - one.length)[0];
    if (first === undefined) return c.json({ kind, items: [] } satisfies Found);
    return c.json({ kind, ...(await (kind === 'people' ? people : shows)(words, first, asked, viewer)) });
  });

  room.get('/search/tags/:tag', limited('search'), query(PageQuery), async (c) => {
    const tag = parseTag(c.req.param('tag'));
    if (tag === undefined) return c.json({ items: [] });
    const viewer = c.get('user');
    const found = await page<PlacedEntry, Hit<Tagged>>(`tag:${tag}`, c.req.valid('query'), {
      look: async (ask) => {
        const { entries, next } = await search.tagged(tag, ask);
        return { items: entries.map((thing) => ({ id: idOf(thing), thing, place: thing.place })), next };
      },
      views: (entries) => tagged(entries, viewer),
    });
    return c.json({ ...found, items: found.items.map(({ thing }) => thing) });
  });

  room.get('/search/categories/:category', limited('search'), query(PageQuery), async (c) => {
    const { data: category } = Category.safeParse(c.req.param('category'));
    if (category === undefined) return c.json({ items: [] });
    const viewer = c.get('user');
    const found = await page<Stream, StreamView>(`category:${category}`, c.req.valid('query'), {
      look: (ask) => ofCategory(category, ask),
      views: async (streams) => views.views(await visibleStreams(streams, viewer)),
    });
    return c.json(found);
  });

  return room;
};

const idOf = ({ postId, streamId, userId, word }: PlacedEntry): string => postId ?? streamId ?? userId ?? word;
