import { maxUploadBytes, UPLOAD_TYPE_NAMES, type UploadType } from '#contract/uploads';

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

const isUploadType = (type: string): type is UploadType => Object.hasOwn(NAMES, type);
const named = (kind: 'image/' | 'video/') =>
  UPLOAD_TYPE_NAMES.filter((type) => type.startsWith(kind))
    .map((type) => NAMES[type])
    .join(', ');

/** For a file dialog. */
export const ACCEPTED = UPLOAD_TYPE_NAMES.join(',');

/** What may be uploaded, to be read before a file is chosen. */
export const RULES = `Pictures (${named('image/')}) up to ${maxUploadBytes('image/png') / MEBIBYTE} MB, films (${named('video/')}) up to ${maxUploadBytes('video/mp4') / MEBIBYTE} MB`;

/** A file that may be uploaded, or a sentence about why it may not. */
export const judged = ({ type, size }: Pick<File, 'type' | 'size'>): { type: UploadType } | { refused: string } => {
  if (!isUploadType(type)) return { refused: `This kind of file cannot be shown here. ${RULES}.` };
  if (size === 0) return { refused: 'This file is empty.' };
  const maxBytes = maxUploadBytes(type);
  if (size <= maxBytes) return { type };
  const weight = Math.ceil((10 * size) / MEBIBYTE) / 10;
  return { refused: `This file has ${weight} MB; the most for ${NAMES[type]} is ${maxBytes / MEBIBYTE}.` };
};
