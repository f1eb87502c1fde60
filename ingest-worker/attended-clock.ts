/** A clock that leaves out what the process stood still: nobody was heard then, and nobody's silence counts (SPEC L19). */
export type AttendedClock = {
  readonly nowMs: () => number;
  stop(): void;
};

/** Looks so often… */
const LOOK_MS = 250;
/** …and a look that is this late is one of a busy machine, not of one that stood still. */
const LATE_MS = 250;

export const startAttendedClock = (clock: () => number): AttendedClock => {
  let missedMs = 0;
  let lookedMs = clock();
  const look = (): void => {
    const nowMs = clock();
    const lateMs = nowMs - lookedMs - LOOK_MS;
    if (lateMs > LATE_MS) missedMs += lateMs;
    lookedMs = nowMs;
  };
  const timer = setInterval(look, LOOK_MS).unref();
  return {
    nowMs: () => {
      // Whoever asks first after a standstill must hear of it, whichever timer that is.
      if (clock() - lookedMs > LOOK_MS + LATE_MS) look();
      return clock() - missedMs;
    },
    stop: () => clearInterval(timer),
  };
};
