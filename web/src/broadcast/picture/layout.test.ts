import { expect, test } from 'vitest';
import { contain, cover, inset } from './layout.ts';

const PICTURE = { width: 1280, height: 720 };
const WHOLE = { x: 0, y: 0, ...PICTURE };

test('what has the picture’s shape fills it', () => {
  expect(contain({ width: 1920, height: 1080 }, WHOLE)).toEqual(WHOLE);
  expect(contain({ width: 320, height: 180 }, WHOLE)).toEqual(WHOLE);
});

test('anything else is shown whole, in the middle, on even pixels', () => {
  expect(contain({ width: 640, height: 480 }, WHOLE)).toEqual({ x: 160, y: 0, width: 960, height: 720 });
  const phone = contain({ width: 720, height: 1280 }, WHOLE);
  expect(phone).toEqual({ x: 438, y: 0, width: 406, height: 720 });
});

test('the camera lies in the corner of a shared screen, in its own shape', () => {
  const { x, y, width, height } = inset({ width: 1280, height: 720 }, PICTURE);
  expect(width / height).toBeCloseTo(16 / 9, 1);
  expect([PICTURE.width - x - width, PICTURE.height - y - height]).toEqual([26, 26]);
});

test('a camera of another shape fills the picture, and loses what lies beyond it on both sides alike', () => {
  expect(cover({ width: 1280, height: 720 }, { width: 720, height: 1280 })).toEqual({
    x: 437.5,
    y: 0,
    width: 405,
    height: 720,
  });
  expect(cover({ width: 640, height: 480 }, PICTURE)).toEqual({ x: 0, y: 60, width: 640, height: 360 });
});
