/** Allows a number of something at once, and one more every `everyMs` after that. */
export type Allowance = {
  /** False where there is none left. */
  take(): boolean;
};

export const createAllowance = ({
  most,
  everyMs,
  clock,
}: {
  most: number;
  everyMs: number;
  clock: () => number;
}): Allowance => {
  let left = most;
  let atMs = clock();
  return {
    take: () => {
      const nowMs = clock();
      left = Math.min(most, left + (nowMs - atMs) / everyMs);
      atMs = nowMs;
      if (left < 1) return false;
      left--;
      return true;
    },
  };
};
