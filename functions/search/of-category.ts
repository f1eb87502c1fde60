import { recording, type Stream } from '#domain/stream';
import type { Category } from '#domain/stream-limits';
import type { StreamId } from '#domain/ids';
import type { Position } from '#store/dynamo';
import type { SearchStore } from '#store/search';
import { placeInList, type StreamPage } from '#store/stream-lists';
import type { Hit } from './tagged.ts';

type Ask = { limit: number; after: Position | undefined };

export type CategoryParts = {
  search: Pick<SearchStore, 'ofCategory'>;
  streams: {
    getMany(ids: readonly StreamId[]): Promise<Stream[]>;
    live(ask: Ask): Promise<StreamPage>;
    scheduled(ask: Ask): Promise<StreamPage>;
  };
};

/** What is looked through, in this order. A position says in which of them it is. */
const STAGES = ['live', 'scheduled', 'recorded'] as const;
type Stage = (typeof STAGES)[number];

/**
 * The shows of a category, as one list: who is on the air, what is next, what can be watched again. What is on the air and what is
 * announced are few, and are picked from the lists of all; recordings are many, and are found by what their category names.
 */
export const createOfCategory = ({ search, streams }: CategoryParts) => {
  const looks: Record<Stage, (category: Category, ask: Ask) => Promise<Looked>> = {
    live: async (category, ask) => picked(await streams.live(ask), (stream) => isOf(stream, category)),
    scheduled: async (category, ask) => picked(await streams.scheduled(ask), (stream) => isOf(stream, category)),
    recorded: async (category, ask) => {
      const { entries, next } = await search.ofCategory(category, ask);
      const found = new Map(
        (await streams.getMany(entries.flatMap(({ streamId }) => streamId ?? []))).map((stream) => [stream.id, stream]),
      );
      const hits = entries.flatMap(({ streamId, place }) => {
        const stream = streamId && found.get(streamId);
        const over = stream?.state === 'ended' && recording(stream).is === 'ready';
        return stream && over && isOf(stream, category) ? [{ id: stream.id, thing: stream, place }] : [];
      });
      return { items: hits, next };
    },
  };

  /** The next of them: where one list is at its end, the one after it goes on. */
  return async (category: Category, { limit, after }: Ask): Promise<Looked> => {
    const { stage: named, ...within } = after ?? {};
    const stage = STAGES.find((one) => one === named) ?? 'live';
    const place = Object.keys(within).length > 0 ? within : undefined;
    const { items, next } = await looks[stage](category, { limit, after: place });
    const then = STAGES[STAGES.indexOf(stage) + 1];
    return {
      items: items.map((hit) => ({ ...hit, place: { ...hit.place, stage } })),
      next: next ? { ...next, stage } : then && { stage: then },
    };
  };
};

type Looked = { items: Hit<Stream>[]; next: Position | undefined };

const picked = ({ items, next }: StreamPage, wanted: (stream: Stream) => boolean): Looked => ({
  items: items.filter(wanted).map((stream) => ({ id: stream.id, thing: stream, place: placeInList(stream) })),
  next,
});

const isOf = (stream: Stream, category: Category): boolean => stream.category === category;
