/** Processes that get only a share of the processor, as on a machine that is busy. */
export type SlowedDown = {
  /** They get more of it from now on. */
  ease(): void;
  free(): void;
};

/** They run and stand still in turn, once in this time. */
const TURN_MS = 1_000;

/** @param share of the processor, from 0 up to 1; a timer of ours is no more exact than a few milliseconds */
export const slowDown = (
  pids: readonly number[],
  { share, easedShare }: { share: number; easedShare: number },
): SlowedDown => {
  let now = share;
  let next: NodeJS.Timeout | undefined;
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of pids)
      try {
        process.kill(pid, name);
      } catch {
        // It has ended.
      }
  };
  const stop = (): void => {
    signal('SIGSTOP');
    if (now > 0) next = setTimeout(run, (1 - now) * TURN_MS);
  };
  const run = (): void => {
    signal('SIGCONT');
    next = now < 1 ? setTimeout(stop, now * TURN_MS) : undefined;
  };
  stop();
  return {
    ease: () => {
      clearTimeout(next);
      now = easedShare;
      run();
    },
    free: () => {
      clearTimeout(next);
      now = 1;
      run();
    },
  };
};
