import { expect, test } from 'vitest';
import { createTimers } from './timers.ts';

/** A browser that wakes nobody until `wake` is called, as Firefox does with a hidden tab's workers. */
const makeHidden = () => {
  let nowMs = 0;
  const asleep = new Map<number, () => void>();
  let ids = 0;
  const timers = createTimers({
    clock: () => nowMs,
    after: (_, then) => {
      const id = ids++;
      asleep.set(id, then);
      return () => void asleep.delete(id);
    },
  });
  return {
    timers,
    asleep,
    pass: (ms: number) => (nowMs += ms),
    wake: () => {
      for (const then of asleep.values()) then();
    },
  };
};

test('what is due runs at the next beat, in order of its time, and what is not waits', () => {
  const { timers, pass } = makeHidden();
  const ran: string[] = [];
  timers.after(20, () => ran.push('later'));
  timers.after(10, () => ran.push('sooner'));
  timers.after(30, () => ran.push('too late'));
  pass(9);
  timers.beat();
  expect(ran).toEqual([]);
  pass(20);
  timers.beat();
  expect(ran).toEqual(['sooner', 'later']);
});

test('each runs once, whether the browser or a beat is first', () => {
  const { timers, pass, wake, asleep } = makeHidden();
  let runs = 0;
  timers.after(10, () => (runs += 1));
  pass(10);
  timers.beat();
  wake();
  expect([runs, asleep.size]).toEqual([1, 0]);
  timers.after(10, () => (runs += 1));
  wake();
  pass(10);
  timers.beat();
  expect(runs).toBe(2);
});

test('one that was called off never runs, also by another one in the same beat', () => {
  const { timers, pass, asleep } = makeHidden();
  let runs = 0;
  const forgets: (() => void)[] = [];
  timers.after(5, () => forgets.forEach((forget) => forget()));
  forgets.push(timers.after(10, () => (runs += 1)));
  pass(10);
  timers.beat();
  expect([runs, asleep.size]).toEqual([0, 0]);
});

test('a pace of timers that each start the next goes on at the beat', () => {
  const { timers, pass } = makeHidden();
  let ticks = 0;
  const tick = () => {
    ticks += 1;
    timers.after(33, tick);
  };
  tick();
  for (let beats = 0; beats < 100; beats++) {
    pass(21);
    timers.beat();
  }
  // Each time at the first beat after 33 ms, which is the second one.
  expect(ticks).toBe(51);
});
