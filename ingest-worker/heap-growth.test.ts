import { expect, it } from 'vitest';
import { heapGrowthFor } from './heap-growth.ts';

const MB = 1024 * 1024;
const memoryBytes = 2_048 * MB;

it.each([
  { feeds: 7, residentMb: 60, percent: 0 },
  { feeds: 8, residentMb: 60, percent: 400 },
  { feeds: 100, residentMb: 511, percent: 400 },
  { feeds: 100, residentMb: 512, percent: 0 },
  { feeds: 100, residentMb: 1_900, percent: 0 },
])(
  'the heap of a worker with $feeds feeds and $residentMb MB in a task of 2 GB may grow by $percent %',
  ({ feeds, residentMb, percent }) => {
    expect(heapGrowthFor({ feeds, residentBytes: residentMb * MB, memoryBytes })).toBe(percent);
  },
);
