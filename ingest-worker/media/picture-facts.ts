import { LIMITS } from '../limits.ts';
import type { PictureFacts } from './container.ts';
import { checkPictureSize, type CodedPicture, pictureInConfiguration, type PictureSize } from './picture-size.ts';

/** How a container says that its picture is to be shown. */
export type Shown = {
  /** Width of a pixel by its height; absent where the container is silent about it. */
  pixelAspect?: number | undefined;
  orientation?: Orientation;
};
export type Orientation = Pick<PictureFacts, 'turnedBy' | 'mirrored'>;

/** Aspects that are this near to each other are the same: sizes in pixels are rounded. */
const ALIKE = 0.02;
/** Beyond this no camera or screen has pixels, and a number is a mistake. */
const MOST_ASPECT = 8;

/**
 * What is known of a picture before it is decoded, whoever says it: a decoder takes size and format from the set-up, a player takes
 * shape and orientation from the container, and what is copied loses the container.
 */
export const pictureFacts = (
  codec: PictureFacts['codec'],
  size: PictureSize,
  { setUp, pixelAspect, orientation = {} }: Shown & { setUp: Buffer | undefined },
): PictureFacts => {
  checkPictureSize(size);
  const coded = codec === 'h264' && setUp && setUp.byteLength > 0 ? pictureInConfiguration(setUp) : undefined;
  const { width, height } = coded ?? size;
  const itsOwn = plausible(coded?.pixelAspect) ?? 1;
  const shown = plausible(pixelAspect) ?? itsOwn;
  const isCopied =
    codec === 'h264' &&
    isShownAsCoded({ width, height, common: coded?.common ?? true }) &&
    areAlike(shown, itsOwn) &&
    orientation.turnedBy === undefined &&
    !orientation.mirrored;
  return {
    codec,
    width,
    height,
    ...(!areAlike(shown, 1) && { pixelAspect: shown }),
    ...orientation,
    ...(codec === 'h264' && !isCopied && { uncopied: true }),
  };
};

/** Whether every player shows H.264 that says this of itself. */
export const isShownAsCoded = ({ width, height, common }: Omit<CodedPicture, 'pixelAspect'>): boolean =>
  common && Math.max(width, height) <= LIMITS.shownSide;

const plausible = (aspect: number | undefined): number | undefined =>
  aspect !== undefined && aspect >= 1 / MOST_ASPECT && aspect <= MOST_ASPECT ? aspect : undefined;

const areAlike = (one: number, other: number): boolean => Math.abs(one / other - 1) < ALIKE;

/** The left upper part of a transformation: a point becomes (a·x + c·y, b·x + d·y), y growing downwards. */
export type Matrix = readonly [a: number, b: number, c: number, d: number];

/** The nearest of the eight ways in which a picture can lie. */
export const orientationOf = ([a, b, c, d]: Matrix): Orientation => {
  const isUpOrDown = Math.abs(a) + Math.abs(d) >= Math.abs(b) + Math.abs(c);
  if (isUpOrDown) {
    const mirrored = a < 0 !== d < 0;
    return toOrientation(d < 0 ? 180 : 0, mirrored);
  }
  const mirrored = b < 0 === c < 0;
  return toOrientation(mirrored ? (b > 0 ? 270 : 90) : b > 0 ? 90 : 270, mirrored);
};

/** Of a picture that is mirrored, or not, and then turned clockwise; by what is no whole quarter, by the nearest. */
export const turnedOrientation = (degrees: number, mirrored: boolean): Orientation =>
  toOrientation(Number.isFinite(degrees) ? (((Math.round(degrees / 90) * 90) % 360) + 360) % 360 : 0, mirrored);

const toOrientation = (degrees: number, mirrored: boolean): Orientation => ({
  ...((degrees === 90 || degrees === 180 || degrees === 270) && { turnedBy: degrees }),
  ...(mirrored && { mirrored: true }),
});
