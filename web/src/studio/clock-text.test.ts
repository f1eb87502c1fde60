import { expect, it } from 'vitest';
import { clockTime } from '../ui/time.tsx';
import { parseClock } from './clock-text.ts';

it.each([
  ['0:05', 5],
  ['62:03', 3_723],
  ['1:02:03', 3_723],
  [' 7 ', 7],
  ['', undefined],
  ['1:', undefined],
  ['-1:00', undefined],
  ['1:2:3:4', undefined],
  ['soon', undefined],
])('%j is the second %s', (text, seconds) => {
  expect(parseClock(text)).toBe(seconds);
});

it('reads what a clock shows', () => {
  for (const seconds of [0, 59, 60, 3_599, 3_600, 40_000]) expect(parseClock(clockTime(seconds))).toBe(seconds);
});
