import { describe, expect, test } from 'vitest';
import { createRing, type Ring } from './ring.ts';

const INIT = 4;
const GOP = 10;

/** Init of 4 bytes, then groups of 10 bytes, one a second, each byte numbered by its offset. */
const filled = (groups: number, bounds: { maxBytes?: number; maxMs?: number } = {}): Ring => {
  const ring = createRing({ maxBytes: 1_000, maxMs: 60_000, ...bounds });
  ring.append(numbered(0, INIT), 0);
  for (let i = 0; i < groups; i++) addGroup(ring, i);
  return ring;
};
const numbered = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => from + i);
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
    const ring = createRing({ maxBytes: 100, maxMs: 1_000 });
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
    const ring = createRing({ maxBytes: 100, maxMs: 1_000 });
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
  test('one byte below the bound nothing is dropped', () => {
    expect(filled(3, { maxBytes: 3 * GOP }).trim()).toBeUndefined();
  });

  test('above the bound the oldest whole groups go', () => {
    const ring = filled(3, { maxBytes: 3 * GOP - 1 });
    expect(ring.trim()).toEqual({ from: 4, to: 14, ms: 1_000 });
    expect(ring.read(4, 1)).toBeUndefined();
    expect(ring.read(14, 1)?.payload).toEqual(numbered(14, 1));
  });

  test('holds no more than so many seconds', () => {
    const ring = filled(5, { maxMs: 2_000 });
    expect(ring.trim()).toEqual({ from: 4, to: 24, ms: 2_000 });
    expect(ring.heldMs).toBe(2_000);
  });

  test('a group that alone is too large goes as a whole', () => {
    const ring = filled(1, { maxBytes: 5 });
    expect(ring.trim()).toMatchObject({ from: 4, to: 14 });
    expect(ring.from).toBe(ring.to);
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
