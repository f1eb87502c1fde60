import { blanked, type ByteSource } from './byte-source.ts';
import { Unusable } from './unusable.ts';

/** What says how the samples lie is held whole: that of two hours of film has some five million bytes. */
const INDEX_BYTES = 16 * 1024 * 1024;
const BOXES = 500_000;

/**
 * What a player needs, by what it lies in. Everything else may hold where and by whom a film was taken (`udta` with `©xyz` and
 * `loci`, QuickTime's `meta`, XMP in `uuid`), and becomes free space.
 */
const KEPT: Record<string, ReadonlySet<string>> = {
  file: new Set(['ftyp', 'styp', 'moov', 'moof', 'mdat', 'sidx', 'ssix', 'mfra', 'free', 'skip', 'wide', 'pdin']),
  moov: new Set(['mvhd', 'trak', 'mvex', 'iods', 'free', 'skip']),
  trak: new Set(['tkhd', 'edts', 'mdia', 'tapt', 'free', 'skip']),
  mdia: new Set(['mdhd', 'hdlr', 'minf', 'elng', 'free', 'skip']),
  moof: new Set(['mfhd', 'traf', 'free', 'skip']),
};
/** Tracks of other kinds hold positions as well: drones write them as subtitles, cameras as timed metadata. */
const PLAYED = new Set(['vide', 'soun']);

type Box = { type: string; start: number; body: number; end: number };

/** The boxes in a part of a film that is held whole. */
const boxesOf = (bytes: Buffer, start: number, end: number): Box[] => {
  const boxes: Box[] = [];
  let at = start;
  while (at < end) {
    if (end - at < 8) throw new Unusable('holds a box that is cut off');
    const short = bytes.readUInt32BE(at);
    const long = short === 1 && end - at >= 16;
    const size = long ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? end - at : short;
    const body = at + (long ? 16 : 8);
    if (at + size > end || at + size < body) throw new Unusable('holds a box that is larger than what it is in');
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), start: at, body, end: at + size });
    at += size;
  }
  return boxes;
};

const free = (bytes: Buffer, { start, body, end }: Box): void => {
  bytes.write('free', start + 4, 'latin1');
  bytes.fill(0, body, end);
};

/** The kind of a track: what its handler says. */
const kindOf = (bytes: Buffer, trak: Box): string | undefined => {
  const mdia = boxesOf(bytes, trak.body, trak.end).find(({ type }) => type === 'mdia');
  const hdlr = mdia && boxesOf(bytes, mdia.body, mdia.end).find(({ type }) => type === 'hdlr');
  return hdlr && hdlr.end - hdlr.body >= 12 ? bytes.toString('latin1', hdlr.body + 8, hdlr.body + 12) : undefined;
};

const clean = (bytes: Buffer, { type: parent, body, end }: Box): void => {
  for (const box of boxesOf(bytes, body, end)) {
    const played = box.type !== 'trak' || PLAYED.has(kindOf(bytes, box) ?? '');
    if (!KEPT[parent]?.has(box.type) || !played) free(bytes, box);
    else if (box.type === 'trak' || box.type === 'mdia') clean(bytes, box);
  }
};

/**
 * An MP4 without what its camera wrote into it: byte for byte as long, so that every offset in it still holds. What is no MP4, or
 * is cut off, fails as unusable.
 *
 * Samples of tracks that are not played stay among the others, where nothing points at them any more.
 */
export const cleanMp4 = async function* (source: ByteSource): AsyncGenerator<Buffer<ArrayBuffer>> {
  for (let count = 0; !(await source.ended()); count += 1) {
    if (count > BOXES) throw new Unusable('holds too many boxes');
    const short = await source.take(8);
    const type = short.toString('latin1', 4, 8);
    const size = short.readUInt32BE(0);
    const head = size === 1 ? Buffer.concat([short, await source.take(8)]) : short;
    const whole = size === 1 ? Number(head.readBigUInt64BE(8)) : size === 0 ? Infinity : size;
    const body = whole - head.length;
    if (count === 0 && type !== 'ftyp') throw new Unusable('is no MP4');
    if (body < 0) throw new Unusable('holds a box that is smaller than its head');
    if (type === 'moov' || type === 'moof') {
      if (body > INDEX_BYTES) throw new Unusable('says too much of its samples');
      const bytes = await source.take(body);
      clean(bytes, { type, start: 0, body: 0, end: bytes.length });
      yield head;
      yield bytes;
    } else if (KEPT['file']?.has(type)) {
      yield head;
      yield* source.pass(body);
    } else {
      head.write('free', 4, 'latin1');
      yield head;
      yield* blanked(source, body);
    }
  }
};
