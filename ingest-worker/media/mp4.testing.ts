/** Builds MP4 boxes by hand. */
export const box = (type: string, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.byteLength + 8), Buffer.from(type, 'latin1'), body]);
};

export const u32 = (...values: number[]): Buffer => {
  const made = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => made.writeUInt32BE(value >>> 0, index * 4));
  return made;
};

const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);

type Track = {
  id?: number;
  handler?: 'vide' | 'soun';
  entry?: Buffer;
  ticks?: number;
  /** [duration in the movie's clock, media time or -1] */
  edits?: [number, number][];
};

export const visual = (format = 'avc1', width = 320, height = 180): Buffer =>
  box(format, zeros(24), Buffer.from([width >> 8, width & 255, height >> 8, height & 255]), zeros(50));

export const sound = (format = 'mp4a', object = 0x40): Buffer =>
  box(
    format,
    zeros(16),
    Buffer.from([0, 2, 0, 16, 0, 0, 0, 0, 0xbb, 0x80, 0, 0]),
    ...(format === 'mp4a' ? [box('esds', zeros(4), Buffer.from([0x04, 0x80, 0x80, 0x0d, object]), zeros(12))] : []),
  );

export const trak = ({ id = 1, handler = 'vide', entry = visual(), ticks = 1_000, edits = [] }: Track = {}): Buffer =>
  box(
    'trak',
    box('tkhd', u32(0, 0, 0, id)),
    ...(edits.length > 0
      ? [box('edts', box('elst', u32(0, edits.length, ...edits.flatMap(([length, at]) => [length, at, 0x10000]))))]
      : []),
    box(
      'mdia',
      box('mdhd', u32(0, 0, 0, ticks)),
      box('hdlr', u32(0, 0), Buffer.from(handler)),
      box('minf', box('stbl', box('stsd', u32(0, 1), entry))),
    ),
  );

export const moov = (...traks: Buffer[]): Buffer =>
  box(
    'moov',
    box('mvhd', u32(0, 0, 0, 1_000)),
    ...traks,
    box('mvex', box('trex', u32(0, 1, 1, 33, 0, 0)), box('trex', u32(0, 2, 1, 20, 0, 0))),
  );

export const ftyp = box('ftyp', Buffer.from('isom'));
export const init = (...traks: Buffer[]): Buffer =>
  Buffer.concat([ftyp, moov(...(traks.length > 0 ? traks : [trak()]))]);

type Run = { id?: number; at?: number; flags?: number[]; first?: number; tfhd?: number; samples?: number };

/** One track's part of a fragment; `flags` one for each sample. */
export const traf = ({ id = 1, at = 0, flags = [0], first, tfhd = 0, samples = flags.length }: Run = {}): Buffer =>
  box(
    'traf',
    box('tfhd', u32(tfhd, id, ...(tfhd & 1 ? [0, 0] : []))),
    box('tfdt', u32(0, at)),
    box(
      'trun',
      u32(0x400 | (first === undefined ? 0 : 0x4), samples, ...(first === undefined ? [] : [first]), ...flags),
    ),
  );

export const fragment = (...trafs: Buffer[]): Buffer =>
  Buffer.concat([box('moof', box('mfhd', u32(0, 1)), ...trafs), box('mdat', zeros(100))]);

export const NOT_SYNC = 0x10000;
