import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { createContainerReader } from './container-reader.ts';
import type { ContainerEvent } from './container.ts';
import { bits, formatted, golomb, record, sequence } from './h264.testing.ts';
import { cluster, element, init, simpleBlock, track } from './matroska.testing.ts';
import { pictureInConfiguration } from './picture-size.ts';

const events = (setUp: Buffer): ContainerEvent[] => {
  const extra = element(0x63a2, setUp);
  const picture = track('video', 'V_MPEG4/ISO/AVC', { width: 320, height: 180, extra });
  const media = cluster(0, simpleBlock({ key: true }));
  return createContainerReader().push(Buffer.concat([init({ tracks: [picture] }), media]));
};

describe('[L10] the size of a picture', () => {
  it('is what its set-up says, because that is what a decoder makes room for', () => {
    expect(pictureInConfiguration(record(sequence(80, 45)))).toEqual({ width: 1_280, height: 720, common: true });
    expect(pictureInConfiguration(record(sequence(120, 68, 4)))).toEqual({
      width: 1_920,
      height: 1_080,
      common: true,
    });
    expect(events(record(sequence(80, 45)))[0]).toMatchObject({
      facts: { video: { codec: 'h264', width: 1_280, height: 720 } },
    });
  });

  it('is at most pictureSide and picturePixels there, too, also of what is cut off', () => {
    const most = LIMITS.pictureSide / 16;
    for (const set of [sequence(256, 256), sequence(most, 128)])
      expect(events(record(set))[0]).toMatchObject({ type: 'init' });
    const said = /^a picture of \d+x\d+, (larger than 8192 a side|of more than 16777216 pixels)$/;
    for (const set of [
      sequence(most + 1, 45),
      sequence(80, most + 1),
      sequence(257, 256),
      sequence(875, 875),
      sequence(80, 875, 6_800),
    ])
      expect(events(record(set))).toEqual([{ type: 'refused', detail: expect.stringMatching(said) }]);
  });

  it.each([
    ['a parameter set of too high a number', [32, 0, 2, 1]],
    ['a counter of pictures of too many bits', [0, 13, 2, 1]],
    ['a way of ordering that there is not', [0, 0, 3, 1]],
    ['too many pictures to refer to', [0, 0, 2, 17]],
  ])('is not taken from a set-up with %s, which FFmpeg passes over', (_, numbers) => {
    const set = bits(...numbers.map(golomb), '0', golomb(79), golomb(44), '1', '1', '0', '0', '1');
    const refused = { type: 'refused', detail: 'a set-up that cannot be read' };
    expect(events(record(Buffer.concat([Buffer.from([0x67, 66, 0xc0, 30]), set])))).toEqual([refused]);
  });

  it('is not taken from a set-up whose shape of a pixel is in no table, which FFmpeg passes over', () => {
    const aspect = (number: number) => number.toString(2).padStart(8, '0');
    const of = (number: number) =>
      bits(
        golomb(0),
        golomb(0),
        golomb(2),
        golomb(1),
        '0',
        golomb(79),
        golomb(44),
        '1',
        '1',
        '0',
        '1',
        '1',
        aspect(number),
        '0',
      );
    const set = (number: number) => record(Buffer.concat([Buffer.from([0x67, 66, 0xc0, 30]), of(number)]));
    expect(events(set(16))[0]).toMatchObject({ type: 'init' });
    for (const number of [17, 254])
      expect(events(set(number))).toEqual([{ type: 'refused', detail: 'a set-up that cannot be read' }]);
  });

  it('[E2] can be copied only where all of its sets can', () => {
    const [high, high444] = [formatted(80, 45), formatted(80, 45, { profile: 244, chroma: 3 })];
    expect(pictureInConfiguration(record(high, high))).toMatchObject({ common: true });
    for (const sets of [
      [high, high444],
      [high444, high],
    ])
      expect(pictureInConfiguration(record(...sets))).toMatchObject({ common: false });
  });

  it.each([
    ['of two sizes', record(sequence(80, 45), sequence(40, 30)), 'a set-up of several sizes'],
    ['cut short', record(sequence(80, 45)).subarray(0, -8), 'a set-up that cannot be read'],
    ['of another kind', Buffer.alloc(20), 'a set-up that cannot be read'],
    ['without an end', record(Buffer.from([0x67, 66, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0])), 'a set-up that cannot be read'],
  ])('[W19] is refused where the set-up is %s', (_, setUp, detail) => {
    expect(events(setUp)).toEqual([{ type: 'refused', detail }]);
  });
});
