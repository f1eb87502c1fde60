import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRing, type Ring } from './ring.ts';

const INIT = 4;
const GOP = 10;

/** Init of 4 bytes, then groups of 10 bytes, one a second, each byte numbered by its offset. */
const filled = (groups: number, bounds: { maxBytes?: number } = {}): Ring => {
  const ring = createRing({ maxBytes: 1_000, ...bounds });
  ring.append(numbered(0, INIT), 0);
  for (let i = 0; i < groups; i++) addGroup(ring, i);
  return ring;
};
const numbered = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => (from + i) % 256);
const addGroup = (ring: Ring, i: number) => {
  const at = INIT + i * GOP;
  ring.append(numbered(at, GOP), i * 1_000);
  if (i === 0) ring.setInit(INIT);
  ring.mark(at);
};
const bytesFrom = (ring: Ring, offset: number): number[] => {
  const bytes: number[] = [];
  for (let at = offset; ;) {
    const piece = ring.read(at, 3);
    if (!piece) return bytes;
    bytes.push(...piece.payload);
    at += piece.payload.byteLength;
  }
};

describe('reading', () => {
  test('gives nothing before the init is known', () => {
    const ring = createRing({ maxBytes: 100 });
    ring.append(numbered(0, 20), 0);
    expect(ring.read(0, 10)).toBeUndefined();
  });

  test('gives every byte once, whatever the pieces', () => {
    expect(bytesFrom(filled(3), 0)).toEqual([...numbered(0, INIT + 3 * GOP)]);
  });

  test('ends a piece before every key frame', () => {
    const ring = filled(3);
    expect(ring.read(14, 100)).toEqual({ offset: 14, init: false, payload: numbered(14, GOP) });
    expect(ring.read(17, 100)).toMatchObject({ payload: numbered(17, 7) });
  });

  test('does not run over a key frame in the middle of what was appended', () => {
    const ring = createRing({ maxBytes: 100 });
    ring.append(numbered(0, 20), 0);
    ring.setInit(4);
    ring.mark(4);
    ring.mark(12);
    expect(ring.read(4, 100)?.payload).toEqual(numbered(4, 8));
    expect(ring.read(12, 100)).toMatchObject({ payload: numbered(12, 8) });
  });
});

describe('freeing', () => {
  test('keeps the init for ever', () => {
    const ring = filled(3);
    ring.free(24);
    expect(ring.from).toBe(24);
    expect(ring.read(0, 10)).toMatchObject({ init: true, payload: numbered(0, INIT) });
    expect(ring.read(14, 10)).toBeUndefined();
    expect(bytesFrom(ring, 24)).toEqual([...numbered(24, 10)]);
  });

  test('never goes back, nor beyond what there is', () => {
    const ring = filled(2);
    ring.free(14);
    ring.free(4);
    expect(ring.from).toBe(14);
    ring.free(10_000);
    expect([ring.from, ring.to, ring.heldMs]).toEqual([24, 24, 0]);
  });
});

describe('bounds', () => {
  test('at the bound nothing is dropped', () => {
    const ring = filled(3, { maxBytes: 3 * GOP });
    ring.trim();
    expect([ring.from, ring.to]).toEqual([INIT, INIT + 3 * GOP]);
  });

  test('above the bound the oldest whole groups go', () => {
    const ring = filled(3, { maxBytes: 3 * GOP - 1 });
    ring.trim();
    expect([ring.from, ring.to]).toEqual([INIT + GOP, INIT + 3 * GOP]);
    expect(ring.read(4, 1)).toBeUndefined();
    expect(ring.read(14, 1)?.payload).toEqual(numbered(14, 1));
  });

  test('any time may be held, while its bytes are few', () => {
    const ring = createRing({ maxBytes: 100 });
    ring.append(numbered(0, INIT + 1), 0);
    ring.setInit(INIT);
    ring.mark(INIT);
    ring.append(numbered(INIT + 1, 1), 3_600_000);
    ring.trim();
    expect(bytesFrom(ring, INIT)).toEqual([INIT, INIT + 1]);
  });

  test('a group that alone is too large goes as a whole, and nothing is read until the next one begins', () => {
    const ring = filled(1, { maxBytes: GOP + 5 });
    ring.append(numbered(14, 6), 1_500);
    ring.trim();
    expect([ring.from, ring.to, ring.heldBytes]).toEqual([INIT, INIT, 0]);
    expect(ring.read(INIT, 10)).toBeUndefined();
    ring.append(numbered(20, 5), 2_000);
    ring.mark(22);
    ring.trim();
    expect([ring.from, ring.to]).toEqual([22, 25]);
    expect(ring.read(22, 10)).toMatchObject({ payload: numbered(22, 3) });
  });

  test('the time of what went so is known until the next group begins', () => {
    const ring = filled(1, { maxBytes: 5 });
    ring.trim();
    ring.append(numbered(14, 10), 10_000);
    expect([ring.appendedAtMs(INIT), ring.appendedAtMs(14), ring.appendedAtMs(24)]).toEqual([0, 5_000, 10_000]);
  });

  test('whatever is appended, marked, committed and dropped, what is read begins a group and lacks no byte', () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constant('append'), bytes: fc.integer({ min: 1, max: 40 }), key: fc.boolean() }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('commit'), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('renumber') }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 100 }), (steps, maxBytes) => {
        const ring = createRing({ maxBytes });
        ring.append(numbered(0, INIT), 0);
        ring.setInit(INIT);
        // where groups begin, and how the numbers of the ring differ from those of what was appended
        const begins = new Set([INIT]);
        let [appended, atMs, by] = [INIT, 0, 0];
        for (const each of steps) {
          if ('bytes' in each) {
            ring.append(numbered(appended, each.bytes), (atMs += 100));
            if (each.key) begins.add(appended);
            if (each.key) ring.mark(appended);
            appended += each.bytes;
          } else if ('share' in each) {
            const groups = [...begins].map((at) => at - by).filter((at) => at >= ring.from && at < ring.to);
            const committed = groups[Math.floor(each.share * groups.length)];
            if (committed !== undefined) ring.free(committed);
          } else {
            const before = ring.from;
            const isEmpty = ring.from === ring.to;
            ring.renumber();
            by = isEmpty ? appended - ring.to : by + before - ring.from;
          }
          ring.trim();
          expect(ring.heldBytes).toBeLessThanOrEqual(maxBytes);
          if (ring.from === ring.to) continue;
          expect(begins).toContain(ring.from + by);
          expect(bytesFrom(ring, ring.from)).toEqual([...numbered(ring.from + by, appended - by - ring.from)]);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

test('numbered anew, what is held is a stream of its own, and grows on', () => {
  const ring = filled(4);
  ring.free(24);
  ring.renumber();
  expect([ring.from, ring.to]).toEqual([INIT, INIT + 2 * GOP]);
  expect(bytesFrom(ring, 0)).toEqual([...numbered(0, INIT), ...numbered(24, 20)]);
  addGroup(ring, 4);
  expect(ring.to).toBe(INIT + 3 * GOP);
  // The key frame that was marked after the renumbering still ends the piece before it.
  expect(ring.read(INIT + GOP + 3, 100)?.payload.byteLength).toBe(GOP - 3);
});

describe('on disk', () => {
  /** A disk whose bytes lie at their position modulo its size, as a file that is written over does. */
  const createDisk = (bytes: number) => {
    const file = new Uint8Array(bytes);
    const disk = { writes: 0, full: false };
    return {
      disk,
      file,
      write: (position: number, piece: Uint8Array) => {
        if (disk.full) return false;
        disk.writes += 1;
        for (const [index, byte] of piece.entries()) file[(position + index) % bytes] = byte;
        return true;
      },
      read: (position: number, length: number) =>
        Uint8Array.from({ length }, (_, index) => file[(position + index) % bytes] ?? 0),
    };
  };
  const MEMORY = 3 * GOP;
  const onDisk = (groups: number, maxBytes = 20 * GOP) => {
    const disk = createDisk(maxBytes + 2 * GOP + INIT);
    const ring = createRing({ maxBytes, memoryBytes: MEMORY, disk });
    ring.append(numbered(0, INIT), 0);
    for (let i = 0; i < groups; i++) {
      addGroup(ring, i);
      ring.trim();
    }
    return { ring, disk };
  };

  test('gives every byte that memory would have given', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 40 }),
        fc.boolean(),
        (groups, freed, renumbers) => {
          const { ring } = onDisk(groups);
          const plain = filled(groups, { maxBytes: 20 * GOP });
          plain.trim();
          for (const one of [ring, plain]) {
            one.free(INIT + Math.min(freed, groups) * GOP);
            if (renumbers) one.renumber();
          }
          expect([ring.from, ring.to, ring.heldBytes]).toEqual([plain.from, plain.to, plain.heldBytes]);
          expect(bytesFrom(ring, ring.from)).toEqual(bytesFrom(plain, plain.from));
        },
      ),
    );
  });

  test('a ring that was written down is taken up where it was, and holds all that it held', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.boolean(), (groups, renumbers) => {
        const { ring, disk } = onDisk(groups);
        if (renumbers) ring.renumber();
        const again = createRing({ maxBytes: Infinity, memoryBytes: 0, disk, restored: ring.record });
        expect([again.from, again.to, again.initBytes]).toEqual([ring.from, ring.to, ring.initBytes]);
        expect(bytesFrom(again, 0)).toEqual(bytesFrom(ring, 0));
        expect(bytesFrom(again, again.from)).toEqual(bytesFrom(ring, ring.from));
        expect([again.heldMs, again.appendedAtMs(again.to)]).toEqual([ring.heldMs, ring.appendedAtMs(ring.to)]);
      }),
    );
  });

  test('where the disk takes no more, memory holds what it can, and nothing that is held is lost', () => {
    const { ring, disk } = onDisk(10);
    disk.disk.full = true;
    for (let i = 10; i < 12; i++) {
      addGroup(ring, i);
      ring.trim();
    }
    expect(ring.heldBytes).toBeLessThanOrEqual(MEMORY);
    expect(bytesFrom(ring, ring.from)).toEqual([...numbered(ring.from, ring.to - ring.from)]);
  });
});
