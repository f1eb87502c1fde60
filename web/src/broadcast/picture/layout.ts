export type Size = { width: number; height: number };
export type Rect = Size & { x: number; y: number };

/** The width of the camera before a shared screen, in parts of the picture's width. */
const INSET_WIDTH = 0.22;
/** Its distance from the picture's corner, in the same parts. */
const INSET_MARGIN = 0.02;

/** The largest rectangle of `source`'s shape inside `within`, centred, on even pixels as video wants them. */
export const contain = (source: Size, within: Rect): Rect => {
  const scale = Math.min(within.width / source.width, within.height / source.height);
  const even = (length: number) => Math.round(length / 2) * 2;
  const [width, height] = [even(source.width * scale), even(source.height * scale)];
  return {
    x: within.x + even((within.width - width) / 2),
    y: within.y + even((within.height - height) / 2),
    width,
    height,
  };
};

/** Where the camera lies while a screen is shown. */
export const inset = (source: Size, picture: Size): Rect => {
  const width = Math.round(picture.width * INSET_WIDTH);
  const margin = Math.round(picture.width * INSET_MARGIN);
  const height = Math.round((width * source.height) / source.width);
  return { x: picture.width - margin - width, y: picture.height - margin - height, width, height };
};

/** The largest part of `source` that has the shape of `within`, from its middle. */
export const cover = (source: Size, within: Size): Rect => {
  const scale = Math.max(within.width / source.width, within.height / source.height);
  const [width, height] = [within.width / scale, within.height / scale];
  return { x: (source.width - width) / 2, y: (source.height - height) / 2, width, height };
};
