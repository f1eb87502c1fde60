import { draw, type Image } from './draw.ts';
import type { Size } from './layout.ts';
import { colorOf, copyFrame, frameOfPainted, isWholePicture } from './own-frame.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { HD_COLOR, type Color } from './yuv.ts';

export type Slot = 'camera' | 'screen';
export type Shown = Record<Slot, boolean>;

export type Mixer = {
  /** Takes over the frame. */
  push: (from: Slot, frame: VideoFrame) => void;
  show: (shown: Shown) => void;
  stop: () => void;
};

type Parts = {
  picture: Size;
  frameRate: number;
  clock: () => number;
  after: (ms: number, then: () => void) => () => void;
  createContext: (picture: Size) => OffscreenCanvasRenderingContext2D;
  /** The timeline has begun: its place 0 is this time. */
  onStart: (startMs: number) => void;
  /** Takes over the frame. `slot` numbers the places on the timeline, whether or not each of them gets a frame. */
  onFrame: (frame: VideoFrame, slot: number) => void;
};

/** How long the timeline waits for the first picture of what is to be shown, before it begins without. */
const FIRST_PICTURE_MS = 700;
/** A camera that has given nothing for this long no longer sets the pace. */
const STALLED_MS = 300;
const MICROSECONDS = 1e6;

const imageOf = (frame: VideoFrame): Image => ({
  source: frame,
  size: { width: frame.displayWidth, height: frame.displayHeight },
});

/**
 * Makes one stream of pictures, of fixed size, rate and colours, out of sources that come, go, stall and change their shape.
 * A place on its timeline that no picture comes for repeats the one before, so that neither a slow camera nor a switch of
 * devices is a hole in the stream.
 */
export const startMixer = ({ picture, frameRate, clock, after, createContext, onStart, onFrame }: Parts): Mixer => {
  const canvas = createContext(picture);
  let shown: Shown = { camera: false, screen: false };
  let pacer: Pacer | undefined;
  /** The stream's colours are those of its first camera picture; what comes later is made to fit. */
  let color: Color | undefined;
  let current: VideoFrame | undefined;
  /** The shared screen as it was last: it may not change for minutes while the camera before it does. */
  let screen: OffscreenCanvasRenderingContext2D | undefined;
  let cameraSeenMs = -Infinity;
  let copying = false;
  let stopped = false;
  let forget = () => {};

  const timestampOf = (slot: number) => Math.round((slot * MICROSECONDS) / frameRate);

  /** Gives the picture out again, for another place. */
  const repeat = (slot: number) => {
    if (!current) return;
    onFrame(new VideoFrame(current, { timestamp: timestampOf(slot), duration: timestampOf(1) }), slot);
  };

  const setCurrent = (frame: VideoFrame) => {
    current?.close();
    current = frame;
  };

  /** Paints what is shown, and makes it the current picture. */
  const paint = (camera: VideoFrame | undefined) => {
    const screenImage = screen && { source: screen.canvas, size: picture };
    draw(canvas, { camera: camera && imageOf(camera), screen: screenImage }, picture);
    setCurrent(frameOfPainted(canvas, picture, 0, (color ??= HD_COLOR)));
  };

  const begin = () => {
    const startMs = clock();
    pacer = createPacer(frameRate, startMs);
    onStart(startMs);
    return pacer;
  };

  const fill = () => {
    for (const slot of pacer?.overdue(clock()) ?? []) repeat(slot);
    if (pacer) forget = after(Math.max(1, pacer.overdueAtMs() - clock()), fill);
  };

  /** The current picture takes the next place, and the ones that were missed before it. */
  const give = () => {
    const started = pacer !== undefined;
    const placed = (pacer ?? begin()).place(clock());
    if (!placed) return;
    for (const slot of [...placed.missed, placed.slot]) repeat(slot);
    if (started) return;
    forget();
    fill();
  };

  /** A picture that is the stream's whole picture is taken over without being painted. */
  const take = async (from: Slot, frame: VideoFrame) => {
    copying = true;
    try {
      const copy = await copyFrame(frame, 0, (color ??= colorOf(frame) ?? HD_COLOR));
      // In the meantime the camera may have been turned off, and then it must not be seen again.
      if (stopped || !shown[from]) copy?.close();
      else if (copy) {
        setCurrent(copy);
        give();
      }
    } catch {
      // A frame whose source has gone in the meantime.
    } finally {
      copying = false;
      frame.close();
    }
  };

  const onScreen = (frame: VideoFrame) => {
    screen ??= createContext(picture);
    draw(screen, { camera: undefined, screen: imageOf(frame) }, picture);
    frame.close();
    // The camera's next picture brings the screen's along.
    if (shown.camera && clock() - cameraSeenMs < STALLED_MS) return;
    paint(undefined);
    give();
  };

  const onCamera = (frame: VideoFrame) => {
    cameraSeenMs = clock();
    paint(frame);
    frame.close();
    give();
  };

  // What is to be shown may be slow to come, or never come.
  forget = after(FIRST_PICTURE_MS, () => {
    if (!current) paint(undefined);
    give();
  });

  return {
    push: (from, frame) => {
      if (stopped || !shown[from] || copying) return frame.close();
      const alone = !(shown.camera && shown.screen);
      if (alone && isWholePicture(frame, picture)) return void take(from, frame);
      return from === 'screen' ? onScreen(frame) : onCamera(frame);
    },
    show: (next) => {
      const { camera, screen: shared } = next;
      if (camera === shown.camera && shared === shown.screen) return;
      shown = next;
      if (!shared) screen = undefined;
      // A camera that is to come shows itself; what is left when it has gone does not.
      if (camera) return;
      if (shared && !screen) return;
      paint(undefined);
      give();
    },
    stop: () => {
      stopped = true;
      forget();
      current?.close();
      current = undefined;
    },
  };
};
