import { describe, expect, test } from 'vitest';
import { createPacer } from './pacer.ts';

const FPS = 30;
const FRAME_MS = 1_000 / FPS;

/** The places that pictures at these times get; repeats in brackets. */
const places = (...atMs: number[]) => {
  const pacer = createPacer(FPS, 0);
  return atMs.map((nowMs) => {
    const placed = pacer.place(nowMs);
    return placed ? [...placed.missed.map((slot) => `(${slot})`), String(placed.slot)].join(' ') : 'none';
  });
};
const every = (ms: number, count: number, jitterMs = 0) =>
  Array.from({ length: count }, (_, i) => i * ms + (i % 2 ? jitterMs : 0));

describe('a camera', () => {
  test('of the same pace has one place a picture', () => {
    expect(places(...every(FRAME_MS, 5))).toEqual(['0', '1', '2', '3', '4']);
  });

  test('that is uneven, and even between two places, still has one a picture', () => {
    const uneven = every(FRAME_MS, 60, 12).map((ms) => ms + FRAME_MS / 2);
    const [, ...given] = places(...uneven);
    expect(given).toEqual(given.map((_, i) => String(Number(given[0]) + i)));
  });

  test('of half the pace is shown twice', () => {
    expect(places(...every(2 * FRAME_MS, 4))).toEqual(['0', '(1) 2', '(3) 4', '(5) 6']);
  });

  test('that is twice as fast loses every second picture, and none is more than a place early', () => {
    const given = places(...every(FRAME_MS / 2, 60));
    expect(given.filter((place) => place !== 'none').length).toBeLessThanOrEqual(31);
    expect(given.every((place, i) => place === 'none' || Number(place) <= i / 2 + 1)).toBe(true);
  });

  test('that stops is repeated at the pace of the timeline', () => {
    const pacer = createPacer(FPS, 0);
    pacer.place(0);
    expect(pacer.overdue(FRAME_MS)).toEqual([]);
    const filled: number[] = [];
    for (let ms = FRAME_MS; ms < 1_000; ms = pacer.overdueAtMs()) filled.push(...pacer.overdue(ms + 0.01));
    expect(filled).toEqual(Array.from({ length: filled.length }, (_, i) => i + 1));
    expect(filled.length).toBeGreaterThan(26);
  });
});

test('no place is given twice, or before an earlier one', () => {
  const pacer = createPacer(FPS, 0);
  const given: number[] = [];
  let seed = 7;
  for (let ms = 0; ms < 20_000; ms += (seed = (seed * 16_807) % 2_147_483_647) % 90) {
    given.push(...pacer.overdue(ms));
    const placed = pacer.place(ms);
    if (placed) given.push(...placed.missed, placed.slot);
  }
  expect(given).toEqual([...new Set(given)].sort((a, b) => a - b));
  expect(given.length).toBeGreaterThan(590);
});

test('a machine that slept has a gap, and not a flood of repeats', () => {
  const pacer = createPacer(FPS, 0);
  pacer.place(0);
  const woken = pacer.place(60_000);
  expect(woken?.missed.length).toBe(15);
  expect(woken?.slot).toBe(1_800);
});
