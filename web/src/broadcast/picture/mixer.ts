import { draw, type Context, type Image } from './draw.ts';
import type { Size } from './layout.ts';

export type Slot = 'camera' | 'screen';
export type Shown = Record<Slot, boolean>;

export type Mixer = {
  /** Takes over the frame. */
  push: (slot: Slot, frame: VideoFrame) => void;
  /** The source of a slot has gone. */
  clear: (slot: Slot) => void;
  show: (shown: Shown) => void;
  stop: () => void;
};

type Parts = {
  picture: Size;
  frameRate: number;
  clock: () => number;
  after: (ms: number, then: () => void) => () => void;
  context: Context & { readonly canvas: OffscreenCanvas };
  /** Takes over the frame. `slot` numbers the places on the timeline, whether or not each of them gets a frame. */
  onFrame: (frame: VideoFrame, slot: number) => void;
};

/** One more than arrives while one is used: takes up a camera's jitter, costs at most a frame's time of delay. */
const QUEUED_FRAMES = 2;
/** A late timer makes up for so many places, so that the pace stays even; a machine that is asleep for longer has a gap. */
const CAUGHT_UP_SLOTS = 6;
const MICROSECONDS = 1e6;

const createInput = () => {
  let queue: VideoFrame[] = [];
  let last: VideoFrame | undefined;
  const clear = () => {
    for (const frame of queue) frame.close();
    last?.close();
    queue = [];
    last = undefined;
  };
  return {
    push: (frame: VideoFrame) => {
      queue.push(frame);
      if (queue.length > QUEUED_FRAMES) queue.shift()?.close();
    },
    /** The frame for this place on the timeline: the next, else the last one again. */
    next: () => {
      const frame = queue.shift();
      if (frame) {
        last?.close();
        last = frame;
      }
      return last;
    },
    clear,
  };
};

const imageOf = (frame: VideoFrame | undefined): Image | undefined =>
  frame && { source: frame, size: { width: frame.displayWidth, height: frame.displayHeight } };

/**
 * Makes one stream of pictures, of fixed size and rate, out of sources that come, go, stall and change their shape. Each place
 * on its timeline gets the newest frame; a source that has none repeats its last, so that neither a slow camera nor a switch of
 * devices is a hole in the stream.
 */
export const startMixer = ({ picture, frameRate, clock, after, context, onFrame }: Parts): Mixer => {
  const inputs = { camera: createInput(), screen: createInput() };
  const startMs = clock();
  let shown: Shown = { camera: false, screen: false };
  let slot = -1;

  const compose = (timestamp: number, duration: number): VideoFrame => {
    const camera = shown.camera ? inputs.camera.next() : undefined;
    const screen = shown.screen ? inputs.screen.next() : undefined;
    const only = camera && !screen ? camera : screen && !camera ? screen : undefined;
    // A frame that is the whole picture goes on as it is: no painting, no conversion of colours. One of a format without a
    // name can be painted, but not every encoder takes it.
    if (only?.format && only.displayWidth === picture.width && only.displayHeight === picture.height)
      return new VideoFrame(only, { timestamp, duration });
    draw(context, { camera: imageOf(camera), screen: imageOf(screen) }, picture);
    return new VideoFrame(context.canvas, { timestamp, duration, alpha: 'discard' });
  };

  const tick = () => {
    const due = Math.floor(((clock() - startMs) * frameRate) / 1000);
    slot = Math.max(slot, due - CAUGHT_UP_SLOTS);
    while (slot < due) {
      slot += 1;
      const timestamp = Math.round((slot * MICROSECONDS) / frameRate);
      onFrame(compose(timestamp, Math.round(MICROSECONDS / frameRate)), slot);
    }
    const nextMs = startMs + ((slot + 1) * 1000) / frameRate;
    forget = after(Math.max(0, nextMs - clock()), tick);
  };
  let forget = after(0, tick);

  return {
    push: (into, frame) => inputs[into].push(frame),
    clear: (which) => inputs[which].clear(),
    show: (next) => {
      shown = next;
    },
    stop: () => {
      forget();
      inputs.camera.clear();
      inputs.screen.clear();
    },
  };
};
