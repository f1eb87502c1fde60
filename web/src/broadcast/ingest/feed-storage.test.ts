import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRing } from '#ingest-client/ring';
import { PLAN } from '../broadcast.testing.ts';
import { createFeedStorage, readKept, readFeedStorage, type StorageFile, type StorageFiles } from './feed-storage.ts';

/** A file in memory; where the disk is `full` it grows no more, and can still be written over. */
const createFile = (disk: { full: boolean } = { full: false }): StorageFile => {
  let bytes = new Uint8Array(0);
  const grow = (size: number) => {
    if (size <= bytes.byteLength) return;
    const grown = new Uint8Array(size);
    grown.set(bytes);
    bytes = grown;
  };
  return {
    getSize: () => bytes.byteLength,
    truncate: (size) => {
      bytes = bytes.slice(0, size);
    },
    read: (into, { at = 0 } = {}) => {
      const part = bytes.subarray(at, at + into.byteLength);
      into.set(part);
      return part.byteLength;
    },
    write: (piece, { at = 0 } = {}) => {
      if (disk.full && at + piece.byteLength > bytes.byteLength) throw new DOMException('full', 'QuotaExceededError');
      grow(at + piece.byteLength);
      bytes.set(piece, at);
      return piece.byteLength;
    },
    flush: () => {},
    close: () => {},
  };
};
const createFiles = (disk?: { full: boolean }): StorageFiles => ({
  media: createFile(disk),
  end: createFile(disk),
  records: [createFile(disk), createFile(disk)],
});

const INIT = 5;
const GOP = 1_000;
const RING = 20 * GOP;

/** A page that records into a ring on these files, and is gone in the middle. */
const record = (files: StorageFiles, groups: number, { committed = 0, savedAt = groups, keptBytes = 0 } = {}) => {
  const told: string[] = [];
  const storage = createFeedStorage({
    files,
    maxBytes: RING,
    keptBytes,
    onFull: () => told.push('full'),
    clock: () => 0,
    remove: () => told.push('removed'),
    streamId: 'str_1',
    sinceMs: 7,
  });
  const ring = createRing({ maxBytes: RING, memoryBytes: 3 * GOP, disk: storage.disk });
  for (let at = 0; at < groups; at++) {
    if (at === 0)
      ring.append(
        Uint8Array.from({ length: INIT }, (_, i) => i),
        0,
      );
    ring.append(
      Uint8Array.from({ length: GOP }, (_, i) => (at * 7 + i) % 251),
      at * 2_000,
    );
    if (at === 0) ring.setInit(INIT);
    ring.mark(INIT + at * GOP);
    ring.trim();
    ring.free(Math.min(ring.to, INIT + committed * GOP));
    const now = ring.record;
    if (at < savedAt && now) storage.save({ media: PLAN.media, resumeToken: 'str_1.token', ring: now });
  }
  return { ring, storage, told };
};

const bytesOf = (ring: ReturnType<typeof createRing>, from: number) => {
  const bytes: number[] = [];
  for (let at = from; ;) {
    const piece = ring.read(at, 700);
    if (!piece) return bytes;
    bytes.push(...piece.payload);
    at += piece.payload.byteLength;
  }
};

const takeUp = (files: StorageFiles) => {
  const found = readFeedStorage(files);
  if (!found) throw new Error('nothing is left');
  return { found, ring: createRing({ maxBytes: Infinity, disk: found.disk, restored: found.record.ring }) };
};

describe('what a page that is gone has left', () => {
  test('is all that it had recorded and not committed, to the last byte, however the file was written over', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 70 * GOP }),
        (groups, committed, keptBytes) => {
          const files = createFiles();
          // the last group came after the record was written
          const { ring: before } = record(files, groups, { committed, savedAt: Math.max(1, groups - 1), keptBytes });
          const { found, ring } = takeUp(files);
          expect(found).toMatchObject({ streamId: 'str_1', sinceMs: 7, keptBytes, over: false });
          expect(found.record.resumeToken).toBe('str_1.token');
          expect(ring.to).toBe(before.to);
          // the record may name a group that has been let go since
          expect(bytesOf(ring, 0).slice(0, INIT)).toEqual(bytesOf(before, 0).slice(0, INIT));
          const both = Math.max(ring.from, before.from);
          expect(bytesOf(ring, both)).toEqual(bytesOf(before, both));
        },
      ),
      { numRuns: 60, examples: [[21, 0, 0]] },
    );
  });

  test('is what the record before the last one says, where the page died while it wrote the last', () => {
    const files = createFiles();
    const { ring: before } = record(files, 6);
    files.records[0].truncate(10);
    expect(bytesOf(takeUp(files).ring, INIT)).toEqual(bytesOf(before, INIT));
  });

  test('is nothing where it had written no record', () => {
    expect(readFeedStorage(createFiles())).toBeUndefined();
  });

  test('a disk that is full ends nothing', () => {
    const disk = { full: false };
    const files = createFiles(disk);
    disk.full = true;
    const { ring } = record(files, 3);
    expect(bytesOf(ring, ring.from).length).toBe(3 * GOP);
  });
});

const keptOf = ({ records, end }: StorageFiles) => {
  const all = (file: StorageFile) => {
    const bytes = new Uint8Array(file.getSize());
    file.read(bytes);
    return bytes;
  };
  return readKept(records.map(all), all(end));
};

const wholeStream = (groups: number) => [
  ...Array.from({ length: INIT }, (_, i) => i),
  ...Array.from({ length: groups * GOP }, (_, i) => (Math.floor(i / GOP) * 7 + (i % GOP)) % 251),
];

describe('what stays on this device', () => {
  test('is all of the show from its first byte, where it fits, and else its beginning; both are said', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: GOP, max: 70 * GOP }), (groups, keptBytes) => {
        const files = createFiles();
        const { storage, told } = record(files, groups, { committed: groups - 1, keptBytes });
        storage.close();
        const stream = wholeStream(groups);
        const fits = stream.length <= keptBytes;
        const bytes = Math.min(stream.length, keptBytes);
        expect(keptOf(files)).toEqual({ streamId: 'str_1', sinceMs: 7, bytes, whole: fits });
        const read = new Uint8Array(bytes);
        files.media.read(read);
        expect([...read]).toEqual(stream.slice(0, bytes));
        expect(told).toEqual(fits ? [] : ['full']);
      }),
      { numRuns: 60 },
    );
  });

  test('is nothing before the show is over here, and nothing more is sent of it afterwards, by no token', () => {
    const files = createFiles();
    const { storage } = record(files, 5, { keptBytes: 100 * GOP });
    expect(keptOf(files)).toBeUndefined();
    storage.close();
    expect(keptOf(files)).toMatchObject({ whole: true });
    expect(readFeedStorage(files)).toMatchObject({ over: true, record: { resumeToken: '' } });
  });

  test('is there as well where a page was gone, once what it left has been sent', () => {
    const files = createFiles();
    record(files, 5, { keptBytes: 100 * GOP });
    readFeedStorage(files)?.end();
    expect(keptOf(files)).toMatchObject({ bytes: INIT + 5 * GOP, whole: true });
  });

  test('is nothing where nobody wished it: the files go with the show', () => {
    const files = createFiles();
    const { storage, told } = record(files, 5);
    storage.close();
    expect(told).toEqual(['removed']);
    expect(keptOf(files)).toBeUndefined();
  });

  test('ends where the disk is full, and that is said', () => {
    const disk = { full: false };
    const files = createFiles(disk);
    disk.full = true;
    const { told } = record(files, 3, { keptBytes: 100 * GOP });
    expect(told).toEqual(['full']);
  });

  test('is what was there when the disk got full in mid-show, and it is said that the end is missing', () => {
    const disk = { full: false };
    const files = createFiles(disk);
    const { ring, storage, told } = record(files, 5, { keptBytes: 100 * GOP });
    disk.full = true;
    ring.append(new Uint8Array(GOP), 10_000);
    expect(told).toEqual(['full']);
    storage.close();
    expect(told).toEqual(['full']);
    expect(keptOf(files)).toMatchObject({ bytes: INIT + 5 * GOP, whole: false });
  });
});
