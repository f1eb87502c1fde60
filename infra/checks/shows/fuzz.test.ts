import { describe, expect, it } from 'vitest';
import { isReader, READERS } from './fuzzed.ts';

describe('what browsers and servers really send, disturbed (npm run fuzz)', () => {
  it.each(Object.keys(READERS))('does no harm to %s', { timeout: 120_000 }, async (name) => {
    if (!isReader(name)) throw new Error(name);
    const feeder = await READERS[name]();
    const { fault, runs } = await feeder.play({ seed: 1, runs: 300 });
    await feeder.close();
    expect(fault).toBeUndefined();
    expect(runs).toBe(300);
  });
});
