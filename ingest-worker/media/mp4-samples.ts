import { createFifo } from './fifo.ts';
import { createByteFeed, type Taken } from './byte-feed.ts';
import { readBox } from './mp4-boxes.ts';
import { HEAD_BYTES, type Listener, NotRepackaged, type SampleReader, type SetUps } from './samples.ts';

const NOT_SYNC = 0x10000;
const TFHD = { description: 0x2, duration: 0x8, size: 0x10, flags: 0x20, baseIsFragment: 0x20000 };
const TRUN = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, composition: 0x800 };
/** From the start of a sample entry to the boxes in it. */
const ENTRY_BYTES = { video: 78, audio: 28 };
const DESCRIPTORS = { stream: 0x03, decoder: 0x04, specific: 0x05 };
/** Between the head of a descriptor and what it holds. */
const STREAM_BYTES = 3;
const DECODER_BYTES = 13;

type Track = {
  kind: 'video' | 'audio';
  ticksPerSecond: number;
  defaults: { duration: number; bytes: number; flags: number };
};
type Planned = Omit<Parameters<Listener['onSample']>[0], 'body'> & { from: number; bytes: number };
type Boxes = { type: string; content: Buffer }[];

/** The samples of a fragmented MP4 that `createMp4Reader` has let in: nothing is checked a second time. */
export const createMp4Samples = ({ onSetUps, onSample }: Listener): SampleReader => {
  const feed = createByteFeed();
  let tracks = new Map<number, Track>();
  /** What the fragment that was read last has said of the media that comes next, by the number of its first byte. */
  const planned = createFifo<Planned>();

  const readMovie = (content: Buffer): void => {
    const movie = boxesOf(content);
    const setUps: { -readonly [Kind in keyof SetUps]: SetUps[Kind] } = { video: undefined, audio: undefined };
    tracks = new Map();
    for (const { type, content: trak } of movie) {
      if (type !== 'trak') continue;
      const parts = boxesOf(trak);
      if (parts.some((part) => part.type === 'edts')) throw new NotRepackaged('an edit list');
      const media = boxesOf(one(parts, 'mdia'));
      const kind = one(media, 'hdlr').toString('latin1', 8, 12) === 'vide' ? 'video' : 'audio';
      const [entry] = boxesOf(one(boxesOf(one(boxesOf(one(media, 'minf')), 'stbl')), 'stsd').subarray(8));
      const inside = boxesOf((entry?.content ?? Buffer.alloc(0)).subarray(ENTRY_BYTES[kind]));
      setUps[kind] = Buffer.from(kind === 'video' ? one(inside, 'avcC') : specificConfig(one(inside, 'esds')));
      const header = one(media, 'mdhd');
      const number = trackNumber(one(parts, 'tkhd'));
      const trex = boxesOf(one(movie, 'mvex'))
        .filter((box) => box.type === 'trex')
        .find((box) => box.content.readUInt32BE(4) === number)?.content;
      tracks.set(number, {
        kind,
        ticksPerSecond: header.readUInt32BE(header[0] === 1 ? 20 : 12),
        defaults: {
          duration: trex?.readUInt32BE(12) ?? 0,
          bytes: trex?.readUInt32BE(16) ?? 0,
          flags: trex?.readUInt32BE(20) ?? 0,
        },
      });
    }
    onSetUps(setUps);
  };

  /** `start` is the number of the fragment's own first byte. */
  const planFragment = (content: Buffer, start: number): void => {
    const found: Planned[] = [];
    /** From where the runs of the next track count where that is not the fragment: the end of those of the one before. */
    let follows = start;
    for (const { type, content: traf } of boxesOf(content)) {
      if (type !== 'traf') continue;
      const parts = boxesOf(traf);
      const tfhd = one(parts, 'tfhd');
      const flags = tfhd.readUInt32BE(0);
      const base = flags & TFHD.baseIsFragment ? start : follows;
      const track = tracks.get(tfhd.readUInt32BE(4));
      if (!track) continue;
      let at = 8;
      const take = (): number => {
        at += 4;
        return tfhd.readUInt32BE(at - 4);
      };
      if (flags & TFHD.description) take();
      const defaults = {
        duration: flags & TFHD.duration ? take() : track.defaults.duration,
        bytes: flags & TFHD.size ? take() : track.defaults.bytes,
        flags: flags & TFHD.flags ? take() : track.defaults.flags,
      };
      const tfdt = one(parts, 'tfdt');
      let ticks = tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
      for (const { type: kind, content: trun } of parts)
        if (kind === 'trun') ({ ticks, end: follows } = planRun(trun, { track, defaults, ticks, base, found }));
    }
    planned.clear();
    for (const sample of found.sort((one_, other) => one_.from - other.from)) planned.push(sample);
  };

  const planRun = (
    trun: Buffer,
    {
      track,
      defaults,
      ticks: from,
      base,
      found,
    }: { track: Track; defaults: Track['defaults']; ticks: number; base: number; found: Planned[] },
  ): { ticks: number; end: number } => {
    const flags = trun.readUInt32BE(0);
    const count = trun.readUInt32BE(4);
    if (!(flags & TRUN.dataOffset)) throw new NotRepackaged('a run that does not say where its media lies');
    let place = base + trun.readInt32BE(8);
    let at = 12;
    const take = (): number => {
      at += 4;
      return trun.readUInt32BE(at - 4);
    };
    const first = flags & TRUN.firstFlags ? take() : undefined;
    let ticks = from;
    for (let index = 0; index < count; index++) {
      const duration = flags & TRUN.duration ? take() : defaults.duration;
      const bytes = flags & TRUN.size ? take() : defaults.bytes;
      const own = flags & TRUN.flags ? take() : defaults.flags;
      if (bytes === 0) throw new NotRepackaged('a sample without a byte');
      if (flags & TRUN.composition && take() !== 0) throw new NotRepackaged('pictures in another order than shown');
      const isKey = track.kind === 'video' && (((index === 0 ? first : undefined) ?? own) & NOT_SYNC) === 0;
      const atMs = Math.round((ticks * 1_000) / track.ticksPerSecond);
      found.push({ kind: track.kind, atMs, key: isKey, from: place, bytes });
      place += bytes;
      ticks += duration;
    }
    return { ticks, end: place };
  };

  /** Of the media of a fragment: the next sample that was planned, once all of it is here. */
  const takeMedia = (held: Buffer): Taken => {
    const { first: next } = planned;
    if (next === undefined) throw new Error('media that nobody planned');
    const from = next.from - feed.at;
    if (from < 0) throw new NotRepackaged('samples that overlap');
    if (from > 0) return { took: Math.min(from, held.byteLength), thenSkip: Math.max(0, from - held.byteLength) };
    if (held.byteLength < next.bytes) return { needs: next.bytes };
    planned.shift();
    const { kind, atMs, key, bytes } = next;
    const body = Buffer.allocUnsafe(HEAD_BYTES[kind] + bytes);
    held.copy(body, HEAD_BYTES[kind], 0, bytes);
    onSample({ kind, atMs, key, body });
    return { took: bytes };
  };

  /** Within the media of a fragment, up to the byte of this number. */
  let mediaEnd = 0;
  const take = (held: Buffer): Taken => {
    if (feed.at < mediaEnd) {
      if (planned.length > 0) return takeMedia(held);
      const rest = mediaEnd - feed.at;
      return { took: Math.min(rest, held.byteLength), thenSkip: Math.max(0, rest - held.byteLength) };
    }
    const box = readBox(held);
    if ('needs' in box) return box;
    const { type, size, headerBytes } = box;
    if (type === 'moov' || type === 'moof') {
      if (held.byteLength < size) return { needs: size };
      const content = held.subarray(headerBytes, size);
      if (type === 'moov') readMovie(content);
      else planFragment(content, feed.at);
      return { took: size };
    }
    if (type !== 'mdat') return { took: headerBytes, thenSkip: size - headerBytes };
    mediaEnd = feed.at + size;
    return { took: headerBytes };
  };

  return { push: (bytes) => feed.push(bytes, take) };
};

const boxesOf = (content: Buffer): Boxes => {
  const found: Boxes = [];
  for (let at = 0; at < content.byteLength;) {
    const box = readBox(content.subarray(at));
    if ('needs' in box || at + box.size > content.byteLength) throw new NotRepackaged('a box is cut short');
    found.push({ type: box.type, content: content.subarray(at + box.headerBytes, at + box.size) });
    at += box.size;
  }
  return found;
};

const one = (boxes: Boxes, type: string): Buffer => {
  const found = boxes.find((box) => box.type === type);
  if (!found) throw new NotRepackaged(`no box ${type}`);
  return found.content;
};

const trackNumber = (tkhd: Buffer): number => tkhd.readUInt32BE(tkhd[0] === 1 ? 20 : 12);

/** AudioSpecificConfig in an elementary stream's descriptors (ISO 14496-1, 7.2.6). */
const specificConfig = (esds: Buffer): Buffer => {
  const stream = descriptor(esds, 4, DESCRIPTORS.stream);
  const decoder = descriptor(esds, stream.from + STREAM_BYTES, DESCRIPTORS.decoder);
  const { from, bytes } = descriptor(esds, decoder.from + DECODER_BYTES, DESCRIPTORS.specific);
  return esds.subarray(from, from + bytes);
};

const descriptor = (content: Buffer, at: number, tag: number): { from: number; bytes: number } => {
  if (content[at] !== tag) throw new NotRepackaged('sound that says nothing of itself');
  let bytes = 0;
  for (let next = at + 1; next <= at + 4; next++) {
    const byte = content[next] ?? 0;
    bytes = (bytes << 7) | (byte & 0x7f);
    if ((byte & 0x80) === 0) return { from: next + 1, bytes };
  }
  throw new NotRepackaged('a descriptor without an end');
};
