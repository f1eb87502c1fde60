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
  /** Tables of samples beside the description. */
  tables?: Buffer[];
  /** Its `tkhd`. */
  header?: Buffer;
};

export const visual = (format = 'avc1', width = 320, height = 180, ...more: Buffer[]): Buffer =>
  box(format, zeros(24), Buffer.from([width >> 8, width & 255, height >> 8, height & 255]), zeros(50), ...more);

const specific = (config: Buffer | undefined): Buffer[] =>
  config === undefined ? [] : [Buffer.from([0x05, config.byteLength]), config];

/** @param config how AAC is set up, where the entry says so */
export const sound = (format = 'mp4a', object = 0x40, version = 0, config?: Buffer): Buffer =>
  box(
    format,
    zeros(8),
    Buffer.from([0, version]),
    zeros(6),
    Buffer.from([0, 2, 0, 16, 0, 0, 0, 0, 0xbb, 0x80, 0, 0]),
    ...(format === 'mp4a'
      ? [
          box(
            'esds',
            zeros(4),
            Buffer.from([0x03, 0x15, 0, 2, 0, 0x04, 0x80, 0x80, 0x0d, object]),
            zeros(12),
            ...specific(config),
          ),
        ]
      : []),
  );

export const trak = ({
  id = 1,
  handler = 'vide',
  entry = visual(),
  ticks = 1_000,
  edits = [],
  tables = [],
  header = box('tkhd', u32(0, 0, 0, id)),
}: Track = {}): Buffer =>
  box(
    'trak',
    header,
    ...(edits.length > 0
      ? [box('edts', box('elst', u32(0, edits.length, ...edits.flatMap(([length, at]) => [length, at, 0x10000]))))]
      : []),
    box(
      'mdia',
      box('mdhd', u32(0, 0, 0, ticks)),
      box('hdlr', u32(0, 0), Buffer.from(handler)),
      box('minf', box('stbl', box('stsd', u32(0, 1), entry), ...tables)),
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

const PARENTS = 'moov trak mdia minf stbl stsd avc1 mvex edts moof traf'.split(' ');
/** Within a parent, from its start to its first child. */
const INTO: Record<string, number> = { stsd: 16, avc1: 86 };

/** The same boxes, but with the first of this type a second time right after itself. */
export const twice = (bytes: Buffer, type: string): Buffer => {
  const parts: Buffer[] = [];
  let done = false;
  for (let at = 0; at < bytes.byteLength;) {
    const whole = bytes.subarray(at, at + bytes.readUInt32BE(at));
    at += whole.byteLength;
    const name = whole.toString('latin1', 4, 8);
    if (!done && name === type) {
      done = true;
      parts.push(whole, whole);
    } else if (!done && PARENTS.includes(name)) {
      const into = INTO[name] ?? 8;
      const inner = twice(whole.subarray(into), type);
      done = inner.byteLength > whole.byteLength - into;
      parts.push(box(name, whole.subarray(8, into), inner));
    } else parts.push(whole);
  }
  return Buffer.concat(parts);
};
