import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { type FixtureName, fixture } from '../worker.testing.ts';
import { createContainerReader } from './container-reader.ts';
import { type ContainerEvent, type MediaFacts, pipelineOf } from './container.ts';
import { bits, formatted, record, sequence } from './h264.testing.ts';
import * as mkv from './matroska.testing.ts';
import * as mp4 from './mp4.testing.ts';

const HD = sequence(80, 45);
/** 875 macroblocks a side: 14,000 pixels, for which a decoder asks for 500 MB. */
const HUGE = sequence(875, 875);
const LARGER = sequence(120, 68);
const SLICE = Buffer.from([0x41, 0x9a, 0x00]);
const REFUSED = { type: 'refused', detail: 'a picture of 14000x14000, larger than 8192 a side' };

const withLengths = (...units: Buffer[]): Buffer =>
  Buffer.concat(units.flatMap((unit) => [mp4.u32(unit.byteLength), unit]));
const withStartCodes = (...units: Buffer[]): Buffer =>
  Buffer.concat(units.flatMap((unit) => [Buffer.from([0, 0, 0, 1]), unit]));

type Codec = 'V_MPEG4/ISO/AVC' | 'V_VP8' | 'V_VP9';
/** A recording in Matroska of these pictures. */
const inMatroska = (codec: Codec, pictures: Buffer[], setUp?: Buffer): Buffer => {
  const extra = setUp ? mkv.element(0x63a2, setUp) : Buffer.alloc(0);
  const track = mkv.track('video', codec, { width: 1_280, height: 720, extra });
  const blocks = pictures.map((picture, index) =>
    mkv.element(0xa3, Buffer.concat([Buffer.from([0x81, 0, index, index === 0 ? 0x80 : 0]), picture])),
  );
  return Buffer.concat([mkv.init({ docType: 'matroska', tracks: [track] }), mkv.cluster(0, ...blocks)]);
};

/** One fragment of these pictures in MP4, with something before them in its media. */
const inMp4 = (pictures: Buffer[], { says = true } = {}): Buffer => {
  const entry = mp4.visual('avc1', 1_280, 720, mp4.box('avcC', record(HD)));
  const AHEAD = Buffer.alloc(11, 1);
  const sizes = pictures.map(({ byteLength }) => byteLength);
  const moof = (offset: number): Buffer =>
    mp4.box(
      'moof',
      mp4.box('mfhd', mp4.u32(0, 1)),
      mp4.box(
        'traf',
        mp4.box('tfhd', mp4.u32(0x20000, 1)),
        mp4.box('tfdt', mp4.u32(0, 0)),
        mp4.box('trun', mp4.u32(says ? 0x201 : 0x200, sizes.length, ...(says ? [offset] : []), ...sizes)),
      ),
    );
  const start = moof(0).byteLength + 8 + AHEAD.byteLength;
  return Buffer.concat([mp4.init(mp4.trak({ entry })), moof(start), mp4.box('mdat', AHEAD, ...pictures)]);
};

const vp8 = (width: number, height: number): Buffer =>
  Buffer.from([0x10, 0, 0, 0x9d, 0x01, 0x2a, width & 255, width >> 8, height & 255, height >> 8, 0, 0]);

const sixteen = (value: number): string => (value - 1).toString(2).padStart(16, '0');
const SYNC = (0x498342).toString(2).padStart(24, '0');
const vp9 = {
  key: (width: number, height: number): Buffer =>
    bits('10', '00', '0', '0', '1', '0', SYNC, '001', '0', sixteen(width), sixteen(height)),
  hiddenIntra: (width: number, height: number): Buffer =>
    bits('10', '00', '0', '1', '0', '0', '1', '00', SYNC, '00000001', sixteen(width), sixteen(height)),
  resized: (width: number, height: number): Buffer =>
    bits('10', '00', '0', '1', '1', '0', '00', '00000001', '0000'.repeat(3), '000', sixteen(width), sixteen(height)),
  asBefore: bits('10', '00', '0', '1', '1', '0', '00', '00000001', '0000'.repeat(3), '1'),
  together: (...frames: Buffer[]): Buffer => {
    const marker = Buffer.from([0xc0 | (frames.length - 1)]);
    return Buffer.concat([...frames, marker, Buffer.from(frames.map(({ byteLength }) => byteLength)), marker]);
  },
};

/** What a reader says of a recording that comes in pieces of so many bytes. */
const read = (bytes: Buffer, pieceBytes = bytes.byteLength): ContainerEvent[] => {
  const reader = createContainerReader();
  const events: ContainerEvent[] = [];
  for (let at = 0; at < bytes.byteLength; at += pieceBytes)
    events.push(...reader.push(bytes.subarray(at, at + pieceBytes)));
  return events;
};

const first = withLengths(HD, SLICE);
const h264 = (...pictures: Buffer[]): Buffer => inMatroska('V_MPEG4/ISO/AVC', pictures, record(HD));

describe('[L10] a size within the stream', () => {
  it.each([
    ['H.264, in its first picture', h264(withLengths(HUGE, SLICE))],
    ['H.264, in a later picture', h264(first, withLengths(SLICE), withLengths(HUGE, SLICE))],
    ['H.264, behind a slice of its picture', h264(withLengths(SLICE, HUGE))],
    ['H.264 with start codes', inMatroska('V_MPEG4/ISO/AVC', [withStartCodes(HD, SLICE), withStartCodes(HUGE, SLICE)])],
    ['H.264 in MP4', inMp4([first, withLengths(HUGE, SLICE)])],
    ['VP8', inMatroska('V_VP8', [vp8(1_280, 720), vp8(14_000, 14_000)])],
    ['VP9', inMatroska('V_VP9', [vp9.key(1_280, 720), vp9.key(14_000, 14_000)])],
    ['VP9 that is not shown', inMatroska('V_VP9', [vp9.together(vp9.hiddenIntra(14_000, 14_000), vp9.asBefore)])],
    ['VP9 that leans on another', inMatroska('V_VP9', [vp9.key(1_280, 720), vp9.resized(14_000, 14_000)])],
  ])('is refused by name where it is more than we take: %s', (_, bytes) => {
    for (const pieceBytes of [bytes.byteLength, 7]) expect(read(bytes, pieceBytes).at(-1)).toEqual(REFUSED);
  });

  it.each([
    ['H.264', h264(first, withLengths(LARGER, SLICE), withLengths(HD, SLICE), withLengths(LARGER, SLICE)), 1_088],
    ['H.264 in MP4', inMp4([first, withLengths(LARGER, SLICE)]), 1_088],
    ['VP8', inMatroska('V_VP8', [vp8(1_280, 720), vp8(1_920, 1_080), vp8(640, 360)]), 1_080],
    ['VP9', inMatroska('V_VP9', [vp9.key(1_280, 720), vp9.resized(1_920, 1_080), vp9.asBefore]), 1_080],
  ])('is told once where it is more than before: %s', (_, bytes, height) => {
    const events = read(bytes);
    expect(events.filter(({ type }) => type === 'larger')).toEqual([
      { type: 'larger', width: 1_920, height, offset: expect.any(Number) },
    ]);
    expect(events.some(({ type }) => type === 'refused')).toBe(false);
  });

  it('is seen before anything of its picture may be read', () => {
    const bytes = h264(first, withLengths(HUGE, SLICE));
    const reader = createContainerReader();
    const cut = bytes.byteLength - 1;
    reader.push(bytes.subarray(0, cut));
    expect(bytes.subarray(reader.settled, cut).includes(HUGE)).toBe(true);
    expect(reader.push(bytes.subarray(cut)).at(-1)).toEqual(REFUSED);
  });

  it.each([
    ['behind their lengths', (units: Buffer[]) => h264(withLengths(...units))],
    ['behind start codes', (units: Buffer[]) => inMatroska('V_MPEG4/ISO/AVC', [withStartCodes(...units)])],
  ])('is looked for among pictureUnits units, %s, and a picture of more is refused', (_, recording) => {
    const units = Array.from({ length: LIMITS.pictureUnits - 1 }, () => SLICE);
    expect(read(recording([HD, ...units])).filter(({ type }) => type === 'refused')).toEqual([]);
    expect(read(recording([HD, SLICE, ...units])).at(-1)).toEqual({
      type: 'refused',
      detail: 'a picture of more than 16384 units',
    });
  });

  it('is refused where a set-up stands in the place of a picture, which FFmpeg would take for one', () => {
    const refused = { type: 'refused', detail: 'a set-up in the place of a picture' };
    expect(read(h264(first, record(HUGE))).at(-1)).toEqual(refused);
  });

  it('is refused where several pictures are laced into one block, as no browser does', () => {
    const laced = mkv.simpleBlock({ key: true, lacing: [1, 5] });
    expect(read(Buffer.concat([mkv.init(), mkv.cluster(0, laced)])).at(-1)).toEqual({
      type: 'refused',
      detail: 'several pictures in a block',
    });
  });

  it.each(['vp8-opus.webm', 'h264-opus.mkv', 'h264-aac.mkv', 'h264-aac.mp4', 'h264-opus.mp4'] satisfies FixtureName[])(
    'is the one that its container says, in what a browser has recorded: %s',
    (name) => {
      const events = read(fixture(name).bytes, 7_000);
      expect(events.filter(({ type }) => type === 'larger' || type === 'refused')).toEqual([]);
    },
  );
});

describe('[E2] a format within the stream', () => {
  const COMMON = [HD, sequence(20, 12), formatted(80, 45)];
  const UNCOMMON = [
    formatted(80, 45, { profile: 110, depth: 2 }),
    formatted(80, 45, { profile: 122, chroma: 2 }),
    formatted(80, 45, { profile: 244, chroma: 3 }),
    formatted(80, 45, { chroma: 0 }),
    formatted(320, 90),
  ];

  /** What is known of the media at the end. */
  const factsAtTheEnd = (bytes: Buffer): MediaFacts => {
    const events = read(bytes);
    const [init] = events;
    if (init?.type !== 'init') throw new Error('no init');
    const last = events.findLast((event) => event.type === 'larger');
    return { ...init.facts, video: { ...init.facts.video, ...last } };
  };
  const NO_SETS = Buffer.from([1, 66, 0xc0, 30, 0xff, 0xe0, 0]);
  type Way = (pictures: Buffer[][]) => Buffer;
  const byLength =
    (setUp: Buffer): Way =>
    (pictures) =>
      inMatroska(
        'V_MPEG4/ISO/AVC',
        pictures.map((units) => withLengths(...units)),
        setUp,
      );
  const WAYS: Record<string, Way> = {
    'with a set-up in the container': byLength(record(HD)),
    'with an empty set-up in the container': byLength(NO_SETS),
    'without one, behind start codes': (pictures) =>
      inMatroska(
        'V_MPEG4/ISO/AVC',
        pictures.map((units) => withStartCodes(...units)),
      ),
    'in MP4': (pictures) => inMp4(pictures.map((units) => withLengths(...units))),
  };

  it.each(Object.entries(WAYS))('makes what cannot be copied be encoded, whenever it comes: %s', (_, way) => {
    const picture = fc.option(fc.constantFrom(...COMMON, ...UNCOMMON), { nil: undefined, freq: 3 });
    fc.assert(
      fc.property(fc.array(picture, { minLength: 1, maxLength: 12 }), (sets) => {
        const bytes = way(sets.map((set) => (set ? [set, SLICE] : [SLICE])));
        const isUncommon = sets.some((set) => set && UNCOMMON.includes(set));
        expect(pipelineOf(factsAtTheEnd(bytes))).toBe(isUncommon ? 'transcode' : 'copy');
      }),
    );
  });

  it('is told once, with the largest size so far', () => {
    const [high10 = HD] = UNCOMMON;
    const events = read(
      h264(first, withLengths(LARGER, SLICE), withLengths(high10, SLICE), withLengths(high10, SLICE)),
    );
    expect(events.filter(({ type }) => type === 'larger')).toMatchObject([
      { width: 1_920, height: 1_088 },
      { width: 1_920, height: 1_088, uncopied: true },
    ]);
  });
});

it('[W19] start codes where the container has announced lengths are refused by name', () => {
  const slice = Buffer.concat([SLICE, Buffer.alloc(20, 0x5a)]);
  expect(read(h264(withLengths(HD, slice))).filter(({ type }) => type === 'refused')).toEqual([]);
  expect(read(h264(withStartCodes(HD, slice))).at(-1)).toEqual({
    type: 'refused',
    detail: 'start codes where lengths were announced',
  });
});
