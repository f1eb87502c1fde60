type Parts = {
  clock: () => number;
  /** In ms since 1970: some machines' other clocks stand still while they sleep. */
  wallClock: () => number;
  /** Runs `then` after `ms`; answers how to call it off. */
  after: (ms: number, then: () => void) => () => void;
  /** Nothing ran here for so long, until just now. */
  onStoodStill: (ms: number) => void;
};

/** What notices that nothing ran for a while: the machine slept, or the browser was frozen. */
export type Standstill = {
  /** From now on time is looked at. */
  begin: () => void;
  /** The clock; whoever reads it after a standstill tells of it. */
  clock: () => number;
  /** The clock without standstills: the time in which something could be recorded. */
  recordedClock: () => number;
  end: () => void;
};

/** How often time is looked at. A hidden tab of Firefox wakes once a second. */
const LOOK_MS = 500;
/** A look that is later than this comes after a standstill. */
const STILL_MS = 2_500;
/** How much of a standstill is in the recording: that many pictures are repeated, so that there is no hole. */
const RECORDED_MS = 400;

export const createStandstill = ({ clock, wallClock, after, onStoodStill }: Parts): Standstill => {
  let seen: { atMs: number; wallMs: number } | undefined;
  let leftOutMs = 0;
  let forget = () => {};

  const look = (): number => {
    const atMs = clock();
    if (!seen) return atMs;
    const wallMs = wallClock();
    const passedMs = atMs - seen.atMs;
    const stillMs = Math.max(passedMs, wallMs - seen.wallMs);
    seen = { atMs, wallMs };
    if (passedMs > STILL_MS) leftOutMs += passedMs - RECORDED_MS;
    if (stillMs > STILL_MS) onStoodStill(stillMs);
    return atMs;
  };

  const watch = () => {
    look();
    forget = after(LOOK_MS, watch);
  };

  return {
    begin: () => {
      forget();
      seen = { atMs: clock(), wallMs: wallClock() };
      watch();
    },
    clock: look,
    recordedClock: () => look() - leftOutMs,
    end: () => {
      forget();
      seen = undefined;
    },
  };
};
