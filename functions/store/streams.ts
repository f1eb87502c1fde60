import type { StreamId, UserId } from '#domain/ids';
import { edited, isLiveToViewers, isOnAir, type Stream, type StreamEdit, type StreamEvent, step } from '#domain/stream';
import { retryOnConflict } from './retry-on-conflict.ts';
import { dropped } from './removals.ts';
import { clear } from './clear.ts';
import { absent, atRevision, type Expression, type Table } from './dynamo.ts';
import { aboutAudience, airKey, leaseKey, livePostKey, streamItemKey } from './keys.ts';
import { leaseEnd, readLease } from './lease-record.ts';
import { retitled } from './posts.ts';
import { entriesOfStream, entryParts } from './search.ts';
import { createStreamLists } from './stream-lists.ts';
import { airItem, readAir, readStream, type StoredStream, streamItem, streamMove } from './stream-record.ts';

/** What a creator says of a show before it begins. */
export type Draft = Pick<
  Stream,
  'title' | 'description' | 'category' | 'language' | 'visibility' | 'latency' | 'captions' | 'test'
>;

/** What a draft may leave unsaid: what was said of the show before it then counts no more. */
const UNSAID = {
  description: undefined,
  category: undefined,
  language: undefined,
  captions: undefined,
} satisfies Partial<Draft>;

export type Change = { before: Stream; after: Stream };

/** Streams: their lives, and the lists that they are in (`stream-lists.ts`). Every write is guarded by the revision that was read. */
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
      const written = await table.transact([streamMove(found, after), ...droppedThumbnail(found.stream, after, event)]);
      return written.done ? { settled: { before: found.stream, after } } : 'conflict';
    });

  return {
    ...createStreamLists({ table }),

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
          const redrafted = { ...held.stream, ...UNSAID, ...draft };
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
    remove: async (id: StreamId, now: number): Promise<void> => {
      while (await clear(table, { partition: aboutAudience(id) }, CLEARED_AT_ONCE));
      await table.remove(livePostKey(id));
      await retryOnConflict(async () => {
        const found = await stored(id);
        if (!found) return { settled: undefined };
        const removed = await table.transact([
          { or: 'moved', remove: streamItemKey(id), when: atRevision(found.rev) },
          ...entryParts(entriesOfStream(found.stream), []),
          ...(found.stream.thumbnail ? [dropped(found.stream.creatorId, found.stream.thumbnail, now)] : []),
        ]);
        return removed.done ? { settled: undefined } : 'conflict';
      });
      await table.remove(leaseKey(id));
    },
  };
};
export type StreamStore = ReturnType<typeof createStreamStore>;

/** How many entries of an audience are removed at once. */
const CLEARED_AT_ONCE = 100;

const holds = (id: StreamId): Expression => ({ expression: 'streamId = :holder', values: { ':holder': { S: id } } });

/** An event that takes the thumbnail off a show puts its file on the list of what goes. */
const droppedThumbnail = ({ creatorId, thumbnail }: Stream, after: Stream, event: StreamEvent) =>
  thumbnail && !after.thumbnail && event.type === 'recording-removed' ? [dropped(creatorId, thumbnail, event.at)] : [];

const foundBy = (before: Stream, after: Stream) => entryParts(entriesOfStream(before), entriesOfStream(after));

const unmoved = ({ stream, rev }: StoredStream) => ({
  or: 'moved' as const,
  check: streamItemKey(stream.id),
  when: { expression: 'rev = :seenRev', values: { ':seenRev': { N: String(rev) } } },
});

const sameDraft = (a: Draft, b: Draft): boolean =>
  a.title === b.title &&
  a.description === b.description &&
  a.category === b.category &&
  a.language === b.language &&
  a.visibility === b.visibility &&
  a.latency === b.latency &&
  a.captions === b.captions &&
  a.test === b.test;
