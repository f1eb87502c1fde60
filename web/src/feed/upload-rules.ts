import { maxUploadBytes, UPLOAD_TYPE_NAMES, type UploadType } from '#contract/uploads';
import type { Translate } from '../words/translate.ts';

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

/** What may be uploaded, for a sentence to be read before a file is chosen. */
export const RULES = {
  pictures: named('image/'),
  pictureMegabytes: maxUploadBytes('image/png') / MEBIBYTE,
  videos: named('video/'),
  videoMegabytes: maxUploadBytes('video/mp4') / MEBIBYTE,
};

/** A file that may be uploaded, or why it may not. */
export type Verdict =
  | { type: UploadType }
  | { refused: 'kind' | 'empty' }
  | { refused: 'size'; megabytes: number; kind: string; mostMegabytes: number };

export const judged = ({ type, size }: Pick<File, 'type' | 'size'>): Verdict => {
  if (!isUploadType(type)) return { refused: 'kind' };
  if (size === 0) return { refused: 'empty' };
  const maxBytes = maxUploadBytes(type);
  if (size <= maxBytes) return { type };
  return {
    refused: 'size',
    megabytes: Math.ceil((10 * size) / MEBIBYTE) / 10,
    kind: NAMES[type],
    mostMegabytes: maxBytes / MEBIBYTE,
  };
};

/** Why a file may not be uploaded, in a sentence. */
export const whyRefused = (t: Translate<'feed'>, verdict: Exclude<Verdict, { type: UploadType }>) => {
  switch (verdict.refused) {
    case 'kind':
      return t('fileKind', { rules: t('uploadRules', RULES) });
    case 'empty':
      return t('fileEmpty');
    case 'size':
      return t('fileSize', verdict);
  }
};
