import { describe, expect, test } from 'vitest';
import type { Snapshot } from './create-broadcast.ts';
import { clockText, qualityOf } from './status.ts';

const STATS = { backlogMs: 100, heldMs: 2_000, kbps: 2_500, videoKbps: 2_500, fps: 30, droppedFrames: 0 };
const HEALTH = { fpsIn: 30, fpsOut: 30, kbpsIn: 2_500, kbpsOut: 2_500, delayMs: 300, dropped: 0, restarts: 0 };

const quality = (stats: Partial<typeof STATS>, health: Partial<NonNullable<Snapshot['health']>> = {}) =>
  qualityOf({ stats: { ...STATS, ...stats }, health: { state: 'live', ...HEALTH, ...health } } as Snapshot, 30);

describe('quality', () => {
  test('is good while all flows', () => expect(quality({})).toEqual({ text: 'Good', tone: 'ok' }));

  test.each([
    ['the uplink is too slow', quality({ backlogMs: 5_000 }), 'Poor'],
    ['the worker says so', quality({}, { warning: 'uplink-too-slow' }), 'Poor'],
    ['the video service is slow', quality({}, { warning: 'upstream-slow' }), 'Fair'],
    ['the encoder is started again', quality({}, { state: 'recovering' }), 'Fair'],
    ['the picture has another size', quality({}, { warning: 'size-changed' }), 'Fair'],
    ['the machine is busy', quality({ fps: 20 }), 'Fair'],
  ])('is less when %s, and the creator hears why', (_, { text, advice }, expected) => {
    expect(text).toBe(expected);
    expect(advice).toMatch(/\.$/);
  });
});

test('the time on the air', () => {
  expect([0, 59_999, 60_000, 3_599_000, 3_600_000, 45_296_000].map(clockText)).toEqual([
    '00:00',
    '00:59',
    '01:00',
    '59:59',
    '1:00:00',
    '12:34:56',
  ]);
});
