import { LIMITS } from '../limits.ts';
import { type PictureFacts, type SeenPicture, Unreadable } from './container.ts';
import { walkStartCodes, walkUnits } from './h264-units.ts';
import { isShownAsCoded } from './picture-facts.ts';
import { checkPictureSize, createBits, type PictureSize, pictureInSequence } from './picture-size.ts';

/** What a stream itself says of its pictures, whatever its container said at the beginning (SPEC L10, E2). */
export type SizeWatch = {
  /**
   * Looks at one picture, as its container holds it. Answers the size that it tells a decoder to make room for where that is more
   * than any before it and than the container said, or where it is the first that cannot be copied. Throws `Unreadable` on one that is
   * more than we take.
   */
  look(picture: Buffer): SeenPicture | undefined;
};

/**
 * A watch over the pictures of a track. A decoder makes room for what it is told there, before it has seen a single pixel: a
 * parameter set of twelve bytes asks for 500 MB.
 * @param setUp the decoder's set-up in the container, which says how long the lengths of H.264's units are
 */
export const createSizeWatch = (
  { codec, width, height, uncopied }: Pick<PictureFacts, 'codec' | keyof SeenPicture>,
  setUp: Buffer | undefined,
): SizeWatch => {
  const read = codec === 'vp8' ? sizeInVp8 : codec === 'vp9' ? sizeInVp9 : createSequenceReader(setUp);
  let most: SeenPicture = { width, height, ...(uncopied && { uncopied }) };
  return {
    look: (picture) => {
      const seen = read(picture);
      if (!seen || (larger(most, seen) === most && (most.uncopied || !seen.uncopied))) return undefined;
      most = together(most, seen);
      return most;
    },
  };
};

type ReadSize = (picture: Buffer) => SeenPicture | undefined;

const together = (one: SeenPicture, other: SeenPicture): SeenPicture => {
  const { width, height } = larger(one, other);
  return { width, height, ...((one.uncopied ?? other.uncopied) && { uncopied: true }) };
};
const joined = (one: SeenPicture | undefined, other: SeenPicture | undefined): SeenPicture | undefined =>
  one && other ? together(one, other) : (one ?? other);

const larger = <Picture extends PictureSize>(one: Picture, other: Picture): Picture =>
  other.width * other.height > one.width * one.height ? other : one;

const KIND_MASK = 0x1f;
const SEQUENCE = 7;
/** Of a parameter set no more has to be seen for the size, whatever stands before it. */
const SEQUENCE_BYTES = 4_096;
/**
 * New parameter sets are dear to read by the byte: `bytes` of them may come at once, and then `share` of the bytes of pictures.
 * A window that is dragged larger brings a set of 30 bytes with each key frame.
 */
const SEQUENCES = { bytes: 16 * 1024, share: 1 / 64 };
const MOST_KNOWN = 1_024;
const tooMany = () => new Unreadable(`a picture of more than ${LIMITS.pictureUnits} units`);

const createSequenceReader = (setUp: Buffer | undefined): ReadSize => {
  const lengthBytes = setUp && setUp[0] === 1 ? ((setUp[4] ?? 0) & 3) + 1 : undefined;
  const known = new Map<string, SeenPicture>();
  let allowedBytes: number = SEQUENCES.bytes;

  const sizeOf = (unit: Buffer): SeenPicture | undefined => {
    if (((unit[0] ?? 0) & KIND_MASK) !== SEQUENCE) return undefined;
    const head = unit.subarray(0, SEQUENCE_BYTES);
    const content = head.toString('latin1');
    const seen = known.get(content);
    if (seen) return seen;
    allowedBytes -= head.byteLength;
    if (allowedBytes < 0) throw new Unreadable('a picture that is set up anew too often');
    if (known.size === MOST_KNOWN) known.clear();
    const coded = pictureInSequence(head);
    const { width, height } = coded;
    const found: SeenPicture = { width, height, ...(!isShownAsCoded(coded) && { uncopied: true }) };
    known.set(content, found);
    return found;
  };

  const lookByLength = (picture: Buffer, bytes: number): SeenPicture | undefined => {
    // FFmpeg takes a packet that begins as a set-up does for one; as a length it would be more than any picture has.
    if (bytes === 4 && picture[0] === 1) throw new Unreadable('a set-up in the place of a picture');
    if (bytes === 4 && hasStartCode(picture)) throw new Unreadable('start codes where lengths were announced');
    let found: SeenPicture | undefined;
    const isCountable = walkUnits(picture, bytes, (from, to) => {
      if (((picture[from] ?? 0) & KIND_MASK) === SEQUENCE) found = joined(found, sizeOf(picture.subarray(from, to)));
      return true;
    });
    if (!isCountable) throw tooMany();
    return found;
  };

  const lookByStartCode = (picture: Buffer): SeenPicture | undefined => {
    let found: SeenPicture | undefined;
    const isCountable = walkStartCodes(picture, (from, to) => {
      if (((picture[from] ?? 0) & KIND_MASK) === SEQUENCE) found = joined(found, sizeOf(picture.subarray(from, to)));
      return true;
    });
    if (!isCountable) throw tooMany();
    return found;
  };

  return (picture) => {
    allowedBytes = Math.min(SEQUENCES.bytes, allowedBytes + picture.byteLength * SEQUENCES.share);
    return lengthBytes === undefined ? lookByStartCode(picture) : lookByLength(picture, lengthBytes);
  };
};

/**
 * A decoder takes such a picture for one without lengths, as FFmpeg's does: the first unit would be of one byte, and the next longer than
 * all of it. A copy would promise lengths, and have none.
 */
const hasStartCode = (picture: Buffer): boolean =>
  picture.byteLength > 8 && picture.readUInt32BE(0) === 1 && picture.readUInt32BE(5) > picture.byteLength;

const VP8_HEADER_BYTES = 10;
const VP8_START = 0x9d012a;
const VP8_SIDE = 0x3fff;

/** A key frame says its size (RFC 6386, 9.1), and no other picture does. */
const sizeInVp8: ReadSize = (picture) => {
  if (picture.byteLength < VP8_HEADER_BYTES || ((picture[0] ?? 1) & 1) !== 0) return undefined;
  if (picture.readUIntBE(3, 3) !== VP8_START) return undefined;
  const size = { width: picture.readUInt16LE(6) & VP8_SIDE, height: picture.readUInt16LE(8) & VP8_SIDE };
  checkPictureSize(size);
  return size;
};

const VP9_MARKER = 2;
const VP9_SYNC = 0x498342;
const VP9_RGB = 7;
/** As far as to the size, in the longest of its headers. */
const VP9_HEADER_BYTES = 16;

const sizeInVp9: ReadSize = (picture) => framesOfVp9(picture).map(sizeInVp9Frame).reduce(joined, undefined);

/** A picture may have others before it that are not shown, with their sizes at its end (VP9 bitstream, annex B). */
const framesOfVp9 = (picture: Buffer): Buffer[] => {
  const last = picture.at(-1) ?? 0;
  if (last >> 5 !== 6) return [picture];
  const count = (last & 7) + 1;
  const bytes = ((last >> 3) & 3) + 1;
  const index = picture.byteLength - 2 - count * bytes;
  if (index < 0 || picture[index] !== last) return [picture];
  const frames: Buffer[] = [];
  for (let number = 0, at = 0; number < count; number++) {
    const size = picture.readUIntLE(index + 1 + number * bytes, bytes);
    frames.push(picture.subarray(at, Math.min(at + size, index)));
    at += size;
  }
  return frames;
};

/** The beginning of a frame's header (VP9 bitstream, 6.2), as far as to its size where it says one. */
const sizeInVp9Frame: ReadSize = (frame) => {
  // FFmpeg reads zeros behind the end of one that is cut short.
  const head = Buffer.alloc(VP9_HEADER_BYTES);
  frame.copy(head);
  const { take } = createBits(head);
  const flag = (): boolean => take(1) === 1;
  if (take(2) !== VP9_MARKER) return undefined;
  const profile = take(1) + 2 * take(1);
  if (profile === 3) take(1);
  const isShownAgain = flag();
  if (isShownAgain) return undefined;
  const isKey = !flag();
  const isShown = flag();
  const resilient = flag();
  const size = (): PictureSize => {
    const [width, height] = [take(16) + 1, take(16) + 1];
    checkPictureSize({ width, height });
    return { width, height };
  };
  const passColour = (): void => {
    if (profile >= 2) take(1);
    const isRgb = take(3) === VP9_RGB;
    if (!isRgb) take(1);
    if (profile % 2 === 1) take(isRgb ? 1 : 3);
  };
  if (isKey) {
    if (take(24) !== VP9_SYNC) return undefined;
    passColour();
    return size();
  }
  const isIntra = !isShown && flag();
  if (!resilient) take(2);
  if (isIntra) {
    if (take(24) !== VP9_SYNC) return undefined;
    if (profile >= 1) passColour();
    take(8);
    return size();
  }
  take(8 + 3 * 4);
  // Its size is that of one of the three pictures that it refers to, or its own.
  const isAsBefore = flag() || flag() || flag();
  return isAsBefore ? undefined : size();
};
