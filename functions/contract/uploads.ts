import { type PictureSize, THUMBNAIL_PIXELS, UPLOAD_TYPES, type UploadType } from '#domain/upload';

export type { UploadType };

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant are what it is made of
export const UPLOAD_TYPE_NAMES = Object.keys(UPLOAD_TYPES) as UploadType[];

/** How large a file of a type may be. */
export const maxUploadBytes = (type: UploadType): number => UPLOAD_TYPES[type].maxBytes;

/** How wide the thumbnail of a picture is, in pixels: its longest side is bounded. */
export const thumbnailWidth = ({ width, height }: PictureSize): number =>
  Math.round(width * Math.min(1, THUMBNAIL_PIXELS / Math.max(width, height)));
