import { UPLOAD_TYPES, type UploadType } from '#domain/upload';

const MEBIBYTE = 1024 * 1024;

const NAMES: Record<UploadType, string> = {
  'image/jpeg': 'JPEG',
  'image/png': 'PNG',
  'image/webp': 'WebP',
  'image/gif': 'GIF',
  'image/avif': 'AVIF',
  'video/mp4': 'MP4',
  'video/webm': 'WebM',
};

const isUploadType = (type: string): type is UploadType => Object.hasOwn(UPLOAD_TYPES, type);
const types = Object.keys(UPLOAD_TYPES).filter(isUploadType);
const named = (kind: 'image/' | 'video/') =>
  types
    .filter((type) => type.startsWith(kind))
    .map((type) => NAMES[type])
    .join(', ');

/** For a file dialog. */
export const ACCEPTED = types.join(',');

/** What may be uploaded, to be read before a file is chosen. */
export const RULES = `Pictures (${named('image/')}) up to ${UPLOAD_TYPES['image/png'].maxBytes / MEBIBYTE} MB, films (${named('video/')}) up to ${UPLOAD_TYPES['video/mp4'].maxBytes / MEBIBYTE} MB`;

/** A file that may be uploaded, or a sentence about why it may not. */
export const judged = ({ type, size }: Pick<File, 'type' | 'size'>): { type: UploadType } | { refused: string } => {
  if (!isUploadType(type)) return { refused: `This kind of file cannot be shown here. ${RULES}.` };
  if (size === 0) return { refused: 'This file is empty.' };
  const { maxBytes } = UPLOAD_TYPES[type];
  if (size <= maxBytes) return { type };
  const weight = Math.ceil((10 * size) / MEBIBYTE) / 10;
  return { refused: `This file has ${weight} MB; the most for ${NAMES[type]} is ${maxBytes / MEBIBYTE}.` };
};
