import type { Size } from './layout.ts';
import { toI420, type Color } from './yuv.ts';

/** Formats that every encoder takes, and whose planes can be taken over as they are. */
const PLAIN_FORMATS: ReadonlySet<string> = new Set(['I420', 'NV12']);

/** Whether the frame's own pixels are the picture. */
export const isWholePicture = (frame: VideoFrame, picture: Size): boolean =>
  PLAIN_FORMATS.has(frame.format ?? '') &&
  frame.displayWidth === picture.width &&
  frame.displayHeight === picture.height &&
  frame.visibleRect?.width === picture.width &&
  frame.visibleRect.height === picture.height;

/** The frame's idea of colours, where it has a whole one that is a camera's. */
export const colorOf = ({ colorSpace }: VideoFrame): Color | undefined => {
  const { primaries, transfer, matrix, fullRange } = colorSpace.toJSON();
  return primaries && transfer && matrix && matrix !== 'rgb'
    ? { primaries, transfer, matrix, fullRange: fullRange === true }
    : undefined;
};

/**
 * The frame in memory of our own. A camera has three buffers or so: one that holds two of them, to repeat the last or to wait
 * for an encoder, stops the camera.
 */
export const copyFrame = async (
  frame: VideoFrame,
  timestamp: number,
  colorSpace: Color,
): Promise<VideoFrame | undefined> => {
  const { format, visibleRect } = frame;
  if (!format || !visibleRect) return undefined;
  const pixels = new Uint8Array(frame.allocationSize());
  const layout = await frame.copyTo(pixels);
  const { width: codedWidth, height: codedHeight } = visibleRect;
  return new VideoFrame(pixels, {
    format,
    codedWidth,
    codedHeight,
    layout,
    timestamp,
    colorSpace,
    transfer: [pixels.buffer],
  });
};

/** What has been painted, as a frame. */
export const frameOfPainted = (
  context: OffscreenCanvasRenderingContext2D,
  picture: Size,
  timestamp: number,
  colorSpace: Color,
): VideoFrame => {
  const { width, height } = picture;
  const { data } = context.getImageData(0, 0, width, height);
  const planes = toI420(data, picture, colorSpace);
  const { buffer } = planes;
  return new VideoFrame(planes, {
    format: 'I420',
    codedWidth: width,
    codedHeight: height,
    timestamp,
    colorSpace,
    transfer: [buffer],
  });
};
