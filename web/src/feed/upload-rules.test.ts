import { describe, expect, it } from 'vitest';
import { maxUploadBytes, UPLOAD_TYPE_NAMES } from '#contract/uploads';
import { english } from '../words/words.testing.tsx';
import { ACCEPTED, judged, whyRefused } from './upload-rules.ts';

const t = english('feed');
const RULES = 'Pictures (JPEG, PNG, WebP, GIF, AVIF) up to 10 MB, videos (MP4, WebM) up to 200 MB';

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
    ['image/png', PICTURE_BYTES + 1, 'This file is 10.1 MB; the limit for PNG is 10 MB.'],
    ['video/mp4', FILM_BYTES + 1, 'This file is 200.1 MB; the limit for MP4 is 200 MB.'],
    ['image/png', 0, 'This file is empty.'],
    ['image/svg+xml', 10, `This kind of file cannot be shown here. ${RULES}.`],
    ['', 10, `This kind of file cannot be shown here. ${RULES}.`],
  ])('of %s and %i bytes is refused in words', (type, size, refused) => {
    const verdict = judged({ type, size });
    expect('refused' in verdict && whyRefused(t, verdict)).toBe(refused);
  });

  it('is asked for by the very list that the API takes', () => {
    expect(ACCEPTED.split(',')).toEqual(UPLOAD_TYPE_NAMES);
  });
});
