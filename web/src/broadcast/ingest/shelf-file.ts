import { Media } from '#wire';
import * as z from 'zod/mini';
import type { FeedRecord, Shelf } from '#ingest-client/feed';
import type { Disk } from '#ingest-client/ring';

/** The part of a file that is used here, so that a test may have one in memory. */
export type ShelfFile = Pick<FileSystemSyncAccessHandle, 'read' | 'write' | 'truncate' | 'getSize' | 'flush' | 'close'>;

/** The files of one feed: its bytes, how many there are, and its record, written in turn so that one of the two is always whole. */
export type ShelfFiles = { media: ShelfFile; end: ShelfFile; records: readonly [ShelfFile, ShelfFile] };

/** Of which show a feed is, and since when that has been on the air. */
type Show = { streamId: string; sinceMs: number };

/** A feed that was found on a shelf. */
export type Found = Show & { record: FeedRecord; disk: Disk; whole: boolean };

const END_BYTES = 8;
/** What is on disk survives the page at once, and the machine after this. */
const FLUSH_MS = 5_000;

const Saved = z.object({
  sequence: z.number(),
  streamId: z.string(),
  sinceMs: z.number(),
  /** Bytes after which the file is written over from its beginning; null where it keeps all. */
  capacityBytes: z.nullable(z.number()),
  media: Media,
  resumeToken: z.string(),
  init: z.string(),
  from: z.number(),
  end: z.number(),
  renumberedBy: z.number(),
  marks: z.array(z.number()),
  fromAtMs: z.number(),
  endAtMs: z.number(),
});
type Saved = z.infer<typeof Saved>;

const toText = (bytes: Uint8Array) => btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(''));
const toBytes = (text: string) => Uint8Array.from(atob(text), (character) => character.codePointAt(0) ?? 0);

/** Bytes in a file of `capacityBytes`, which is written over from its beginning where it is full. */
const createDisk = ({ media, end }: ShelfFiles, capacityBytes: number): Disk => {
  const parts = (position: number, length: number): { at: number; from: number; length: number }[] => {
    const at = capacityBytes === Infinity ? position : position % capacityBytes;
    const first = Math.min(length, capacityBytes - at);
    return first === length
      ? [{ at, from: 0, length }]
      : [
          { at, from: 0, length: first },
          { at: 0, from: first, length: length - first },
        ];
  };
  return {
    write: (position, bytes) => {
      try {
        for (const { at, from, length } of parts(position, bytes.byteLength))
          if (media.write(bytes.subarray(from, from + length), { at }) < length) return false;
        const count = new Uint8Array(END_BYTES);
        new DataView(count.buffer).setBigUint64(0, BigInt(position + bytes.byteLength));
        return end.write(count, { at: 0 }) === END_BYTES;
      } catch {
        // The disk is full, or the browser has taken the file away.
        return false;
      }
    },
    read: (position, length) => {
      const bytes = new Uint8Array(length);
      for (const part of parts(position, length))
        media.read(bytes.subarray(part.from, part.from + part.length), { at: part.at });
      return bytes;
    },
  };
};

type Parts = Show & {
  files: ShelfFiles;
  /** What the ring may hold there. */
  maxBytes: number;
  /** All of the show is kept, and stays when it is over. */
  whole: boolean;
  clock: () => number;
  /** Removes the files, which are closed. */
  remove: () => void;
};

/** Room beyond the ring, so that nothing which a record still names has been written over. */
const SPARE_BYTES = 16 * 1024 * 1024;

export const createShelf = ({ files, maxBytes, whole, clock, remove, streamId, sinceMs }: Parts): Shelf => {
  const capacityBytes = whole ? Infinity : maxBytes + SPARE_BYTES;
  const all = [files.media, files.end, ...files.records];
  let sequence = 0;
  let flushedMs = clock();

  return {
    disk: createDisk(files, capacityBytes),
    maxBytes,
    save: ({ media, resumeToken, ring }) => {
      sequence += 1;
      const { init, marks, ...numbers } = ring;
      const saved: Saved = {
        ...numbers,
        sequence,
        streamId,
        sinceMs,
        capacityBytes: whole ? null : capacityBytes,
        media,
        resumeToken,
        init: toText(init),
        marks: [...marks],
      };
      const file = files.records[sequence % 2 === 0 ? 0 : 1];
      const text = new TextEncoder().encode(JSON.stringify(saved));
      try {
        file.truncate(0);
        file.write(text, { at: 0 });
        if (clock() - flushedMs < FLUSH_MS) return;
        flushedMs = clock();
        for (const each of all) each.flush();
      } catch {
        // What was saved before still stands.
      }
    },
    close: () => {
      for (const file of all) file.close();
      if (!whole) remove();
    },
  };
};

const readAll = (file: ShelfFile): Uint8Array => {
  const bytes = new Uint8Array(file.getSize());
  file.read(bytes, { at: 0 });
  return bytes;
};

const readSaved = (file: ShelfFile): Saved | undefined => {
  try {
    return Saved.safeParse(JSON.parse(new TextDecoder().decode(readAll(file)))).data;
  } catch {
    return undefined;
  }
};

/** What a page that is gone has left there; undefined where it had not come so far. */
export const readShelf = (files: ShelfFiles): Found | undefined => {
  const [newest] = files.records
    .map(readSaved)
    .filter((saved) => saved !== undefined)
    .sort((one, other) => other.sequence - one.sequence);
  const count = readAll(files.end);
  if (!newest || count.byteLength < END_BYTES) return undefined;
  const { streamId, sinceMs, capacityBytes, media, resumeToken, init, sequence: _, ...ring } = newest;
  // Bytes that came after the record was written are there too, and none that the disk did not take.
  const written = Number(new DataView(count.buffer).getBigUint64(0)) - ring.renumberedBy;
  return {
    streamId,
    sinceMs,
    whole: capacityBytes === null,
    record: { media, resumeToken, ring: { ...ring, init: toBytes(init), end: Math.max(ring.from, written) } },
    disk: createDisk(files, capacityBytes ?? Infinity),
  };
};
