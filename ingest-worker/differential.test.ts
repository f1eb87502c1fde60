import { describe, expect, it } from 'vitest';
import { compare, inputOf } from '../infra/checks/shows/differential.ts';
import { fixture, type FixtureName } from './worker.testing.ts';
import { cluster, element, init, number, simpleBlock, text } from './media/matroska.testing.ts';

/** Files of each container; `npm run fuzz:differential` plays 20,000. */
const FILES = 100;

const TRACK = [number(0xd7, 1), number(0x83, 1), element(0xe0, number(0xb0, 320), number(0xba, 180))];
const KEY = simpleBlock({ key: true, bytes: 400 });
/** A colour space, and a stranger of 16,134 bytes in three. */
const COLOUR = Buffer.from([0x55, 0xb1, 0x81, 0x06, 0x7f, 0x7f, 0x7f, 0x06, 0x00]);
const nested = (depth: number): Buffer => element(0x55b0, ...(depth > 1 ? [nested(depth - 1)] : []));
const withTrack = (...fields: Buffer[]): Buffer =>
  Buffer.concat([init({ tracks: [element(0xae, ...TRACK, ...fields)] }), cluster(0, KEY)]);
const withPicture = (...more: Buffer[]): Buffer => {
  const picture = element(0xe0, number(0xb0, 320), number(0xba, 180), ...more);
  const fields = [number(0xd7, 1), number(0x83, 1), text(0x86, 'V_VP8'), picture];
  return Buffer.concat([init({ tracks: [element(0xae, ...fields)] }), cluster(0, KEY)]);
};

describe('[W19] FFmpeg and we', () => {
  it.each(['vp8-opus.webm', 'h264-opus.mkv', 'h264-aac.mkv', 'h264-aac.mp4', 'h264-opus.mp4'] satisfies FixtureName[])(
    'find the same in %s',
    async (name) => {
      const container = name.endsWith('.mp4') ? 'mp4' : 'matroska';
      expect(await compare(container, fixture(name).bytes)).toEqual({ ours: 'accepts', theirs: 'accepts' });
    },
  );

  it.each(['matroska', 'mp4'] as const)('find the same in what is mutated, if both take it: %s', async (container) => {
    const differing: string[] = [];
    let both = 0;
    for (let run = 0; run < FILES; run++) {
      const { ours, theirs, differs } = await compare(container, inputOf(container, run));
      if (ours === 'accepts' && theirs === 'accepts') both++;
      if (differs !== undefined) differing.push(`${run}: ${differs}`);
    }
    expect(differing).toEqual([]);
    expect(both).toBeGreaterThan(FILES / 20);
  });

  it.each([
    ['matroska', 442],
    ['matroska', 1_774],
    ['matroska', 2_028],
    ['matroska', 2_470],
    ['matroska', 3_074],
    ['matroska', 3_438],
    ['mp4', 3_121],
  ] as const)('no longer differ where the fuzz has found that they did: %s %i', async (container, run) => {
    expect(await compare(container, inputOf(container, run))).not.toHaveProperty('differs');
  });

  it.each([
    ['a second name of the codec', withTrack(text(0x86, 'V_VP8'), text(0x86, 'V_FFV1'))],
    ['a second name of the codec, the other way round', withTrack(text(0x86, 'V_MJPEG'), text(0x86, 'V_VP8'))],
    ['an element inside of the colours that reaches beyond them', withPicture(element(0x55b0, COLOUR))],
    ['colours in colours in colours', withPicture(nested(4))],
    ['a second description of the picture', withTrack(text(0x86, 'V_VP8'), element(0xe0, number(0xb0, 640)))],
  ])('never both take %s', async (_, bytes) => {
    expect(await compare('matroska', bytes)).toMatchObject({ ours: 'refuses' });
  });
});
