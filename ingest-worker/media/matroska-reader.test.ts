import { describe, expect, it } from 'vitest';
import { fixture } from '../worker.testing.ts';
import { LIMITS } from '../limits.ts';
import type { ContainerEvent } from './container.ts';
import { createMatroskaReader } from './matroska-reader.ts';
import {
  blockGroup,
  cluster,
  element,
  endless,
  id,
  init,
  knownCluster,
  number,
  simpleBlock,
  text,
  track,
  UNKNOWN,
} from './matroska.testing.ts';

const read = (bytes: Buffer, pieceBytes = bytes.byteLength): ContainerEvent[] => {
  const reader = createMatroskaReader();
  const events: ContainerEvent[] = [];
  for (let at = 0; at < bytes.byteLength; at += pieceBytes)
    events.push(...reader.push(bytes.subarray(at, at + pieceBytes)));
  return events;
};

const boundaries = (events: ContainerEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'boundary' ? [event.offset] : []));
const refusal = (...bytes: Buffer[]): string | undefined => {
  const last = read(Buffer.concat(bytes)).at(-1);
  return last?.type === 'refused' ? last.detail : undefined;
};

const INIT = init();
const KEY = simpleBlock({ key: true });
const DELTA = simpleBlock({ at: 33 });
const SOUND = simpleBlock({ of: 'audio' });

describe('what browsers write', () => {
  it.each(['vp8-opus.webm', 'h264-opus.mkv', 'h264-aac.mkv'] as const)(
    '[E10] %s reads the same wherever it is cut',
    (name) => {
      const { bytes } = fixture(name);
      const whole = read(bytes);
      expect(whole[0]?.type).toBe('init');
      expect(boundaries(whole).length).toBeGreaterThanOrEqual(3);
      for (const pieceBytes of [1, 7, 1_000]) expect(read(bytes, pieceBytes)).toEqual(whole);
    },
  );

  it('[E10] init is all before the first cluster, with what it says of picture and sound', () => {
    const { bytes } = fixture('h264-opus.mkv');
    expect(read(bytes)[0]).toEqual({
      type: 'init',
      bytes: bytes.indexOf(id(0x1f43b675)),
      facts: {
        container: 'matroska',
        video: { codec: 'h264', width: 320, height: 180 },
        audio: { codec: 'opus', sampleRate: 48_000, channels: 1 },
      },
    });
  });

  it('[E10] decoding can begin at a cluster whose first picture is a key frame, whatever sound precedes it', () => {
    const first = cluster(0, SOUND, KEY, DELTA);
    const second = cluster(100, SOUND, DELTA);
    const third = cluster(200, SOUND, DELTA, KEY);
    const fourth = cluster(300, SOUND, KEY);
    const events = read(Buffer.concat([INIT, first, second, third, fourth]));
    const start = INIT.byteLength;
    expect(boundaries(events)).toEqual([start, start + first.byteLength + second.byteLength + third.byteLength]);
  });

  it('[E10] a cluster of known size ends where it says, and one of unknown size where the next thing begins', () => {
    const known = knownCluster(0, KEY);
    const tags = element(0x1254c367, Buffer.alloc(5));
    const events = read(Buffer.concat([INIT, known, cluster(50, KEY), tags, knownCluster(99, KEY)]));
    expect(boundaries(events)).toHaveLength(3);
  });

  it('[E10] a grouped block is a key frame when it refers to no other', () => {
    const events = read(Buffer.concat([INIT, cluster(0, blockGroup({ key: true })), cluster(9, blockGroup({})), KEY]));
    expect(boundaries(events)).toEqual([INIT.byteLength]);
  });

  it('[E10] frames in a lace are counted', () => {
    const events = read(Buffer.concat([INIT, cluster(0, simpleBlock({ of: 'audio', lacing: [2, 5, 5] }))]));
    expect(events.at(-1)).toMatchObject({ type: 'samples', kind: 'audio', count: 3 });
  });

  it('[E10] times are cluster and block time in the clock that the segment says', () => {
    const info = element(0x1549a966, number(0x2ad7b1, 2_000_000));
    const events = read(Buffer.concat([INIT, info, cluster(100, simpleBlock({ at: -20, key: true }))]));
    expect(events.find(({ type }) => type === 'boundary')).toMatchObject({ ptsMs: 160 });
  });

  it('[W9] after a jump it reads on at the cluster that begins there', () => {
    const reader = createMatroskaReader();
    reader.push(Buffer.concat([INIT, cluster(0, KEY, DELTA).subarray(0, 40)]));
    reader.jump(1_000_000);
    const [event] = reader.push(cluster(9_000, KEY));
    expect(event).toMatchObject({ type: 'boundary', offset: 1_000_000, ptsMs: 9_000 });
  });

  it('[W15] init that comes apart from the media is as long as it was', () => {
    const reader = createMatroskaReader();
    reader.push(INIT);
    reader.jump(5_000);
    const events = reader.push(cluster(9, KEY));
    expect(events[0]).toMatchObject({ type: 'init', bytes: INIT.byteLength });
    expect(events[1]).toMatchObject({ type: 'boundary', offset: 5_000 });
  });
});

const twoBlocks = (): Buffer[] => {
  const group = blockGroup({ key: true });
  const block = group.subarray(9);
  return [block, block];
};

describe('what it refuses', () => {
  it.each<[string, Buffer, string]>([
    ['another document', init({ docType: 'mp3' }), 'the document is neither Matroska nor WebM'],
    ['no picture', Buffer.concat([init({ tracks: [track('audio', 'A_OPUS')] })]), 'a recording without a picture'],
    ['two pictures', init({ tracks: [track('video', 'V_VP8'), track('video', 'V_VP8')] }), 'more than one picture'],
    ['another codec', init({ tracks: [track('video', 'V_AV1')] }), 'video codec V_AV1 is not taken'],
    ['odd names', init({ tracks: [track('video', 'V_<b>"\n')] }), 'video codec V_?b??? is not taken'],
    [
      'a codec of sound',
      init({ tracks: [track('video', 'V_VP8'), track('audio', 'A_PCM')] }),
      'audio codec A_PCM is not taken',
    ],
    [
      'compression',
      init({ tracks: [track('video', 'V_VP8', { extra: element(0x6d80, Buffer.alloc(2)) })] }),
      'compressed or encrypted tracks are not taken',
    ],
    [
      'media first',
      Buffer.concat([element(0x1a45dfa3, text(0x4282, 'webm')), endless(0x18538067), cluster(0)]),
      'media comes before the list of tracks',
    ],
    ['a second recording', Buffer.concat([INIT, cluster(0, KEY), INIT]), 'a second recording begins in the stream'],
    [
      'a block before its time',
      Buffer.concat([INIT, endless(0x1f43b675, KEY)]),
      'a block comes before its cluster has a timestamp',
    ],
    ['an id too long', Buffer.concat([INIT, cluster(0), Buffer.alloc(1)]), 'an element id longer than EBML allows'],
    ['a block without end', Buffer.concat([INIT, cluster(0), id(0xa3), UNKNOWN]), 'a block is too large'],
  ])('[W17] [L10] %s', (_, bytes, detail) => {
    expect(refusal(bytes)).toBe(detail);
  });

  const float32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value);
    return bytes;
  };
  it('[E10] takes a track that says that its clock is the segment’s', () => {
    const said = entry(codec, settings(), element(0x23314f, float32(1)));
    expect(refusal(said, cluster(0, KEY))).toBeUndefined();
  });

  const codec = text(0x86, 'V_VP8');
  const settings = (...extra: Buffer[]) => element(0xe0, number(0xb0, 320), number(0xba, 180), ...extra);
  const entry = (...fields: Buffer[]) => init({ tracks: [element(0xae, number(0xd7, 1), number(0x83, 1), ...fields)] });
  it.each<[string, Buffer, string]>([
    ['two names of the codec', entry(codec, text(0x86, 'V_FFV1'), settings()), 'element 86 stands twice'],
    ['two types of a track', entry(codec, number(0x83, 17), settings()), 'element 83 stands twice'],
    ['two numbers of a track', entry(codec, number(0xd7, 2), settings()), 'element d7 stands twice'],
    ['two set-ups', entry(codec, text(0x63a2, 'a'), text(0x63a2, 'b'), settings()), 'element 63a2 stands twice'],
    ['two descriptions of the picture', entry(codec, settings(), settings()), 'element e0 stands twice'],
    ['two widths', entry(codec, settings(number(0xb0, 640))), 'element b0 stands twice'],
    [
      'a track with a clock of its own',
      entry(codec, settings(), number(0x23314f, 2)),
      'a track with a clock of its own',
    ],
    [
      'a track whose clock is slower',
      entry(codec, settings(), element(0x23314f, float32(0.99))),
      'a track with a clock of its own',
    ],
    [
      'a track without a number',
      init({ tracks: [element(0xae, number(0x83, 1), codec, settings())] }),
      'a track without a number',
    ],
    [
      'two tracks of one number',
      init({
        tracks: [track('video', 'V_VP8'), element(0xae, number(0xd7, 1), number(0x83, 2), text(0x86, 'A_OPUS'))],
      }),
      'two tracks of one number',
    ],
    ...([0x42f7, 0x42f2, 0x42f3, 0x4285] as const).map((asks): [string, Buffer, string] => [
      `a document that asks more of its reader (${asks.toString(16)}) than FFmpeg can`,
      element(0x1a45dfa3, text(0x4282, 'webm'), number(asks, 9)),
      'a document for readers newer than this one',
    ]),
    [
      'two kinds of document',
      element(0x1a45dfa3, text(0x4282, 'webm'), text(0x4282, 'x')),
      'element 4282 stands twice',
    ],
    [
      'two clocks',
      Buffer.concat([INIT, element(0x1549a966, number(0x2ad7b1, 1_000_000), number(0x2ad7b1, 2_000_000))]),
      'element 2ad7b1 stands twice',
    ],
    [
      'two descriptions of the segment',
      Buffer.concat([INIT, element(0x1549a966), element(0x1549a966)]),
      'a second description of the segment',
    ],
    [
      'a description of the segment after its media',
      Buffer.concat([INIT, cluster(0, KEY), element(0x1549a966)]),
      'a second description of the segment',
    ],
    ['a stranger in a segment', Buffer.concat([INIT, element(0x53c0)]), 'element 53c0 where it does not belong'],
    [
      'a stranger in a cluster',
      Buffer.concat([INIT, cluster(0, element(0xba))]),
      'element ba where it does not belong',
    ],
    [
      'a stranger in a group',
      Buffer.concat([INIT, cluster(0, element(0xa0, element(0xe0)))]),
      'element e0 where it does not belong',
    ],
    ['two times of a cluster', Buffer.concat([INIT, cluster(0, number(0xe7, 9))]), 'a second timestamp of a cluster'],
    [
      'two blocks in a group',
      Buffer.concat([INIT, cluster(0, element(0xa0, ...twoBlocks()))]),
      'a second block in a group',
    ],
  ])('[W19] %s, of which readers take one or the other', (_, bytes, detail) => {
    expect(refusal(bytes)).toBe(detail);
  });

  it('[L10] a picture is at most pictureSide wide and high, and has at most picturePixels', () => {
    const of = (width: number, height: number) => init({ tracks: [track('video', 'V_VP8', { width, height })] });
    expect(refusal(of(LIMITS.pictureSide, 2_048))).toBeUndefined();
    expect(refusal(of(4_096, 4_096))).toBeUndefined();
    expect(refusal(of(LIMITS.pictureSide + 1, 180))).toBe('a picture of 8193x180, larger than 8192 a side');
    expect(refusal(of(320, LIMITS.pictureSide + 1))).toBe('a picture of 320x8193, larger than 8192 a side');
    expect(refusal(of(4_097, 4_096))).toBe('a picture of 4097x4096, of more than 16777216 pixels');
    expect(refusal(of(8, 180))).toBe('a picture of 8x180, smaller than 16 a side');
  });

  it('[L10] media begins within initBytes', () => {
    const filler = (bytes: number) => element(0xec, Buffer.alloc(bytes));
    const room = LIMITS.initBytes - INIT.byteLength - 9;
    expect(refusal(INIT, filler(room), cluster(0, KEY))).toBeUndefined();
    expect(refusal(INIT, filler(room + 1), cluster(0, KEY))).toBe('no media within the first bytes');
  });

  it('[L10] an element is at most elementBytes long', () => {
    const head = (bytes: number) => element(0xa3, Buffer.alloc(bytes, 0x81)).subarray(0, 30);
    expect(refusal(INIT, cluster(0), head(LIMITS.elementBytes))).toBeUndefined();
    expect(refusal(INIT, cluster(0), head(LIMITS.elementBytes + 1))).toBe('a block is too large');
  });

  it('[L10] a list has at most containerChildren elements', () => {
    const of = (count: number) => element(0x1549a966, ...Array.from({ length: count }, () => number(0x4489, 1)));
    expect(refusal(INIT, of(LIMITS.containerChildren))).toBeUndefined();
    expect(refusal(INIT, of(LIMITS.containerChildren + 1))).toBe('too many elements');
  });

  it('[L10] the media clock stays within mediaClockMs', () => {
    const steps = LIMITS.mediaClockMs / 2_000;
    const show = Buffer.concat(Array.from({ length: steps + 1 }, (_, step) => cluster(step * 2_000, KEY)));
    expect(refusal(INIT, show)).toBeUndefined();
    expect(refusal(INIT, show, cluster(LIMITS.mediaClockMs + 1, KEY))).toBe(
      'the media clock is beyond the longest show',
    );
  });

  it('[L10] a group whose block reaches beyond it', () => {
    const group = blockGroup({ key: true });
    const short = Buffer.concat([id(0xa0), Buffer.from([0x84]), group.subarray(9)]);
    expect(refusal(INIT, cluster(0), short, cluster(9, KEY))).toBe('an element reaches beyond its block group');
  });

  it('says nothing more once it has refused', () => {
    const reader = createMatroskaReader();
    expect(reader.push(Buffer.from('no such thing'))).toHaveLength(1);
    expect(reader.push(INIT)).toEqual([]);
  });
});
