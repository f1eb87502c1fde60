import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Health } from '#wire';
import { causeOf, withSample, type Cause, type Sample } from './cause.ts';

const HEALTH: Health = {
  state: 'live',
  fpsIn: 30,
  fpsOut: 30,
  kbpsIn: 2_500,
  kbpsOut: 2_500,
  delayMs: 300,
  dropped: 0,
  restarts: 0,
  held: false,
  unacknowledgedMs: 2_000,
};

type Second = {
  backlogMs?: number;
  fps?: number;
  dropped?: number;
  health?: Partial<Health> | 'silent';
  afterMs?: number;
};

/** The causes that were told, second by second. */
const play = (seconds: readonly Second[]): Cause['is'][] => {
  let samples: Sample[] = [];
  let atMs = 0;
  let droppedFrames = 0;
  return seconds.map(({ backlogMs = 100, fps = 30, dropped = 0, health = {}, afterMs = 1_000 }) => {
    atMs += afterMs;
    droppedFrames += dropped;
    const said = health === 'silent' ? undefined : { ...HEALTH, ...health };
    samples = withSample(samples, { atMs, stats: { backlogMs, fps, droppedFrames }, health: said });
    return causeOf(samples, 30).is;
  });
};

const seconds = (count: number, second: Second | ((at: number) => Second) = {}): Second[] =>
  Array.from({ length: count }, (_, at) => (typeof second === 'function' ? second(at) : second));

describe('the cause', () => {
  test('a perfect feed after whatever beginning reads that all is well', () => {
    const trouble = fc.record({
      backlogMs: fc.integer({ min: 0, max: 60_000 }),
      fps: fc.integer({ min: 0, max: 60 }),
      dropped: fc.integer({ min: 0, max: 30 }),
      afterMs: fc.integer({ min: 900, max: 80_000 }),
      health: fc.record({
        warning: fc.constantFrom<Health['warning']>(undefined, 'uplink-too-slow', 'upstream-slow', 'size-changed'),
        held: fc.boolean(),
      }),
    });
    const perfect = fc.record({
      backlogMs: fc.integer({ min: 0, max: 1_400 }),
      fps: fc.integer({ min: 28, max: 32 }),
      afterMs: fc.integer({ min: 900, max: 1_100 }),
    });
    fc.assert(
      fc.property(
        fc.array(trouble, { maxLength: 30 }),
        fc.array(perfect, { minLength: 15, maxLength: 40 }),
        (before, after) => {
          const told = play([...before, ...after]).slice(before.length);
          // two seconds in which it is still over, and no word after that
          expect(new Set(told.slice(3))).toEqual(new Set(['well']));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('what waits here is the upload’s, unless the worker has it wait', () => {
    const growing = (health: Partial<Health> = {}) => seconds(10, (at) => ({ backlogMs: 500 + at * 900, health }));
    expect(play(growing()).at(-1)).toBe('upload-slow');
    expect(play(growing({ warning: 'upstream-slow', held: true })).at(-1)).toBe('service-slow');
    // its own slowness beside it is the next thing to say
    expect(play(growing({ warning: 'upstream-slow' })).at(-1)).toBe('upload-slow');
    expect(play(seconds(3, { health: { warning: 'upstream-slow' } })).at(-1)).toBe('service-slow');
  });

  test('what becomes less is caught up with, and then all is well', () => {
    const told = play(seconds(30, (at) => ({ backlogMs: Math.max(0, 40_000 - at * 4_000) })));
    expect(new Set(told.slice(3, 9))).toEqual(new Set(['catching-up']));
    expect(told.at(-1)).toBe('well');
  });

  test('a busy machine comes before all else, and is over with the last picture that was left out', () => {
    const busy = seconds(6, { dropped: 4, backlogMs: 9_000, health: { warning: 'upstream-slow' } });
    const told = play([...seconds(5), ...busy, ...seconds(5)]);
    expect(new Set(told.slice(7, 11))).toEqual(new Set(['machine-busy']));
    expect(told.at(-1)).toBe('well');
    expect(play(seconds(5, { fps: 20 })).at(-1)).toBe('machine-busy');
    expect(play([{ fps: 3 }, ...seconds(5)]).includes('machine-busy')).toBe(false);
  });

  test('is not known while the worker is silent, nor at once where much waits after a break', () => {
    expect(new Set(play(seconds(5, { health: 'silent' })))).toEqual(new Set(['unknown']));
    expect(play([...seconds(2), { health: 'silent' }, ...seconds(1)])).toEqual(['well', 'well', 'unknown', 'well']);
    const back = play(seconds(8, (at) => ({ backlogMs: Math.max(0, 14_000 - at * 4_000) })));
    expect(back).toEqual(['unknown', 'unknown', 'catching-up', 'catching-up', 'well', 'well', 'well', 'well']);
  });

  test('a second in which the page stood still is no measure of anything', () => {
    const told = play([...seconds(5), { fps: 0.5, afterMs: 70_000, backlogMs: 1_000 }, ...seconds(5)]);
    expect(new Set(told)).toEqual(new Set(['well']));
  });
});
