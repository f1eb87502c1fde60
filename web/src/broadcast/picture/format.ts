import type { Size } from './layout.ts';

/** What a picture looks like from afar. */
export const SHAPES = ['landscape', 'upright', 'square'] as const;
export type Shape = (typeof SHAPES)[number];

/** From the dearest to the cheapest: pictures' shorter side and how many of them a second. */
export const QUALITIES = ['1080p60', '1080p30', '720p60', '720p30', '540p30', '360p30'] as const;
export type Quality = (typeof QUALITIES)[number];

/** What a creator wants of the picture; what the machine and its network hold may be less. */
export type PictureWish = { shape: Shape | 'camera'; quality: Quality };

/** The picture of one show, which stays as it is from its first frame to its last. */
export type Format = { shape: Shape; quality: Quality };

/** What an encoder is told of a picture. */
export type PictureLimits = Size & { frameRate: number; videoKbps: number };

export const USUAL_WISH: PictureWish = { shape: 'camera', quality: '720p30' };

/** 16:9 of these heights; Mux takes up to 1080p at 60 a second, and asks for 5 Mb/s or so there. */
const KINDS = {
  '1080p60': { lines: 1080, columns: 1920, frameRate: 60, videoKbps: 6_000 },
  '1080p30': { lines: 1080, columns: 1920, frameRate: 30, videoKbps: 4_500 },
  '720p60': { lines: 720, columns: 1280, frameRate: 60, videoKbps: 3_800 },
  '720p30': { lines: 720, columns: 1280, frameRate: 30, videoKbps: 2_500 },
  '540p30': { lines: 540, columns: 960, frameRate: 30, videoKbps: 1_500 },
  '360p30': { lines: 360, columns: 640, frameRate: 30, videoKbps: 800 },
} as const satisfies Record<Quality, { lines: number; columns: number; frameRate: number; videoKbps: number }>;

/** A picture that is nearer to a square than this is one. */
const SQUARE_RATIO = 1.15;

export const shapeOf = ({ width, height }: Size): Shape => {
  if (width / height > SQUARE_RATIO) return 'landscape';
  return height / width > SQUARE_RATIO ? 'upright' : 'square';
};

export const pictureLimits = ({ shape, quality }: Format): PictureLimits => {
  const { lines, columns, frameRate, videoKbps } = KINDS[quality];
  if (shape === 'landscape') return { width: columns, height: lines, frameRate, videoKbps };
  if (shape === 'upright') return { width: lines, height: columns, frameRate, videoKbps };
  return { width: lines, height: lines, frameRate, videoKbps: Math.round((videoKbps * lines) / columns) };
};

/** What a picture of this size and rate is called. */
export const formatOf = (picture: Size & { frameRate: number }): Format => {
  const lines = Math.min(picture.width, picture.height);
  const quality = QUALITIES.find((kind) => KINDS[kind].lines === lines && KINDS[kind].frameRate === picture.frameRate);
  return { shape: shapeOf(picture), quality: quality ?? USUAL_WISH.quality };
};

/**
 * The formats that a wish may come down to, the wished one first. Pictures are made smaller before they are made fewer, but for those
 * that were wished at 60 a second: half of them is what most would miss least.
 */
export const candidatesOf = ({ shape, quality }: Format): Format[] => {
  const cheaper = QUALITIES.slice(QUALITIES.indexOf(quality));
  const smooth = quality.endsWith('p60');
  return cheaper.filter((kind) => smooth || !kind.endsWith('p60')).map((kind) => ({ shape, quality: kind }));
};

/** "1080p", "720p60": as it is called in every language. */
export const qualityName = (quality: Quality): string => {
  const { lines, frameRate } = KINDS[quality];
  return frameRate === 60 ? `${lines}p60` : `${lines}p`;
};

/** What `?picture=` says, and what is kept of a wish: `upright-1080p60`. */
export const parseWish = (text: string | null | undefined): PictureWish | undefined => {
  const [shape, quality] = (text ?? '').split('-');
  const known = ['camera' as const, ...SHAPES].find((name) => name === shape);
  const kind = QUALITIES.find((name) => name === quality);
  return known && kind ? { shape: known, quality: kind } : undefined;
};

export const wishText = ({ shape, quality }: PictureWish): string => `${shape}-${quality}`;
