import { LIMITS } from '../limits.ts';
import { type MediaFacts, Unreadable } from './container.ts';
import { isPictureSize, printable } from './ebml.ts';

/** What the movie header says that fragments need: facts, and by track its clock and its defaults. */
export type Movie = { facts: MediaFacts; tracks: Map<number, Track> };
type Track = {
  kind: 'video' | 'audio';
  ticksPerSecond: number;
  /** What the edit list takes off every time, as FFmpeg does. */
  shiftMs: number;
  defaults: { duration: number; flags: number };
};

/** What one fragment brings of each track. */
export type Fragment = {
  kind: 'video' | 'audio';
  count: number;
  firstMs: number;
  lastMs: number;
  /** Its first sample is one with which decoding can begin. */
  key: boolean;
}[];

export type Box = { type: string; size: number; headerBytes: number };

const NOT_SYNC = 0x10000;
const AAC_OBJECT = 0x40;
const TFHD = { baseOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20 };
const TRUN = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, composition: 0x800 };
/** From the start of a sample entry to the boxes in it. */
const VISUAL_ENTRY_BYTES = 78;
const AUDIO_ENTRY_BYTES = 28;

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
  const movieTicks = fullTimescale(movie.find(({ type }) => type === 'mvhd')?.content);
  const extends_ = children(movie, 'mvex').filter(({ type }) => type === 'trex');
  if (extends_.length === 0) throw new Unreadable('an MP4 that is not fragmented');
  const facts: Partial<MediaFacts> = {};
  const tracks: Movie['tracks'] = new Map();
  for (const { type, content: trak } of movie) {
    if (type !== 'trak') continue;
    const parts = boxes(trak);
    const id = trackId(only(parts, 'tkhd'));
    const media = boxes(only(parts, 'mdia'));
    const handler = only(media, 'hdlr').toString('latin1', 8, 12);
    if (handler !== 'vide' && handler !== 'soun') continue;
    const kind = handler === 'vide' ? 'video' : 'audio';
    if (facts[kind]) throw new Unreadable(kind === 'video' ? 'more than one picture' : 'more than one sound');
    const ticksPerSecond = fullTimescale(only(media, 'mdhd'));
    const entry = sampleEntry(only(boxes(only(boxes(only(media, 'minf')), 'stbl')), 'stsd'));
    if (kind === 'video') facts.video = parseVideo(entry);
    else facts.audio = parseAudio(entry);
    const trex = extends_.find((box) => box.content.byteLength >= 24 && box.content.readUInt32BE(4) === id)?.content;
    tracks.set(id, {
      kind,
      ticksPerSecond,
      shiftMs: editShiftMs(parts, movieTicks, ticksPerSecond),
      defaults: { duration: trex?.readUInt32BE(12) ?? 0, flags: trex?.readUInt32BE(20) ?? 0 },
    });
  }
  const { video, audio } = facts;
  if (!video) throw new Unreadable('a recording without a picture');
  return { facts: { container: 'mp4', video, ...(audio && { audio }) }, tracks };
};

/** The content of a `moof`, of the tracks that we know. */
export const parseFragment = (content: Buffer, { tracks }: Movie): Fragment => {
  const fragment: Fragment = [];
  for (const { type, content: traf } of boxes(content)) {
    if (type !== 'traf') continue;
    const parts = boxes(traf);
    const header = createScanner(only(parts, 'tfhd'));
    const flags = header.u32();
    const track = tracks.get(header.u32());
    if (!track) continue;
    if (flags & TFHD.baseOffset) throw new Unreadable('fragments that are bound to a place in the file');
    if (flags & TFHD.description) header.skip(4);
    const duration = flags & TFHD.duration ? header.u32() : track.defaults.duration;
    if (flags & TFHD.size) header.skip(4);
    const sampleFlags = flags & TFHD.flags ? header.u32() : track.defaults.flags;
    const start = decodeTime(parts.find(({ type }) => type === 'tfdt')?.content);
    const runs = parts.filter(({ type }) => type === 'trun').map(({ content }) => content);
    const samples = readRuns(runs, { duration, flags: sampleFlags });
    if (samples.count === 0) continue;
    const toMs = (ticks: number) => ((start + ticks) * 1000) / track.ticksPerSecond + track.shiftMs;
    const { count, key } = samples;
    fragment.push({ kind: track.kind, count, key, firstMs: toMs(samples.first), lastMs: toMs(samples.last) });
  }
  return fragment;
};

type Samples = { count: number; first: number; last: number; key: boolean };

const readRuns = (runs: Buffer[], defaults: Track['defaults']): Samples => {
  const samples: Samples = { count: 0, first: 0, last: 0, key: false };
  let ticks = 0;
  for (const content of runs) {
    const run = createScanner(content);
    const flags = run.u32();
    const count = run.u32();
    if (flags & TRUN.dataOffset) run.skip(4);
    const firstFlags = flags & TRUN.firstFlags ? run.u32() : undefined;
    for (let i = 0; i < count; i++) {
      // Without a table entry a sample costs no bytes: this many could be claimed for nothing.
      if (samples.count >= LIMITS.fragmentSamples) throw new Unreadable('too many samples in a fragment');
      const duration = flags & TRUN.duration ? run.u32() : defaults.duration;
      if (flags & TRUN.size) run.skip(4);
      const own = flags & TRUN.flags ? run.u32() : defaults.flags;
      const composition = flags & TRUN.composition ? run.i32() : 0;
      if (samples.count === 0) {
        samples.first = ticks + composition;
        samples.key = ((firstFlags ?? own) & NOT_SYNC) === 0;
      }
      samples.last = ticks + composition;
      samples.count++;
      ticks += duration;
    }
  }
  return samples;
};

const parseVideo = ({ format, content }: SampleEntry): MediaFacts['video'] => {
  const codec = format === 'avc1' || format === 'avc3' ? 'h264' : format === 'vp09' ? 'vp9' : undefined;
  if (!codec) throw new Unreadable(`video codec ${printable(format)} is not taken`);
  if (content.byteLength < VISUAL_ENTRY_BYTES) throw new Unreadable('a box is cut short');
  const width = content.readUInt16BE(24);
  const height = content.readUInt16BE(26);
  if (!isPictureSize(width, height)) throw new Unreadable('an impossible picture size');
  return { codec, width, height };
};

const parseAudio = ({ format, content }: SampleEntry): NonNullable<MediaFacts['audio']> => {
  if (content.byteLength < AUDIO_ENTRY_BYTES) throw new Unreadable('a box is cut short');
  const codec = format === 'Opus' ? 'opus' : format === 'mp4a' && isAac(content) ? 'aac' : undefined;
  if (!codec) throw new Unreadable(`audio codec ${printable(format)} is not taken`);
  return { codec, sampleRate: content.readUInt16BE(24), channels: content.readUInt16BE(16) };
};

/** The object type in an `esds`, found by its DecoderConfigDescriptor (tag 4), whose length may take one to four bytes. */
const isAac = (entry: Buffer): boolean => {
  const esds = boxes(entry.subarray(AUDIO_ENTRY_BYTES)).find(({ type }) => type === 'esds')?.content;
  if (!esds) return false;
  for (let at = 4; at + 2 < esds.byteLength; at++) {
    if (esds[at] !== 0x04) continue;
    let value = at + 1;
    while ((esds[value] ?? 0) & 0x80) value++;
    if (esds[value + 1] === AAC_OBJECT) return true;
  }
  return false;
};

type SampleEntry = { format: string; content: Buffer };

const sampleEntry = (stsd: Buffer): SampleEntry => {
  const [entry] = boxes(stsd.subarray(8));
  if (!entry) throw new Unreadable('a track without a description');
  return { format: entry.type, content: entry.content };
};

/** Empty edits shift a track later, a media time earlier (FFmpeg applies both to fragments). */
const editShiftMs = (trak: Child[], movieTicks: number, mediaTicks: number): number => {
  const list = children(trak, 'edts').find(({ type }) => type === 'elst')?.content;
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

const fullTimescale = (header: Buffer | undefined): number => {
  const scan = createScanner(header ?? Buffer.alloc(0));
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

const decodeTime = (tfdt: Buffer | undefined): number => {
  if (!tfdt) throw new Unreadable('a fragment without a time');
  const scan = createScanner(tfdt);
  return scan.u32() >>> 24 === 1 ? scan.u64() : scan.u32();
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
  const parent = parents.find((child) => child.type === type);
  return parent ? boxes(parent.content) : [];
};

const only = (parents: Child[], type: string): Buffer => {
  const found = parents.find((child) => child.type === type);
  if (!found) throw new Unreadable(`no box ${type} where there must be one`);
  return found.content;
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
