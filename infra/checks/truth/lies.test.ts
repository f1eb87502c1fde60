import { expect, it } from 'vitest';
import { liesOf, type Moment } from './lies.ts';

const TRUTH = { recordedMs: 10_000, arrivedMs: 9_000, arrivedAgoMs: 0 };
const moment = (atMs: number, sayings: Record<string, boolean>): Moment => ({
  atMs,
  truth: TRUTH,
  claims: Object.entries(sayings).map(([text, so]) => ({ text, holds: () => so })),
});

it('a sentence that is false for longer than it may be is found, whatever number stands in it', () => {
  const moments = [0, 500, 1_000, 1_500, 2_000, 2_500].map((atMs, i) =>
    moment(atMs, { [`${i} seconds are waiting`]: i === 0, 'All is well': true }),
  );
  expect(liesOf(moments, true, 1_500)).toEqual([
    { saying: '5 seconds are waiting', fromMs: 500, forMs: 2_000, truth: TRUTH },
  ]);
  expect(liesOf(moments, true, 2_000)).toEqual([]);
});

it('one that is false twice for a moment each is none', () => {
  const so = [true, false, false, true, false, false, true];
  const moments = so.map((is, i) => moment(i * 500, { 'All is well': is }));
  expect(liesOf(moments, true, 1_000)).toEqual([]);
  expect(liesOf(moments, true, 900)).toHaveLength(2);
});

it('one that is not said any more is no longer false', () => {
  const moments = [moment(0, { 'All is well': false }), moment(900, {}), moment(9_000, {})];
  expect(liesOf(moments, true, 1_000)).toEqual([]);
});
