import type { UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { Expression, Position, Table } from './dynamo.ts';
import {
  DUE_SHARDS,
  dueStreams,
  LIVE_SHARDS,
  liveList,
  recordedList,
  scheduledList,
  streamItemKey,
  streamsOfCreator,
} from './keys.ts';
import { listed, readStream } from './stream-record.ts';

export type StreamPage = { items: Stream[]; next: Position | undefined };

/** The lists that streams are in. */
export const createStreamLists = ({ table }: { table: Table }) => ({
  /** On the air now, newest first. */
  live: ({ limit, after }: { limit: number; after: Position | undefined }): Promise<StreamPage> =>
    merge(table, { list: liveList, newestFirst: true, limit, after }),

  /** Announced, soonest first. */
  scheduled: ({ limit, after }: { limit: number; after: Position | undefined }): Promise<StreamPage> =>
    merge(table, { list: scheduledList, newestFirst: false, limit, after }),

  /** Over, with a recording that people can watch, newest first. */
  recorded: ({ limit, after }: { limit: number; after: Position | undefined }): Promise<StreamPage> =>
    merge(table, { list: recordedList, newestFirst: true, limit, after }),

  /** A creator's streams, newest first. `begun`: only those that anybody has seen, or is told to wait for. */
  byCreator: async ({
    creatorId,
    begun,
    limit,
    after,
  }: {
    creatorId: UserId;
    begun: boolean;
    limit: number;
    after: Position | undefined;
  }): Promise<StreamPage> => {
    const { items, next } = await table.query({
      index: 'byOwner',
      partition: streamsOfCreator(creatorId),
      newestFirst: true,
      limit,
      after,
      filter: begun ? BEGUN : undefined,
    });
    return { items: items.map((item) => readStream(item).stream), next };
  },

  /** Of a creator's newest `among` shows the ones that were announced, be they to come, over or called off; newest first. */
  announcedBy: async (creatorId: UserId, among: number): Promise<Stream[]> => {
    const found: Stream[] = [];
    let after: Position | undefined;
    for (let looked = 0; looked < among; looked += LOOK) {
      const { items, next } = await table.query({
        index: 'byOwner',
        partition: streamsOfCreator(creatorId),
        newestFirst: true,
        limit: Math.min(LOOK, among - looked),
        after,
        filter: ANNOUNCED,
      });
      found.push(...items.map((item) => readStream(item).stream));
      if (!next) break;
      after = next;
    }
    return found;
  },

  /** Whatever must be looked at by now. */
  due: async (shard: number, now: number, after?: Position): Promise<StreamPage> => {
    const { items, next } = await table.query({
      index: 'byDue',
      partition: dueStreams(shard),
      // '~' sorts after the '#' that follows a stamp: what is due this very millisecond is due
      below: `${new Date(now).toISOString()}~`,
      limit: 100,
      after,
    });
    return { items: items.map((item) => readStream(item).stream), next };
  },
  dueShards: DUE_SHARDS,
});

/** Where the list of what is on the air, announced or recorded goes on after this one of it. */
export const placeInList = (stream: Stream): Position => {
  const { listSort } = listed(stream);
  return listSort === undefined ? {} : { listSort };
};

/** Where the list of a creator's streams goes on after this one. */
export const placeOfCreator = ({ id, creatorId }: Stream): Position => {
  const { pk, sk } = streamItemKey(id);
  return { pk: pk.S, sk: sk.S, ownerKey: streamsOfCreator(creatorId), ownerSort: id };
};

const BEGUN: Expression = {
  expression: 'attribute_exists(startedAt) OR (#state = :created AND attribute_exists(scheduledFor))',
  names: { '#state': 'state' },
  values: { ':created': { S: 'created' } },
};

const ANNOUNCED: Expression = { expression: 'attribute_exists(scheduledFor)' };
/** How many shows are read at once where they are filtered. */
const LOOK = 100;

/** One page of a sharded list: a page of each shard, merged. The position is the last sort key shown. */
const merge = async (
  table: Table,
  {
    list,
    newestFirst,
    limit,
    after,
  }: { list: (shard: number) => string; newestFirst: boolean; limit: number; after: Position | undefined },
): Promise<StreamPage> => {
  const last = after?.['listSort'];
  const pages = await Promise.all(
    Array.from({ length: LIVE_SHARDS }, (_, shard) =>
      table.query({
        index: 'byList',
        partition: list(shard),
        newestFirst,
        limit: limit + 1,
        ...(newestFirst ? { below: last } : { above: last }),
      }),
    ),
  );
  const all = pages
    .flatMap(({ items }) => items)
    .map((item) => ({ sort: item['listSort']?.S ?? '', item }))
    .sort((a, b) => (a.sort < b.sort ? -1 : 1) * (newestFirst ? -1 : 1));
  const shown = all.slice(0, limit);
  const listSort = shown.at(-1)?.sort;
  return {
    items: shown.map(({ item }) => readStream(item).stream),
    next: all.length > limit && listSort !== undefined ? { listSort } : undefined,
  };
};
