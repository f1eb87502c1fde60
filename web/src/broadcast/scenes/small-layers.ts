import type { Image, Layers } from '../picture/draw.ts';
import { SLOTS, type Slot } from '../picture/stage.ts';

type Parts = {
  read: () => Layers;
  /** Answers a small copy, which stays what it is until the next one of the same source. */
  shrink: (slot: Slot, image: Image) => Image | undefined;
  /** Pictures are no older than this, where reading them is quick. */
  everyMs: number;
  /** In ms, whatever it counts from. */
  clock: () => number;
};

/** Reading takes at most this part of a page's time, however slow its machine is at that. */
const SHARE = 0.1;

/**
 * The pictures of a broadcast's sources, small and shared by all who draw them. Each drawing of a video turns its whole picture into
 * colours: without a GPU 40 ms of the page at 720p, and eight scenes that each did so held a studio up for seconds.
 */
export const createSmallLayers = ({ read, shrink, everyMs, clock }: Parts): (() => Layers) => {
  let small: Layers = {};
  let nextMs = -Infinity;
  return () => {
    const beganMs = clock();
    if (beganMs < nextMs) return small;
    const layers = read();
    small = Object.fromEntries(
      SLOTS.map((slot) => {
        const image = layers[slot];
        return [slot, image && shrink(slot, image)];
      }),
    );
    nextMs = beganMs + Math.max(everyMs, (clock() - beganMs) / SHARE);
    return small;
  };
};
