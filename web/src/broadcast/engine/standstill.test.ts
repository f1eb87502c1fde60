import { describe, expect, test } from 'vitest';
import { createStandstill } from './standstill.ts';

/** Two clocks of a machine, and a timer that is late by as much as nothing ran. */
const makeMachine = () => {
  let [atMs, wallMs] = [1_000, 1_700_000_000_000];
  const told: number[] = [];
  let due: { atMs: number; run: () => void } | undefined;
  const run = (ms: number) => {
    for (const untilMs = atMs + ms; due && due.atMs <= untilMs;) {
      const { run: wake } = due;
      const passedMs = Math.max(0, due.atMs - atMs);
      atMs += passedMs;
      wallMs += passedMs;
      due = undefined;
      wake();
    }
  };
  const standstill = createStandstill({
    clock: () => atMs,
    wallClock: () => wallMs,
    after: (ms, then) => {
      due = { atMs: atMs + ms, run: then };
      return () => {
        due = undefined;
      };
    },
    onStoodStill: (ms) => told.push(ms),
  });
  return {
    standstill,
    told,
    run,
    /** @param clockGoesOn false on machines where that clock sleeps too */
    freeze: (ms: number, clockGoesOn = true) => {
      if (clockGoesOn) atMs += ms;
      wallMs += ms;
    },
  };
};

describe('a standstill', () => {
  test('is told with its length by whoever looks at the clock first, and once', () => {
    const { standstill, told, run, freeze } = makeMachine();
    standstill.begin();
    run(3_000);
    freeze(70_000);
    standstill.clock();
    run(3_000);
    expect(told).toEqual([70_000]);
  });

  test('is told where the machine’s own clock slept as well', () => {
    const { standstill, told, run, freeze } = makeMachine();
    standstill.begin();
    run(1_000);
    freeze(600_000, false);
    run(1_000);
    expect(told).toHaveLength(1);
    expect(told[0]).toBeGreaterThanOrEqual(600_000);
  });

  test('is no more than timers that are late, as in a hidden tab', () => {
    const { standstill, told, run, freeze } = makeMachine();
    standstill.begin();
    for (let second = 0; second < 10; second++) {
      freeze(1_400);
      run(1);
    }
    expect(told).toEqual([]);
  });

  test('is nothing before there is a show, nor after it', () => {
    const { standstill, told, run, freeze } = makeMachine();
    freeze(50_000);
    standstill.begin();
    run(1_000);
    standstill.end();
    freeze(50_000);
    standstill.clock();
    expect(told).toEqual([]);
  });

  test('leaves no more than a moment in the time that is recorded, and none of it is told twice', () => {
    const { standstill, run, freeze } = makeMachine();
    standstill.begin();
    run(1_000);
    const before = standstill.recordedClock();
    freeze(600_000);
    expect(standstill.recordedClock() - before).toBeLessThan(500);
    const after = standstill.recordedClock();
    run(2_000);
    expect(standstill.recordedClock() - after).toBe(2_000);
  });
});
