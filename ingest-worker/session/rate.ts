import { LIMITS } from '../limits.ts';

/** A bucket that lets a client send at a rate, and a burst beyond it when it has been away (SPEC §L). */
export const createRate = ({
  kbps,
  clock,
}: {
  kbps: number;
  clock: () => number;
}): { spend: (bytes: number) => boolean } => {
  const bytesPerMs = (Math.max(kbps * LIMITS.rateFactor, LIMITS.rateFloorKbps) * 1_000) / 8 / 1_000;
  let left: number = LIMITS.rateBurstBytes;
  let atMs = clock();
  return {
    /** False when the client has sent more than it may. */
    spend: (bytes) => {
      const nowMs = clock();
      left = Math.min(LIMITS.rateBurstBytes, left + (nowMs - atMs) * bytesPerMs);
      atMs = nowMs;
      left -= Math.max(bytes, LIMITS.messageCostBytes);
      return left >= 0;
    },
  };
};
