import { expect, it } from 'vitest';
import { GROUPS, runAttacks } from './run-attacks.ts';

/** Of each group; `npm run attack` plays all. */
const ROWS = 2;
const TIMEOUT_MS = 180_000;

it('strangers get nowhere, and the shows beside them suffer nothing', { timeout: TIMEOUT_MS }, async () => {
  const results = await runAttacks({ quick: true, sample: ROWS });
  expect(results.filter(({ held }) => !held)).toEqual([]);
  const attacked = results.filter(({ attack }) => attack !== 'the bystander');
  expect(new Set(attacked.map(({ group }) => group))).toEqual(new Set(GROUPS));
  // one on the platform, one on a worker by itself
  expect(results.length - attacked.length).toBe(2);
});
