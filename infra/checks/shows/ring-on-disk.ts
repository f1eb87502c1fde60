import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { FeedRecord, FeedStorage } from '#ingest-client/feed';
import type { Disk } from '#ingest-client/ring';

/** The ring of a feed in a file, as a page has it in one of its origin's own; and what another page finds of it. */
export type RingOnDisk = {
  storage: FeedStorage;
  disk: Disk;
  /** Undefined before the first welcome, and once the feed is over. */
  readonly record: FeedRecord | undefined;
  /** The page is gone: nothing is written down any more, and what there is stays. */
  leave(): void;
  remove(): void;
};

/** Ten minutes of the largest of the captures. */
const MAX_BYTES = 64 * 1024 * 1024;

export const openRingOnDisk = (): RingOnDisk => {
  const path = join(tmpdir(), `vybzz-ring-${randomUUID()}`);
  const file = openSync(path, 'w+');
  let record: FeedRecord | undefined;
  let endPosition = 0;
  let isLeft = false;

  const disk: Disk = {
    write: (position, bytes) => {
      endPosition = position + bytes.byteLength;
      return writeSync(file, bytes, 0, bytes.byteLength, position) === bytes.byteLength;
    },
    read: (position, length) => {
      const bytes = new Uint8Array(length);
      readSync(file, bytes, 0, length, position);
      return bytes;
    },
  };
  return {
    storage: {
      disk,
      maxBytes: MAX_BYTES,
      save: (saved) => {
        if (!isLeft) record = saved;
      },
      close: () => {
        if (!isLeft) record = undefined;
      },
    },
    disk,
    get record() {
      if (!record) return undefined;
      // Bytes that came after it was written down are there too.
      const end = Math.max(record.ring.end, endPosition - record.ring.renumberedBy);
      return { ...record, ring: { ...record.ring, end } };
    },
    leave: () => {
      isLeft = true;
    },
    remove: () => {
      closeSync(file);
      rmSync(path, { force: true });
    },
  };
};
