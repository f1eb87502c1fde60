import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRing } from '#ingest-client/ring';
import { createShelf, readShelf, type ShelfFile, type ShelfFiles } from './shelf-file.ts';

/** A file in memory; `limit` is where the disk is full. */
const createFile = (disk: { full: boolean } = { full: false }): ShelfFile => {
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
      if (disk.full) throw new DOMException('full', 'QuotaExceededError');
      grow(at + piece.byteLength);
      bytes.set(piece, at);
      return piece.byteLength;
    },
    flush: () => {},
    close: () => {},
  };
};
const createFiles = (disk?: { full: boolean }): ShelfFiles => ({
  media: createFile(disk),
  end: createFile(disk),
  records: [createFile(disk), createFile(disk)],
});

const MEDIA = {
  container: 'matroska',
  videoCodec: 'avc1.4d401f',
  audioCodec: 'mp4a.40.2',
  width: 1280,
  height: 720,
  frameRate: 30,
  videoKbps: 2_500,
  audioKbps: 128,
} as const;
const INIT = 5;
const GOP = 1_000;
const RING = 20 * GOP;

/** A page that records into a ring on these files, and is gone in the middle. */
const record = (files: ShelfFiles, groups: number, { committed = 0, savedAt = groups, whole = false } = {}) => {
  const shelf = createShelf({
    files,
    maxBytes: RING,
    whole,
    clock: () => 0,
    remove: () => {},
    streamId: 'str_1',
    sinceMs: 7,
  });
  const ring = createRing({ maxBytes: RING, memoryBytes: 3 * GOP, disk: shelf.disk });
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
    if (at < savedAt && now) shelf.save({ media: MEDIA, resumeToken: 'str_1.token', ring: now });
  }
  return ring;
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

const takeUp = (files: ShelfFiles) => {
  const found = readShelf(files);
  if (!found) throw new Error('nothing is left');
  return { found, ring: createRing({ maxBytes: Infinity, disk: found.disk, restored: found.record.ring }) };
};

describe('what a page that is gone has left', () => {
  test('is all that it had recorded and not committed, to the last byte, however the file was written over', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 30 }),
        fc.boolean(),
        (groups, committed, whole) => {
          const files = createFiles();
          // the last group came after the record was written
          const before = record(files, groups, { committed, savedAt: Math.max(1, groups - 1), whole });
          const { found, ring } = takeUp(files);
          expect(found).toMatchObject({ streamId: 'str_1', sinceMs: 7, whole, record: { resumeToken: 'str_1.token' } });
          expect(ring.to).toBe(before.to);
          expect(bytesOf(ring, 0)).toEqual(bytesOf(before, 0));
          const both = Math.max(ring.from, before.from);
          expect(bytesOf(ring, both)).toEqual(bytesOf(before, both));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is what the record before the last one says, where the page died while it wrote the last', () => {
    const files = createFiles();
    const before = record(files, 6);
    files.records[0].truncate(10);
    expect(bytesOf(takeUp(files).ring, INIT)).toEqual(bytesOf(before, INIT));
  });

  test('is nothing where it had written no record', () => {
    expect(readShelf(createFiles())).toBeUndefined();
  });

  test('a disk that is full ends nothing', () => {
    const disk = { full: false };
    const files = createFiles(disk);
    disk.full = true;
    const ring = record(files, 3);
    expect(bytesOf(ring, ring.from).length).toBe(3 * GOP);
  });
});
