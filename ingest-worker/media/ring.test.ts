import { describe, expect, it } from 'vitest';
import { createRing, type Ring } from './ring.ts';

/** Three GOPs of 100 bytes at 0, 2 and 4 s; sound begins 10 ms after each picture. */
const threeGops = () => {
  const ring = createRing();
  for (const [index, offset] of [0, 100, 200].entries()) {
    ring.append(Buffer.alloc(100, index));
    const ms = index * 2_000;
    ring.note({ type: 'boundary', offset, ptsMs: ms, clock: {} });
    ring.note({ type: 'samples', kind: 'video', count: 1, firstMs: ms, lastMs: ms, offset });
    ring.note({ type: 'samples', kind: 'audio', count: 1, firstMs: ms + 10, lastMs: ms + 10, offset });
    ring.note({
      type: 'samples',
      kind: 'video',
      count: 1,
      firstMs: ms + 1_000,
      lastMs: ms + 1_000,
      offset: offset + 50,
    });
  }
  return ring;
};

/** All that there is from byte `from` on. */
const readOn = (ring: Ring, from: number): Buffer => {
  const read: Buffer[] = [];
  for (let at = from; ;) {
    const next = ring.read(at);
    if (!next || 'gapTo' in next) return Buffer.concat(read);
    // As it was when it was read: what is appended later changes nothing of it.
    read.push(next.bytes);
    at += next.bytes.byteLength;
  }
};

const NOTHING = { videoMs: undefined, audioMs: undefined };

describe('reading', () => {
  it('reads on from any byte, piece by piece', () => {
    const ring = threeGops();
    expect(readOn(ring, 150)).toEqual(Buffer.concat([Buffer.alloc(50, 1), Buffer.alloc(100, 2)]));
    expect(ring.read(300)).toBeUndefined();
    const large = Buffer.alloc(40_000, 3);
    for (const bytes of [large, Buffer.alloc(7, 4), Buffer.alloc(9_000, 5), Buffer.alloc(9_000, 6)]) ring.append(bytes);
    const rest = readOn(ring, 200);
    expect(rest).toEqual(
      Buffer.concat([Buffer.alloc(100, 2), large, Buffer.alloc(7, 4), Buffer.alloc(9_000, 5), Buffer.alloc(9_000, 6)]),
    );
  });

  it('[W9] tells where the stream goes on after bytes that will never come', () => {
    const ring = threeGops();
    ring.jump(900);
    expect(ring.read(300)).toBeUndefined();
    ring.append(Buffer.alloc(5));
    expect(ring.read(300)).toEqual({ gapTo: 900 });
    expect(ring.end).toBe(905);
  });
});

describe('[W8] commit', () => {
  it('is the newest boundary that both picture and sound have reached', () => {
    expect(threeGops().commit({ videoMs: 2_002, audioMs: 2_010 })?.offset).toBe(100);
    // Something of the GOP before may have the very time of its first picture, or one that rounds to it.
    expect(threeGops().commit({ videoMs: 2_001, audioMs: 2_010 })).toBeUndefined();
    expect(threeGops().commit({ videoMs: 2_002, audioMs: 2_008 })).toBeUndefined();
    expect(threeGops().commit({ videoMs: 9_000, audioMs: 9_000 })?.offset).toBe(200);
    expect(threeGops().commit(NOTHING)).toBeUndefined();
  });

  it('frees what lies before it, and happens once', () => {
    const ring = threeGops();
    ring.commit({ videoMs: 2_002, audioMs: 2_010 });
    expect(ring).toMatchObject({ start: 100, end: 300, heldBytes: 200, heldMs: 3_000 });
    expect(ring.commit({ videoMs: 2_002, audioMs: 2_010 })).toBeUndefined();
  });

  it('does not wait for ever for sound that has stopped', () => {
    const ring = createRing();
    ring.append(Buffer.alloc(100));
    for (const [offset, ms] of [
      [0, 0],
      [50, 2_000],
      [90, 12_001],
    ] as const) {
      ring.note({ type: 'boundary', offset, ptsMs: ms, clock: {} });
      ring.note({ type: 'samples', kind: 'video', count: 1, firstMs: ms, lastMs: ms, offset });
      if (ms === 0) ring.note({ type: 'samples', kind: 'audio', count: 1, firstMs: 0, lastMs: 0, offset });
    }
    expect(ring.commit({ videoMs: 12_000, audioMs: 0 })?.offset).toBe(50);
  });

  it('takes sound that precedes the key frame in its cluster for sound of that GOP', () => {
    const ring = createRing();
    ring.append(Buffer.alloc(200));
    ring.note({ type: 'samples', kind: 'audio', count: 1, firstMs: 1_990, lastMs: 1_990, offset: 100 });
    ring.note({ type: 'boundary', offset: 100, ptsMs: 2_000, clock: {} });
    ring.note({ type: 'samples', kind: 'audio', count: 1, firstMs: 2_010, lastMs: 2_010, offset: 100 });
    expect(ring.commit({ videoMs: 2_002, audioMs: 1_990 })).toMatchObject({ offset: 100, audioMs: 1_990 });
  });
});

describe('[E3] where to start again', () => {
  it('is the newest GOP from which nothing is missing', () => {
    const at = (videoMs: number | undefined, audioMs: number | undefined) =>
      threeGops().resumePoint({ videoMs, audioMs })?.offset;
    expect(at(undefined, undefined)).toBe(0);
    expect(at(1_000, 1_000)).toBe(0);
    expect(at(2_002, 2_010)).toBe(100);
    expect(at(2_001, 2_010)).toBe(0);
    expect(at(2_002, 1_900)).toBe(0);
    expect(at(4_000, undefined)).toBe(0);
    expect(at(9_000, 9_000)).toBe(200);
  });

  it('[E5] is the first GOP after one that is to be skipped, once it is there', () => {
    expect(threeGops().resumePoint(NOTHING, 0)?.offset).toBe(100);
    expect(threeGops().resumePoint(NOTHING, 200)).toBeUndefined();
  });
});

describe('[E11] a GOP that is longer than the ring', () => {
  it('lets go of what has arrived, and begins again with the next one', () => {
    const ring = threeGops();
    ring.hollow({ videoMs: 1_000, audioMs: 1_500 });
    expect(ring.start).toBe(50);
    expect(ring.resumePoint(NOTHING)?.offset).toBe(100);
    ring.hollow({ videoMs: 1_500, audioMs: 1_500 });
    expect(ring.start).toBe(100);
  });

  it.each([
    ['pictures', { videoMs: 0, audioMs: 9_000 }],
    ['sound', { videoMs: 9_000, audioMs: 10 }],
  ])('keeps %s that have not arrived', (_, reached) => {
    const ring = threeGops();
    ring.hollow(reached);
    expect(ring.start).toBe(0);
  });

  it.each(['video', 'audio'] as const)('is not held up by a track that has ended: %s', (ended) => {
    const ring = threeGops();
    const goesOn = ended === 'video' ? 'audio' : 'video';
    for (let index = 3; index < 100; index++) {
      ring.append(Buffer.alloc(100));
      const ms = index * 2_000;
      ring.note({ type: 'samples', kind: goesOn, count: 1, firstMs: ms, lastMs: ms, offset: index * 100 });
    }
    ring.hollow({ videoMs: 5_000, audioMs: 4_010, [`${goesOn}Ms`]: 150_000 });
    expect(ring.start).toBe(7_500);
  });

  it('knows of each of very many samples whether it has arrived', () => {
    const ring = createRing();
    for (let index = 0; index < 20_000; index++) {
      ring.append(Buffer.alloc(10));
      ring.note({ type: 'samples', kind: 'video', count: 1, firstMs: index, lastMs: index, offset: index * 10 });
    }
    ring.hollow({ videoMs: 10_000, audioMs: undefined });
    expect(ring.start).toBeLessThanOrEqual(100_000);
    expect(ring.start).toBeGreaterThan(99_000);
  });
});
