import { expect, test } from 'vitest';
import { adaptBitrate, startBitrate } from './bitrate.ts';

const LIMITS = { videoKbps: 2_500, leastVideoKbps: 400 };

/** The bitrates chosen at one look a second at these backlogs. */
const after = (...backlogsMs: number[]) => {
  let bitrate = startBitrate(LIMITS.videoKbps, 0);
  return backlogsMs.map((backlogMs, i) => {
    bitrate = adaptBitrate(bitrate, backlogMs, (i + 1) * 1_000, LIMITS);
    return bitrate.kbps;
  });
};
const times = (count: number, backlogMs: number) => Array.from({ length: count }, () => backlogMs);

test('stays where it is while the uplink holds', () => {
  expect(new Set(after(...times(60, 300)))).toEqual(new Set([2_500]));
});

test('comes down while the backlog grows, every two seconds, and not below the least', () => {
  expect(after(1_000, 2_000, 3_000, 4_000, 5_000)).toEqual([2_500, 1_750, 1_750, 1_225, 1_225]);
  expect(after(...Array.from({ length: 40 }, (_, i) => i * 1_000)).at(-1)).toBe(400);
});

test('a backlog that stands or shrinks is a network that came back, and costs no quality', () => {
  expect(new Set(after(400, 400, ...times(5, 1_400), 1_300, 1_000, 200))).toEqual(new Set([2_500]));
  expect(after(1_600, ...times(20, 1_600)).every((kbps) => kbps >= 1_750)).toBe(true);
});

test('goes up again in steps of a fifth, each after six calm seconds, and no higher than it began', () => {
  const kbps = after(1_000, 2_000, ...times(30, 100));
  const steps = kbps.filter((value, i) => value !== kbps[i - 1]);
  expect(steps).toEqual([2_500, 1_750, 2_100, 2_500]);
  expect(kbps.indexOf(2_100) - kbps.indexOf(1_750)).toBeGreaterThanOrEqual(6);
  expect(kbps.at(-1)).toBe(2_500);
});
