import { LIMITS } from '../limits.ts';
import type { Boundary, Ring } from '../media/ring.ts';

/** Moves a session to another worker at the end of a GOP, so that the next worker begins where this one stops (SPEC S10). */
export type Handover = {
  /** From now on no GOP that begins later is taken. `waits`: the GOP under way is worth waiting for. */
  begin(waits: boolean): void;
  readonly begun: boolean;
  /** The GOP with which the next worker begins; undefined until it has come. */
  readonly next: Boundary | undefined;
  /** The next GOP has come, or has been waited for long enough. */
  readonly isDue: boolean;
};

export const createHandover = ({ ring, clock }: { ring: Ring; clock: () => number }): Handover => {
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
