import { contain, inset, type Size } from './layout.ts';

export type Image = { source: CanvasImageSource; size: Size };

/** What is to be seen. Without a camera and a screen it is the card. */
export type Layers = { camera: Image | undefined; screen: Image | undefined };

/** Both kinds of 2D context: the worker's and the page's. */
export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

const INSET_RADIUS = 12;
const CARD = { top: '#17122b', bottom: '#2b1d52', text: '#f4f1ff', muted: '#b9aee0' };

const drawInside = (context: Context, { source, size }: Image, picture: Size) => {
  const { x, y, width, height } = contain(size, { x: 0, y: 0, ...picture });
  context.drawImage(source, x, y, width, height);
};

const drawInset = (context: Context, { source, size }: Image, picture: Size) => {
  const { x, y, width, height } = inset(size, picture);
  context.save();
  context.beginPath();
  context.roundRect(x, y, width, height, INSET_RADIUS);
  context.clip();
  context.drawImage(source, x, y, width, height);
  context.restore();
};

/** What viewers see while the camera is off: the show has not stopped. */
const drawCard = (context: Context, { width, height }: Size) => {
  const background = context.createLinearGradient(0, 0, 0, height);
  background.addColorStop(0, CARD.top);
  background.addColorStop(1, CARD.bottom);
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = CARD.text;
  context.font = `600 ${Math.round(height * 0.07)}px system-ui, sans-serif`;
  context.fillText('Camera is off', width / 2, height * 0.47);
  context.fillStyle = CARD.muted;
  context.font = `400 ${Math.round(height * 0.035)}px system-ui, sans-serif`;
  context.fillText('The stream is live', width / 2, height * 0.56);
};

/** Paints one picture of the stream. */
export const draw = (context: Context, { camera, screen }: Layers, picture: Size) => {
  if (!camera && !screen) return drawCard(context, picture);
  context.fillStyle = '#000';
  context.fillRect(0, 0, picture.width, picture.height);
  if (screen) drawInside(context, screen, picture);
  if (camera && screen) drawInset(context, camera, picture);
  else if (camera) drawInside(context, camera, picture);
};
