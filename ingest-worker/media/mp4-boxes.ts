import { LIMITS } from '../limits.ts';
import { createSizeWatch, type SizeWatch } from './coded-size.ts';
import { type MediaFacts, Unreadable } from './container.ts';
import { printable } from './ebml.ts';
import { type Matrix, orientationOf, pictureFacts } from './picture-facts.ts';
import type { PictureSize } from './picture-size.ts';

/** What the movie header says that fragments need: facts, by track its clock and its defaults, and what its pictures may be. */
export type Movie = { facts: MediaFacts; tracks: Map<number, Track>; sizes: SizeWatch };
type Track = {
  kind: 'video' | 'audio' | 'another';
  ticksPerSecond: number;
  /** What the edit list takes off every time, as FFmpeg does. */
  shiftMs: number;
  defaults: { duration: number; bytes: number; flags: number };
};

/** What one fragment brings of each track, how many bytes it says that all of it has, and what reading it has cost. */
export type Fragment = {
  tracks: FragmentTrack[];
  bytes: number;
  /** Boxes and samples that were read. */
  elements: number;
  /** Where FFmpeg finds its pictures, counted from the fragment's first byte: so many behind one another, each of so many bytes. */
  pictures: { from: number; count: number; bytes: number }[];
  /** Where the last sample of any track ends, counted from there, too. */
  end: number;
};
export type FragmentTrack = {
  kind: 'video' | 'audio';
  count: number;
  /** When its first and last sample are shown. */
  firstMs: number;
  lastMs: number;
  /** When they are decoded, which never steps back. */
  decoded: { firstMs: number; lastMs: number };
  /** The time with which it begins: where it stands in the fragment, in how many bytes, and what it is. */
  stamp: { at: number; bytes: 4 | 8; ticks: number; ticksPerSecond: number };
  /** Its first sample is one with which decoding can begin. */
  key: boolean;
};

export type Box = { type: string; size: number; headerBytes: number };

const ANOTHER: Track = {
  kind: 'another',
  ticksPerSecond: 1,
  shiftMs: 0,
  defaults: { duration: 0, bytes: 0, flags: 0 },
};

const NOT_SYNC = 0x10000;
const AAC_OBJECT = 0x40;
const TFHD = { baseOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20, baseIsFragment: 0x20000 };
const TRUN = {
  dataOffset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  composition: 0x800,
  /** Any of the four that each sample has its own of. */
  listed: 0xf00,
};
/** From the start of a sample entry to the boxes in it. */
const VISUAL_ENTRY_BYTES = 78;
const AUDIO_ENTRY_BYTES = 28;
/** Where the nine numbers of a transformation stand in a header of 32-bit times, and in one of 64-bit times. */
const MVHD_MATRIX = { short: 36, long: 48 };
const TKHD_MATRIX = { short: 40, long: 52 };
const MATRIX_BYTES = 36;
const FIXED = 0x10000;
/** Boxes that tell a decoder what it gets: FFmpeg believes any of them, whatever the sample entry is called. */
const SET_UP = new Set([
  ...'avcC hvcC lhvC vvcC av1C vpcC dOps esds dac3 dec3 dfLa alac glbl wave dvc1 sinf jp2h strf mp4v'.split(' '),
  'SMI ',
]);
/** Tables of samples that lie elsewhere than in fragments; where in them it is said how many. */
const TABLES = { stts: 4, stsc: 4, stsz: 8, stz2: 8, stco: 4, co64: 4 } as const;
/** What FFmpeg takes for a part of the movie wherever it stands, and we only at its place. */
const PLACED = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd', 'mdhd', 'mvhd', 'tkhd', 'mvex', 'trex'];
/** From the name of a box that says of what kind a track is, to what it says; and what it may say of ours. */
const HANDLER_AT = 12;
const HANDLERS = ['vide', 'soun'];

/** What FFmpeg reads, or reads through, beside the movie as if it stood in it. */
const PARTS = new Set([
  ...PLACED,
  ...SET_UP,
  ...Object.keys(TABLES),
  ...'hdlr dinf dref elst edts ctts stss udta meta ilst traf tfhd tfdt trun cmov cmvd wave gmhd tref'.split(' '),
]);

/** Whether a box of this type may only stand in a movie or a fragment. */
export const isPart = (type: string): boolean => PARTS.has(type) && type !== 'moov';

/** The type and whole size of the box at the start of `bytes`, or how many bytes it takes to know them. */
export const readBox = (bytes: Buffer): Box | { needs: number } => {
  if (bytes.byteLength < 8) return { needs: 8 };
  const type = bytes.toString('latin1', 4, 8);
  const size = bytes.readUInt32BE(0);
  if (size === 0) throw new Unreadable('a box without an end');
  if (size !== 1) {
    if (size < 8) throw new Unreadable('a box shorter than its header');
    return { type, size, headerBytes: 8 };
  }
  if (bytes.byteLength < 16) return { needs: 16 };
  const large = Number(bytes.readBigUInt64BE(8));
  if (large < 16) throw new Unreadable('a box shorter than its header');
  return { type, size: large, headerBytes: 16 };
};

/** The content of a `moov` of one picture and at most one sound, in codecs that we take. */
export const parseMovie = (content: Buffer): Movie => {
  const movie = boxes(content);
  const header = only(movie, 'mvhd');
  const movieTicks = fullTimescale(header);
  const extends_ = children(movie, 'mvex').filter(({ type }) => type === 'trex');
  if (extends_.length === 0) throw new Unreadable('an MP4 that is not fragmented');
  const facts: Partial<MediaFacts> = {};
  const tracks: Movie['tracks'] = new Map();
  let setUp: Buffer | undefined;
  refuseMisplaced(movie, ['mvhd', 'trak', 'mvex']);
  for (const { type, content: trak } of movie) {
    if (type !== 'trak') continue;
    const parts = boxes(trak);
    refuseMisplaced(parts, ['tkhd', 'mdia']);
    const shown = only(parts, 'tkhd');
    const id = trackId(shown);
    const media = boxes(only(parts, 'mdia'));
    refuseMisplaced(media, ['mdhd', 'hdlr', 'minf']);
    const handler = only(media, 'hdlr').toString('latin1', 8, 12);
    if (handler !== 'vide' && handler !== 'soun') throw new Unreadable('a track that is neither picture nor sound');
    const kind = handler === 'vide' ? 'video' : 'audio';
    if (facts[kind]) throw new Unreadable(kind === 'video' ? 'more than one picture' : 'more than one sound');
    const ticksPerSecond = fullTimescale(only(media, 'mdhd'));
    const inner = boxes(only(media, 'minf'));
    refuseMisplaced(inner, ['stbl']);
    const tables = boxes(only(inner, 'stbl'));
    refuseMisplaced(tables, ['stsd']);
    refuseTables(tables);
    const entry = sampleEntry(only(tables, 'stsd'));
    if (kind === 'video') {
      facts.video = parseVideo(entry, parsePlacing(header, shown));
      setUp = once(boxes(entry.content.subarray(VISUAL_ENTRY_BYTES)), 'avcC');
    } else facts.audio = parseAudio(entry);
    const [trex, second] = extends_.filter((box) => box.content.byteLength >= 24 && box.content.readUInt32BE(4) === id);
    if (second) throw new Unreadable('two defaults of one track');
    if (tracks.has(id)) throw new Unreadable('two tracks of one number');
    tracks.set(id, {
      kind,
      ticksPerSecond,
      shiftMs: editShiftMs(parts, movieTicks, ticksPerSecond),
      defaults: {
        duration: trex?.content.readUInt32BE(12) ?? 0,
        bytes: trex?.content.readUInt32BE(16) ?? 0,
        flags: trex?.content.readUInt32BE(20) ?? 0,
      },
    });
  }
  const { video, audio } = facts;
  if (!video) throw new Unreadable('a recording without a picture');
  const sizes = createSizeWatch(video, setUp);
  return { facts: { container: 'mp4', video, ...(audio && { audio }) }, tracks, sizes };
};

/** The content of a `moof`, of the tracks that we know. */
export const parseFragment = (moof: Buffer, { tracks }: Movie): Fragment => {
  const fragment: Fragment = { tracks: [], bytes: 0, elements: 0, pictures: [], end: 0 };
  let count = 0;
  /** Where media lies that does not say so: right behind what the run before had. */
  let follows = 0;
  for (const { type, content: traf } of boxes(moof)) {
    if (type !== 'traf') continue;
    const parts = boxes(traf);
    fragment.elements += 1 + parts.length;
    const header = createScanner(only(parts, 'tfhd'));
    const flags = header.u32();
    const track = tracks.get(header.u32()) ?? ANOTHER;
    if (flags & TFHD.baseOffset) throw new Unreadable('fragments that are bound to a place in the file');
    if (flags & TFHD.description) header.skip(4);
    const duration = flags & TFHD.duration ? header.u32() : track.defaults.duration;
    const sampleBytes = flags & TFHD.size ? header.u32() : track.defaults.bytes;
    const sampleFlags = flags & TFHD.flags ? header.u32() : track.defaults.flags;
    const stamp = decodeTime(once(parts, 'tfdt'), moof);
    const start = stamp.ticks;
    const runs = parts.filter(({ type }) => type === 'trun').map(({ content }) => content);
    const samples = readRuns(runs, {
      defaults: { duration, bytes: sampleBytes, flags: sampleFlags },
      most: LIMITS.fragmentSamples - count,
      base: flags & TFHD.baseIsFragment ? 0 : follows,
    });
    follows = samples.end;
    fragment.end = Math.max(fragment.end, samples.furthest);
    if (track.kind === 'video') fragment.pictures.push(...samples.places);
    fragment.bytes += samples.bytes;
    fragment.elements += samples.count;
    count += samples.count;
    if (samples.count === 0 || track.kind === 'another') continue;
    const toMs = (ticks: number) => ((start + ticks) * 1000) / track.ticksPerSecond + track.shiftMs;
    const { kind } = track;
    const [firstMs, lastMs] = [toMs(samples.first), toMs(samples.last)];
    const decoded = { firstMs: toMs(0), lastMs: toMs(samples.lastDecoded) };
    const { ticksPerSecond } = track;
    fragment.tracks.push({
      kind,
      count: samples.count,
      key: samples.key,
      firstMs,
      lastMs,
      decoded,
      stamp: { ...stamp, ticksPerSecond },
    });
  }
  return fragment;
};

type Samples = {
  count: number;
  first: number;
  last: number;
  lastDecoded: number;
  key: boolean;
  bytes: number;
  places: Fragment['pictures'];
  /** Behind the last of them, and behind the one that lies furthest. */
  end: number;
  furthest: number;
};

const readRuns = (
  runs: Buffer[],
  { defaults, most, base }: { defaults: Track['defaults']; most: number; base: number },
): Samples => {
  const samples: Samples = {
    count: 0,
    first: 0,
    last: 0,
    lastDecoded: 0,
    key: false,
    bytes: 0,
    places: [],
    end: base,
    furthest: 0,
  };
  let ticks = 0;
  for (const content of runs) {
    const run = createScanner(content);
    const flags = run.u32();
    const count = run.u32();
    if (samples.count + count > most) throw new Unreadable('too many samples in a fragment');
    if (count === 0) continue;
    // Right behind the run before, says the standard; FFmpeg takes it to begin where the first one does.
    if (!(flags & TRUN.dataOffset) && samples.count > 0)
      throw new Unreadable('a second run that does not say where its media lies');
    samples.end = base + (flags & TRUN.dataOffset ? run.i32() : 0);
    const firstFlags = flags & TRUN.firstFlags ? run.u32() : undefined;
    const isListed = (flags & TRUN.listed) !== 0;
    // Samples that the run says nothing about are all alike: however many are claimed, there is one to read.
    for (let i = 0; i < (isListed ? count : 1); i++) {
      const duration = flags & TRUN.duration ? run.u32() : defaults.duration;
      const bytes = flags & TRUN.size ? run.u32() : defaults.bytes;
      const own = flags & TRUN.flags ? run.u32() : defaults.flags;
      const composition = flags & TRUN.composition ? run.i32() : 0;
      const alike = isListed ? 1 : count;
      if (samples.count === 0) {
        samples.first = ticks + composition;
        samples.key = ((firstFlags ?? own) & NOT_SYNC) === 0;
      }
      samples.lastDecoded = ticks + duration * (alike - 1);
      samples.last = samples.lastDecoded + composition;
      samples.count += alike;
      samples.bytes += bytes * alike;
      samples.places.push({ from: samples.end, count: alike, bytes });
      samples.end += bytes * alike;
      samples.furthest = Math.max(samples.furthest, samples.end);
      ticks += duration * alike;
      if (!isListed && bytes === 0) throw new Unreadable('samples that neither have bytes nor are listed');
    }
  }
  return samples;
};

/** How a track's picture lies on the screen: turned, and how large there before it is turned. */
type Placing = { matrix: Matrix; width: number; height: number };

const parsePlacing = (mvhd: Buffer, tkhd: Buffer): Placing => {
  const [a, b, c, d] = matrixAt(tkhd, isLong(tkhd) ? TKHD_MATRIX.long : TKHD_MATRIX.short);
  const [e, f, g, h] = matrixAt(mvhd, isLong(mvhd) ? MVHD_MATRIX.long : MVHD_MATRIX.short);
  const size = (isLong(tkhd) ? TKHD_MATRIX.long : TKHD_MATRIX.short) + MATRIX_BYTES;
  const hasSize = tkhd.byteLength >= size + 8;
  return {
    matrix: [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h],
    width: hasSize ? tkhd.readUInt32BE(size) / FIXED : 0,
    height: hasSize ? tkhd.readUInt32BE(size + 4) / FIXED : 0,
  };
};

const isLong = (header: Buffer): boolean => header[0] === 1;

/** The left upper part of a transformation's nine numbers; of one that is not there, none. */
const matrixAt = (header: Buffer, at: number): Matrix => {
  if (header.byteLength < at + MATRIX_BYTES) return [1, 0, 0, 1];
  const [a, b, c, d] = [0, 4, 12, 16].map((place) => header.readInt32BE(at + place) / FIXED);
  return [a ?? 1, b ?? 0, c ?? 0, d ?? 1];
};

const parseVideo = ({ format, content }: SampleEntry, placing: Placing): MediaFacts['video'] => {
  const codec = format === 'avc1' || format === 'avc3' ? 'h264' : format === 'vp09' ? 'vp9' : undefined;
  if (!codec) throw new Unreadable(`video codec ${printable(format)} is not taken`);
  if (content.byteLength < VISUAL_ENTRY_BYTES) throw new Unreadable('a box is cut short');
  const size = { width: content.readUInt16BE(24), height: content.readUInt16BE(26) };
  const inside = content.subarray(VISUAL_ENTRY_BYTES);
  return pictureFacts(codec, size, {
    setUp: setUpOf(inside, codec === 'h264' ? 'avcC' : 'vpcC'),
    pixelAspect: pixelAspect(inside) ?? aspectOf(placing, size),
    orientation: orientationOf(placing.matrix),
  });
};

/** What the box of that name says: how far pixels are apart, across and down. */
const pixelAspect = (entry: Buffer): number | undefined => {
  const pasp = once(boxes(entry), 'pasp');
  if (!pasp || pasp.byteLength < 8) return undefined;
  const [across, down] = [pasp.readUInt32BE(0), pasp.readUInt32BE(4)];
  return across > 0 && down > 0 ? across / down : undefined;
};

/** Undefined where a track is shown in the shape in which it is recorded, which says nothing. */
const aspectOf = (shown: Placing, size: PictureSize): number | undefined => {
  const aspect = (shown.width * size.height) / (shown.height * size.width);
  return Number.isFinite(aspect) && aspect !== 1 ? aspect : undefined;
};

const parseAudio = ({ format, content }: SampleEntry): NonNullable<MediaFacts['audio']> => {
  if (content.byteLength < AUDIO_ENTRY_BYTES) throw new Unreadable('a box is cut short');
  if (content.readUInt16BE(8) !== 0) throw new Unreadable('a description of sound as QuickTime has it');
  const codec = format === 'Opus' ? 'opus' : format === 'mp4a' && isAac(content) ? 'aac' : undefined;
  if (!codec) throw new Unreadable(`audio codec ${printable(format)} is not taken`);
  setUpOf(content.subarray(AUDIO_ENTRY_BYTES), codec === 'opus' ? 'dOps' : 'esds');
  return { codec, sampleRate: content.readUInt16BE(24), channels: content.readUInt16BE(16) };
};

/** What a sample entry holds may set up the decoder that its name says, once, and no other. */
const setUpOf = (content: Buffer, expected: string): Buffer | undefined => {
  const found = boxes(content);
  for (const { type } of found)
    if (type !== expected && SET_UP.has(type)) throw new Unreadable(`box ${printable(type)} sets up another decoder`);
  return once(found, expected);
};

/** Samples lie in fragments, and nowhere else. */
const refuseTables = (tables: Child[]): void => {
  for (const { type, content } of tables) {
    const at = isTable(type) ? TABLES[type] : undefined;
    if (at === undefined) continue;
    if (content.byteLength < at + 4) throw new Unreadable('a box is cut short');
    if (content.readUInt32BE(at) !== 0) throw new Unreadable('samples outside of fragments');
  }
};
const isTable = (type: string): type is keyof typeof TABLES => type in TABLES;

/** Parts of the movie where they do not belong. */
const refuseMisplaced = (found: Child[], expected: readonly string[]): void => {
  for (const { type, content } of found) {
    if (expected.includes(type)) continue;
    if (
      PLACED.includes(type) ||
      PLACED.some((name) => content.includes(name, 0, 'latin1')) ||
      hasHandler(type, content)
    )
      throw new Unreadable(`a part of the movie in box ${printable(type)}`);
  }
};

/** Whether it would make a picture or sound of a track; a title may have these letters in it. */
const hasHandler = (type: string, content: Buffer): boolean => {
  const says = (at: number): boolean => HANDLERS.includes(content.toString('latin1', at, at + 4));
  if (type === 'hdlr' && says(HANDLER_AT - 4)) return true;
  for (let at = content.indexOf('hdlr', 0, 'latin1'); at >= 0; at = content.indexOf('hdlr', at + 1, 'latin1'))
    if (says(at + HANDLER_AT)) return true;
  return false;
};

/** The object type in an `esds` (ISO 14496-1): a descriptor of the stream (tag 3), and in it that of its decoder (tag 4). */
const isAac = (entry: Buffer): boolean => {
  const esds = once(boxes(entry.subarray(AUDIO_ENTRY_BYTES)), 'esds');
  if (!esds) return false;
  const stream = descriptor(esds, 4, 0x03);
  // Its number, and flags of what else stands before the decoder's: nothing.
  if (stream === undefined || ((esds[stream + 2] ?? 0xff) & 0xe0) !== 0) return false;
  const decoder = descriptor(esds, stream + 3, 0x04);
  return decoder !== undefined && esds[decoder] === AAC_OBJECT;
};

/** Where the content of the descriptor at `at` begins, if it has this tag; its length takes one to four bytes. */
const descriptor = (bytes: Buffer, at: number, tag: number): number | undefined => {
  if (bytes[at] !== tag) return undefined;
  for (let next = at + 1; next <= at + 4; next++) if (((bytes[next] ?? 0) & 0x80) === 0) return next + 1;
  return undefined;
};

type SampleEntry = { format: string; content: Buffer };

const sampleEntry = (stsd: Buffer): SampleEntry => {
  const [entry, second] = boxes(stsd.subarray(8));
  if (!entry) throw new Unreadable('a track without a description');
  if (second || stsd.readUInt32BE(4) !== 1) throw new Unreadable('a track with several descriptions');
  return { format: entry.type, content: entry.content };
};

/** Empty edits shift a track later, a media time earlier (FFmpeg applies both to fragments). */
const editShiftMs = (trak: Child[], movieTicks: number, mediaTicks: number): number => {
  const list = once(children(trak, 'edts'), 'elst');
  if (!list) return 0;
  const scan = createScanner(list);
  const long = scan.u32() >>> 24 === 1;
  const count = Math.min(scan.u32(), LIMITS.containerChildren);
  let shiftMs = 0;
  for (let i = 0; i < count; i++) {
    const duration = long ? scan.u64() : scan.u32();
    const mediaTime = long ? scan.i64() : scan.i32();
    scan.skip(4);
    if (mediaTime >= 0) return shiftMs - (mediaTime * 1000) / mediaTicks;
    shiftMs += (duration * 1000) / movieTicks;
  }
  return shiftMs;
};

const fullTimescale = (header: Buffer): number => {
  const scan = createScanner(header);
  const long = scan.u32() >>> 24 === 1;
  scan.skip(long ? 16 : 8);
  const ticks = scan.u32();
  if (ticks === 0) throw new Unreadable('a clock that stands still');
  return ticks;
};

const trackId = (tkhd: Buffer): number => {
  const scan = createScanner(tkhd);
  scan.skip(scan.u32() >>> 24 === 1 ? 16 : 8);
  return scan.u32();
};

/** The time with which a track's part of a fragment begins, and where in the fragment it stands. */
const decodeTime = (tfdt: Buffer | undefined, fragment: Buffer): { at: number; bytes: 4 | 8; ticks: number } => {
  if (!tfdt) throw new Unreadable('a fragment without a time');
  const scan = createScanner(tfdt);
  const isLong = scan.u32() >>> 24 === 1;
  const ticks = isLong ? scan.u64() : scan.u32();
  if (!Number.isSafeInteger(ticks)) throw new Unreadable('a media clock that no clock has');
  return { at: tfdt.byteOffset + 4 - fragment.byteOffset, bytes: isLong ? 8 : 4, ticks };
};

type Child = { type: string; content: Buffer };

const boxes = (content: Buffer): Child[] => {
  const found: Child[] = [];
  for (let at = 0; at < content.byteLength;) {
    const box = readBox(content.subarray(at));
    if ('needs' in box || at + box.size > content.byteLength) throw new Unreadable('a box is cut short');
    found.push({ type: box.type, content: content.subarray(at + box.headerBytes, at + box.size) });
    if (found.length > LIMITS.containerChildren) throw new Unreadable('too many boxes');
    at += box.size;
  }
  return found;
};

const children = (parents: Child[], type: string): Child[] => {
  const parent = once(parents, type);
  return parent ? boxes(parent) : [];
};

/** Of two, one reader takes the first and another the last. */
const once = (parents: Child[], type: string): Buffer | undefined => {
  const [found, second] = parents.filter((child) => child.type === type);
  if (second) throw new Unreadable(`box ${type} stands twice`);
  return found?.content;
};

const only = (parents: Child[], type: string): Buffer => {
  const found = once(parents, type);
  if (!found) throw new Unreadable(`no box ${type} where there must be one`);
  return found;
};

/** Big-endian numbers one after another; a box that ends too early is unreadable. */
const createScanner = (content: Buffer) => {
  let at = 0;
  const next = (bytes: number): number => {
    if (at + bytes > content.byteLength) throw new Unreadable('a box is cut short');
    at += bytes;
    return at - bytes;
  };
  return {
    skip: (bytes: number) => void next(bytes),
    u32: () => content.readUInt32BE(next(4)),
    i32: () => content.readInt32BE(next(4)),
    u64: () => Number(content.readBigUInt64BE(next(8))),
    i64: () => Number(content.readBigInt64BE(next(8))),
  };
};
