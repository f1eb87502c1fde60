import { expect, it } from 'vitest';
import { heapGrowthFor } from './heap-growth.ts';

const MB = 1024 * 1024;
const memoryBytes = 2_048 * MB;

it.each([
  { residentMb: 60, percent: 400 },
  { residentMb: 511, percent: 400 },
  { residentMb: 512, percent: 0 },
  { residentMb: 1_900, percent: 0 },
])('the heap of a worker of $residentMb MB in a task of 2 GB may grow by $percent %', ({ residentMb, percent }) => {
  expect(heapGrowthFor({ residentBytes: residentMb * MB, memoryBytes })).toBe(percent);
});
