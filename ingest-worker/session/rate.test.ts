import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { createRate } from './rate.ts';

const rateOf = (kbps: number) => {
  let nowMs = 0;
  const { spend, owe } = createRate({ kbps, clock: () => nowMs });
  return { spend, owe, pass: (ms: number) => void (nowMs += ms) };
};

describe('[L8] bytes a second', () => {
  it('lets the ring of a client that was away come at once, and not a byte more', () => {
    expect(rateOf(2_500).spend(LIMITS.rateBurstBytes)).toBe(true);
    expect(rateOf(2_500).spend(LIMITS.rateBurstBytes + 1)).toBe(false);
  });

  it('then lets rateFactor times the bitrate come for ever', () => {
    const rate = rateOf(2_500);
    rate.spend(LIMITS.rateBurstBytes);
    const second = (2_500 * LIMITS.rateFactor * 1_000) / 8;
    for (let i = 0; i < 60; i++) {
      rate.pass(1_000);
      expect(rate.spend(second)).toBe(true);
    }
    rate.pass(1_000);
    expect(rate.spend(second + 1)).toBe(false);
  });

  it('takes no bitrate for smaller than rateFloorKbps', () => {
    const rate = rateOf(1);
    rate.spend(LIMITS.rateBurstBytes);
    rate.pass(1_000);
    expect(rate.spend((LIMITS.rateFloorKbps * 1_000) / 8)).toBe(true);
    expect(rate.spend(1)).toBe(false);
  });

  it('counts a tiny message as messageCostBytes', () => {
    const rate = rateOf(1);
    rate.spend(LIMITS.rateBurstBytes - LIMITS.messageCostBytes);
    expect(rate.spend(1)).toBe(true);
    expect(rate.spend(1)).toBe(false);
  });

  it('counts what has turned out to be dearer than its bytes, and nothing back for what has not', () => {
    const rate = rateOf(1);
    rate.spend(LIMITS.rateBurstBytes - 100);
    expect(rate.owe(-1_000)).toBe(true);
    expect(rate.owe(100)).toBe(true);
    expect(rate.owe(1)).toBe(false);
  });
});
