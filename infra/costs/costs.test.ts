import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { costOf, costTable } from './costs.ts';
import { PRICES, RUNGS } from './prices.ts';

it('the runbook has the table that the prices come to', () => {
  expect(readFileSync(new URL('../RUNBOOK.md', import.meta.url), 'utf8')).toContain(costTable());
});

it('copies by memory, encodes by CPU, and pays mostly for the network where it copies', () => {
  expect(costOf(1_000, RUNGS['copied (1, 2)']).tasks).toBe(7);
  expect(costOf(1_000, RUNGS['picture encoded (4)']).tasks).toBe(1_000);
  const { compute, total } = costOf(1_000, RUNGS['copied (1, 2)']);
  expect(compute / total).toBeLessThan(0.1);
});

it('says of every price where it is from, and of which nobody has looked', () => {
  for (const { usd, source } of Object.values(PRICES)) {
    expect(usd).toBeGreaterThan(0);
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
  }
  expect(costTable()).toMatch(/From memory, and to be looked up: addressHour, /);
});
