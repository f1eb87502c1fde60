import { type Context, Hono } from 'hono';
import { PageQuery, StreamQuery } from '#contract/http';
import { type Handle, parseHandle } from '#domain/ids';
import { isLiveToViewers, recording, type Stream } from '#domain/stream';
import type { User } from '#domain/user';
import type { Cursors } from '#store/cursor';
import type { Position } from '#store/dynamo';
import { placeInList, placeOfCreator, type StreamPage } from '#store/stream-lists';
import type { StreamStore } from '#store/streams';
import { requireUser, type RoomEnv } from '../http/caller.ts';
import { filledPage } from '../http/filled-page.ts';
import { Refusal } from '../http/refusal.ts';
import { openCursor, query } from '../http/valid.ts';
import type { Access } from '../shows/access.ts';
import type { StreamViews } from '../shows/views.ts';

export type ListParts = {
  streams: Pick<StreamStore, 'byCreator' | 'live' | 'scheduled' | 'recorded'>;
  people: { byHandle(handle: Handle): Promise<User | undefined> };
  views: StreamViews;
  access: Access;
  cursors: Cursors;
};

/** The lists of shows: of everybody, of one creator, and one's own. */
export const createListRoutes = ({ streams, people, views, access, cursors }: ListParts) => {
  type Asked = { limit: number; cursor?: string | undefined };

  /** One page of a list, of what the caller may see and `wanted` lets through. */
  const page = async (
    c: Context<RoomEnv>,
    {
      list,
      asked,
      look,
      placeOf,
      wanted = () => true,
    }: {
      list: string;
      asked: Asked;
      look: (ask: { limit: number; after: Position | undefined }) => Promise<StreamPage>;
      placeOf: (stream: Stream) => Position;
      wanted?: (stream: Stream) => boolean;
    },
  ) => {
    const { items, next } = await filledPage({
      limit: asked.limit,
      after: openCursor(cursors, list, asked.cursor),
      look,
      views: async (found) => views.views(await access.watchable(found.filter(wanted), c.get('user'))),
      placeOf,
    });
    return c.json({ items, cursor: cursors.seal(list, next) });
  };

  return new Hono<RoomEnv>()
    .get('/stream', query(StreamQuery), async (c) => {
      const { state, creator, ...asked } = c.req.valid('query');
      if (creator !== undefined) {
        const handle = parseHandle(creator);
        const user = handle && (await people.byHandle(handle));
        if (!user) throw new Refusal('user-not-found', 'There is nobody of this name.');
        return page(c, {
          list: `streams:of:${user.id}`,
          asked,
          look: (ask) => streams.byCreator({ creatorId: user.id, begun: true, ...ask }),
          placeOf: placeOfCreator,
          wanted: (stream) => state === undefined || IN_STATE[state](stream),
        });
      }
      const list = state ?? 'live';
      return page(c, { list: `streams:${list}`, asked, look: streams[list], placeOf: placeInList });
    })

    .get('/stream/mine', query(PageQuery), async (c) => {
      const { userId } = requireUser(c);
      return page(c, {
        list: `streams:mine:${userId}`,
        asked: c.req.valid('query'),
        look: (ask) => streams.byCreator({ creatorId: userId, begun: false, ...ask }),
        placeOf: placeOfCreator,
      });
    });
};

/** What a list of shows may be narrowed to. */
const IN_STATE: Record<NonNullable<StreamQuery['state']>, (stream: Stream) => boolean> = {
  live: isLiveToViewers,
  scheduled: ({ state, scheduledFor }) => state === 'created' && scheduledFor !== undefined,
  recorded: (stream) => stream.state === 'ended' && recording(stream).is === 'ready',
};
