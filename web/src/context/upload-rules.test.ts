import { describe, expect, it } from 'vitest';
import { maxUploadBytes, UPLOAD_TYPE_NAMES } from '#contract/uploads';
import { english } from '../words/words.testing.tsx';
import { acceptedOf, judged, whyRefused, type UploadKind } from './upload-rules.ts';

const t = english('feed');
const RULES = 'Pictures (JPEG, PNG, WebP, GIF, AVIF) up to 10 MB, videos (MP4, WebM) up to 200 MB';

const PICTURE_BYTES = maxUploadBytes('image/png');
const FILM_BYTES = maxUploadBytes('video/mp4');

describe('a file that is to be uploaded', () => {
  it.each([
    ['image/png', 1, 'media'],
    ['image/png', PICTURE_BYTES, 'media'],
    ['video/mp4', PICTURE_BYTES + 1, 'media'],
    ['video/webm', FILM_BYTES, 'media'],
    ['image/gif', 1, 'pictures'],
    ['image/webp', 1, 'portraits'],
  ] as const)('of %s and %i bytes will do for %s', (type, size, kind) => {
    expect(judged({ type, size }, kind)).toEqual({ type });
  });

  it.each<[string, number, UploadKind, string]>([
    ['image/png', PICTURE_BYTES + 1, 'media', 'This file is 10.1 MB; the limit for PNG is 10 MB.'],
    ['video/mp4', FILM_BYTES + 1, 'media', 'This file is 200.1 MB; the limit for MP4 is 200 MB.'],
    ['image/png', 0, 'media', 'This file is empty.'],
    ['image/svg+xml', 10, 'media', `This kind of file cannot be shown here. ${RULES}.`],
    ['', 10, 'media', `This kind of file cannot be shown here. ${RULES}.`],
    [
      'video/mp4',
      10,
      'pictures',
      'This kind of file cannot be shown here. Pictures (JPEG, PNG, WebP, GIF, AVIF) up to 10 MB.',
    ],
    [
      'image/gif',
      10,
      'portraits',
      'This kind of file cannot be shown here. Pictures (JPEG, PNG, WebP, AVIF) up to 10 MB.',
    ],
  ])('of %s and %i bytes is refused for %s in words', (type, size, kind, refused) => {
    const verdict = judged({ type, size }, kind);
    expect('refused' in verdict && whyRefused(t, verdict, kind)).toBe(refused);
  });

  it('is asked for by the very list that the API takes', () => {
    expect(acceptedOf('media').split(',')).toEqual(UPLOAD_TYPE_NAMES);
  });
});
