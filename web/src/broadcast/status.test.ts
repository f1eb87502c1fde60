import { describe, expect, test } from 'vitest';
import type { Cause } from './cause.ts';
import { english } from '../words/words.testing.tsx';
import { accountText, clockText, qualityOf } from './status.ts';

const t = english('broadcast');

const LIVE = { at: 'live', streamId: 'str_1', sinceMs: 0 } as const;

describe('quality', () => {
  test('is good while all flows', () =>
    expect(qualityOf(t, { state: LIVE, cause: { is: 'well' } })).toEqual({ text: 'Good', tone: 'ok' }));

  test.each<[Cause, string, string]>([
    [{ is: 'machine-busy', pictures: 1 }, 'Fair', 'This device is too busy: 1 frame was dropped in the last seconds.'],
    [
      { is: 'upload-slow', waitingMs: 6_400 },
      'Poor',
      'Your upload is slower than your video: 6 seconds are waiting here.',
    ],
    [
      { is: 'service-slow', waitingMs: 9_000 },
      'Fair',
      'The video service is slow to take your show: 9 seconds are waiting for it.',
    ],
    [{ is: 'catching-up', waitingMs: 1_000 }, 'Fair', 'Catching up: 1 second is still to be sent.'],
  ])('is less for a cause, and the creator hears how much', (cause, text, advice) =>
    expect(qualityOf(t, { state: LIVE, cause })).toMatchObject({ text, advice }),
  );

  test('is not spoken of while there is no connection', () =>
    expect(
      qualityOf(t, { state: { at: 'reconnecting', streamId: 's', sinceMs: 0, lostAtMs: 1 }, cause: { is: 'well' } }),
    ).toEqual({ text: 'Not connected', tone: 'warn' }));
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

describe('what became of a show', () => {
  const told = (parts: Partial<Parameters<typeof accountText>[1]>) =>
    accountText(t, { account: { lengthMs: 754_000 }, whole: true, stats: undefined, skippedMs: 0, ...parts });

  test('is that everything was sent only where all of it was acknowledged', () => {
    expect(told({})).toBe('Everything was sent. The show lasted 12:34, and all of it was published.');
    expect(told({ whole: false })).toBe('The show lasted 12:34.');
  });

  test('is its length, what was published, what is missing and why', () => {
    expect(told({ skippedMs: 14_000 })).toBe(
      'The show lasted 12:34, and 12:20 of it is known to be published. 14 seconds are missing: the network was down for longer than could be kept here.',
    );
    expect(told({ whole: false, account: { lengthMs: 754_000, unconfirmedMs: 4_000 } })).toBe(
      'The show lasted 12:34, and 12:30 of it is known to be published. The video service has not confirmed the last 4 seconds.',
    );
    const stats = { backlogMs: 0, heldMs: 0, kbps: 0, videoKbps: 0, fps: 30, droppedFrames: 7 };
    expect(told({ stats })).toMatch(/7 frames were dropped because this device was too busy\.$/);
  });

  test('is for how long nothing could be recorded, which is not published either', () => {
    expect(told({ account: { lengthMs: 754_000, stillMs: 70_000 } })).toBe(
      'Everything was sent. The show lasted 12:34, and 11:24 of it is known to be published. For 01:10 of it this device was paused, and nothing was recorded.',
    );
    expect(told({ account: { lengthMs: 154_000, endedInStillMs: 600_000 } })).toBe(
      'Everything was sent. The show lasted 02:34, and all of it was published. Then this device was paused for 10:00, and the show ended in that time.',
    );
  });

  test('is nothing where it had not begun', () => {
    expect(told({ account: {}, whole: false })).toBe('It had not begun.');
    expect(told({ account: {} })).toBe('Everything was sent.');
  });
});
