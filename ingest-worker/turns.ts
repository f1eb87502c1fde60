import { LIMITS } from './limits.ts';

/**
 * Shares the event loop: what sockets bring is looked at piece by piece, for `turnMs` together, and then all else has its
 * turn, whatever has come and from however many (SPEC L18).
 */
export type Turns = {
  /** Has `work` done, at once where there is time, as often as it says that more is left. */
  take(work: Work): void;
};

/** Does a piece of it; true while more is left. */
export type Work = () => boolean;

export const createTurns = ({ clock }: { clock: () => number }): Turns => {
  /** Whoever has had a piece done goes to the end. */
  const waiting = new Set<Work>();
  let spentMs = 0;
  let isPlanned = false;
  let isWorking = false;

  const run = (): void => {
    if (isWorking) return;
    isWorking = true;
    for (const work of waiting) {
      if (spentMs >= LIMITS.turnMs) break;
      waiting.delete(work);
      const beforeMs = clock();
      if (work()) waiting.add(work);
      spentMs += clock() - beforeMs;
    }
    isWorking = false;
    if (isPlanned || (waiting.size === 0 && spentMs === 0)) return;
    isPlanned = true;
    setImmediate(() => {
      isPlanned = false;
      spentMs = 0;
      run();
    });
  };

  return {
    take: (work) => {
      waiting.add(work);
      run();
    },
  };
};
