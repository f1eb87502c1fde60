import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFrameSizes } from './frame-sizes.ts';

const MOST = 70_000;

/** A frame as RFC 6455 §5.2 has it, with nothing in it but zeros. */
const frame = (payload: number, masked: boolean): Buffer => {
  const mask = masked ? 128 : 0;
  const head =
    payload < 126
      ? Buffer.from([129, mask | payload])
      : payload < 65_536
        ? Buffer.from([129, mask | 126, payload >> 8, payload & 255])
        : Buffer.from([129, mask | 127, 0, 0, 0, 0, 0, payload >> 16, (payload >> 8) & 255, payload & 255]);
  return Buffer.concat([head, Buffer.alloc((masked ? 4 : 0) + payload)]);
};

const payloads = fc.oneof(
  fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, MOST, MOST + 1),
  fc.integer({ min: 0, max: 2 * MOST }),
);
const frames = fc.array(fc.record({ payload: payloads, masked: fc.boolean() }), { minLength: 1, maxLength: 4 });
const cuts = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 });

it('finds a frame that is too long, in whatever pieces the network brings it', () => {
  fc.assert(
    fc.property(frames, cuts, (all, lengths) => {
      const hasTooLong = createFrameSizes(MOST);
      const stream = Buffer.concat(all.map(({ payload, masked }) => frame(payload, masked)));
      let found = false;
      for (let at = 0, piece = 0; at < stream.length && !found; piece++) {
        const length = lengths[piece % lengths.length] ?? 1;
        found = hasTooLong(stream.subarray(at, at + length));
        at += length;
      }
      expect(found).toBe(all.some(({ payload }) => payload > MOST));
    }),
  );
});
