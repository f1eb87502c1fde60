import sharp, { type Sharp } from 'sharp';
import { AVATAR_PIXELS, type PictureSize, THUMBNAIL_PIXELS, type UploadType, type UploadUse } from '#domain/upload';
import { Unusable } from './unusable.ts';

type PictureType = Extract<UploadType, `image/${string}`>;
type CleanPicture = {
  bytes: Buffer<ArrayBuffer>;
  size: PictureSize;
  /** A smaller copy, as WebP; undefined of what moves. */
  thumbnail: Buffer<ArrayBuffer> | undefined;
};

/** More than a camera in a telephone takes; a moving picture has all of its frames for this. */
const MOST_PIXELS = 64_000_000;
const LONGEST_PIXELS = 2_560;
const PATIENCE = { seconds: 10 };
/** Of each format, what the decoder calls it, and how it is written anew. AVIF's encoder takes seconds at its usual effort. */
const FORMATS = {
  'image/jpeg': { decoder: 'jpeg', write: (picture: Sharp) => picture.jpeg({ quality: 85, mozjpeg: true }) },
  'image/png': { decoder: 'png', write: (picture: Sharp) => picture.png() },
  'image/webp': { decoder: 'webp', write: (picture: Sharp) => picture.webp({ quality: 85 }) },
  'image/gif': { decoder: 'gif', write: (picture: Sharp) => picture.gif() },
  'image/avif': { decoder: 'heif', write: (picture: Sharp) => picture.avif({ quality: 60, effort: 2 }) },
} as const satisfies Record<PictureType, unknown>;

// Of the forty formats that the library reads, strangers' bytes reach five decoders.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map((format) => `VipsForeignLoad${format}Buffer`),
});
// what is read is read once
sharp.cache(false);

const open = (bytes: Uint8Array): Sharp =>
  sharp(bytes, { animated: true, limitInputPixels: MOST_PIXELS, failOn: 'error' }).timeout(PATIENCE);

/**
 * A picture written anew: what its camera wrote beside it (the position, first of all) is left behind, and so is what hides in a
 * file of two formats. It is turned as it was held, and no larger than a screen. What is not a picture of this type, or has too
 * many pixels, fails as unusable.
 *
 * @param use what it is to be shown as: the thumbnail of a person's picture is square
 */
export const cleanPicture = async (
  bytes: Uint8Array,
  type: PictureType,
  use: UploadUse = 'post',
): Promise<CleanPicture> => {
  const { decoder, write } = FORMATS[type];
  try {
    const { format, pages = 1 } = await open(bytes).metadata();
    if (format !== decoder) throw new Unusable(`is ${format}, not ${type}`);
    const moves = pages > 1;
    const fit = (pixels: number): Sharp =>
      open(bytes).autoOrient().resize(pixels, pixels, { fit: 'inside', withoutEnlargement: true });
    const thumbnail =
      use === 'avatar'
        ? open(bytes).autoOrient().resize(AVATAR_PIXELS, AVATAR_PIXELS, { fit: 'cover' })
        : fit(THUMBNAIL_PIXELS);
    const { data, info } = await write(fit(LONGEST_PIXELS)).toBuffer({ resolveWithObject: true });
    return {
      bytes: Buffer.from(data),
      size: { width: info.width, height: info.pageHeight ?? info.height },
      thumbnail: moves ? undefined : Buffer.from(await thumbnail.webp({ quality: 80 }).toBuffer()),
    };
  } catch (cause) {
    if (cause instanceof Unusable) throw cause;
    throw new Unusable('cannot be read', { cause });
  }
};
