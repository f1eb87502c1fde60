import type { StreamId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { PublishedUpload } from '#domain/upload';
import type { Part, Table } from './dynamo.ts';
import { streamItemKey } from './keys.ts';
import { dropped } from './removals.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import { readStream, streamMove } from './stream-record.ts';
import { takenUp } from './uploads.ts';

export type ThumbnailSet =
  | { set: true; before: Stream; after: Stream }
  | { set: false; because: 'gone' | 'not-allowed' | 'upload-gone' };

/** The pictures that creators have uploaded of their shows. */
export const createThumbnailStore = ({ table }: { table: Table }) => ({
  /**
   * Shows another picture of a show from now on, or none: the file is taken up, and the one before goes, all of it or nothing. The
   * one that is there already stays.
   *
   * @param allowed is asked of the stream as it is when that is written
   */
  set: (
    id: StreamId,
    upload: PublishedUpload | undefined,
    now: number,
    allowed: (stream: Stream) => boolean = () => true,
  ) =>
    retryOnConflict<ThumbnailSet>(async () => {
      const item = await table.get(streamItemKey(id));
      if (!item) return { settled: { set: false, because: 'gone' } };
      const found = readStream(item);
      const { stream: before } = found;
      if (!allowed(before)) return { settled: { set: false, because: 'not-allowed' } };
      if (before.thumbnail?.id === upload?.id) return { settled: { set: true, before, after: before } };
      const after: Stream = { ...before, thumbnail: upload };
      const parts: Part<'moved' | 'upload-gone'>[] = [
        streamMove(found, after),
        ...(upload ? [takenUp(before.creatorId, upload, now)] : []),
        ...(before.thumbnail ? [dropped(before.creatorId, before.thumbnail, now)] : []),
      ];
      const outcome = await table.transact<'moved' | 'upload-gone'>(parts);
      if (outcome.done) return { settled: { set: true, before, after } };
      return outcome.because === 'upload-gone' ? { settled: { set: false, because: 'upload-gone' } } : 'conflict';
    }),
});
export type ThumbnailStore = ReturnType<typeof createThumbnailStore>;
