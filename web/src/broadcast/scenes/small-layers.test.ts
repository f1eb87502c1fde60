import { describe, expect, it } from 'vitest';
import type { Image, Layers } from '../picture/draw.ts';
import { createSmallLayers } from './small-layers.ts';

const EVERY_MS = 125;

const picture = (width: number): Image => ({ source: {} as CanvasImageSource, size: { width, height: width } });

/** @param costMs how long the machine takes to read one picture */
const make = ({ costMs = 0, layers = { camera: picture(1_280) } }: { costMs?: number; layers?: Layers } = {}) => {
  let nowMs = 0;
  let reads = 0;
  const draw = createSmallLayers({
    read: () => layers,
    shrink: () => {
      reads += 1;
      nowMs += costMs;
      return picture(512);
    },
    everyMs: EVERY_MS,
    clock: () => nowMs,
  });
  return { draw, passes: (ms: number) => (nowMs += ms), now: () => nowMs, reads: () => reads };
};

describe('the small pictures of a broadcast', () => {
  it('are read once, however many draw them', () => {
    const { draw, reads } = make();
    const first = draw();
    for (let scene = 0; scene < 8; scene += 1) expect(draw()).toBe(first);
    expect(first.camera?.size.width).toBe(512);
    expect(reads()).toBe(1);
  });

  it('are read again once they are old, and not before', () => {
    const { draw, passes, reads } = make();
    draw();
    passes(EVERY_MS - 1);
    draw();
    expect(reads()).toBe(1);
    passes(1);
    draw();
    expect(reads()).toBe(2);
  });

  it('take a tenth of the time at most, on a machine that is slow to read them', () => {
    const { draw, passes, now, reads } = make({ costMs: 40 });
    while (now() < 60_000) {
      for (let scene = 0; scene < 8; scene += 1) draw();
      passes(20);
    }
    expect(reads() * 40).toBeLessThanOrEqual(6_040);
    expect(reads()).toBeGreaterThan(100);
  });

  it('are none of a source that has none', () => {
    const { draw, reads } = make({ layers: {} });
    expect(draw().camera).toBeUndefined();
    expect(reads()).toBe(0);
  });
});
