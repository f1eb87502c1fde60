import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createContainerReader } from './container-reader.ts';
import { type MediaFacts, pipelineOf } from './container.ts';
import { cluster, element, init as matroska, number, simpleBlock, track } from './matroska.testing.ts';
import { box, init, trak, u32, visual } from './mp4.testing.ts';
import { type Matrix, orientationOf } from './picture-facts.ts';

const factsOf = (bytes: Buffer): MediaFacts => {
  for (const event of createContainerReader().push(bytes)) {
    if (event.type === 'init') return event.facts;
    if (event.type === 'refused') throw new Error(event.detail);
  }
  throw new Error('no init');
};

/** What FFmpeg's own encoder makes, in Matroska. */
const made = (...video: string[]): MediaFacts => {
  const input = '-v error -f lavfi -i testsrc=s=320x180:d=0.2:r=10'.split(' ');
  const { stdout, stderr } = spawnSync('ffmpeg', [...input, ...video, '-f', 'matroska', 'pipe:1']);
  if (stdout.byteLength < 1_000) throw new Error(stderr.toString());
  return factsOf(stdout);
};

const recorded = (name: string): MediaFacts =>
  factsOf(readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))));

const FIXED = 0x10000;
/** Version and times, track, nothing, layer; the matrix; width and height. */
const tkhd = ([a, b, c, d]: Matrix, width = 0, height = 0): Buffer => {
  const matrix = u32(...[a, b, 0, c, d, 0, 0, 0].map((value) => value * FIXED), 0x40000000);
  return box('tkhd', u32(0, 0, 0, 1), Buffer.alloc(24), matrix, u32(width * FIXED, height * FIXED));
};

const shownAs = (header: Buffer, entry = visual('vp09', 1_440, 1_080, box('vpcC', Buffer.alloc(12)))): MediaFacts =>
  factsOf(init(trak({ entry, header })));

const matroskaPicture = (...settings: Buffer[]): MediaFacts => {
  const picture = track('video', 'V_VP8', { width: 320, height: 240, picture: Buffer.concat(settings) });
  return factsOf(Buffer.concat([matroska({ tracks: [picture] }), cluster(0, simpleBlock({ key: true }))]));
};
const float = (id: number, value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return element(id, bytes);
};
const posed = (roll: number, ...more: Buffer[]): Buffer =>
  element(0x7670, number(0x7671, 0), float(0x7675, roll), ...more);

describe('[E2] how a picture lies', () => {
  it.each<[string, Matrix, ReturnType<typeof orientationOf>]>([
    ['upright', [1, 0, 0, 1], {}],
    ['of an upright phone', [0, 1, -1, 0], { turnedBy: 90 }],
    ['of a phone upside down', [-1, 0, 0, -1], { turnedBy: 180 }],
    ['of a phone that stands the other way', [0, -1, 1, 0], { turnedBy: 270 }],
    ['of a front camera', [-1, 0, 0, 1], { mirrored: true }],
    ['upside down and mirrored', [1, 0, 0, -1], { turnedBy: 180, mirrored: true }],
    ['with its sides exchanged', [0, 1, 1, 0], { turnedBy: 270, mirrored: true }],
    ['with its sides exchanged the other way', [0, -1, -1, 0], { turnedBy: 90, mirrored: true }],
    ['nowhere', [0, 0, 0, 0], {}],
    ['a little askew', [0.99, 0.1, -0.1, 0.99], {}],
  ])('a picture that is %s', (_, matrix, expected) => {
    expect(orientationOf(matrix)).toEqual(expected);
  });

  it('is read from the header of its track in MP4', () => {
    expect(shownAs(tkhd([0, 1, -1, 0])).video).toEqual({ codec: 'vp9', width: 1_440, height: 1_080, turnedBy: 90 });
    expect(shownAs(tkhd([1, 0, 0, 1])).video).toEqual({ codec: 'vp9', width: 1_440, height: 1_080 });
  });

  it.each([
    [90, { turnedBy: 270 }],
    [-90, { turnedBy: 90 }],
    [180, { turnedBy: 180 }],
    [-180, { turnedBy: 180 }],
    [0, {}],
    [Number.NaN, {}],
  ])('is read from its pose in Matroska: rolled by %d degrees against the clock', (roll, expected) => {
    expect(matroskaPicture(posed(roll)).video).toEqual({ codec: 'vp8', width: 320, height: 240, ...expected });
  });

  it('is mirrored where a pose in Matroska looks the other way', () => {
    expect(matroskaPicture(posed(0, float(0x7673, 180))).video).toMatchObject({ mirrored: true });
  });

  it('is not turned where the picture is a globe', () => {
    expect(matroskaPicture(element(0x7670, number(0x7671, 1), float(0x7675, 90))).video).not.toHaveProperty('turnedBy');
  });
});

describe('[E2] the shape of pixels', () => {
  const pasp = (across: number, down: number) =>
    visual('vp09', 1_440, 1_080, box('vpcC', Buffer.alloc(12)), box('pasp', u32(across, down)));

  it('is read from MP4', () => {
    expect(shownAs(tkhd([1, 0, 0, 1]), pasp(4, 3)).video.pixelAspect).toBeCloseTo(4 / 3);
    expect(shownAs(tkhd([1, 0, 0, 1], 1_920, 1_080)).video.pixelAspect).toBeCloseTo(4 / 3);
    expect(shownAs(tkhd([1, 0, 0, 1], 1_440, 1_080)).video).not.toHaveProperty('pixelAspect');
    for (const [across, down] of [
      [1, 1],
      [0, 0],
      [1_000, 1],
    ] as const)
      expect(shownAs(tkhd([1, 0, 0, 1]), pasp(across, down)).video).not.toHaveProperty('pixelAspect');
  });

  it('is read from Matroska, in whatever unit but an unknown one', () => {
    const shown = (...more: Buffer[]) => matroskaPicture(number(0x54b0, 427), number(0x54ba, 240), ...more).video;
    expect(shown().pixelAspect).toBeCloseTo(4 / 3, 2);
    expect(shown(number(0x54b2, 3)).pixelAspect).toBeCloseTo(4 / 3, 2);
    expect(shown(number(0x54b2, 4))).not.toHaveProperty('pixelAspect');
    expect(matroskaPicture(number(0x54b0, 320)).video).not.toHaveProperty('pixelAspect');
  });
});

describe('[E2] H.264 is copied where viewers see it as it is meant', () => {
  it.each([
    ['baseline', '-pix_fmt yuv420p -profile:v baseline', 'copy'],
    ['high', '-pix_fmt yuv420p -profile:v high', 'copy'],
    ['4:4:4', '-pix_fmt yuv444p', 'transcode'],
    ['4:2:2', '-pix_fmt yuv422p', 'transcode'],
    ['ten bits', '-pix_fmt yuv420p10le', 'transcode'],
    ['shades of grey', '-pix_fmt gray', 'transcode'],
    ['lossless', '-pix_fmt yuv420p -qp 0', 'transcode'],
    ['a shape that the set-up tells, too', '-pix_fmt yuv420p -vf setsar=4/3', 'copy'],
    [
      'a shape that only the container tells',
      '-pix_fmt yuv420p -aspect 4:3 -bsf:v h264_metadata=sample_aspect_ratio=1',
      'transcode',
    ],
    ['5120×720', '-pix_fmt yuv420p -vf scale=5120:720', 'transcode'],
    ['4096×720', '-pix_fmt yuv420p -vf scale=4096:720', 'copy'],
  ])('%s', (_, options, pipeline) => {
    expect(pipelineOf(made('-c:v', 'libx264', ...options.split(' ')))).toBe(pipeline);
  });

  it('also where it has come from a phone on its side', () => {
    expect(pipelineOf(recorded('cases/rotated-phone.mp4'))).toBe('transcode');
    expect(recorded('cases/rotated-phone.mp4').video).toMatchObject({ width: 320, height: 180, turnedBy: 270 });
    expect(pipelineOf(recorded('h264-aac.mp4'))).toBe('copy');
  });
});
