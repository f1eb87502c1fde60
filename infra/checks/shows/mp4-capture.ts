import type { Capture, Unit } from './taken-apart.ts';

/** Reads a whole fragmented MP4 into fragments that can be played again at later times. */
export const readMp4 = (bytes: Buffer): Capture => {
  const boxes = readBoxes(bytes);
  const first = boxes.find(({ type }) => type === 'moof')?.from;
  if (first === undefined) throw new Error('an MP4 without fragments');
  const init = bytes.subarray(0, first);
  const moov = boxes.find(({ type }) => type === 'moov');
  if (moov === undefined) throw new Error('an MP4 without moov');
  const tracks = readTracks(bytes.subarray(moov.from + 8, moov.to));

  const units: Unit[] = [];
  for (const [index, { type, from }] of boxes.entries()) {
    const mdat = boxes[index + 1];
    if (type !== 'moof' || mdat?.type !== 'mdat') continue;
    const fragment = bytes.subarray(from, mdat.to);
    const times = findTimes(fragment);
    const startMs = Math.min(...times.map((time) => toMs(time, tracks)));
    units.push({
      startMs,
      endMs: Math.max(...times.map((time) => toMs(time, tracks) + (time.duration / scaleOf(time, tracks)) * 1_000)),
      // Browsers begin a fragment with a key frame.
      key: true,
      at: (byMs, soundOnly = false) =>
        later(soundOnly ? withoutPicture(fragment, times, tracks) : fragment, times, tracks, byMs),
    });
  }
  return { init, units };
};

type Box = { type: string; from: number; to: number };
type Track = { id: number; scale: number; isVideo: boolean };
/** Where a track's part of a fragment lies, where it says when it begins, and what it says. */
type Time = { track: number; from: number; at: number; isLong: boolean; value: number; duration: number };

const readBoxes = (bytes: Buffer, start = 0): Box[] => {
  const boxes: Box[] = [];
  for (let from = start; from + 8 <= bytes.length;) {
    const to = from + bytes.readUInt32BE(from);
    boxes.push({ type: bytes.toString('latin1', from + 4, from + 8), from, to });
    from = to;
  }
  return boxes;
};

/** The box that lies at this path, without its header. */
const descend = (bytes: Buffer, [name, ...rest]: string[]): Buffer[] =>
  name === undefined
    ? [bytes]
    : readBoxes(bytes)
        .filter(({ type }) => type === name)
        .flatMap(({ from, to }) => descend(bytes.subarray(from + 8, to), rest));

const readTracks = (moov: Buffer): Track[] =>
  descend(moov, ['trak']).map((trak) => {
    const [tkhd = Buffer.alloc(0)] = descend(trak, ['tkhd']);
    const [mdhd = Buffer.alloc(0)] = descend(trak, ['mdia', 'mdhd']);
    const [hdlr = Buffer.alloc(0)] = descend(trak, ['mdia', 'hdlr']);
    // A version of 1 has two 64-bit times where 0 has two of 32 bits.
    return {
      id: tkhd.readUInt32BE(tkhd[0] === 1 ? 20 : 12),
      scale: mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12),
      isVideo: hdlr.toString('latin1', 8, 12) === 'vide',
    };
  });

const BOX_HEAD_BYTES = 8;
const SAMPLE_DURATION = 0x100;
const SAMPLE_FIELDS = [0x100, 0x200, 0x400, 0x800];
const DATA_OFFSET = 0x1;
const FIRST_FLAGS = 0x4;
const DEFAULT_DURATION = 0x8;

const findTimes = (fragment: Buffer): Time[] => {
  const moof = fragment.subarray(8, fragment.readUInt32BE());
  return descend(moof, ['traf']).map((traf) => {
    const [tfhd = Buffer.alloc(0)] = descend(traf, ['tfhd']);
    const [tfdt = Buffer.alloc(0)] = descend(traf, ['tfdt']);
    const isLong = tfdt[0] === 1;
    return {
      track: tfhd.readUInt32BE(4),
      from: traf.byteOffset - fragment.byteOffset - BOX_HEAD_BYTES,
      at: tfdt.byteOffset - fragment.byteOffset + 4,
      isLong,
      value: isLong ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4),
      duration: descend(traf, ['trun']).reduce((sum, trun) => sum + readDuration(trun, readDefault(tfhd)), 0),
    };
  });
};

const readDefault = (tfhd: Buffer): number => {
  const flags = tfhd.readUIntBE(1, 3);
  const before = ((flags & 1) !== 0 ? 8 : 0) + ((flags & 2) !== 0 ? 4 : 0);
  return (flags & DEFAULT_DURATION) !== 0 ? tfhd.readUInt32BE(8 + before) : 0;
};

const readDuration = (trun: Buffer, byDefault: number): number => {
  const flags = trun.readUIntBE(1, 3);
  const count = trun.readUInt32BE(4);
  if ((flags & SAMPLE_DURATION) === 0) return count * byDefault;
  const start = 8 + ((flags & DATA_OFFSET) !== 0 ? 4 : 0) + ((flags & FIRST_FLAGS) !== 0 ? 4 : 0);
  const step = SAMPLE_FIELDS.filter((field) => (flags & field) !== 0).length * 4;
  let sum = 0;
  for (let sample = 0; sample < count; sample += 1) sum += trun.readUInt32BE(start + sample * step);
  return sum;
};

const scaleOf = ({ track }: Time, tracks: Track[]): number => tracks.find(({ id }) => id === track)?.scale ?? 1_000;
const toMs = (time: Time, tracks: Track[]): number => (time.value / scaleOf(time, tracks)) * 1_000;

const later = (fragment: Buffer, times: Time[], tracks: Track[], byMs: number): Buffer => {
  const copy = Buffer.from(fragment);
  for (const time of times) {
    const value = time.value + Math.round((byMs * scaleOf(time, tracks)) / 1_000);
    if (time.isLong) copy.writeBigUInt64BE(BigInt(value), time.at);
    else copy.writeUInt32BE(value, time.at);
  }
  return copy;
};

/** The fragment with room in the place of what it says of the picture, whose bytes belong to nothing then. */
const withoutPicture = (fragment: Buffer, times: Time[], tracks: Track[]): Buffer => {
  const copy = Buffer.from(fragment);
  for (const { track, from } of times)
    if (tracks.some(({ id, isVideo }) => isVideo && id === track)) copy.write('free', from + 4, 'latin1');
  return copy;
};
