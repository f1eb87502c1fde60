/**
 * Tells an encoder that hangs from one that has nothing to do: it has been given more, for long, and has said nothing. And from one
 * that is slow: on a busy machine the wall clock runs while an encoder waits for the processor (SPEC E7).
 */
export type StallWatch = {
  /** `took` false: the pipe is full. */
  wrote(took: boolean): void;
  taken(): void;
  /** Any output, or progress of its clock. */
  answered(): void;
  /** While we ourselves do not read its output, its silence means nothing. */
  pause(): void;
  resume(): void;
  /** It has all its input: now it has `endMs` from each sign of life to the next. */
  ended(): void;
  /** To be asked a few times within `stallMs` and `endMs`. */
  stalled(): boolean;
};

type Parts = {
  /** How long it may be silent while it is given more, and from one sign of life to the next once it has all. */
  stallMs: number;
  endMs: number;
  /** One that works all the while may be silent for so many times as long. */
  slowFactor: number;
  clock: () => number;
  /** Processor time that it has used so far, in ms; undefined where the system does not tell. */
  processorMs: () => number | undefined;
};

/** Processor time in one silence that began at `sinceMs`: at the first look, at the last one that found it working, and when that was. */
type Work = { sinceMs: number; firstMs: number; lastMs: number; workedAt: number };

/** A last, half-written frame is never answered; only input that goes on for this long after it asks for an answer. */
const GOES_ON_MS = 2_000;
/** A process that only wakes up to look around uses less; one that encodes, and gets a hundredth of the processor, uses more. */
const WORK_MS = 20;
/** Shorter silences are looked at by nobody. */
const SILENCE_SHARE = 0.25;

export const createStallWatch = ({ stallMs, endMs, slowFactor, clock, processorMs }: Parts): StallWatch => {
  let unansweredSince: number | undefined;
  let lastWrite = 0;
  let full = false;
  let watching = true;
  let endingSince: number | undefined;
  let work: Work | undefined;

  /** It uses the processor, and has had too little of it for its silence to mean anything. */
  const isSlow = (sinceMs: number, limitMs: number): boolean => {
    const usedMs = processorMs();
    if (usedMs === undefined) return false;
    if (work?.sinceMs !== sinceMs) work = { sinceMs, firstMs: usedMs, lastMs: usedMs, workedAt: sinceMs };
    if (usedMs - work.lastMs >= WORK_MS) work = { ...work, lastMs: usedMs, workedAt: clock() };
    const works = clock() - work.workedAt <= limitMs;
    // What has had that much of the processor and says nothing goes round in circles.
    return works && usedMs - work.firstMs <= limitMs && clock() - sinceMs <= slowFactor * limitMs;
  };

  const isSilent = (sinceMs: number, limitMs: number): boolean => {
    const silentMs = clock() - sinceMs;
    if (silentMs <= SILENCE_SHARE * limitMs) return false;
    return !isSlow(sinceMs, limitMs) && silentMs > limitMs;
  };

  return {
    wrote: (took) => {
      lastWrite = clock();
      unansweredSince ??= lastWrite;
      full = !took;
    },
    taken: () => {
      full = false;
    },
    answered: () => {
      unansweredSince = undefined;
      if (endingSince !== undefined) endingSince = clock();
    },
    pause: () => {
      watching = false;
    },
    resume: () => {
      watching = true;
      if (unansweredSince !== undefined) unansweredSince = clock();
      if (endingSince !== undefined) endingSince = clock();
    },
    ended: () => {
      endingSince = clock();
    },
    stalled: () => {
      if (!watching) return false;
      if (endingSince !== undefined) return isSilent(endingSince, endMs);
      if (unansweredSince === undefined || !isSilent(unansweredSince, stallMs)) return false;
      return full || lastWrite - unansweredSince > GOES_ON_MS;
    },
  };
};
