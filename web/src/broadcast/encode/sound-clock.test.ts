import { describe, expect, test } from 'vitest';
import { createSoundClock, resampled } from './sound-clock.ts';

const RATE = 48_000;
const BLOCK = 1_024;
const BLOCK_MS = (BLOCK / RATE) * 1_000;

/** Writes what a sound card that is `drift` too fast gives for a time; answers the frames written and the largest step. */
const play = (seconds: number, drift: number, jitterMs = 0) => {
  const clock = createSoundClock(RATE, 0);
  let written = 0;
  let silence = 0;
  let worst = 0;
  for (let i = 1; ; i++) {
    const nowMs = (i * BLOCK_MS) / (1 + drift) + jitterMs * Math.sin(i * 1.7);
    if (nowMs > seconds * 1_000) return { written, silence, worst };
    const placing = clock.place(BLOCK, nowMs);
    if (!placing.put) continue;
    written += placing.silenceFrames + placing.frames;
    silence += placing.silenceFrames;
    worst = Math.max(worst, Math.abs(placing.frames - BLOCK) / BLOCK);
  }
};

describe('sound and picture', () => {
  test.each([0, 100e-6, -100e-6, 1e-3])('stay together for four hours with a sound card off by %d', (drift) => {
    const hours = 4 * 3_600;
    const { written, silence, worst } = play(hours, drift);
    expect(Math.abs(written / RATE - hours)).toBeLessThan(0.03);
    expect(silence).toBe(0);
    expect(worst).toBeLessThanOrEqual(0.006);
  });

  test('blocks that come early and late by 10 ms are left as they are', () => {
    expect(play(60, 0, 10).worst).toBe(0);
  });
});

describe('gaps', () => {
  test('a gap becomes silence of its length', () => {
    const clock = createSoundClock(RATE, 0);
    clock.place(BLOCK, BLOCK_MS);
    const placing = clock.place(BLOCK, 1_000);
    expect(placing).toEqual({ put: true, silenceFrames: RATE - 2 * BLOCK, frames: BLOCK });
  });

  test('a sound that has stopped is replaced by silence, so that the picture does not wait for it', () => {
    const clock = createSoundClock(RATE, 0);
    expect(clock.due(200)).toBe(0);
    let written = 0;
    for (let ms = 300; ms <= 10_000; ms += 100) written += clock.due(ms);
    expect(written / RATE).toBeGreaterThan(9.6);
    expect(written / RATE).toBeLessThan(10);
  });

  test('what then comes in a burst is not put on top', () => {
    const clock = createSoundClock(RATE, 0);
    let written = clock.due(5_000);
    for (let i = 0; i < 200; i++) {
      const placing = clock.place(BLOCK, 5_000);
      if (placing.put) written += placing.silenceFrames + placing.frames;
    }
    expect(written / RATE).toBeLessThan(5.2);
  });
});

describe('resampling', () => {
  test('leaves what fits untouched', () => {
    const samples = Float32Array.of(1, 2, 3, 4);
    expect(resampled(samples, 2, 2)).toBe(samples);
  });

  test('keeps the ends and lies on the line between', () => {
    expect([...resampled(Float32Array.of(0, 10, 1, 11, 2, 12), 2, 5)]).toEqual([
      0, 10, 0.5, 10.5, 1, 11, 1.5, 11.5, 2, 12,
    ]);
  });
});
