import { describe, expect, it } from 'vitest';
import { createStallWatch } from './stall-watch.ts';

const STALL_MS = 8_000;
const END_MS = 5_000;

const watch = () => {
  let nowMs = 0;
  const made = createStallWatch({ stallMs: STALL_MS, endMs: END_MS, clock: () => nowMs });
  return { ...made, pass: (ms: number) => void (nowMs += ms) };
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
