import { describe, expect, it } from 'vitest';
import { maxUploadBytes, UPLOAD_TYPE_NAMES } from '#contract/uploads';
import { ACCEPTED, judged, RULES } from './upload-rules.ts';

const PICTURE_BYTES = maxUploadBytes('image/png');
const FILM_BYTES = maxUploadBytes('video/mp4');

describe('a file that is to be uploaded', () => {
  it.each([
    ['image/png', 1],
    ['image/png', PICTURE_BYTES],
    ['video/mp4', PICTURE_BYTES + 1],
    ['video/webm', FILM_BYTES],
  ] as const)('of %s and %i bytes will do', (type, size) => {
    expect(judged({ type, size })).toEqual({ type });
  });

  it.each([
    ['image/png', PICTURE_BYTES + 1, 'This file has 10.1 MB; the most for PNG is 10.'],
    ['video/mp4', FILM_BYTES + 1, 'This file has 200.1 MB; the most for MP4 is 200.'],
    ['image/png', 0, 'This file is empty.'],
    ['image/svg+xml', 10, `This kind of file cannot be shown here. ${RULES}.`],
    ['', 10, `This kind of file cannot be shown here. ${RULES}.`],
  ])('of %s and %i bytes is refused in words', (type, size, refused) => {
    expect(judged({ type, size })).toEqual({ refused });
  });

  it('is asked for by the very list that the API takes', () => {
    expect(ACCEPTED.split(',')).toEqual(UPLOAD_TYPE_NAMES);
    expect(RULES).toBe('Pictures (JPEG, PNG, WebP, GIF, AVIF) up to 10 MB, films (MP4, WebM) up to 200 MB');
  });
});
