import { expect, it } from 'vitest';
import { measureHeld } from '../held.testing.ts';
import { createByteFeed } from './byte-feed.ts';

/** Much more than what a process holds now and not then for reasons of its own. */
const ELEMENT_BYTES = 1_000_000;

it('[L17] what waits for the rest of an element takes about its bytes, however few of them come at a time', () => {
  const feed = createByteFeed();
  const held = measureHeld(() => {
    for (let at = 1; at < ELEMENT_BYTES; at++) feed.push(Buffer.of(at % 251), () => ({ needs: ELEMENT_BYTES }));
  });
  expect(held).toBeLessThan(4 * ELEMENT_BYTES);
  let taken: Buffer | undefined;
  feed.push(Buffer.of(0), (whole) => {
    taken = Buffer.from(whole);
    return { took: whole.byteLength };
  });
  const expected = Buffer.from(Array.from({ length: ELEMENT_BYTES }, (_, index) => (index + 1) % 251));
  expected[ELEMENT_BYTES - 1] = 0;
  expect(taken?.equals(expected)).toBe(true);
});
