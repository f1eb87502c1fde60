import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { fixture } from '../worker.testing.ts';
import type { ContainerEvent } from './container.ts';
import { createMp4Reader } from './mp4-reader.ts';
import { box, fragment, ftyp, init, moov, NOT_SYNC, sound, traf, trak, twice, u32, visual } from './mp4.testing.ts';

const read = (bytes: Buffer, pieceBytes = bytes.byteLength): ContainerEvent[] => {
  const reader = createMp4Reader();
  const events: ContainerEvent[] = [];
  for (let at = 0; at < bytes.byteLength; at += pieceBytes)
    events.push(...reader.push(bytes.subarray(at, at + pieceBytes)));
  return events;
};

const refusal = (...bytes: Buffer[]): string | undefined => {
  const last = read(Buffer.concat(bytes)).at(-1);
  return last?.type === 'refused' ? last.detail : undefined;
};

const INIT = init();

/** The same fragment, its own size written in 64 bits; that of its media as it was. */
const long = (bytes: Buffer): Buffer => {
  const size = bytes.readUInt32BE(0);
  return Buffer.concat([u32(1), bytes.subarray(4, 8), u32(0, size + 8), bytes.subarray(8)]);
};

describe('what browsers write', () => {
  it.each(['h264-aac.mp4', 'h264-opus.mp4'] as const)('[E10] %s reads the same wherever it is cut', (name) => {
    const { bytes } = fixture(name);
    const whole = read(bytes);
    expect(whole.filter(({ type }) => type === 'boundary')).toHaveLength(3);
    for (const pieceBytes of [1, 7, 1_000]) expect(read(bytes, pieceBytes)).toEqual(whole);
  });

  it('[E10] init is ftyp and moov', () => {
    const { bytes } = fixture('h264-aac.mp4');
    expect(read(bytes)[0]).toEqual({
      type: 'init',
      bytes: bytes.indexOf('moof') - 4,
      facts: {
        container: 'mp4',
        video: { codec: 'h264', width: 320, height: 180 },
        audio: { codec: 'aac', sampleRate: 48_000, channels: 2 },
      },
    });
  });

  it('[E10] decoding can begin at a fragment whose first picture is a key frame', () => {
    const key = fragment(traf({ at: 0, flags: [0, NOT_SYNC] }));
    const delta = fragment(traf({ at: 66, flags: [NOT_SYNC, 0] }));
    const alone = fragment(traf({ id: 2, at: 0 }));
    const byFirst = fragment(traf({ at: 99, flags: [NOT_SYNC], first: 0 }));
    const both = init(trak(), trak({ id: 2, handler: 'soun', entry: sound() }));
    const events = read(Buffer.concat([both, key, delta, alone, byFirst]));
    const start = both.byteLength;
    expect(events.filter(({ type }) => type === 'boundary')).toMatchObject([
      { type: 'boundary', offset: start, ptsMs: 0 },
      {
        type: 'boundary',
        offset: start + key.byteLength + delta.byteLength + alone.byteLength,
        ptsMs: 99,
      },
    ]);
  });

  it('[E10] an edit list shifts times: empty edits later, a media time earlier', () => {
    const shifted = init(
      trak({
        edits: [
          [500, -1],
          [0, 200],
        ],
      }),
    );
    expect(read(Buffer.concat([shifted, fragment(traf({ at: 1_000 }))]))[1]).toMatchObject({ ptsMs: 1_300 });
  });

  it('[W19] a track of another kind is refused: FFmpeg takes it for what its description says', () => {
    const other = trak({ id: 7 });
    other.write('text', other.indexOf('vide'), 'latin1');
    expect(refusal(init(trak(), other))).toBe('a track that is neither picture nor sound');
  });

  it('[E10] fragments of tracks that the movie does not have are passed over', () => {
    const events = read(Buffer.concat([init(trak()), fragment(traf({ id: 7 }), traf({}))]));
    expect(events.map(({ type }) => type)).toEqual(['init', 'boundary', 'samples']);
  });

  it('[E10] decoding begins with the sound of the first picture, whichever of their fragments comes first', () => {
    const BOTH = init(trak(), trak({ id: 2, handler: 'soun', entry: sound() }));
    const of = fc.record({
      pictures: fc.integer({ min: 1, max: 8 }),
      sounds: fc.integer({ min: 1, max: 2 }),
      order: fc.constantFrom('picture first', 'sound first', 'together'),
    });
    fc.assert(
      fc.property(fc.array(of, { minLength: 1, maxLength: 6 }), (gops) => {
        let atMs = 0;
        const fragments = gops.flatMap(({ pictures, sounds: perPicture, order }) => {
          const flags = Array.from({ length: pictures }, (_, index) => (index === 0 ? 0 : NOT_SYNC));
          const picture = traf({ at: atMs, flags });
          const heard = traf({ id: 2, at: atMs, flags: Array.from({ length: pictures * perPicture }, () => 0) });
          atMs += pictures * 40;
          if (order === 'together') return [fragment(picture, heard)];
          const alone = [fragment(picture), fragment(heard)];
          return order === 'sound first' ? alone.reverse() : alone;
        });
        const events = read(Buffer.concat([BOTH, ...fragments]));
        const boundaries = events.filter((event) => event.type === 'boundary');
        const sounds = events.filter((event) => event.type === 'samples' && event.kind === 'audio');
        expect(boundaries).toHaveLength(gops.length);
        for (const boundary of boundaries)
          for (const heard of sounds)
            if (heard.type === 'samples' && heard.firstMs >= boundary.ptsMs)
              expect(heard.offset).toBeGreaterThanOrEqual(boundary.offset);
      }),
    );
  });

  it.each(['my video sounds', 'hdlr and vide'])('[E10] a movie may have any title: %s', (title) => {
    const titled = init(trak(), box('udta', box('\u00a9nam', u32(0), Buffer.from(title))));
    expect(read(Buffer.concat([titled, fragment(traf())])).map(({ type }) => type)).toEqual([
      'init',
      'boundary',
      'samples',
    ]);
  });

  it('[W9] after a jump it reads on at the fragment that begins there', () => {
    const reader = createMp4Reader();
    reader.push(Buffer.concat([INIT, fragment(traf()).subarray(0, 60)]));
    reader.jump(5_000);
    expect(reader.push(fragment(traf({ at: 700 })))[0]).toMatchObject({ type: 'boundary', offset: 5_000, ptsMs: 700 });
  });
});

describe('what it refuses', () => {
  it.each<[string, Buffer, string]>([
    ['no ftyp', moov(trak()), 'the stream does not begin as MP4'],
    [
      'no fragments',
      Buffer.concat([ftyp, box('moov', box('mvhd', u32(0, 0, 0, 1_000)), trak())]),
      'an MP4 that is not fragmented',
    ],
    ['no picture', init(trak({ handler: 'soun', entry: sound() })), 'a recording without a picture'],
    ['two pictures', init(trak(), trak({ id: 2 })), 'more than one picture'],
    ['another codec', init(trak({ entry: visual('av01') })), 'video codec av01 is not taken'],
    [
      'mp3 in mp4a',
      init(trak(), trak({ id: 2, handler: 'soun', entry: sound('mp4a', 0x6b) })),
      'audio codec mp4a is not taken',
    ],
    ['a picture of no size', init(trak({ entry: visual('avc1', 0, 0) })), 'a picture of no size'],
    ['media first', Buffer.concat([ftyp, fragment(traf())]), 'media comes before the list of tracks'],
    ['a second recording', Buffer.concat([INIT, ftyp]), 'a second recording begins in the stream'],
    ['a second movie', Buffer.concat([INIT, moov(trak())]), 'a second list of tracks'],
    [
      'places in the file',
      Buffer.concat([INIT, fragment(traf({ tfhd: 1 }))]),
      'fragments that are bound to a place in the file',
    ],
    ['a table cut short', Buffer.concat([INIT, fragment(traf({ samples: 9 }))]), 'a box is cut short'],
    ['a clock that stands', init(trak({ ticks: 0 })), 'a clock that stands still'],
    ['a box without end', Buffer.concat([INIT, u32(0), Buffer.from('mdat')]), 'a box without an end'],
    [
      'a fragment with a long size',
      Buffer.concat([INIT, long(fragment(traf()))]),
      'a fragment whose size takes 64 bits',
    ],
    [
      'a second run that leaves open where it lies',
      Buffer.concat([INIT, twice(fragment(traf()), 'trun')]),
      'a second run that does not say where its media lies',
    ],
    ['a box shorter than itself', Buffer.concat([INIT, u32(7), Buffer.from('mdat')]), 'a box shorter than its header'],
  ])('[W17] [L10] %s', (_, bytes, detail) => {
    expect(refusal(bytes)).toBe(detail);
  });

  /** A fragment that claims samples of `each` bytes without a list of them, in as many runs, before the given number of bytes of media. */
  const claiming = (counts: number[], each: number, mediaBytes: number, id = 1) =>
    Buffer.concat([
      box(
        'moof',
        box(
          'traf',
          box('tfhd', u32(0x10, id, each)),
          box('tfdt', u32(0, 0)),
          ...counts.map((count, run) => box('trun', run === 0 ? u32(0, count) : u32(1, count, 0))),
        ),
      ),
      box('mdat', Buffer.alloc(mediaBytes)),
    ]);

  it('[L10] a fragment has at most fragmentSamples samples, however many runs or tracks claim them', () => {
    const most = LIMITS.fragmentSamples;
    expect(refusal(INIT, claiming([most], 1, most))).toBeUndefined();
    expect(refusal(INIT, claiming([most - 9, 9], 1, most))).toBeUndefined();
    expect(refusal(INIT, claiming([most + 1], 1, most + 1))).toBe('too many samples in a fragment');
    expect(refusal(INIT, claiming([most - 9, 10], 1, most + 1))).toBe('too many samples in a fragment');
    expect(refusal(INIT, claiming([most + 1], 1, most + 1, 9))).toBe('too many samples in a fragment');
  });

  it('[L17] samples are paid for: a fragment brings the bytes that it claims', () => {
    expect(refusal(INIT, claiming([10], 10, 100))).toBeUndefined();
    expect(refusal(INIT, claiming([10], 10, 99))).toBe('a fragment claims more than it brings');
    expect(refusal(INIT, claiming([10], 0, 99))).toBe('samples that neither have bytes nor are listed');
    const alone = claiming([10], 10, 0).subarray(0, -8);
    expect(refusal(INIT, alone, claiming([10], 10, 100))).toBe('a fragment without its media');
  });

  it('[W19] samples lie in the media of their fragment, and not beyond it', () => {
    const bytes = 10;
    const placed = (beyond: number) => {
      const moof = (at: number) =>
        box(
          'moof',
          box('traf', box('tfhd', u32(0x20000, 1)), box('tfdt', u32(0, 0)), box('trun', u32(0x201, 1, at, bytes))),
        );
      const mdatAt = moof(0).byteLength + 8;
      return Buffer.concat([moof(mdatAt + beyond), box('mdat', Buffer.alloc(bytes + 5))]);
    };
    expect(refusal(INIT, placed(0), placed(5))).toBeUndefined();
    expect(refusal(INIT, placed(6))).toBe('samples that lie beyond their media');
  });

  it('[E10] samples that are not listed are told as those that are', () => {
    const [, , alike] = read(Buffer.concat([INIT, claiming([3, 4], 10, 70)]));
    expect(alike).toMatchObject({ type: 'samples', count: 7, firstMs: 0, lastMs: 6 * 33 });
  });

  it.each([
    ['mvhd', 'box mvhd stands twice'],
    ['tkhd', 'box tkhd stands twice'],
    ['mdia', 'box mdia stands twice'],
    ['mdhd', 'box mdhd stands twice'],
    ['hdlr', 'box hdlr stands twice'],
    ['minf', 'box minf stands twice'],
    ['stbl', 'box stbl stands twice'],
    ['stsd', 'box stsd stands twice'],
    ['mvex', 'box mvex stands twice'],
    ['trex', 'two defaults of one track'],
    ['edts', 'box edts stands twice'],
    ['elst', 'box elst stands twice'],
    ['trak', 'more than one picture'],
    ['avc1', 'a track with several descriptions'],
    ['avcC', 'box avcC stands twice'],
  ])('[W19] two boxes %s, of which readers take one or the other', (type, detail) => {
    const entry = visual('avc1', 320, 180, box('avcC', Buffer.from('0142c01effe000', 'hex')));
    expect(refusal(twice(init(trak({ entry, edits: [[0, 0]] })), type))).toBe(detail);
  });

  it.each(['tfhd', 'tfdt'])('[W19] two boxes %s of a fragment', (type) => {
    expect(refusal(INIT, twice(fragment(traf()), type))).toBe(`box ${type} stands twice`);
  });

  const within = (entry: Buffer) => init(trak({ entry }));
  it.each<[string, Buffer, string]>([
    [
      'the set-up of another decoder',
      within(visual('avc1', 320, 180, box('esds', Buffer.alloc(9)))),
      'box esds sets up another decoder',
    ],
    [
      'what makes a picture of a track, within what is no part of the movie',
      init(trak(), box('udta', box('meta', box('hdlr', u32(0, 0), Buffer.from('vide'))))),
      'a part of the movie in box udta',
    ],
    [
      'a track within what is no part of the movie',
      init(trak(), box('udta', trak({ id: 3 }))),
      'a part of the movie in box udta',
    ],
    ['a track beside the movie', Buffer.concat([INIT, trak({ id: 3 })]), 'box trak outside of a movie'],
    [
      'a track within what stands beside the movie',
      Buffer.concat([INIT, box('udta', trak({ id: 3 }))]),
      'box udta outside of a movie',
    ],
    ['two tracks of one number', init(trak(), trak({ handler: 'soun', entry: sound() })), 'two tracks of one number'],
    [
      'samples outside of fragments',
      init(trak({ tables: [box('stsz', u32(0, 10, 1))] })),
      'samples outside of fragments',
    ],
    [
      'sound as QuickTime describes it',
      init(trak(), trak({ id: 2, handler: 'soun', entry: sound('mp4a', 0x40, 1) })),
      'a description of sound as QuickTime has it',
    ],
  ])('[W19] %s', (_, bytes, detail) => {
    expect(refusal(bytes)).toBe(detail);
  });

  it('[L10] a picture is at most pictureSide wide and high, and has at most picturePixels', () => {
    const of = (width: number, height: number) => init(trak({ entry: visual('avc1', width, height) }));
    expect(refusal(of(LIMITS.pictureSide, 2_048))).toBeUndefined();
    expect(refusal(of(4_096, 4_096))).toBeUndefined();
    expect(refusal(of(LIMITS.pictureSide + 1, 180))).toBe('a picture of 8193x180, larger than 8192 a side');
    expect(refusal(of(320, LIMITS.pictureSide + 1))).toBe('a picture of 320x8193, larger than 8192 a side');
    expect(refusal(of(4_097, 4_096))).toBe('a picture of 4097x4096, of more than 16777216 pixels');
    expect(refusal(of(8, 180))).toBe('a picture of 8x180, smaller than 16 a side');
  });

  it('[L10] a list has at most containerChildren boxes', () => {
    const of = (count: number) => fragment(...Array.from({ length: count - 1 }, () => traf()));
    expect(refusal(INIT, of(LIMITS.containerChildren))).toBeUndefined();
    expect(refusal(INIT, of(LIMITS.containerChildren + 1))).toBe('too many boxes');
  });

  it('[L10] the media clock stays within mediaClockMs', () => {
    const steps = LIMITS.mediaClockMs / 2_000;
    const show = Buffer.concat(Array.from({ length: steps + 1 }, (_, step) => fragment(traf({ at: step * 2_000 }))));
    expect(refusal(INIT, show)).toBeUndefined();
    expect(refusal(INIT, show, fragment(traf({ at: LIMITS.mediaClockMs + 1 })))).toBe(
      'the media clock is beyond the longest show',
    );
  });

  it('[L10] media begins within initBytes', () => {
    const free = (bytes: number) => box('free', Buffer.alloc(bytes - 8));
    const room = LIMITS.initBytes - ftyp.byteLength;
    expect(refusal(ftyp, free(room))).toBeUndefined();
    expect(refusal(ftyp, free(room + 1))).toBe('no media within the first bytes');
  });

  it('[L10] boxes that are read whole are at most initBytes long, others elementBytes', () => {
    const head = (type: string, size: number) => Buffer.concat([u32(size), Buffer.from(type)]);
    expect(refusal(INIT, head('moof', LIMITS.initBytes))).toBeUndefined();
    expect(refusal(INIT, head('moof', LIMITS.initBytes + 1))).toBe('box moof is too large');
    expect(refusal(INIT, head('mdat', LIMITS.elementBytes))).toBeUndefined();
    expect(refusal(INIT, head('mdat', LIMITS.elementBytes + 1))).toBe('box mdat is too large');
  });
});
