import { describe, expect, it } from 'vitest';
import { formatsOf } from '../words/formats.ts';
import { english } from '../words/words.testing.tsx';
import { clockTime, timeAgo, timeUntil } from './time.tsx';

const t = english('ui');

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const now = Date.parse('2026-11-22T12:00:00Z');

describe('a moment', () => {
  it.each([
    [0, 'just now'],
    [-5_000, 'just now'],
    [MINUTE_MS - 1, 'just now'],
    [MINUTE_MS, '1 minute ago'],
    [59 * MINUTE_MS, '59 minutes ago'],
    [60 * MINUTE_MS, '1 hour ago'],
    [DAY_MS, 'yesterday'],
    [7 * DAY_MS, '7 days ago'],
    [8 * DAY_MS, 'Nov 14, 2026'],
  ])('%i ms ago is %s', (passedMs, words) => {
    expect(timeAgo({ t, formats: formatsOf('en') }, now - passedMs, now)).toBe(words);
  });
});

describe('a length', () => {
  it.each([
    [0, '0:00'],
    [9.9, '0:09'],
    [123, '2:03'],
    [3_600, '1:00:00'],
    [3_723, '1:02:03'],
  ])('of %i s is %s', (seconds, words) => {
    expect(clockTime(seconds)).toBe(words);
  });
});

describe('what is left until a show', () => {
  it.each([
    [1_000, '0:01'],
    [DAY_MS - 1, '23:59:59'],
    [DAY_MS, '1 day'],
    [DAY_MS + 59 * MINUTE_MS, '1 day'],
    [2 * DAY_MS + 61 * MINUTE_MS, '2 days, 1 hour'],
  ])('of %i ms is %s', (leftMs, words) => {
    expect(timeUntil(t, leftMs)).toBe(words);
  });
});
