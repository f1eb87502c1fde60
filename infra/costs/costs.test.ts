import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { costOf, costTable, idleHour } from './costs.ts';
import { LIMITS } from '../../ingest-worker/limits.ts';
import { PRICES, RUNGS, USE } from './prices.ts';

it('the runbook has the table that the prices come to', () => {
  expect(readFileSync(new URL('../RUNBOOK.md', import.meta.url), 'utf8')).toContain(costTable());
});

it('copies by the thread, encodes by the core, and pays mostly for the network where it copies', () => {
  expect(costOf(1_000, RUNGS['copied (1, 2)']).tasks).toBe(16);
  expect(costOf(1_000, RUNGS['picture encoded (4)']).tasks).toBe(1_000);
  const { compute, total } = costOf(1_000, RUNGS['copied (1, 2)']);
  expect(compute / total).toBeLessThan(0.1);
});

it('reckons with what an environment has chosen', () => {
  const least = { minWorkers: 1, spot: false, waf: false };
  const idle = (chosen: Partial<typeof least>) => idleHour({ ...least, ...chosen });
  expect(idle({})).toBe(idleHour());
  expect(idle({ minWorkers: 3 })).toBeGreaterThan(idle({ minWorkers: 2 }));
  expect(idle({ spot: true })).toBeLessThan(idle({}));
  expect(idle({ waf: true })).toBeCloseTo(idle({}) + PRICES.firewallMonth.usd / USE.hoursMonth);
});

it('reckons with as many shows as a worker lets in', () => {
  const { memoryShare, workerBytes, sessionBytes, unitBytes } = LIMITS;
  const bytes = USE.memoryGb * 1024 ** 3 * memoryShare - workerBytes;
  expect(Math.floor(bytes / (sessionBytes + unitBytes))).toBe(USE.showsByMemory);
});

it('knows what an hour costs in which nothing happens, and so does the README', () => {
  expect(idleHour()).toBeGreaterThan(0.05);
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`about $${idleHour().toFixed(2)} an hour while nobody is on the air`);
  const each = costOf(10, RUNGS['copied (1, 2)']).total / 10;
  expect(readme).toContain(`$${each.toFixed(2)} an hour and show`);
});

it('says of every price where it is from, and of which nobody has looked', () => {
  for (const { usd, source } of Object.values(PRICES)) {
    expect(usd).toBeGreaterThan(0);
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
  }
  expect(costTable()).toMatch(/From memory, and to be looked up: addressHour, /);
});
