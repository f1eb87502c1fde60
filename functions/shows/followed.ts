import type { StreamView } from '#contract/http';
import type { StreamId, UserId } from '#domain/ids';
import { isLiveToViewers, type Stream } from '#domain/stream';
import type { ConnectionStore } from '#store/connections';
import type { Position } from '#store/dynamo';
import type { FollowPage, FollowStore } from '#store/follows';
import type { StreamStore } from '#store/streams';
import type { Caller } from '../http/caller.ts';
import type { Log } from '../http/log.ts';
import type { Access } from './access.ts';
import type { Publisher } from './publisher.ts';
import type { StreamViews } from './views.ts';

/** With no more shows on the air than this, the list of them is looked through; with more, the list of whom one follows. */
const ON_AIR_READ = 100;
/** Of whom one follows, the latest. As the posts feed: a look must not cost more the more one follows. */
export const FOLLOWED_READ = 500;
/** As many are shown. */
const SHOWN = 50;

type LiveParts = {
  streams: Pick<StreamStore, 'live' | 'airedByAny'>;
  follows: Pick<FollowStore, 'followedAmong' | 'following'>;
  access: Pick<Access, 'mayWatch'>;
  views: Pick<StreamViews, 'views'>;
};

/**
 * Who of those that one follows is live now, the latest to begin first. Gathered when it is asked for, from the shorter of two lists:
 * what is on the air, or whom one follows (infra/decisions/live-now-is-gathered.md).
 */
export const createFollowedLive = ({ streams, follows, access, views }: LiveParts) => {
  const followedOnAir = async (viewer: UserId): Promise<Stream[]> => {
    const { items, next } = await streams.live({ limit: ON_AIR_READ, after: undefined });
    if (next === undefined) {
      const followed = await follows.followedAmong(viewer, [...new Set(items.map(({ creatorId }) => creatorId))]);
      return items.filter(({ creatorId }) => followed.has(creatorId));
    }
    const page = await follows.following(viewer, { limit: FOLLOWED_READ, after: undefined });
    return streams.airedByAny(page.follows.map(({ followee }) => followee));
  };

  return async (viewer: Pick<Caller, 'userId' | 'roles'>): Promise<StreamView[]> => {
    const found = await followedOnAir(viewer.userId);
    const newest = found
      .filter(({ test }) => !test)
      .sort((a, b) => (b.startedAt ?? b.createdAt) - (a.startedAt ?? a.createdAt))
      .slice(0, SHOWN);
    const open = await Promise.all(
      newest.map(async (stream) => ((await access.mayWatch(stream, viewer)) ? [stream] : [])),
    );
    return views.views(open.flat());
  };
};
export type FollowedLive = ReturnType<typeof createFollowedLive>;

/** Pushing takes this long at most: whoever has not been told by then has asked. */
export const TELL = { budgetMs: 8_000, page: 200, atOnce: 32 } as const;

type TellParts = {
  streams: { get(id: StreamId): Promise<Stream | undefined> };
  follows: { followers(id: UserId, ask: { limit: number; after: Position | undefined }): Promise<FollowPage> };
  connections: Pick<ConnectionStore, 'ofUser'>;
  isKeptOut: (creator: UserId, id: UserId) => Promise<boolean>;
  view: (stream: Stream) => Promise<StreamView | undefined>;
  publisher: Pick<Publisher, 'toMembers'>;
  log: Log;
  clock: () => Date;
};

/**
 * Tells the followers of a creator who have the app open that a show of theirs has begun or is over, the latest followers first.
 * Nothing is written, and it ends in time: it is a hint, sooner than asking.
 */
export const createTellFollowers = (parts: TellParts) => {
  const { streams, follows, connections, isKeptOut, view, publisher, log, clock } = parts;

  const socketsOf = async (creator: UserId, follower: UserId) => {
    const open = await connections.ofUser(follower);
    return open.length > 0 && !(await isKeptOut(creator, follower)) ? open : [];
  };

  return async (id: StreamId): Promise<void> => {
    const stream = await streams.get(id);
    const shown = stream && !stream.test ? await view(stream) : undefined;
    if (!stream || !shown) return;
    const until = clock().getTime() + TELL.budgetMs;
    let after: Position | undefined;
    do {
      const page = await follows.followers(stream.creatorId, { limit: TELL.page, after });
      for (let start = 0; start < page.follows.length; start += TELL.atOnce) {
        if (clock().getTime() > until) {
          log.info('not every follower was told of a show by push', { streamId: id });
          return;
        }
        const some = page.follows.slice(start, start + TELL.atOnce);
        const open = await Promise.all(some.map(({ follower }) => socketsOf(stream.creatorId, follower)));
        await publisher.toMembers(open.flat(), { type: 'followed', stream: shown });
      }
      after = page.next;
    } while (after);
  };
};

/** Whether who follows its creator has something to hear of: it is live now, or is no more. */
export const concernsFollowers = ({ before, after }: { before: Stream; after: Stream }): boolean =>
  !after.test && (isLiveToViewers(before) !== isLiveToViewers(after) || isClosed(before) !== isClosed(after));

/** Mux has told that it is over, too. A worker ends a show in the table alone, and its word for us may be lost. */
const isClosed = ({ state, assets }: Stream): boolean =>
  state === 'ended' && assets.length > 0 && assets.every(({ overAt }) => overAt !== undefined);
