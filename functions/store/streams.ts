import type { StreamId, UserId } from '#domain/ids';
import { edited, isLiveToViewers, isOnAir, type Stream, type StreamEdit, type StreamEvent, step } from '#domain/stream';
import { retryOnConflict } from './retry-on-conflict.ts';
import { clear } from './clear.ts';
import { absent, atRevision, type Expression, type Position, type Table } from './dynamo.ts';
import {
  aboutAudience,
  airKey,
  DUE_SHARDS,
  dueStreams,
  LIVE_SHARDS,
  leaseKey,
  liveList,
  livePostKey,
  recordedList,
  scheduledList,
  streamItemKey,
  streamsOfCreator,
} from './keys.ts';
import { leaseEnd, readLease } from './lease-record.ts';
import { retitled } from './posts.ts';
import { entriesOfStream, entryParts } from './search.ts';
import { airItem, listed, readAir, readStream, type StoredStream, streamItem, streamMove } from './stream-record.ts';

/** What a creator says of a show before it begins. */
export type Draft = Pick<Stream, 'title' | 'description' | 'visibility' | 'latency' | 'captions' | 'test'>;

export type Change = { before: Stream; after: Stream };
export type StreamPage = { items: Stream[]; next: Position | undefined };

/** Streams: their lives, and the lists that they are in. Every write is guarded by the revision that was read. */
export const createStreamStore = ({ table }: { table: Table }) => {
  const stored = async (id: StreamId): Promise<StoredStream | undefined> => {
    const item = await table.get(streamItemKey(id));
    return item && readStream(item);
  };

  const onAir = async (creatorId: UserId): Promise<StreamId | undefined> => {
    const item = await table.get(airKey(creatorId));
    return item && readAir(item);
  };

  const airTo = (creatorId: UserId, id: StreamId, from: StreamId | undefined) => ({
    or: 'air-taken' as const,
    put: airItem(creatorId, id),
    when: from === undefined ? absent : holds(from),
  });

  /** Applies an event; the change that it made, or undefined where there is no such stream. */
  const happened = (id: StreamId, event: StreamEvent): Promise<Change | undefined> =>
    retryOnConflict(async () => {
      const found = await stored(id);
      if (!found) return { settled: undefined };
      const after = step(found.stream, event);
      if (after === found.stream) return { settled: { before: after, after } };
      const written = await table.transact([streamMove(found, after)]);
      return written.done ? { settled: { before: found.stream, after } } : 'conflict';
    });

  return {
    get: async (id: StreamId): Promise<Stream | undefined> => (await stored(id))?.stream,

    getMany: async (ids: readonly StreamId[]): Promise<Stream[]> =>
      (await table.getMany(ids.map(streamItemKey))).map((item) => readStream(item).stream),

    /** Which stream the creator has, or last had, the air with. */
    onAir,

    happened,

    /**
     * The creator's stream in waiting, with the air. One that was made and never begun is taken up again with the new draft: so a
     * retry after a lost answer, and a hundred calls at once, make one stream.
     */
    prepare: ({ creatorId, draft, fresh }: { creatorId: UserId; draft: Draft; fresh: Stream }) =>
      retryOnConflict<{ prepared: true; stream: Stream } | { prepared: false; onAir: StreamId }>(async () => {
        const holder = await onAir(creatorId);
        const held = holder && (await stored(holder));
        if (held && isOnAir(held.stream)) return { settled: { prepared: false, onAir: held.stream.id } };
        if (held && held.stream.state === 'created' && held.stream.scheduledFor === undefined) {
          const redrafted = { ...held.stream, ...draft, description: draft.description, captions: draft.captions };
          if (sameDraft(held.stream, redrafted)) return { settled: { prepared: true, stream: held.stream } };
          const written = await table.transact([streamMove(held, redrafted), ...foundBy(held.stream, redrafted)]);
          return written.done ? { settled: { prepared: true, stream: redrafted } } : 'conflict';
        }
        const made = await table.transact([
          { or: 'exists', put: streamItem(fresh, 1), when: absent },
          ...entryParts([], entriesOfStream(fresh)),
          airTo(creatorId, fresh.id, holder),
          ...(held ? [unmoved(held)] : []),
        ]);
        return made.done ? { settled: { prepared: true, stream: fresh } } : 'conflict';
      }),

    /** Announces a show: it does not have the air until its creator asks for a stream key. */
    announce: async (stream: Stream): Promise<void> => {
      await table.transact([
        { or: 'exists', put: streamItem(stream, 1), when: absent },
        ...entryParts([], entriesOfStream(stream)),
      ]);
    },

    /** Gives the air to a stream that is about to be fed. */
    takeAir: ({ creatorId, id }: { creatorId: UserId; id: StreamId }) =>
      retryOnConflict<{ taken: true } | { taken: false; onAir: StreamId }>(async () => {
        const holder = await onAir(creatorId);
        if (holder === id) return { settled: { taken: true } };
        const held = holder && (await stored(holder));
        if (held && isOnAir(held.stream)) return { settled: { taken: false, onAir: held.stream.id } };
        const parts = [airTo(creatorId, id, holder), ...(held ? [unmoved(held)] : [])];
        return (await table.transact(parts)).done ? { settled: { taken: true } } : 'conflict';
      }),

    /**
     * What is said of it anew; a new title reaches the post that announced it as well.
     *
     * @param allowed is asked of the stream as it is when the edit is written
     */
    edit: (id: StreamId, edit: StreamEdit, now: number, allowed: (stream: Stream) => boolean) =>
      retryOnConflict<{ edited: true; stream: Stream } | { edited: false; stream: Stream | undefined }>(async () => {
        const found = await stored(id);
        if (!found || !allowed(found.stream)) return { settled: { edited: false, stream: found?.stream } };
        const stream = edited(found.stream, edit, now);
        if (stream === found.stream) return { settled: { edited: true, stream } };
        const written = await table.transact([
          streamMove(found, stream),
          ...foundBy(found.stream, stream),
          ...(await retitled(table, id, found.stream.title, stream.title)),
        ]);
        return written.done ? { settled: { edited: true, stream } } : 'conflict';
      }),

    /**
     * Asks for the end: at once where no worker has it; else the worker sees it when it next renews its lease.
     *
     * @param still is asked of the stream as it is when that is written
     */
    requestEnd: (
      id: StreamId,
      event: Extract<StreamEvent, { type: 'end-requested' | 'gave-up' }>,
      still: (stream: Stream) => boolean = () => true,
    ) =>
      retryOnConflict<Change | undefined>(async () => {
        const found = await stored(id);
        if (!found) return { settled: undefined };
        const after = still(found.stream) ? step(found.stream, event) : found.stream;
        if (after === found.stream) return { settled: { before: after, after } };
        const lease = await table.get(leaseKey(id));
        const written = await table.transact([
          streamMove(found, after),
          ...leaseEnd(id, lease && readLease(lease), after),
        ]);
        return written.done ? { settled: { before: found.stream, after } } : 'conflict';
      }),

    /** Which stream people can watch of a creator now. */
    airedBy: async (creatorId: UserId): Promise<Stream | undefined> => {
      const id = await onAir(creatorId);
      const found = id && (await stored(id));
      return found && isLiveToViewers(found.stream) ? found.stream : undefined;
    },

    /** Which streams people can watch now of any of these creators. The air stays with a show that is over, so both are read. */
    airedByAny: async (creators: readonly UserId[]): Promise<Stream[]> => {
      const ids = (await table.getMany(creators.map(airKey))).map(readAir);
      const found = (await table.getMany(ids.map(streamItemKey))).map((item) => readStream(item).stream);
      return found.filter(isLiveToViewers);
    },

    /** Takes a stream out of the table, with all that is kept of its audience. What Mux tells of it later is about nothing. */
    remove: async (id: StreamId): Promise<void> => {
      while (await clear(table, { partition: aboutAudience(id) }, LOOK));
      await table.remove(livePostKey(id));
      await retryOnConflict(async () => {
        const found = await stored(id);
        if (!found) return { settled: undefined };
        const removed = await table.transact([
          { or: 'moved', remove: streamItemKey(id), when: atRevision(found.rev) },
          ...entryParts(entriesOfStream(found.stream), []),
        ]);
        return removed.done ? { settled: undefined } : 'conflict';
      });
      await table.remove(leaseKey(id));
    },

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
  };
};
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

export type StreamStore = ReturnType<typeof createStreamStore>;

const BEGUN: Expression = {
  expression: 'attribute_exists(startedAt) OR (#state = :created AND attribute_exists(scheduledFor))',
  names: { '#state': 'state' },
  values: { ':created': { S: 'created' } },
};

const ANNOUNCED: Expression = { expression: 'attribute_exists(scheduledFor)' };
/** Shows read at once where they are filtered. */
const LOOK = 100;

const holds = (id: StreamId): Expression => ({ expression: 'streamId = :holder', values: { ':holder': { S: id } } });

const foundBy = (before: Stream, after: Stream) => entryParts(entriesOfStream(before), entriesOfStream(after));

const unmoved = ({ stream, rev }: StoredStream) => ({
  or: 'moved' as const,
  check: streamItemKey(stream.id),
  when: { expression: 'rev = :seenRev', values: { ':seenRev': { N: String(rev) } } },
});

const sameDraft = (a: Draft, b: Draft): boolean =>
  a.title === b.title &&
  a.description === b.description &&
  a.visibility === b.visibility &&
  a.latency === b.latency &&
  a.captions === b.captions &&
  a.test === b.test;

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
