import { LIMITS } from '../limits.ts';

/**
 * Walks through the units of a picture of H.264, each behind its length, as Matroska and MP4 hold them; `take` is told where one lies, and
 * answers whether to go on. One that is cut short ends the walk.
 *
 * @returns false where there are more than `pictureUnits`: empty ones are made by the million in the bytes of one picture
 */
export const walkUnits = (
  picture: Buffer,
  lengthBytes: number,
  take: (from: number, to: number) => boolean,
): boolean => {
  let left = LIMITS.pictureUnits;
  for (let at = 0; at + lengthBytes < picture.byteLength;) {
    if (left-- === 0) return false;
    const from = at + lengthBytes;
    at = from + picture.readUIntBE(at, lengthBytes);
    if (at > picture.byteLength || !take(from, at)) return true;
  }
  return true;
};

const START_CODE_BYTES = 3;

/**
 * The same of a picture whose units stand each behind a start code (00 00 01). `Buffer.indexOf` takes six times as long where all of it is
 * zeros, which is too long for one turn.
 */
export const walkStartCodes = (picture: Buffer, take: (from: number, to: number) => boolean): boolean => {
  let left = LIMITS.pictureUnits;
  for (let from = afterStartCode(picture, 0); from < picture.byteLength;) {
    if (left-- === 0) return false;
    const next = afterStartCode(picture, from);
    if (!take(from, next === Infinity ? picture.byteLength : next - START_CODE_BYTES)) return true;
    from = next;
  }
  return true;
};

/** Where the first start code that begins at `at` or later ends; infinitely far where there is none. */
const afterStartCode = (picture: Buffer, at: number): number => {
  // `byteLength` is a call, which in this loop is most of the work
  const end = picture.byteLength;
  for (let last = at + START_CODE_BYTES - 1; last < end;) {
    const byte = picture[last];
    if (byte === 1 && picture[last - 1] === 0 && picture[last - 2] === 0) return last + 1;
    // what is neither zero nor one ends no start code, nor does a next one begin before it has passed
    last += byte === 0 ? 1 : START_CODE_BYTES;
  }
  return Infinity;
};
