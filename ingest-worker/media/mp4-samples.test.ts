import { expect, it } from 'vitest';
import { countMoves } from './moves.testing.ts';
import { record, sequence } from './h264.testing.ts';
import { createMp4Samples } from './mp4-samples.ts';
import * as mp4 from './mp4.testing.ts';

const INIT = mp4.init(mp4.trak({ entry: mp4.visual('avc1', 320, 320, mp4.box('avcC', record(sequence(20, 20)))) }));

/** A fragment with so many samples of one byte each. */
const fragment = (samples: number): Buffer => {
  const moof = (mediaAt: number): Buffer => {
    const run = mp4.box('trun', mp4.u32(0x201, samples, mediaAt, ...Array.from({ length: samples }, () => 1)));
    const time = mp4.box('tfdt', mp4.u32(0, 0));
    return mp4.box('moof', mp4.box('traf', mp4.box('tfhd', mp4.u32(0x10, 1, 1)), time, run));
  };
  return Buffer.concat([moof(moof(0).byteLength + 8), mp4.box('mdat', Buffer.alloc(samples))]);
};

it('[L17] a fragment of many samples is taken apart in proportion to them', () => {
  const SAMPLES = 20_000;
  let taken = 0;
  const reader = createMp4Samples({
    onSetUps: () => undefined,
    onSample: () => {
      taken += 1;
    },
  });
  const bytes = Buffer.concat([INIT, fragment(SAMPLES)]);
  expect(countMoves(() => reader.push(bytes))).toBeLessThan(2 * SAMPLES);
  expect(taken).toBe(SAMPLES);
});
