import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { warmUp } from './warm-up.ts';

const UNKNOWN = { redeemed: false, because: 'unknown' } as const;

it('asks some hundreds of times, each time for another key, and a few at once', async () => {
  const keys = new Set<string>();
  let [asking, most] = [0, 0];
  await warmUp({
    redeem: async (key) => {
      keys.add(key);
      asking += 1;
      most = Math.max(most, asking);
      await turn();
      asking -= 1;
      return UNKNOWN;
    },
  });
  expect(keys.size).toBe(400);
  expect(most).toBe(4);
});

it('is over at once where the table does not answer', async () => {
  let asked = 0;
  await warmUp({
    redeem: async () => {
      asked += 1;
      await turn();
      throw new Error('the table is away');
    },
  });
  expect(asked).toBe(4);
});
