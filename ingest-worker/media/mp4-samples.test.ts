import * as fc from 'fast-check';
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

/** How a writer says where the media of each track of a fragment lies. */
type Way = { fromFragment: boolean; runs: number };

/** A fragment of both tracks, whose samples are of one byte each: its number, counted through. */
const ofBothTracks = (samples: { video: number; audio: number }, { fromFragment, runs }: Way): Buffer => {
  const counts = [samples.video, samples.audio];
  const moof = (mediaAt: number): Buffer => {
    let at = mediaAt;
    let base = 0;
    const parts = counts.map((count, index) => {
      const perRun = Math.ceil(count / runs);
      const written: Buffer[] = [];
      const from = fromFragment ? 0 : base;
      for (let left = count; left > 0; left -= perRun) {
        const here = Math.min(perRun, left);
        written.push(mp4.box('trun', mp4.u32(0x1, here, at - from)));
        at += here;
      }
      base = at;
      const header = mp4.box('tfhd', mp4.u32((fromFragment ? 0x20000 : 0) | 0x10, index + 1, 1));
      return mp4.box('traf', header, mp4.box('tfdt', mp4.u32(0, 0)), ...written);
    });
    return mp4.box('moof', mp4.box('mfhd', mp4.u32(0, 1)), ...parts);
  };
  const media = Buffer.from(Array.from({ length: samples.video + samples.audio }, (_, index) => index));
  return Buffer.concat([moof(moof(0).byteLength + 8), mp4.box('mdat', media)]);
};

it('[E10] samples are found where their runs say, whatever these count from and however many there are', () => {
  const BOTH = mp4.init(
    mp4.trak({ entry: mp4.visual('avc1', 320, 320, mp4.box('avcC', record(sequence(20, 20)))) }),
    mp4.trak({ id: 2, handler: 'soun', entry: mp4.sound('mp4a', 0x40, 0, Buffer.from([0x11, 0x90])) }),
  );
  const fragments = fc.array(
    fc.record({
      samples: fc.record({ video: fc.integer({ min: 1, max: 20 }), audio: fc.integer({ min: 1, max: 20 }) }),
      way: fc.record({ fromFragment: fc.boolean(), runs: fc.integer({ min: 1, max: 4 }) }),
    }),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(fragments, (made) => {
      const found: string[] = [];
      createMp4Samples({
        onSetUps: () => undefined,
        onSample: ({ kind, body }) => found.push(`${kind} ${body.at(-1)}`),
      }).push(Buffer.concat([BOTH, ...made.map(({ samples, way }) => ofBothTracks(samples, way))]));
      const expected = made.flatMap(({ samples: { video, audio } }) => [
        ...Array.from({ length: video }, (_, index) => `video ${index}`),
        ...Array.from({ length: audio }, (_, index) => `audio ${video + index}`),
      ]);
      expect(found).toEqual(expected);
    }),
  );
});
