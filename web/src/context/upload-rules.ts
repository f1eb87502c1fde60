import { maxUploadBytes, UPLOAD_TYPE_NAMES, type UploadType } from '#contract/uploads';
import type { Translate } from '../words/translate.ts';

/** What is taken where: anything, pictures, or pictures that stand still. */
export type UploadKind = 'media' | 'pictures' | 'portraits';

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

const PICTURES = UPLOAD_TYPE_NAMES.filter((type) => type.startsWith('image/'));
const VIDEOS = UPLOAD_TYPE_NAMES.filter((type) => type.startsWith('video/'));

const TAKEN: Record<UploadKind, readonly UploadType[]> = {
  media: UPLOAD_TYPE_NAMES,
  pictures: PICTURES,
  portraits: PICTURES.filter((type) => type !== 'image/gif'),
};

const isTaken = (kind: UploadKind, type: string): type is UploadType => TAKEN[kind].some((taken) => taken === type);
const named = (types: readonly UploadType[]) => types.map((type) => NAMES[type]).join(', ');

/** For a file dialog. */
export const acceptedOf = (kind: UploadKind) => TAKEN[kind].join(',');

/** What may be uploaded, in a sentence to be read before a file is chosen. */
export const rulesOf = (t: Translate<'feed'>, kind: UploadKind) => {
  const pictureMegabytes = maxUploadBytes('image/png') / MEBIBYTE;
  const videoMegabytes = maxUploadBytes('video/mp4') / MEBIBYTE;
  return kind === 'media'
    ? t('uploadRules', { pictures: named(PICTURES), pictureMegabytes, videos: named(VIDEOS), videoMegabytes })
    : t('pictureRules', { pictures: named(TAKEN[kind]), pictureMegabytes });
};

/** A file that may be uploaded, or why it may not. */
export type Verdict =
  | { type: UploadType }
  | { refused: 'kind' | 'empty' }
  | { refused: 'size'; megabytes: number; kind: string; mostMegabytes: number };

export const judged = ({ type, size }: Pick<File, 'type' | 'size'>, kind: UploadKind): Verdict => {
  if (!isTaken(kind, type)) return { refused: 'kind' };
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
export const whyRefused = (t: Translate<'feed'>, verdict: Exclude<Verdict, { type: UploadType }>, kind: UploadKind) => {
  switch (verdict.refused) {
    case 'kind':
      return t('fileKind', { rules: rulesOf(t, kind) });
    case 'empty':
      return t('fileEmpty');
    case 'size':
      return t('fileSize', verdict);
  }
};
