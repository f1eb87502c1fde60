import { describe, expect, test } from 'vitest';
import { HD_COLOR, toI420, type Color } from './yuv.ts';

const SIZE = { width: 4, height: 2 };
const SD: Color = { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false };

/** Y, U and V of a picture of one colour. */
const yuvOf = (rgb: [number, number, number], color: Color) => {
  const rgba = Uint8ClampedArray.from({ length: 4 * 8 }, (_, i) => rgb[i % 4] ?? 255);
  const planes = toI420(rgba, SIZE, color);
  expect(new Set(planes.slice(0, 8)).size).toBe(1);
  return [planes[0], planes[8], planes[10]];
};

describe('colours', () => {
  // By the definitions of BT.709 and BT.601, in 8 bits.
  test.each([
    ['black', [0, 0, 0], HD_COLOR, [16, 128, 128]],
    ['white', [255, 255, 255], HD_COLOR, [235, 128, 128]],
    ['red', [255, 0, 0], HD_COLOR, [63, 102, 240]],
    ['green', [0, 255, 0], HD_COLOR, [173, 42, 26]],
    ['blue', [0, 0, 255], HD_COLOR, [32, 240, 118]],
    ['red in SD', [255, 0, 0], SD, [81, 90, 240]],
    ['white in full range', [255, 255, 255], { ...HD_COLOR, fullRange: true }, [255, 128, 128]],
    ['grey in full range', [100, 100, 100], { ...SD, fullRange: true }, [100, 128, 128]],
  ] as const)('%s', (_, rgb, color, expected) => {
    const yuv = yuvOf([...rgb], color);
    for (const [i, value] of expected.entries()) expect(Math.abs((yuv[i] ?? 0) - value)).toBeLessThanOrEqual(1);
  });
});

test('each pixel has its own luma, and four share their chroma', () => {
  const black = [0, 0, 0, 255];
  const white = [255, 255, 255, 255];
  const rgba = Uint8ClampedArray.from([...white, ...black, ...black, ...black, ...black, ...white, ...white, ...white]);
  expect([...toI420(rgba, SIZE, HD_COLOR)]).toEqual([235, 16, 16, 16, 16, 235, 235, 235, 128, 128, 128, 128]);
});
