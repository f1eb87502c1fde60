import { draw, type Image, type Layers } from './draw.ts';
import { contain, type Size } from './layout.ts';
import { colorOf, copyFrame, frameOfPainted, isWholePicture } from './own-frame.ts';
import { createPacer, type Pacer } from './pacer.ts';
import {
  compose,
  GUEST_SLOTS,
  isShown,
  movesEveryMs,
  USUAL_STAGE,
  SLOTS,
  wholeSlot,
  type Composition,
  type ImageName,
  type Shown,
  type Slot,
  type Stage,
} from './stage.ts';
import { HD_COLOR, type Color } from './yuv.ts';

export type Mixer = {
  /** Takes over the frame. */
  push: (from: Slot, frame: VideoFrame) => void;
  /** Which sources there are, and what is made of them from the next picture on. */
  show: (shown: Shown, stage?: Stage) => void;
  /** Takes over the picture; without one the name stands for nothing. */
  setImage: (name: ImageName, image: ImageBitmap | undefined) => void;
  stop: () => void;
};

type Parts = {
  picture: Size;
  frameRate: number;
  clock: () => number;
  /** In ms since 1970. */
  wallClock: () => number;
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
/** What may not change for minutes, or come at a pace of its own. */
const KEPT = ['screen', 'media', ...GUEST_SLOTS] as const;

const imageOf = (frame: VideoFrame): Image => ({
  source: frame,
  size: { width: frame.displayWidth, height: frame.displayHeight },
});

/** The last picture of a source that may not change for minutes, in a place of our own. */
type Kept = { context: OffscreenCanvasRenderingContext2D; size: Size };

/**
 * Makes one stream of pictures, of fixed size, rate and colours, out of sources that come, go, stall and change their shape.
 * A place on its timeline that no picture comes for repeats the one before, so that neither a slow camera nor a switch of
 * devices or scenes is a hole in the stream. Where one source is the whole picture, its frames go through unpainted.
 */
export const startMixer = ({
  picture,
  frameRate,
  clock,
  wallClock,
  after,
  createContext,
  onStart,
  onFrame,
}: Parts): Mixer => {
  const canvas = createContext(picture);
  const images = new Map<ImageName, ImageBitmap>();
  const kept = new Map<Slot, Kept>();
  let shown: Shown = { camera: false, screen: false };
  let stage: Stage = USUAL_STAGE;
  let composition: Composition = compose(stage.layout, shown, false, picture);
  let pacer: Pacer | undefined;
  /** The stream's colours are those of its first camera picture; what comes later is made to fit. */
  let color: Color | undefined;
  let current: VideoFrame | undefined;
  let cameraSeenMs = -Infinity;
  let copying = false;
  let stopped = false;
  let forget = () => {};
  let forgetMove = () => {};

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

  const layerOf = (slot: Slot): Image | undefined => {
    const last = kept.get(slot);
    return last && { source: last.context.canvas, size: last.size };
  };

  /** Paints what is shown, and makes it the current picture. */
  const paint = (camera: VideoFrame | undefined) => {
    const layers: Layers = {
      camera: camera && imageOf(camera),
      screen: layerOf('screen'),
      media: layerOf('media'),
      'guest-1': layerOf('guest-1'),
      'guest-2': layerOf('guest-2'),
    };
    draw(canvas, composition, layers, { stage, images, nowMs: wallClock() }, picture);
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

  const isPart = (slot: Slot) => composition.parts.some(({ from }) => from === slot);
  const cameraLeads = () => isPart('camera') && clock() - cameraSeenMs < STALLED_MS;

  /** A picture that is the stream's whole picture is taken over without being painted. */
  const take = async (from: Slot, frame: VideoFrame) => {
    copying = true;
    try {
      const copy = await copyFrame(frame, 0, (color ??= colorOf(frame) ?? HD_COLOR));
      // In the meantime the camera may have been turned off, or another scene be shown: then it must not be seen again.
      if (stopped || wholeSlot(composition, stage.overlays, images) !== from) copy?.close();
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

  /** No larger than the picture: more would not be seen. */
  const keep = (slot: Slot, frame: VideoFrame) => {
    const { size } = imageOf(frame);
    const { width, height } = contain(size, { x: 0, y: 0, ...picture });
    let place = kept.get(slot);
    if (place?.size.width !== width || place.size.height !== height) {
      place = { context: createContext({ width, height }), size: { width, height } };
      kept.set(slot, place);
    }
    place.context.drawImage(frame, 0, 0, width, height);
  };

  const onCamera = (frame: VideoFrame) => {
    paint(frame);
    frame.close();
    give();
  };

  /** A screen may not change for minutes: its last picture is kept, whether or not it is in the scene. */
  const onOther = (from: Slot, frame: VideoFrame) => {
    keep(from, frame);
    frame.close();
    // The camera's next picture brings this one along.
    if (!isPart(from) || cameraLeads()) return;
    paint(undefined);
    give();
  };

  const isWaitedFor = (slot: Slot) => slot !== 'camera' && isPart(slot) && !kept.has(slot);

  /** Paints what is there to be painted; what a camera gives shows itself. */
  const refresh = () => {
    composition = compose(stage.layout, shown, images.has('media'), picture);
    if (isPart('camera') || isWaitedFor('screen') || isWaitedFor('media')) return;
    paint(undefined);
    give();
  };

  /** Tickers and countdowns go on where no camera brings them along. */
  const move = () => {
    forgetMove();
    const everyMs = movesEveryMs(stage, frameRate);
    if (everyMs === undefined || stopped) return;
    forgetMove = after(everyMs, () => {
      if (!isPart('camera')) refresh();
      move();
    });
  };

  // What is to be shown may be slow to come, or never come.
  forget = after(FIRST_PICTURE_MS, () => {
    if (!current) paint(undefined);
    give();
  });

  return {
    push: (from, frame) => {
      if (from === 'camera') cameraSeenMs = clock();
      if (stopped || !isShown(shown, from) || copying || (from === 'camera' && !isPart(from))) return frame.close();
      if (wholeSlot(composition, stage.overlays, images) === from && isWholePicture(frame, picture)) {
        if (from !== 'camera') keep(from, frame);
        return void take(from, frame);
      }
      return from === 'camera' ? onCamera(frame) : onOther(from, frame);
    },
    show: (next, nextStage = stage) => {
      // Who ends a show puts the camera out after it: what would be painted of that is nobody's to close.
      if (stopped) return;
      const isSame = (slot: Slot) => isShown(next, slot) === isShown(shown, slot);
      if (SLOTS.every(isSame) && nextStage === stage) return;
      shown = next;
      stage = nextStage;
      // what comes later is another picture
      for (const slot of KEPT) if (!isShown(next, slot)) kept.delete(slot);
      refresh();
      move();
    },
    setImage: (name, image) => {
      if (stopped) return image?.close();
      images.get(name)?.close();
      if (image) images.set(name, image);
      else images.delete(name);
      if (pacer) refresh();
      else composition = compose(stage.layout, shown, images.has('media'), picture);
    },
    stop: () => {
      stopped = true;
      forget();
      forgetMove();
      current?.close();
      current = undefined;
      for (const image of images.values()) image.close();
      images.clear();
    },
  };
};
