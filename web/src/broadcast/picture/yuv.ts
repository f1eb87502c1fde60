import type { Size } from './layout.ts';

/** How a stream says what its numbers mean as colours. One stream says it once: its decoders take it from the init. */
export type Color = {
  primaries: VideoColorPrimaries;
  transfer: VideoTransferCharacteristics;
  matrix: VideoMatrixCoefficients;
  fullRange: boolean;
};

export const HD_COLOR = {
  primaries: 'bt709',
  transfer: 'bt709',
  matrix: 'bt709',
  fullRange: false,
} as const satisfies Color;

/** Parts of red and blue in the luma (ITU-R BT.709 and BT.601). */
const HD = { red: 0.2126, blue: 0.0722 };
const SD = { red: 0.299, blue: 0.114 };
/** Fixed point: the sums stay within 31 bits. */
const BITS = 12;
const ONE = 1 << BITS;

const weightsOf = ({ matrix, fullRange }: Color) => {
  const { red, blue } = matrix === 'smpte170m' || matrix === 'bt470bg' ? SD : HD;
  const green = 1 - red - blue;
  const luma = (fullRange ? 1 : 219 / 255) * ONE;
  const chroma = (fullRange ? 1 : 224 / 255) * ONE;
  const rounded = (weights: number[]) => weights.map((weight) => Math.round(weight));
  return {
    black: ((fullRange ? 0 : 16) << BITS) + ONE / 2,
    y: rounded([red * luma, green * luma, blue * luma]),
    u: rounded([(-red / (1 - blue) / 2) * chroma, (-green / (1 - blue) / 2) * chroma, 0.5 * chroma]),
    v: rounded([0.5 * chroma, (-green / (1 - red) / 2) * chroma, (-blue / (1 - red) / 2) * chroma]),
  };
};

/**
 * RGBA as I420. By hand, because a browser's encoder would convert by its own idea of colours, and a stream whose camera is of
 * one idea and whose painted pictures are of another changes its parameters whenever what is shown does.
 */
export const toI420 = (rgba: Uint8ClampedArray<ArrayBuffer>, { width, height }: Size, color: Color) => {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  const planes = new Uint8Array((width * height * 3) / 2);
  const { black, y, u, v } = weightsOf(color);
  const [yr = 0, yg = 0, yb = 0] = y;
  const [ur = 0, ug = 0, ub = 0] = u;
  const [vr = 0, vg = 0, vb = 0] = v;
  // Four pixels share a chroma sample, hence two more bits; the middle is 128.
  const middle = (128 << (BITS + 2)) + (ONE << 1);
  let uAt = width * height;
  let vAt = uAt + uAt / 4;
  for (let row = 0; row < height; row += 2) {
    for (let at = row * width; at < (row + 1) * width; at += 2) {
      let [red, green, blue] = [0, 0, 0];
      for (const offset of [at, at + 1, at + width, at + width + 1]) {
        const pixel = pixels[offset] ?? 0;
        const r = pixel & 255;
        const g = (pixel >> 8) & 255;
        const b = (pixel >> 16) & 255;
        planes[offset] = (yr * r + yg * g + yb * b + black) >> BITS;
        red += r;
        green += g;
        blue += b;
      }
      planes[uAt++] = (ur * red + ug * green + ub * blue + middle) >> (BITS + 2);
      planes[vAt++] = (vr * red + vg * green + vb * blue + middle) >> (BITS + 2);
    }
  }
  return planes;
};
