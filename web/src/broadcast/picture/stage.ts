import { contain, type Rect, type Size } from './layout.ts';

/** Places for guests' pictures. */
export const GUEST_SLOTS = ['guest-1', 'guest-2'] as const;
export type GuestSlot = (typeof GUEST_SLOTS)[number];
/** Where pictures come from that move: the camera, a shared screen, a video file, guests. */
export const SLOTS = ['camera', 'screen', 'media', ...GUEST_SLOTS] as const;
export type Slot = (typeof SLOTS)[number];
/** Which of them there are. A guest who is on the air without a picture is `false`. */
export type Shown = {
  camera: boolean;
  screen: boolean;
  media?: boolean;
  guests?: Partial<Record<GuestSlot, boolean>>;
};

/** Which guests are on the air, and whether each has a picture. */
export const guestsShown = (
  { guests: names = {} }: Pick<Stage, 'guests'>,
  hasPicture: (slot: GuestSlot) => boolean,
): NonNullable<Shown['guests']> =>
  Object.fromEntries(GUEST_SLOTS.filter((slot) => names[slot] !== undefined).map((slot) => [slot, hasPicture(slot)]));

export const isGuest = (slot: string): slot is GuestSlot => GUEST_SLOTS.some((each) => each === slot);

/** Whether there is a picture from there. */
export const isShown = ({ guests, ...others }: Shown, slot: Slot): boolean =>
  (isGuest(slot) ? guests?.[slot] : others[slot]) === true;

export const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;
export type Corner = (typeof CORNERS)[number];
export const INSET_SIZES = ['small', 'medium', 'large'] as const;
export type InsetSize = (typeof INSET_SIZES)[number];
export const CARDS = ['starting', 'break', 'ended'] as const;
export type Card = (typeof CARDS)[number];

/** How a picture is put together. */
export type Layout =
  | { is: 'camera' }
  | { is: 'screen' }
  /** The camera before the screen. */
  | { is: 'inset'; corner: Corner; size: InsetSize; round: boolean }
  | { is: 'side-by-side' }
  /** The camera with the guests: beside each other, or they before it. */
  | { is: 'guests'; as: 'side-by-side' | 'corner' }
  /** A picture or a video file. */
  | { is: 'media' }
  /** Words in place of a picture, with a countdown of so many minutes from the moment that it is shown; 0 for none. */
  | { is: 'card'; card: Card; minutes: number };

/** What lies over and under every scene. Texts that are empty are not shown. */
export type Overlays = {
  lowerThird: { name: string; line: string } | undefined;
  ticker: string | undefined;
  logo: Corner | undefined;
  /** CSS colour behind what does not fill the picture. */
  background: string;
};

/** Still pictures that the stage knows by name. */
export const IMAGES = ['avatar', 'logo', 'background', 'media'] as const;
export type ImageName = (typeof IMAGES)[number];
export type Images = ReadonlyMap<ImageName, ImageBitmap>;

/** All that decides what viewers see, but for the pictures themselves. */
export type Stage = {
  layout: Layout;
  overlays: Overlays;
  /** The creator's name, on cards. */
  name: string;
  /** What cards say, in the creator's language. */
  words: Record<Card | 'off', string>;
  /** The names of guests who are on the air. */
  guests?: Partial<Record<GuestSlot, string>>;
  /** When the countdown of a card is over, in ms since 1970. */
  untilMs: number | undefined;
};

export const NO_OVERLAYS: Overlays = {
  lowerThird: undefined,
  ticker: undefined,
  logo: undefined,
  background: '#000000',
};

/** Before anything has been said, in whatever language: the camera, before the screen where one is shared. */
export const USUAL_STAGE: Stage = {
  layout: { is: 'inset', corner: 'bottom-right', size: 'small', round: false },
  overlays: NO_OVERLAYS,
  name: '',
  words: { starting: '', break: '', ended: '', off: '' },
  untilMs: undefined,
};

/** One source in its place. */
export type Part = { from: Slot | 'still'; at: Rect; fit: 'cover' | 'contain'; form: 'plain' | 'rounded' | 'round' };

/** The sources of a picture from the rearmost to the foremost; none where it is a card. */
export type Composition = { parts: Part[]; card: Card | 'off' | undefined };

/** The width of the camera before a screen, in parts of the picture's shorter side. */
const INSET_SIDE = { small: 0.39, medium: 0.52, large: 0.7 } as const satisfies Record<InsetSize, number>;
const ROUND_SIDE = { small: 0.26, medium: 0.36, large: 0.48 } as const satisfies Record<InsetSize, number>;
/** Its distance from the picture's corner, in the same parts. */
const MARGIN = 0.035;
const WIDE = 16 / 9;

const even = (length: number) => Math.round(length / 2) * 2;

const insetRect = ({ corner, size, round }: Extract<Layout, { is: 'inset' }>, picture: Size): Rect => {
  const shorter = Math.min(picture.width, picture.height);
  const width = even(shorter * (round ? ROUND_SIDE : INSET_SIDE)[size]);
  const height = round ? width : even(width / WIDE);
  const margin = Math.round(shorter * MARGIN);
  return {
    x: corner.endsWith('left') ? margin : picture.width - margin - width,
    y: corner.startsWith('top') ? margin : picture.height - margin - height,
    width,
    height,
  };
};

/** Two halves beside each other, or one above the other where the picture stands. */
const halves = ({ width, height }: Size): [Rect, Rect] =>
  width >= height
    ? [
        { x: 0, y: 0, width: even(width / 2), height },
        { x: even(width / 2), y: 0, width: width - even(width / 2), height },
      ]
    : [
        { x: 0, y: 0, width, height: even(height / 2) },
        { x: 0, y: even(height / 2), width, height: height - even(height / 2) },
      ];

/** So many equal columns, or rows where the picture stands. */
const columns = ({ width, height }: Size, count: number): Rect[] =>
  Array.from({ length: count }, (_, i) => {
    const edge = (of: number, at: number) => (at === count ? of : even((of * at) / count));
    return width >= height
      ? { x: edge(width, i), y: 0, width: edge(width, i + 1) - edge(width, i), height }
      : { x: 0, y: edge(height, i), width, height: edge(height, i + 1) - edge(height, i) };
  });

const withGuests = (layout: Extract<Layout, { is: 'guests' }>, has: Shown, picture: Size): Part[] => {
  const guests = GUEST_SLOTS.filter((slot) => has.guests?.[slot] !== undefined);
  const whole: Rect = { x: 0, y: 0, ...picture };
  if (layout.as === 'corner' && has.camera)
    return [
      { from: 'camera', at: whole, fit: 'cover', form: 'plain' },
      ...guests.map((from, i): Part => {
        const at = insetRect({ is: 'inset', corner: 'bottom-right', size: 'small', round: false }, picture);
        // one above the other: beside each other they would meet the camera's person
        const up = i * (at.height + Math.round(Math.min(picture.width, picture.height) * MARGIN));
        return { from, at: { ...at, y: at.y - up }, fit: 'cover', form: 'rounded' };
      }),
    ];
  const all: Slot[] = [...(has.camera ? (['camera'] as const) : []), ...guests];
  const places = columns(picture, all.length);
  return all.map((from, i): Part => ({ from, at: places[i] ?? whole, fit: 'cover', form: 'plain' }));
};

/** What a layout comes to with the sources that there are: what is missing leaves its place to the others, and all of them to a card. */
export const compose = (layout: Layout, has: Shown, hasStill: boolean, picture: Size): Composition => {
  const whole: Rect = { x: 0, y: 0, ...picture };
  const camera: Part = { from: 'camera', at: whole, fit: 'cover', form: 'plain' };
  const screen: Part = { from: 'screen', at: whole, fit: 'contain', form: 'plain' };
  const one = (...wanted: (Part | false | undefined)[]): Composition => {
    const part = wanted.find((candidate) => candidate !== false && candidate !== undefined);
    return part ? { parts: [part], card: undefined } : { parts: [], card: 'off' };
  };
  switch (layout.is) {
    case 'camera':
      return one(has.camera && camera);
    case 'screen':
      return one(has.screen && screen, has.camera && camera);
    case 'media':
      return one(
        has.media && { ...screen, from: 'media' },
        hasStill && { ...screen, from: 'still' },
        has.camera && camera,
      );
    case 'card':
      return { parts: [], card: layout.card };
    case 'guests': {
      const parts = withGuests(layout, has, picture);
      return { parts, card: parts.length === 0 ? 'off' : undefined };
    }
    case 'inset': {
      if (!has.screen || !has.camera) return one(has.screen && screen, has.camera && camera);
      const at = insetRect(layout, picture);
      return { parts: [screen, { ...camera, at, form: layout.round ? 'round' : 'rounded' }], card: undefined };
    }
    case 'side-by-side': {
      if (!has.screen || !has.camera) return one(has.screen && screen, has.camera && camera);
      const [first, second] = halves(picture);
      return {
        parts: [
          { ...screen, at: first },
          { ...camera, at: second },
        ],
        card: undefined,
      };
    }
  }
};

export const hasOverlays = ({ lowerThird, ticker, logo }: Overlays, images: Images): boolean =>
  lowerThird !== undefined || ticker !== undefined || (logo !== undefined && images.has('logo'));

/** The slot whose pictures can go out as they are: nothing lies beside, over or under it. */
export const wholeSlot = ({ parts }: Composition, overlays: Overlays, images: Images): Slot | undefined => {
  const [only, ...others] = parts;
  // a guest's pictures come and go with the network: they are always painted, or the guest's card
  if (!only || only.from === 'still' || isGuest(only.from) || others.length > 0 || hasOverlays(overlays, images))
    return undefined;
  return only.from;
};

/** How often a picture changes though none of its sources does, in ms; nothing where it does not. */
export const movesEveryMs = ({ overlays, layout, untilMs }: Stage, frameRate: number): number | undefined => {
  if (overlays.ticker !== undefined) return 1000 / frameRate;
  return layout.is === 'card' && untilMs !== undefined ? 500 : undefined;
};

/** Where a still or moving picture of this size lies inside of its place. */
export const placed = (size: Size, { at, fit }: Part): Rect => (fit === 'contain' ? contain(size, at) : at);
