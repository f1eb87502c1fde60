import { LIMITS } from '../limits.ts';
import type { Boundary, Ring } from '../media/ring.ts';

/** How a feed leaves this worker: at the end of a GOP, so that the next one begins where this one stops (SPEC S10). */
export type Departure = {
  /** From now on nothing is taken of GOPs that begin later; `waits` where the one under way is worth waiting for. */
  begin(waits: boolean): void;
  readonly begun: boolean;
  /** The GOP with which the next worker begins, once it has come. */
  readonly next: Boundary | undefined;
  /** That has come, or has been waited for long enough. */
  readonly isDue: boolean;
};

export const createDeparture = ({ ring, clock }: { ring: Ring; clock: () => number }): Departure => {
  let leaving: { after: number; byMs: number } | undefined;

  const next = (): Boundary | undefined =>
    leaving && ring.resumePoint({ videoMs: undefined, audioMs: undefined }, leaving.after);

  return {
    begin: (waits) => {
      leaving = { after: ring.end - 1, byMs: clock() + (waits ? LIMITS.leaveAtGopMs : 0) };
    },
    get begun() {
      return leaving !== undefined;
    },
    get next() {
      return next();
    },
    get isDue() {
      return leaving !== undefined && (next() !== undefined || clock() > leaving.byMs);
    },
  };
};
