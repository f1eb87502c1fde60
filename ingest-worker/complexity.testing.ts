import type { Readers } from './counted.testing.ts';
import { LIMITS } from './limits.ts';
import type { FlvTag } from './media/flv-tag.ts';
import { bits, golomb, record as setUpOf, sequence } from './media/h264.testing.ts';
import * as mkv from './media/matroska.testing.ts';
import * as mp4 from './media/mp4.testing.ts';
import type { Publisher } from './session/publisher.ts';

/** Something that a stranger can make as large as he likes, and who reads it. */
export type Structure = {
  /** At least this many bytes: `parts`, repeated in this order. */
  make: (parts: readonly number[], bytes: number) => Buffer[];
  parts: number;
  /** One piece after the other, each of which is asked for when the one before is done with. */
  read: (readers: Readers, pieces: Iterable<Buffer>) => void;
};

/** One after the other: first all of the first part, then all of the second…, of equal shares of the bytes. */
const inPhases = (atoms: readonly ((index: number) => Buffer)[], parts: readonly number[], bytes: number): Buffer[] => {
  const made: Buffer[] = [];
  for (const part of parts) {
    const atom = atoms[part];
    if (!atom) throw new Error(`there is no part ${part}`);
    for (let size = 0, index = 0; size < bytes / parts.length; index++) {
      const one = atom(index);
      made.push(one);
      size += one.byteLength;
    }
  }
  return made;
};

/** An element whose size takes one byte, as a stranger would write it who wants many. */
const small = (name: number, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([mkv.id(name), Buffer.from([0x80 | body.byteLength]), body]);
};
const byte = (...values: number[]): Buffer => Buffer.from(values);
const block = (track: number, key: boolean): Buffer => small(0xa3, byte(0x80 | track, 0, 0, key ? 0x80 : 0));
const newCluster = (index: number, ...content: Buffer[]): Buffer =>
  Buffer.concat([mkv.id(0x1f43b675), byte(0xff), small(0xe7, byte(index >> 16, index >> 8, index)), ...content]);

const MATROSKA: readonly ((index: number) => Buffer)[] = [
  (index) => newCluster(index, block(1, true)),
  (index) => newCluster(index, block(2, false)),
  (index) => newCluster(index, block(2, false), block(1, true)),
  newCluster,
  () => block(1, true),
  () => block(1, false),
  () => block(2, false),
  () => block(3, false),
  () => small(0xa3, byte(0x82, 0, 0, 0x06, 0xff)),
  () => small(0xa0, small(0xa1, byte(0x81, 0, 0, 0))),
  () => small(0xa0, small(0xa1, byte(0x82, 0, 0, 0)), small(0xfb, byte(1))),
  () => small(0xa0),
  () => byte(0xec, 0x80),
  () => small(0x1254c367),
  () => small(0x1c53bb6b, byte(1)),
];

const listed = (samples: number): Buffer =>
  mp4.box('trun', mp4.u32(0x400, samples, ...Array.from({ length: samples }, () => 0)));
const traf = (id: number, ...runs: Buffer[]): Buffer =>
  mp4.box('traf', mp4.box('tfhd', mp4.u32(0x10, id, 1)), mp4.box('tfdt', mp4.u32(0, 0)), ...runs);
const moof = (...trafs: Buffer[]): Buffer => mp4.box('moof', ...trafs);
const repeat = (count: number, make: () => Buffer): Buffer[] => Array.from({ length: count }, make);
const claim = (samples: number): Buffer => mp4.box('trun', mp4.u32(0, samples));
const mdat = (bytes = 0): Buffer => mp4.box('mdat', Buffer.alloc(bytes));

const MP4: readonly ((index: number) => Buffer)[] = [
  () => Buffer.concat([moof(traf(1, listed(1))), mdat(1)]),
  () => Buffer.concat([moof(traf(2, listed(1))), mdat(1)]),
  () => Buffer.concat([moof(traf(1, listed(500))), mdat(500)]),
  () => Buffer.concat([moof(...repeat(20, () => traf(1, listed(1)))), mdat(20)]),
  () => Buffer.concat([moof(traf(1, ...repeat(30, () => claim(100)))), mdat(3_000)]),
  () => Buffer.concat([moof(traf(1, ...repeat(100, () => claim(0)))), mdat()]),
  () => Buffer.concat([moof(...repeat(100, () => mp4.box('free'))), mdat()]),
  () => moof(),
  () => mdat(),
  () => mp4.box('free'),
];
/** Claims that nothing pays for: refused at once today, and read for seconds before. */
const MP4_CLAIMS = (index: number): Buffer =>
  Buffer.concat([moof(...repeat(50, () => traf(1 + (index % 2), claim(65_535)))), mdat()]);

/** What has come is read, noted, and let go again, as a session does. */
export const readContainer = ({ createContainerReader, createRing }: Readers, pieces: Iterable<Buffer>): void => {
  const reader = createContainerReader();
  const ring = createRing();
  let seen = 0;
  for (const piece of pieces) {
    ring.append(piece);
    for (const event of reader.push(piece)) if (event.type === 'boundary' || event.type === 'samples') ring.note(event);
    // As often as a server acknowledges.
    if ((seen += piece.byteLength) < ACKNOWLEDGED_BYTES) continue;
    seen = 0;
    const at = ring.newestMs;
    ring.resumePoint({ videoMs: at, audioMs: at });
    ring.commit({ videoMs: at, audioMs: at });
    ring.hollow({ videoMs: at, audioMs: at });
    ring.read(ring.end - 1);
  }
};
const ACKNOWLEDGED_BYTES = 65_536;

/** What has come is read, taken apart, kept, sent and acknowledged, as in a session that encodes nothing. */
const publish = (
  { createContainerReader, createTagger, createPictureSetUp, createReplayBuffer }: Readers,
  pieces: Iterable<Buffer>,
): void => {
  const reader = createContainerReader();
  const setUp = createPictureSetUp();
  const replayBuffer = createReplayBuffer();
  let sent = 0;
  replayBuffer.attach(connectionOf(() => void (sent += 1)));
  let tagger: ReturnType<Readers['createTagger']> | undefined;
  /** Came before it was known what it is. */
  const untold: Buffer[] = [];
  let seen = 0;
  for (const piece of pieces) {
    untold.push(piece);
    for (const event of reader.push(piece))
      if (event.type === 'init')
        tagger = createTagger({
          facts: event.facts,
          sound: true,
          onTag: (tag) => {
            for (const passed of setUp.pass(tag)) replayBuffer.take(passed);
          },
        });
    if (!tagger) continue;
    for (const one of untold) tagger.push(one);
    untold.length = 0;
    if ((seen += piece.byteLength) < ACKNOWLEDGED_BYTES) continue;
    seen = 0;
    replayBuffer.acknowledge(sent);
  }
  tagger?.flush();
  if (sent === 0) throw new Error('nothing was published');
};

/** A server that takes everything. */
const connectionOf = (took: () => void): Publisher => ({
  connect: async () => ({ connected: true }),
  send: () => {
    took();
    return true;
  },
  close: async () => ({ flushed: true }),
  abandon: () => undefined,
  stats: () => ({ sentBytes: 0, queuedBytes: 0, acknowledgedBytes: 0, rule: 'acknowledged', late: false }),
});

const unit = (kind: number, bytes = 1, tail = 1): Buffer => {
  const body = Buffer.alloc(1 + bytes, tail);
  body[0] = kind;
  return Buffer.concat([byte(body.byteLength >> 8, body.byteLength), body]);
};
/** As FFmpeg writes pictures: units with their lengths (of two bytes) before them. */
const UNITS: readonly ((index: number) => Buffer)[] = [
  () => unit(7, 4),
  () => unit(8),
  (index) => unit(8, 4, 1 + (index % 255)),
  () => unit(6),
  () => unit(6, 200, 0),
  () => unit(5),
  () => unit(9, 0),
];

/** A parameter set of every size, and one that is as dear to read as there is: all its lists of scaling, in a bit each. */
const plainSet = (index: number): Buffer => sequence(20 + (index % 400), 20 + (Math.floor(index / 400) % 400));
const dearSet = (index: number): Buffer => {
  const head = [golomb(0), golomb(3), '0', golomb(0), golomb(0), '0', '1'];
  const lists = Array.from({ length: 12 }, (_, list) => `1${golomb(0).repeat(list < 6 ? 16 : 64)}`);
  const rest = [golomb(0), golomb(2), golomb(1), '0', golomb(19), golomb(19 + (index % 400)), '1', '1', '0', '0', '1'];
  return Buffer.concat([Buffer.from([0x67, 244, 0, 30]), bits(...head, ...lists, ...rest)]);
};
const withLength = (...units: Buffer[]): Buffer =>
  Buffer.concat(units.flatMap((one) => [mp4.u32(one.byteLength), one]));
const pictureBlock = (...units: Buffer[]): Buffer => mkv.element(0xa3, byte(0x81, 0, 0, 0x80), withLength(...units));
/** Pictures of H.264 with what they bring for the decoder; the last is one that nothing of it is. */
const H264: readonly ((index: number) => Buffer)[] = [
  () => pictureBlock(plainSet(0)),
  (index) => pictureBlock(plainSet(index)),
  (index) => pictureBlock(dearSet(index)),
  () => pictureBlock(...repeat(100, () => byte(0x06))),
  () => pictureBlock(...repeat(100, () => byte())),
  () => pictureBlock(...repeat(20, () => plainSet(0))),
  () => pictureBlock(Buffer.alloc(500, 0x67)),
  () => mkv.element(0xa3, byte(0x81, 0, 0, 0x80), Buffer.alloc(500)),
];

const AAC = Buffer.from([0x11, 0x90]);
const picture = (key: boolean): Buffer => small(0xa3, byte(0x81, 0, 0, key ? 0x80 : 0, 0, 0, 0, 1, key ? 0x65 : 0x41));
const PUBLISHED: readonly ((index: number) => Buffer)[] = [
  () => picture(true),
  () => picture(false),
  () => block(2, false),
  () => small(0xa3, byte(0x82, 0, 0, 0, 1)),
  (index) => newCluster(index, block(2, false)),
  (index) => newCluster(index, picture(true)),
  (index) => newCluster(index, picture(false), block(2, false)),
  (index) => newCluster(index * 1_000, block(2, false)),
  () => small(0xa0, small(0xa1, byte(0x82, 0, 0, 0, 1))),
  () => byte(0xec, 0x80),
];

/** A fragment of so many samples of one track, of so many bytes each; it says where they lie, as browsers do. */
const told = (id: number, samples: number, bytes: number): Buffer => {
  const sizes = Array.from({ length: samples }, () => bytes);
  const startingAt = (offset: number): Buffer =>
    moof(traf(id, mp4.box('trun', mp4.u32(0x201, samples, offset, ...sizes))));
  return Buffer.concat([startingAt(startingAt(0).byteLength + 8), mdat(samples * bytes)]);
};
const TOLD: readonly ((index: number) => Buffer)[] = [
  () => told(1, 1, 5),
  () => told(2, 1, 1),
  () => told(1, 500, 1),
  () => told(2, 500, 1),
  () => told(2, 1_500, 4),
  () => told(2, 3, 300),
];

const record = (): Buffer => {
  const sets = (kind: number, count: number) =>
    Array.from({ length: count }, (_, index) => unit(kind, 4, 1 + (index % 255)));
  return Buffer.concat([byte(1, 66, 0, 30, 0xfd, 0xff), ...sets(7, 31), byte(255), ...sets(8, 255)]);
};
const video = (packet: number, body: Buffer): FlvTag => ({
  kind: 'video',
  timestampMs: 1,
  key: packet === 1,
  header: packet === 0,
  body: Buffer.concat([byte(0x17, packet, 0, 0, 0), body]),
});

const flvTag = (kind: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(11);
  head.writeUInt8(kind);
  head.writeUIntBE(body.byteLength, 1, 3);
  return Buffer.concat([head, body, Buffer.alloc(4)]);
};
const FLV: readonly ((index: number) => Buffer)[] = [
  () => flvTag(8, byte(0xaf, 1)),
  () => flvTag(9, byte(0x17, 1)),
  () => flvTag(9, byte(0x27, 2, 0, 0, 0)),
  () => flvTag(18, Buffer.alloc(0)),
  () => flvTag(9, Buffer.alloc(3_000, 1)),
];

/** RTMP chunks: a full header, and what continues another's message. */
const chunk = (stream: number, body: Buffer, size = body.byteLength): Buffer => {
  const head = Buffer.alloc(12);
  head.writeUInt8(stream);
  head.writeUIntBE(size, 4, 3);
  head.writeUInt8(9, 7);
  return Buffer.concat([head, body]);
};
const CHUNKS: readonly ((index: number) => Buffer)[] = [
  () => chunk(3, byte(1)),
  () => chunk(4, Buffer.alloc(0)),
  (index) => chunk(3 + (index % 12), byte(1)),
  () => Buffer.concat([byte(0xc3), byte(1)]),
];

export const STRUCTURES = {
  matroska: {
    parts: MATROSKA.length,
    make: (parts, bytes) => [mkv.init(), mkv.cluster(0), ...inPhases(MATROSKA, parts, bytes)],
    read: readContainer,
  },
  'h264 in matroska': {
    parts: H264.length,
    make: (parts, bytes) => [
      mkv.init({
        docType: 'matroska',
        tracks: [mkv.track('video', 'V_MPEG4/ISO/AVC', { extra: mkv.element(0x63a2, setUpOf(plainSet(0))) })],
      }),
      mkv.cluster(0),
      ...inPhases(H264, parts, bytes),
    ],
    read: readContainer,
  },
  mp4: {
    parts: MP4.length,
    make: (parts, bytes) => [
      mp4.init(mp4.trak(), mp4.trak({ id: 2, handler: 'soun', entry: mp4.sound() })),
      ...inPhases(MP4, parts, bytes),
    ],
    read: readContainer,
  },
  'mp4 claims': {
    parts: 1,
    make: (parts, bytes) => [mp4.init(), ...inPhases([MP4_CLAIMS], parts, bytes)],
    read: readContainer,
  },
  'published matroska': {
    parts: PUBLISHED.length,
    make: (parts, bytes) => [
      mkv.init({
        docType: 'matroska',
        tracks: [
          mkv.track('video', 'V_MPEG4/ISO/AVC', { extra: mkv.element(0x63a2, setUpOf(plainSet(0))) }),
          mkv.track('audio', 'A_AAC', { extra: mkv.element(0x63a2, AAC) }),
        ],
      }),
      mkv.cluster(0, picture(true)),
      ...inPhases(PUBLISHED, parts, bytes),
    ],
    read: publish,
  },
  'published mp4': {
    parts: TOLD.length,
    make: (parts, bytes) => [
      mp4.init(
        mp4.trak({ entry: mp4.visual('avc1', 320, 320, mp4.box('avcC', setUpOf(plainSet(0)))) }),
        mp4.trak({ id: 2, handler: 'soun', entry: mp4.sound('mp4a', 0x40, 0, AAC) }),
      ),
      told(1, 1, 5),
      ...inPhases(TOLD, parts, bytes),
    ],
    read: publish,
  },
  pictures: {
    parts: UNITS.length,
    make: (parts, bytes) => [Buffer.concat(inPhases(UNITS, parts, bytes))],
    read: ({ createPictureSetUp }, pieces) => {
      const setUp = createPictureSetUp();
      setUp.pass(video(0, record()));
      for (const piece of pieces) setUp.pass(video(1, piece));
    },
  },
  flv: {
    parts: FLV.length,
    make: (parts, bytes) => [Buffer.from('FLV\x01\x05\0\0\0\x09\0\0\0\0', 'latin1'), ...inPhases(FLV, parts, bytes)],
    read: ({ createFlvReader }, pieces) => {
      const reader = createFlvReader(() => undefined);
      for (const piece of pieces) reader.push(piece);
    },
  },
  rtmp: {
    parts: CHUNKS.length,
    make: (parts, bytes) => [chunk(3, byte(1)), ...inPhases(CHUNKS, parts, bytes)],
    read: ({ createChunkReader, PUBLISH_LIMITS }, pieces) => {
      const reader = createChunkReader(PUBLISH_LIMITS);
      for (const piece of pieces) reader.push(piece);
    },
  },
} as const satisfies Record<string, Structure>;

/** A recording of one picture, an element of so many bytes, made of one thing again and again; `lengthBytes` are those before each unit. */
const onePicture =
  (inside: Buffer, lengthBytes: number | undefined) =>
  (bytes: number): Buffer[] => {
    const setUp = setUpOf(plainSet(0));
    if (lengthBytes !== undefined) setUp[4] = 0xfc | (lengthBytes - 1);
    const extra = lengthBytes === undefined ? Buffer.alloc(0) : mkv.element(0x63a2, setUp);
    const head = byte(0x81, 0, 0, 0x80);
    return [
      mkv.init({ docType: 'matroska', tracks: [mkv.track('video', 'V_MPEG4/ISO/AVC', { extra })] }),
      mkv.cluster(0, mkv.element(0xa3, head, Buffer.alloc(bytes - head.byteLength, inside))),
    ];
  };

/** What is looked at as a whole, when the last byte of it has come: as large as a stranger likes, and dear inside. */
type WholeElement = {
  make: (bytes: number) => Buffer[];
  /** The whole of it can be looked at byte by byte, or only as many units as there may be. */
  looksAt: 'ofUnits' | 'ofBytes';
};
export const WHOLE_ELEMENTS: Readonly<Record<string, WholeElement>> = {
  'empty units, lengths of one byte': { make: onePicture(byte(0), 1), looksAt: 'ofUnits' },
  'empty units, lengths of two bytes': { make: onePicture(byte(0), 2), looksAt: 'ofUnits' },
  'empty units, lengths of four bytes': { make: onePicture(byte(0), 4), looksAt: 'ofUnits' },
  'units of a byte': { make: onePicture(byte(1, 6), 1), looksAt: 'ofUnits' },
  'one parameter set again and again': { make: onePicture(withLength(plainSet(0)), 4), looksAt: 'ofUnits' },
  'start codes': { make: onePicture(byte(0, 0, 1), undefined), looksAt: 'ofUnits' },
  'parameter sets behind start codes': {
    make: onePicture(Buffer.concat([byte(0, 0, 1), plainSet(0)]), undefined),
    looksAt: 'ofUnits',
  },
  'zeros, and no start code': { make: onePicture(byte(0), undefined), looksAt: 'ofBytes' },
  'a fragment that lists as many samples as it may': {
    make: () => [mp4.init(), moof(traf(1, listed(LIMITS.fragmentSamples))), mdat(LIMITS.fragmentSamples)],
    looksAt: 'ofUnits',
  },
  'a fragment of boxes that say nothing': {
    make: () => [mp4.init(), moof(Buffer.alloc(LIMITS.initBytes - 8, mp4.box('free'))), mdat()],
    looksAt: 'ofUnits',
  },
  'a fragment of tracks of one sample': {
    make: () => [mp4.init(), moof(...repeat(16_000, () => traf(1, listed(1)))), mdat(16_000)],
    looksAt: 'ofUnits',
  },
  'a list of tracks of elements of two bytes': {
    make: () => [
      mkv.init({
        tracks: [mkv.track('video', 'V_VP8', { extra: Buffer.alloc(LIMITS.initBytes - 1_000, byte(0xec, 0x80)) })],
      }),
      mkv.cluster(0, block(1, true)),
    ],
    looksAt: 'ofUnits',
  },
};

/** The same bytes in pieces of another size; undefined leaves them as they were made. */
export const recut = (pieces: Buffer[], pieceBytes: number): Buffer[] => {
  const whole = Buffer.concat(pieces);
  const made: Buffer[] = [];
  for (let at = 0; at < whole.byteLength; at += pieceBytes) made.push(whole.subarray(at, at + pieceBytes));
  return made;
};
