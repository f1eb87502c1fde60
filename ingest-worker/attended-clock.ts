/** A clock that leaves out what the process stood still: nobody was heard then, and nobody's silence counts (SPEC L19). */
export type AttendedClock = {
  readonly nowMs: () => number;
  stop(): void;
};

/** How often it looks whether the process stands still. */
const LOOK_MS = 250;
/** A look that is no later than this is one of a busy machine; a later one follows a standstill. */
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
