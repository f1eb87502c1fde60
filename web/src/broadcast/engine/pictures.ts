import type { Mixer } from '../picture/mixer.ts';
import type { Slot } from '../picture/stage.ts';
import type { PictureSource } from '../picture/sources.ts';

/** Reads the frames of the current sources into a mixer. */
export type Pictures = {
  set: (slot: Slot, source: PictureSource | undefined) => void;
  frame: (slot: Slot, frame: VideoFrame) => void;
  /** From now on frames go to this mixer; without one they are dropped. */
  sendTo: (mixer: Mixer | undefined) => void;
  /** Whether a source gives frames only on being asked. */
  readonly pumped: boolean;
  close: () => void;
};

const framesOf = (source: PictureSource): ReadableStream<VideoFrame> | undefined => {
  if (source.via === 'frames') return source.frames;
  return source.via === 'track' ? new MediaStreamTrackProcessor({ track: source.track }).readable : undefined;
};

export const createPictures = (): Pictures => {
  const sources = new Map<Slot, { source: PictureSource; stop: () => void }>();
  let mixer: Mixer | undefined;

  const take = (slot: Slot, frame: VideoFrame) => {
    if (mixer) mixer.push(slot, frame);
    else frame.close();
  };

  const read = async (slot: Slot, reader: ReadableStreamDefaultReader<VideoFrame>) => {
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) take(slot, next.value);
    } catch {
      // The track was taken away in mid-read; the page hears of it by the track's own event.
    }
  };

  const stop = (slot: Slot) => {
    sources.get(slot)?.stop();
    sources.delete(slot);
  };

  return {
    set: (slot, source) => {
      stop(slot);
      // The last picture stands until the first of the next source, or until this slot is no longer shown.
      if (!source) return;
      const reader = framesOf(source)?.getReader();
      sources.set(slot, {
        source,
        stop: () => {
          void reader?.cancel();
          if (source.via === 'track') source.track.stop();
        },
      });
      if (reader) void read(slot, reader);
    },
    frame: take,
    sendTo: (next) => {
      mixer = next;
    },
    get pumped() {
      return [...sources.values()].some(({ source }) => source.via === 'pump');
    },
    close: () => {
      for (const slot of sources.keys()) stop(slot);
    },
  };
};
