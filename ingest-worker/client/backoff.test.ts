import { expect, test } from 'vitest';
import { waitMs } from './backoff.ts';

test('waits 0, 0.3 and 1.2 s, ten times 2.5 s, and then 7 s for ever', () => {
  const waits = Array.from({ length: 16 }, (_, attempt) => waitMs(attempt, 0.5));
  expect(waits).toEqual([0, 300, 1_200, ...Array<number>(10).fill(2_500), 7_000, 7_000, 7_000]);
});

test('spreads later attempts by up to 30 %, and not the first two', () => {
  expect([waitMs(0, 1), waitMs(1, 1)]).toEqual([0, 300]);
  expect([waitMs(13, 0), waitMs(13, 1)]).toEqual([4_900, 9_100]);
});
