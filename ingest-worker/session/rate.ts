import { LIMITS } from '../limits.ts';

export type Rate = {
  /** False when the client has sent more than it may. */
  readonly spend: (bytes: number) => boolean;
  /** The same, for what has turned out to be dearer than its bytes. */
  readonly owe: (bytes: number) => boolean;
};

/** A bucket that lets a client send at a rate, and a burst beyond it when it has been away (SPEC §L). */
export const createRate = ({ kbps, clock }: { kbps: number; clock: () => number }): Rate => {
  const bytesPerMs = (Math.max(kbps * LIMITS.rateFactor, LIMITS.rateFloorKbps) * 1_000) / 8 / 1_000;
  let left: number = LIMITS.rateBurstBytes;
  let atMs = clock();
  return {
    owe: (bytes) => {
      left -= Math.max(0, bytes);
      return left >= 0;
    },
    spend: (bytes) => {
      const nowMs = clock();
      left = Math.min(LIMITS.rateBurstBytes, left + (nowMs - atMs) * bytesPerMs);
      atMs = nowMs;
      left -= Math.max(bytes, LIMITS.messageCostBytes);
      return left >= 0;
    },
  };
};
