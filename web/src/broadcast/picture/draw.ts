import { cover, type Rect, type Size } from './layout.ts';
import {
  compose,
  guestsShown,
  isGuest,
  placed,
  type Card,
  type Composition,
  type Corner,
  type Images,
  type Overlays,
  type Part,
  type Slot,
  type Stage,
} from './stage.ts';

export type Image = { source: CanvasImageSource; size: Size };

/** The newest picture of each source that has one. */
export type Layers = Partial<Record<Slot, Image | undefined>>;

/** Both kinds of 2D context: the worker's and the page's. */
export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** What is drawn besides the sources. `nowMs` is in ms since 1970. */
export type Scenery = { stage: Stage; images: Images; nowMs: number };

const FONT = 'system-ui, "Noto Sans", "Noto Nastaliq Urdu", sans-serif';
const CARD_COLORS = { top: '#17122b', bottom: '#2b1d52', text: '#f4f1ff', muted: '#b9aee0', disc: '#6d4aff' };
const PLATE = 'rgb(11 9 18 / 86%)';
const ACCENT = '#6d4aff';
const CORNER_RADIUS = 12;
/** How far a ticker goes in a second, in parts of the picture's width. */
const TICKER_PACE = 0.11;

const shorterSide = ({ width, height }: Size) => Math.min(width, height);
const font = (weight: number, pixels: number) => `${weight} ${Math.round(pixels)}px ${FONT}`;

const bitmapImage = (bitmap: ImageBitmap): Image => ({ source: bitmap, size: bitmap });

const drawCovering = (context: Context, { source, size }: Image, at: Rect) => {
  const part = cover(size, at);
  context.drawImage(source, part.x, part.y, part.width, part.height, at.x, at.y, at.width, at.height);
};

const drawPart = (context: Context, image: Image, part: Part) => {
  const at = placed(image.size, part);
  if (part.form === 'plain') {
    if (part.fit === 'cover') drawCovering(context, image, at);
    else context.drawImage(image.source, at.x, at.y, at.width, at.height);
    return;
  }
  context.save();
  context.beginPath();
  context.roundRect(at.x, at.y, at.width, at.height, part.form === 'round' ? at.width / 2 : CORNER_RADIUS);
  context.clip();
  drawCovering(context, image, at);
  context.restore();
};

/** "1:05", and nothing once it is over. */
export const countdownText = (untilMs: number, nowMs: number): string | undefined => {
  const seconds = Math.ceil((untilMs - nowMs) / 1000);
  if (seconds <= 0) return undefined;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

const drawAvatar = (context: Context, { stage, images }: Scenery, at: { x: number; y: number; radius: number }) => {
  const { x, y, radius } = at;
  const avatar = images.get('avatar');
  context.save();
  context.beginPath();
  context.roundRect(x - radius, y - radius, 2 * radius, 2 * radius, radius);
  context.clip();
  context.fillStyle = CARD_COLORS.disc;
  context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  const square = { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius };
  if (avatar) drawCovering(context, bitmapImage(avatar), square);
  else {
    context.fillStyle = CARD_COLORS.text;
    context.font = font(700, radius);
    context.fillText(String.fromCodePoint(stage.name.codePointAt(0) ?? 0).toLocaleUpperCase(), x, y + radius * 0.05);
  }
  context.restore();
};

/** What viewers see where there is no picture: the show has not stopped. */
const drawCard = (context: Context, card: Card | 'off', scenery: Scenery, { width, height }: Size) => {
  const { stage, images, nowMs } = scenery;
  const unit = shorterSide({ width, height });
  const background = images.get('background');
  if (background) {
    drawCovering(context, bitmapImage(background), { x: 0, y: 0, width, height });
    context.fillStyle = 'rgb(11 9 18 / 55%)';
    context.fillRect(0, 0, width, height);
  } else {
    const gradient = context.createLinearGradient(0, 0, 0, height);
    gradient.addColorStop(0, CARD_COLORS.top);
    gradient.addColorStop(1, CARD_COLORS.bottom);
    context.fillStyle = gradient;
    context.fillRect(0, 0, width, height);
  }
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const middle = width / 2;
  if (stage.name !== '') {
    drawAvatar(context, scenery, { x: middle, y: height / 2 - unit * 0.2, radius: unit * 0.13 });
    context.fillStyle = CARD_COLORS.muted;
    context.font = font(500, unit * 0.045);
    context.fillText(stage.name, middle, height / 2 + unit * 0.14, width * 0.9);
  }
  context.fillStyle = CARD_COLORS.text;
  context.font = font(700, unit * 0.08);
  context.fillText(stage.words[card], middle, height / 2 + unit * 0.03, width * 0.9);
  const left = card === 'off' || stage.untilMs === undefined ? undefined : countdownText(stage.untilMs, nowMs);
  if (left === undefined) return;
  context.font = font(700, unit * 0.12);
  context.fillText(left, middle, height / 2 + unit * 0.28);
};

const drawLowerThird = (
  context: Context,
  { name, line }: NonNullable<Overlays['lowerThird']>,
  picture: Size,
  bottom: number,
) => {
  const unit = shorterSide(picture);
  const padding = unit * 0.03;
  const [nameSize, lineSize] = [unit * 0.055, unit * 0.036];
  context.textAlign = 'left';
  context.textBaseline = 'alphabetic';
  context.font = font(700, nameSize);
  const nameWidth = context.measureText(name).width;
  context.font = font(500, lineSize);
  const lineWidth = line === '' ? 0 : context.measureText(line).width;
  const most = picture.width * 0.8;
  const width = Math.min(Math.max(nameWidth, lineWidth), most) + 2 * padding;
  const height = nameSize + (line === '' ? 0 : lineSize * 1.4) + padding * 1.4;
  const [x, y] = [unit * 0.05, bottom - height - unit * 0.06];
  context.fillStyle = PLATE;
  context.fillRect(x, y, width, height);
  context.fillStyle = ACCENT;
  context.fillRect(x, y, unit * 0.012, height);
  context.fillStyle = CARD_COLORS.text;
  context.font = font(700, nameSize);
  context.fillText(name, x + padding, y + padding * 0.6 + nameSize * 0.85, most);
  if (line === '') return;
  context.fillStyle = CARD_COLORS.muted;
  context.font = font(500, lineSize);
  context.fillText(line, x + padding, y + padding * 0.6 + nameSize + lineSize * 1.1, most);
};

/** A line of news that runs along the bottom. Answers the height that it takes. */
const drawTicker = (context: Context, text: string, picture: Size, nowMs: number): number => {
  const height = Math.round(shorterSide(picture) * 0.07);
  const top = picture.height - height;
  context.fillStyle = PLATE;
  context.fillRect(0, top, picture.width, height);
  context.fillStyle = CARD_COLORS.text;
  context.font = font(500, height * 0.55);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const gap = height * 2;
  const round = context.measureText(text).width + gap;
  const gone = ((nowMs / 1000) * picture.width * TICKER_PACE) % round;
  for (let x = -gone; x < picture.width; x += round) context.fillText(text, x, top + height / 2);
  return height;
};

const drawLogo = (context: Context, logo: ImageBitmap, corner: Corner, picture: Size) => {
  const unit = shorterSide(picture);
  const scale = Math.min((unit * 0.24) / logo.width, (unit * 0.14) / logo.height);
  const [width, height] = [logo.width * scale, logo.height * scale];
  const margin = unit * 0.04;
  context.drawImage(
    logo,
    corner.endsWith('left') ? margin : picture.width - margin - width,
    corner.startsWith('top') ? margin : picture.height - margin - height,
    width,
    height,
  );
};

const drawOverlays = (context: Context, { stage: { overlays }, images, nowMs }: Scenery, picture: Size) => {
  const { lowerThird, ticker, logo: corner } = overlays;
  const logo = images.get('logo');
  const taken = ticker === undefined ? 0 : drawTicker(context, ticker, picture, nowMs);
  if (lowerThird) drawLowerThird(context, lowerThird, picture, picture.height - taken);
  if (logo && corner) drawLogo(context, logo, corner, picture);
};

/** What stands behind sources that do not fill the picture. */
const drawBackground = (context: Context, { stage, images }: Scenery, picture: Size) => {
  const background = images.get('background');
  context.fillStyle = stage.overlays.background;
  context.fillRect(0, 0, picture.width, picture.height);
  if (background) drawCovering(context, bitmapImage(background), { x: 0, y: 0, ...picture });
};

/** A guest who is there without a picture. */
const drawGuestCard = (context: Context, name: string, { at, form }: Part) => {
  const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
  const radius = Math.min(at.width, at.height) * 0.22;
  context.save();
  context.beginPath();
  context.roundRect(at.x, at.y, at.width, at.height, form === 'plain' ? 0 : CORNER_RADIUS);
  context.clip();
  context.fillStyle = CARD_COLORS.top;
  context.fillRect(at.x, at.y, at.width, at.height);
  context.save();
  context.beginPath();
  context.roundRect(x - radius, y - radius * 1.3, 2 * radius, 2 * radius, radius);
  context.clip();
  context.fillStyle = CARD_COLORS.disc;
  context.fillRect(x - radius, y - radius * 1.3, 2 * radius, 2 * radius);
  context.restore();
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = CARD_COLORS.text;
  context.font = font(700, radius);
  context.fillText(String.fromCodePoint(name.codePointAt(0) ?? 0).toLocaleUpperCase(), x, y - radius * 0.25);
  context.font = font(500, radius * 0.4);
  context.fillText(name, x, y + radius * 1.15, at.width * 0.9);
  context.restore();
};

/** Paints one picture of the stream. A source that is to be seen and has given nothing yet leaves its place empty. */
export const draw = (
  context: Context,
  { parts, card }: Composition,
  layers: Layers,
  scenery: Scenery,
  picture: Size,
) => {
  const still = scenery.images.get('media');
  const imageOf = ({ from }: Part) => (from === 'still' ? still && bitmapImage(still) : layers[from]);
  const seen = parts.flatMap((part) => {
    const image = imageOf(part);
    return image || isGuest(part.from) ? [{ part, image }] : [];
  });
  if (card || seen.length === 0) drawCard(context, card ?? 'off', scenery, picture);
  else {
    drawBackground(context, scenery, picture);
    for (const { part, image } of seen)
      if (image) drawPart(context, image, part);
      else if (isGuest(part.from)) drawGuestCard(context, scenery.stage.guests?.[part.from] ?? '', part);
  }
  drawOverlays(context, scenery, picture);
};

/** The same for whoever holds all sources at once, as a page does. */
export const drawStage = (context: Context, layers: Layers, scenery: Scenery, picture: Size) => {
  const { camera, screen, media } = layers;
  const has = {
    camera: camera !== undefined,
    screen: screen !== undefined,
    media: media !== undefined,
    guests: guestsShown(scenery.stage, (slot) => layers[slot] !== undefined),
  };
  draw(context, compose(scenery.stage.layout, has, scenery.images.has('media'), picture), layers, scenery, picture);
};
