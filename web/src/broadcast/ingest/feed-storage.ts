import { Media } from '#wire';
import * as z from 'zod/mini';
import type { FeedRecord, FeedStorage } from '#ingest-client/feed';
import type { Disk } from '#ingest-client/ring';

/** The part of a file that is used here, so that a test may have one in memory. */
export type StorageFile = Pick<
  FileSystemSyncAccessHandle,
  'read' | 'write' | 'truncate' | 'getSize' | 'flush' | 'close'
>;

/** The files of one feed: its bytes, how many there are, and its record, written in turn so that one of the two is always whole. */
export type StorageFiles = { media: StorageFile; end: StorageFile; records: readonly [StorageFile, StorageFile] };

/** The show that a feed belongs to, and since when that has been on the air. */
type Show = { streamId: string; sinceMs: number };

/** A feed that was found in its storage. */
export type Found = Show & {
  record: FeedRecord;
  disk: Disk;
  /** How many of its first bytes stay when it is over, because its creator wants them; 0 where nobody does. */
  keptBytes: number;
  /** Nothing more will be sent of it: it is there to be kept. */
  over: boolean;
  /** Says so from now on. */
  end: () => void;
};

const END_BYTES = 8;
/** What is on disk survives the page at once, and the machine after this. */
const FLUSH_MS = 5_000;

const Saved = z.object({
  sequence: z.number(),
  streamId: z.string(),
  sinceMs: z.number(),
  /** So many bytes stay; what comes after them has `capacityBytes` behind them, and is written over from there. */
  keptBytes: z.number(),
  capacityBytes: z.number(),
  over: z.boolean(),
  /** The disk took no more before all that was to stay was on it. */
  cut: z.optional(z.boolean()),
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

type Place = Pick<Saved, 'keptBytes' | 'capacityBytes'>;

/** Bytes in a file. The first of them stay; the others are written over from there when it is full. */
const createDisk = ({ media, end }: StorageFiles, { keptBytes, capacityBytes }: Place): Disk => {
  const parts = (position: number, length: number): { at: number; from: number; length: number }[] => {
    const found = [];
    for (let from = 0; from < length;) {
      const stays = position + from < keptBytes;
      const at = stays ? position + from : keptBytes + ((position + from - keptBytes) % capacityBytes);
      const part = Math.min(length - from, (stays ? keptBytes : keptBytes + capacityBytes) - at);
      found.push({ at, from, length: part });
      from += part;
    }
    return found;
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
  files: StorageFiles;
  /** What the ring may hold there. */
  maxBytes: number;
  /** How many of the show's first bytes are to stay when it is over; 0 where nothing is. */
  keptBytes: number;
  /** What is to stay has no more room: from here on it does not. */
  onFull: () => void;
  clock: () => number;
  /** Removes the files, which are closed. */
  remove: () => void;
};

/** Room beyond the ring, so that nothing which a record still names has been written over. */
const SPARE_BYTES = 16 * 1024 * 1024;

export const createFeedStorage = ({
  files,
  maxBytes,
  keptBytes,
  onFull,
  clock,
  remove,
  streamId,
  sinceMs,
}: Parts): FeedStorage => {
  const capacityBytes = maxBytes + SPARE_BYTES;
  const all = [files.media, files.end, ...files.records];
  const disk = createDisk(files, { keptBytes, capacityBytes });
  let flushedMs = clock();
  let last: Saved | undefined;
  let full = keptBytes === 0;
  let cut = false;
  const fill = () => {
    if (full) return;
    full = true;
    onFull();
  };

  return {
    disk: {
      ...disk,
      write: (position, bytes) => {
        const written = disk.write(position, bytes);
        if (!written) cut = true;
        if (!written || position + bytes.byteLength > keptBytes) fill();
        return written;
      },
    },
    maxBytes,
    save: ({ media, resumeToken, ring }) => {
      const { init, marks, ...numbers } = ring;
      last = {
        ...numbers,
        sequence: (last?.sequence ?? 0) + 1,
        streamId,
        sinceMs,
        keptBytes,
        capacityBytes,
        over: false,
        cut,
        media,
        resumeToken,
        init: toText(init),
        marks: [...marks],
      };
      try {
        writeSaved(files, last);
        if (clock() - flushedMs < FLUSH_MS) return;
        flushedMs = clock();
        for (const each of all) each.flush();
      } catch {
        // What was saved before still stands.
      }
    },
    close: () => {
      const stays = keptBytes > 0 && last !== undefined && endOf(files, { ...last, cut });
      for (const file of all) file.close();
      if (!stays) remove();
    },
  };
};

const writeSaved = ({ records }: StorageFiles, saved: Saved) => {
  const file = records[saved.sequence % 2 === 0 ? 0 : 1];
  const bytes = new TextEncoder().encode(JSON.stringify(saved));
  // Over what is there, which a disk that is full still takes.
  file.write(bytes, { at: 0 });
  file.truncate(bytes.byteLength);
};

/** Writes down that nothing more will be sent of it; false where it could not be written. */
const endOf = (files: StorageFiles, saved: Saved): boolean => {
  try {
    // Whoever has the files needs no token any more.
    writeSaved(files, { ...saved, sequence: saved.sequence + 1, over: true, resumeToken: '' });
    return true;
  } catch {
    return false;
  }
};

const readAll = (file: StorageFile): Uint8Array => {
  const bytes = new Uint8Array(file.getSize());
  file.read(bytes, { at: 0 });
  return bytes;
};

const readSaved = (bytes: Uint8Array): Saved | undefined => {
  try {
    return Saved.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
};

const newestOf = (records: readonly Uint8Array[]): Saved | undefined =>
  records
    .map(readSaved)
    .filter((saved) => saved !== undefined)
    .sort((one, other) => other.sequence - one.sequence)[0];

/** How many bytes have been written; undefined where that is not written down. */
const countOf = (end: Uint8Array): number | undefined =>
  end.byteLength < END_BYTES ? undefined : Number(new DataView(end.buffer, end.byteOffset).getBigUint64(0));

/** What a page that is gone has left there; undefined where it had not come so far. */
export const readFeedStorage = (files: StorageFiles): Found | undefined => {
  const newest = newestOf(files.records.map(readAll));
  const count = countOf(readAll(files.end));
  if (!newest || count === undefined) return undefined;
  const {
    streamId,
    sinceMs,
    keptBytes,
    capacityBytes,
    over,
    media,
    resumeToken,
    init,
    sequence: _,
    cut: __,
    ...ring
  } = newest;
  // Bytes that came after the record was written are there too, and none that the disk did not take.
  const written = count - ring.renumberedBy;
  return {
    streamId,
    sinceMs,
    keptBytes,
    over,
    record: { media, resumeToken, ring: { ...ring, init: toBytes(init), end: Math.max(ring.from, written) } },
    disk: createDisk(files, { keptBytes, capacityBytes }),
    end: () => void endOf(files, newest),
  };
};

/** A recording that stays on this device: so many bytes of the file, and whether that is all that was recorded. */
export type Kept = Show & { bytes: number; whole: boolean };

/** What of a feed stays; undefined where nothing does, or something of it is still to be sent. */
export const readKept = (records: readonly Uint8Array[], end: Uint8Array): Kept | undefined => {
  const newest = newestOf(records);
  const count = countOf(end);
  if (!newest?.over || newest.keptBytes === 0 || count === undefined || count === 0) return undefined;
  const { streamId, sinceMs, keptBytes, cut = false } = newest;
  return { streamId, sinceMs, bytes: Math.min(count, keptBytes), whole: !cut && count <= keptBytes };
};
