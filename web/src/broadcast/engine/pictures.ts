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
  /** Resolves when all sources are over: their tracks are stopped by whoever opened them. */
  close: () => Promise<void>;
};

const framesOf = (source: PictureSource): ReadableStream<VideoFrame> | undefined => {
  if (source.via === 'frames') return source.frames;
  return source.via === 'track' ? new MediaStreamTrackProcessor({ track: source.track }).readable : undefined;
};

export const createPictures = (): Pictures => {
  const sources = new Map<Slot, { source: PictureSource; leave: () => void }>();
  const reading = new Set<Promise<void>>();
  let mixer: Mixer | undefined;

  const take = (slot: Slot, frame: VideoFrame) => {
    if (mixer) mixer.push(slot, frame);
    else frame.close();
  };

  /**
   * Reads a source to its end, also when it has been `left` for another: its track is stopped then, and what is still on its way
   * from the page to here would be in nobody's hands if it was cancelled.
   */
  const read = async (slot: Slot, reader: ReadableStreamDefaultReader<VideoFrame>, left: AbortSignal) => {
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read())
        if (left.aborted) next.value.close();
        else take(slot, next.value);
    } catch {
      // The track was taken away in mid-read; the page hears of it by the track's own event.
    }
  };

  const leave = (slot: Slot) => {
    sources.get(slot)?.leave();
    sources.delete(slot);
  };

  return {
    set: (slot, source) => {
      leave(slot);
      // The last picture stands until the first of the next source, or until this slot is no longer shown.
      if (!source) return;
      const reader = framesOf(source)?.getReader();
      const leaving = new AbortController();
      sources.set(slot, {
        source,
        leave: () => {
          leaving.abort();
          if (source.via === 'track') source.track.stop();
        },
      });
      if (!reader) return;
      const over = read(slot, reader, leaving.signal).finally(() => reading.delete(over));
      reading.add(over);
    },
    frame: take,
    sendTo: (next) => {
      mixer = next;
    },
    get pumped() {
      return [...sources.values()].some(({ source }) => source.via === 'pump');
    },
    close: async () => {
      for (const slot of sources.keys()) leave(slot);
      await Promise.all(reading);
    },
  };
};
