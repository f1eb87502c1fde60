import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLateness } from './lateness.ts';

type Feed = {
  seconds: number;
  /** Media seconds that come in one second. */
  rate: (second: number) => number;
  /** Media that comes at once with the first. */
  burstMs?: number;
  /** Sound card against wall clock, in parts of a thousand. */
  driftPerMille?: number;
  /** Media comes in pieces of this length. */
  pieceMs?: number;
  jitterMs?: (look: number) => number;
  held?: (second: number) => boolean;
};

const STEP_MS = 50;

/** The seconds at which the feed was called too slow. */
const slowAt = ({ seconds, rate, burstMs = 0, driftPerMille = 0, pieceMs = 1, jitterMs, held }: Feed): number[] => {
  const lateness = createLateness();
  const slow: number[] = [];
  let mediaMs = burstMs;
  for (let atMs = STEP_MS; atMs <= seconds * 1_000; atMs += STEP_MS) {
    const second = Math.ceil(atMs / 1_000);
    const isHeld = held?.(second) ?? false;
    const before = Math.floor(mediaMs / pieceMs);
    mediaMs += rate(second) * STEP_MS * (1 + driftPerMille / 1_000);
    const pieces = Math.floor(mediaMs / pieceMs);
    const look = atMs % 1_000 === 0;
    if (pieces > before || look)
      lateness.see({ atMs: atMs + (jitterMs?.(second) ?? 0), newestMs: pieces * pieceMs }, isHeld);
    if (look && lateness.isGrowing) slow.push(second);
  }
  return slow;
};

describe('[W11] lateness', () => {
  it('a perfect feed is never too slow, after whatever beginning, drift, jitter and size of pieces', () => {
    fc.assert(
      fc.property(
        fc.record({
          burstMs: fc.integer({ min: 0, max: 30_000 }),
          driftPerMille: fc.integer({ min: -2, max: 2 }),
          pieceMs: fc.integer({ min: 1, max: 4_000 }),
          jitter: fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 90, maxLength: 90 }),
          stoodStillAt: fc.integer({ min: 1, max: 90 }),
          stoodStillSeconds: fc.integer({ min: 0, max: 5 }),
        }),
        ({ burstMs, driftPerMille, pieceMs, jitter, stoodStillAt, stoodStillSeconds }) => {
          const stands = (second: number) => second >= stoodStillAt && second < stoodStillAt + stoodStillSeconds;
          const slow = slowAt({
            seconds: 90,
            rate: (second) => (stands(second) ? 0 : 1),
            burstMs,
            driftPerMille,
            pieceMs,
            jitterMs: (second) => jitter[second - 1] ?? 0,
          });
          expect(slow).toEqual([]);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('one that comes at 90 % or less of its own speed is called too slow within 25 s, and all the time from then on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 90 }),
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: -2, max: 2 }),
        (percent, burstMs, driftPerMille) => {
          const slow = slowAt({ seconds: 120, rate: () => percent / 100, burstMs, driftPerMille });
          expect(slow[0]).toBeLessThanOrEqual(25);
          expect(slow).toHaveLength(120 - (slow[0] ?? 0) + 1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is well again as soon as it no longer falls behind', () => {
    const slow = slowAt({ seconds: 60, rate: (second) => (second <= 30 ? 0.5 : 1) });
    expect(slow.at(-1)).toBeLessThanOrEqual(33);
    expect(slow.at(-1)).toBeGreaterThanOrEqual(30);
  });

  it('is not blamed for the time in which we let it wait', () => {
    expect(
      slowAt({ seconds: 60, rate: (second) => (second <= 40 ? 0.2 : 4), held: (second) => second > 1 && second <= 40 }),
    ).toEqual([]);
  });
});
