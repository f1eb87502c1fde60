import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Asset, merged, recordingOf } from './asset.ts';

const at = fc.integer({ min: 1, max: 6 });
const told = <Value extends string | number>(is: fc.Arbitrary<Value>) => fc.record({ is, at });
const news: fc.Arbitrary<Asset> = fc.record(
  {
    id: fc.constant('a'),
    seenAt: at,
    activeAt: at,
    overAt: at,
    link: told(fc.constantFrom('up', 'down')),
    status: told(fc.constantFrom('preparing', 'ready', 'errored', 'deleted')),
    playback: told(fc.constantFrom('p1', 'p2')),
    duration: told(fc.integer({ min: 0, max: 3 })),
  },
  { requiredKeys: ['id', 'seenAt'] },
);

it('merges the same news to the same facts, whatever their order and number', () => {
  fc.assert(
    fc.property(fc.array(news, { minLength: 1, maxLength: 8 }), fc.integer(), (all, seed) => {
      const shuffled = [...all, ...all.slice(0, seed % 3)].sort((a, b) => hash(a, seed) - hash(b, seed));
      expect(shuffled.reduce(merged)).toEqual(all.map((one) => merged(one, one)).reduce(merged));
    }),
    { numRuns: 1_000 },
  );
});

it('merges in groups as it merges one by one', () => {
  fc.assert(
    fc.property(news, news, news, (a, b, c) => {
      expect(merged(merged(a, b), c)).toEqual(merged(a, merged(b, c)));
    }),
  );
});

it('calls a recording ready once it is closed, processed and playable', () => {
  const closed: Asset = { id: 'a', seenAt: 1, activeAt: 2, overAt: 9, status: { is: 'preparing', at: 3 } };
  expect(recordingOf(closed)).toBe('preparing');
  expect(recordingOf({ ...closed, status: { is: 'ready', at: 10 } })).toBe('preparing');
  expect(recordingOf({ ...closed, status: { is: 'ready', at: 10 }, playback: { is: 'p', at: 10 } })).toBe('ready');
  expect(recordingOf({ ...closed, status: { is: 'errored', at: 10 } })).toBe('failed');
  expect(recordingOf({ id: 'a', seenAt: 1 })).toBe('none');
});

const hash = (asset: Asset, seed: number): number => {
  let value = seed;
  for (const character of JSON.stringify(asset)) value = (Math.imul(value, 31) + character.charCodeAt(0)) | 0;
  return value;
};
