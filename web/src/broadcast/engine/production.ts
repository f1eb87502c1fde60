import type { SoundBlock } from '../capture/tap.worklet.ts';
import { createSoundClock, resampled, type SoundClock } from '../encode/sound-clock.ts';
import { CHANNELS, type Encoder } from '../encode/webcodecs.ts';
import type { Limits } from '../limits.ts';
import type { Size } from '../picture/layout.ts';
import { startMixer, type Mixer } from '../picture/mixer.ts';
import type { EncodeWith } from './messages.ts';
import { startTicker } from './ticker.ts';

/** Pictures and sound on their way into an encoder. */
export type Production = {
  /** Absent where the page paints. */
  mixer: Mixer | undefined;
  setVideoKbps: (kbps: number) => void;
  /** Stops taking pictures and sound; resolves when all of them are written. */
  finish: () => Promise<void>;
  /** The same, whatever becomes of them. */
  abandon: () => Promise<void>;
  readonly pictures: number;
  readonly droppedFrames: number;
};

type Parts = {
  limits: Limits;
  clock: () => number;
  after: (ms: number, then: () => void) => () => void;
  /** Called with every block of sound: it keeps time where the browser's timers do not. */
  beat: () => void;
  /** Time for the page's next picture; false where the page is not done with the last one. */
  tick: () => boolean;
};

const SILENCE_POLL_MS = 100;
/** Chromium's track generator takes a frame at a time; one that is not taken in time is stale. */
const WAITING_FRAMES = 2;

const createContext = ({ width, height }: Size) => {
  // Every picture that is painted is read back for the encoder.
  const context = new OffscreenCanvas(width, height).getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new Error('this browser gives a worker no canvas to paint on');
  return context;
};

const mixerParts = ({ limits, clock, after }: Parts) => ({
  picture: { width: limits.width, height: limits.height },
  frameRate: limits.frameRate,
  clock,
  wallClock: () => Date.now(),
  after,
  createContext,
});

/** Reads the sound port into the encoder, in step with the pictures' clock; what comes before its zero is dropped. */
const readSound = (port: MessagePort, encoder: Encoder, { clock, after, beat }: Parts) => {
  let soundClock: SoundClock | undefined;
  const silence = (frames: number) => {
    if (frames > 0) encoder.sound(new Float32Array(frames * CHANNELS));
  };
  const poll = () => {
    silence(soundClock?.due(clock()) ?? 0);
    forget = after(SILENCE_POLL_MS, poll);
  };
  let forget = after(SILENCE_POLL_MS, poll);
  port.onmessage = ({ data }: MessageEvent<SoundBlock>) => {
    beat();
    const placing = soundClock?.place(data.samples.length / CHANNELS, clock());
    if (!placing?.put) return;
    silence(placing.silenceFrames);
    encoder.sound(resampled(data.samples, CHANNELS, placing.frames));
  };
  return {
    start: (startMs: number) => {
      soundClock = createSoundClock(encoder.sampleRate, startMs);
    },
    stop: () => {
      forget();
      port.onmessage = null;
      port.close();
    },
  };
};

const produceWithEngine = (port: MessagePort, encoder: Encoder, parts: Parts): Production => {
  const sound = readSound(port, encoder, parts);
  let pictures = 0;
  const mixer = startMixer({
    ...mixerParts(parts),
    onStart: sound.start,
    onFrame: (frame, slot) => {
      pictures += 1;
      encoder.picture(frame, slot);
    },
  });
  const stop = () => {
    mixer.stop();
    sound.stop();
  };
  return {
    mixer,
    setVideoKbps: encoder.setVideoKbps,
    finish: async () => {
      stop();
      await encoder.flush();
      encoder.close();
    },
    abandon: async () => {
      stop();
      encoder.close();
    },
    get pictures() {
      return pictures - encoder.droppedFrames;
    },
    get droppedFrames() {
      return encoder.droppedFrames;
    },
  };
};

const produceForRecorder = (frames: WritableStream<VideoFrame>, parts: Parts): Production => {
  const writer = frames.getWriter();
  const writes = new Set<Promise<void>>();
  let pictures = 0;
  let droppedFrames = 0;
  const write = async (frame: VideoFrame) => {
    try {
      await writer.write(frame);
      pictures += 1;
    } catch {
      // The track has been stopped: the recorder that read it is gone, and with it the use of this frame.
    }
    // A stream that was handed over from the page copies what is written to it, and leaves this frame to us.
    frame.close();
  };
  const mixer = startMixer({
    ...mixerParts(parts),
    onStart: () => {},
    onFrame: (frame) => {
      if (writes.size >= WAITING_FRAMES) {
        droppedFrames += 1;
        frame.close();
        return;
      }
      const written = write(frame).finally(() => writes.delete(written));
      writes.add(written);
    },
  });
  const finish = async () => {
    mixer.stop();
    await Promise.all(writes);
    await writer.close().catch(() => {
      // The track has been stopped already.
    });
  };
  return {
    mixer,
    setVideoKbps: () => {},
    finish,
    abandon: finish,
    get pictures() {
      return pictures;
    },
    get droppedFrames() {
      return droppedFrames;
    },
  };
};

/** The page paints and records; all that it needs is the time. */
const tickForPage = (parts: Parts): Production => {
  let droppedFrames = 0;
  const tick = () => {
    if (!parts.tick()) droppedFrames += 1;
  };
  const ticker = startTicker({ ...parts, tick, frameRate: parts.limits.frameRate });
  return {
    mixer: undefined,
    setVideoKbps: () => {},
    finish: async () => ticker.stop(),
    abandon: async () => ticker.stop(),
    get pictures() {
      return ticker.ticks - droppedFrames;
    },
    get droppedFrames() {
      return droppedFrames;
    },
  };
};

/** @param encoder the engine's own, where that one is to encode */
export const startProduction = (how: EncodeWith, encoder: Encoder | undefined, parts: Parts): Production => {
  if (how.by === 'recorder') return how.frames ? produceForRecorder(how.frames, parts) : tickForPage(parts);
  if (!encoder) throw new Error('told to encode without an encoder');
  return produceWithEngine(how.sound, encoder, parts);
};
