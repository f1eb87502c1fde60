import { describe, expect, it } from 'vitest';
import { createStallWatch } from './stall-watch.ts';

const STALL_MS = 8_000;
const END_MS = 5_000;
const SLOW_FACTOR = 5;
const LOOK_MS = 500;
const LONG_MS = 60_000;

/** @param tells whether the system tells of processor time */
const watch = ({ tells = false } = {}) => {
  let nowMs = 0;
  let usedMs = 700;
  const made = createStallWatch({
    stallMs: STALL_MS,
    endMs: END_MS,
    slowFactor: SLOW_FACTOR,
    clock: () => nowMs,
    processorMs: () => (tells ? usedMs : undefined),
  });
  const pass = (ms: number): void => void (nowMs += ms);
  return {
    ...made,
    pass,
    /** How long it takes, given more and looked at all the while, until it is taken for stalled; undefined: not within LONG_MS. */
    stallsAfter: ({ share }: { share: number }): number | undefined => {
      for (let passedMs = LOOK_MS; passedMs <= LONG_MS; passedMs += LOOK_MS) {
        made.wrote(false);
        pass(LOOK_MS);
        usedMs += LOOK_MS * share;
        if (made.stalled()) return passedMs;
      }
      return undefined;
    },
  };
};

describe('[E7] an encoder that hangs', () => {
  it('has been given more for longer than stallMs and said nothing', () => {
    const stall = watch();
    stall.wrote(true);
    stall.pass(4_000);
    stall.wrote(true);
    stall.pass(STALL_MS - 4_000);
    expect(stall.stalled()).toBe(false);
    stall.pass(1);
    expect(stall.stalled()).toBe(true);
  });

  it('or takes no more of it', () => {
    const stall = watch();
    stall.wrote(false);
    stall.pass(STALL_MS + 1);
    expect(stall.stalled()).toBe(true);
    stall.taken();
    expect(stall.stalled()).toBe(false);
  });

  it('is not one that answers', () => {
    const stall = watch();
    for (let second = 0; second < 20; second++) {
      stall.wrote(true);
      stall.pass(1_000);
      stall.answered();
    }
    expect(stall.stalled()).toBe(false);
  });

  it('is not one whose client has gone in the middle of a frame', () => {
    const stall = watch();
    stall.wrote(true);
    stall.pass(10 * STALL_MS);
    expect(stall.stalled()).toBe(false);
  });

  it('is not one that we do not read', () => {
    const paused = watch();
    paused.wrote(false);
    paused.pause();
    paused.pass(10 * STALL_MS);
    expect(paused.stalled()).toBe(false);
    paused.resume();
    expect(paused.stalled()).toBe(false);
  });
});

describe('[E7] an encoder on a busy machine', () => {
  const stalledMs = STALL_MS + LOOK_MS;

  it('that gets none of the processor hangs, as far as anybody can see', () => {
    expect(watch({ tells: true }).stallsAfter({ share: 0 })).toBe(stalledMs);
  });

  it('or only wakes up now and then', () => {
    expect(watch({ tells: true }).stallsAfter({ share: 0.001 })).toBe(stalledMs);
  });

  it('that gets a little of it is slow, for so many times as long and no longer', () => {
    expect(watch({ tells: true }).stallsAfter({ share: 0.01 })).toBe(SLOW_FACTOR * STALL_MS + LOOK_MS);
    expect(watch({ tells: true }).stallsAfter({ share: 0.1 })).toBe(SLOW_FACTOR * STALL_MS + LOOK_MS);
  });

  it('that has had enough of it and still says nothing goes round in circles', () => {
    const atHalfSpeed = watch({ tells: true }).stallsAfter({ share: 0.5 });
    expect(atHalfSpeed).toBeGreaterThan(2 * STALL_MS);
    expect(atHalfSpeed).toBeLessThan(SLOW_FACTOR * STALL_MS);
    expect(watch({ tells: true }).stallsAfter({ share: 2 })).toBe(stalledMs);
  });

  it('that worked and then stopped has the same time again', () => {
    const stall = watch({ tells: true });
    stall.wrote(false);
    expect(stall.stallsAfter({ share: 0.1 })).toBeGreaterThan(stalledMs);
    stall.answered();
    expect(stall.stallsAfter({ share: 0 })).toBe(stalledMs);
  });

  it('is judged by the wall clock where the system does not tell', () => {
    expect(watch().stallsAfter({ share: 0.1 })).toBe(stalledMs);
  });

  it('[E6] and so is one that is to end', () => {
    const stall = watch({ tells: true });
    stall.ended();
    expect(stall.stallsAfter({ share: 0.1 })).toBe(SLOW_FACTOR * END_MS + LOOK_MS);
  });
});

describe('[E6] an encoder that is to end', () => {
  it('has endMs from each sign of life to the next', () => {
    const stall = watch();
    stall.wrote(false);
    stall.ended();
    for (let signs = 0; signs < 10; signs++) {
      stall.pass(END_MS);
      expect(stall.stalled()).toBe(false);
      stall.answered();
    }
    stall.pass(END_MS + 1);
    expect(stall.stalled()).toBe(true);
  });
});
