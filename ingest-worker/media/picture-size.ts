import { LIMITS } from '../limits.ts';
import { Unreadable } from './container.ts';

export type PictureSize = { width: number; height: number };

/** What the set-up of H.264 says of its pictures. */
export type CodedPicture = PictureSize & {
  /** Width of a pixel by its height; absent where the set-up is silent about it. */
  pixelAspect?: number;
  /** Baseline, main or high, in 4:2:0 and eight bits: what every player shows. */
  common: boolean;
};

/** Refuses, with the reason, a picture that no encoder can be asked to make, or that is more than a decoder is to hold. */
export const checkPictureSize = ({ width, height }: PictureSize): void => {
  const about = `a picture of ${width}x${height}`;
  if (width === 0 || height === 0) throw new Unreadable('a picture of no size');
  if (width < SMALLEST_SIDE || height < SMALLEST_SIDE)
    throw new Unreadable(`${about}, smaller than ${SMALLEST_SIDE} a side`);
  if (width > LIMITS.pictureSide || height > LIMITS.pictureSide)
    throw new Unreadable(`${about}, larger than ${LIMITS.pictureSide} a side`);
  if (width * height > LIMITS.picturePixels)
    throw new Unreadable(`${about}, of more than ${LIMITS.picturePixels} pixels`);
};

const SMALLEST_SIDE = 16;

const SEQUENCE = 7;
const KIND_MASK = 0x1f;
const MOST_SEQUENCES = 0x1f;
/** From the start of a configuration record to its first parameter set. */
const RECORD_BYTES = 6;
/** Profiles whose parameter sets say more of the samples (H.264, 7.3.2.1.1). */
const WITH_FORMAT = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
const MACROBLOCK = 16;
/**
 * The most that each of its numbers may be (H.264, 7.4.2.1.1). FFmpeg passes over a parameter set that says more, and takes the
 * size of the picture from elsewhere.
 */
const MOST = { sets: 31, chroma: 3, depth: 6, counter: 12, order: 2, cycle: 255, references: 16 } as const;
/** Profiles that every player knows: baseline, main and high. */
const COMMON_PROFILES = [66, 77, 100];
const CHROMA_420 = 1;
/** Aspects of a pixel by their number (H.264, table E-1); the last one is followed by the aspect itself. */
const PIXEL_ASPECTS = [
  0,
  1,
  12 / 11,
  10 / 11,
  16 / 11,
  40 / 33,
  24 / 11,
  20 / 11,
  32 / 11,
  80 / 33,
  18 / 11,
  15 / 11,
  64 / 33,
  160 / 99,
  4 / 3,
  3 / 2,
  2,
];
const OWN_ASPECT = 255;
/** An exponential Golomb code with this many leading zeros is no number that a parameter set has. */
const MOST_ZEROS = 31;

/**
 * What a decoder takes from a configuration record of H.264 (ISO 14496-15), whatever the container says; undefined where there is
 * none in it. The size decides how much memory a decoder asks for.
 */
export const pictureInConfiguration = (record: Buffer): CodedPicture | undefined => {
  if (record.byteLength < RECORD_BYTES || record[0] !== 1) throw new Unreadable('a set-up that cannot be read');
  let found: CodedPicture | undefined;
  let at = RECORD_BYTES;
  for (let left = (record[RECORD_BYTES - 1] ?? 0) & MOST_SEQUENCES; left > 0; left--) {
    if (at + 2 > record.byteLength) throw new Unreadable('a set-up that cannot be read');
    const to = at + 2 + record.readUInt16BE(at);
    if (to > record.byteLength) throw new Unreadable('a set-up that cannot be read');
    const picture = pictureInSequence(record.subarray(at + 2, to));
    if (found && (found.width !== picture.width || found.height !== picture.height))
      throw new Unreadable('a set-up of several sizes');
    // Any of them may be the one that a picture refers to.
    found = { ...picture, common: picture.common && found?.common !== false };
    at = to;
  }
  return found;
};

/** A sequence parameter set (H.264, 7.3.2.1.1), as far as to the shape of its pixels. */
export const pictureInSequence = (unit: Buffer): CodedPicture => {
  if (((unit[0] ?? 0) & KIND_MASK) !== SEQUENCE) throw new Unreadable('a set-up that cannot be read');
  const bits = createBits(withoutEscapes(unit.subarray(1)));
  const profile = bits.take(8);
  bits.take(16);
  bits.golomb(MOST.sets);
  let chroma = 1;
  let depth = 0;
  if (WITH_FORMAT.includes(profile)) {
    chroma = bits.golomb(MOST.chroma);
    if (chroma === 3) bits.take(1);
    depth = Math.max(bits.golomb(MOST.depth), bits.golomb(MOST.depth));
    bits.take(1);
    if (bits.take(1) === 1) for (let list = 0; list < (chroma === 3 ? 12 : 8); list++) passScaling(bits, list);
  }
  bits.golomb(MOST.counter);
  passOrder(bits);
  bits.golomb(MOST.references);
  bits.take(1);
  const columns = bits.golomb() + 1;
  const rows = bits.golomb() + 1;
  const isProgressive = bits.take(1) === 1;
  if (!isProgressive) bits.take(1);
  bits.take(1);
  const coded = { width: columns * MACROBLOCK, height: rows * MACROBLOCK * (isProgressive ? 1 : 2) };
  checkPictureSize(coded);
  const size = bits.take(1) === 0 ? coded : cropped(bits, coded, { chroma, isProgressive });
  const aspect = bits.take(1) === 1 && bits.take(1) === 1 ? pixelAspect(bits) : undefined;
  const common = COMMON_PROFILES.includes(profile) && chroma === CHROMA_420 && depth === 0;
  return { ...size, common, ...(aspect && { pixelAspect: aspect }) };
};

const cropped = (
  bits: Bits,
  coded: PictureSize,
  { chroma, isProgressive }: { chroma: number; isProgressive: boolean },
): PictureSize => {
  const [left, right, top, bottom] = [bits.golomb(), bits.golomb(), bits.golomb(), bits.golomb()];
  const across = chroma === 1 || chroma === 2 ? 2 : 1;
  const down = (chroma === 1 ? 2 : 1) * (isProgressive ? 1 : 2);
  const size = { width: coded.width - across * (left + right), height: coded.height - down * (top + bottom) };
  checkPictureSize(size);
  return size;
};

/** Undefined where it is not said. A parameter set with a number that is in no table is one that FFmpeg passes over, too. */
const pixelAspect = (bits: Bits): number | undefined => {
  const number = bits.take(8);
  if (number !== OWN_ASPECT && number >= PIXEL_ASPECTS.length) throw new Unreadable('a set-up that cannot be read');
  if (number !== OWN_ASPECT) return PIXEL_ASPECTS[number] || undefined;
  const [width, height] = [bits.take(16), bits.take(16)];
  return width > 0 && height > 0 ? width / height : undefined;
};

type Bits = ReturnType<typeof createBits>;

/** A list of scaling factors, where there is one. */
const passScaling = (bits: Bits, list: number): void => {
  if (bits.take(1) === 0) return;
  for (let left = list < 6 ? 16 : 64, last = 8, next = 8; left > 0; left--) {
    if (next !== 0) next = (last + bits.signed() + 256) % 256;
    if (next !== 0) last = next;
  }
};

/** How the order of pictures is told. */
const passOrder = (bits: Bits): void => {
  const type = bits.golomb(MOST.order);
  if (type === 0) bits.golomb(MOST.counter);
  if (type !== 1) return;
  bits.take(1);
  bits.golomb();
  bits.golomb();
  for (let left = bits.golomb(MOST.cycle); left > 0; left--) bits.golomb();
};

/** Three after two zeros is there so that nothing looks like a start code. */
const withoutEscapes = (bytes: Buffer): Buffer => {
  const kept: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    kept.push(byte);
  }
  return Buffer.from(kept);
};

/** The bits of some bytes, most significant first. */
export const createBits = (bytes: Buffer) => {
  let at = 0;
  const take = (count: number): number => {
    let value = 0;
    for (let left = count; left > 0; left--) {
      const byte = bytes[at >> 3];
      if (byte === undefined) throw new Unreadable('a set-up that cannot be read');
      value = value * 2 + ((byte >> (7 - (at & 7))) & 1);
      at++;
    }
    return value;
  };
  const golomb = (most = Infinity): number => {
    let zeros = 0;
    while (take(1) === 0) if (++zeros > MOST_ZEROS) throw new Unreadable('a set-up that cannot be read');
    const value = 2 ** zeros - 1 + take(zeros);
    if (value > most) throw new Unreadable('a set-up that cannot be read');
    return value;
  };
  const signed = (): number => {
    const code = golomb();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  };
  return { take, golomb, signed };
};
