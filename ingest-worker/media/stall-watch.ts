/** Tells an encoder that hangs from one that has nothing to do: it has been given more, for long, and has said nothing. */
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
  stalled(): boolean;
};

/** A last, half-written frame is never answered; only input that goes on for this long after it asks for an answer. */
const GOES_ON_MS = 2_000;

export const createStallWatch = ({
  stallMs,
  endMs,
  clock,
}: {
  stallMs: number;
  endMs: number;
  clock: () => number;
}): StallWatch => {
  let unansweredSince: number | undefined;
  let lastWrite = 0;
  let full = false;
  let watching = true;
  let endingSince: number | undefined;

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
      if (endingSince !== undefined) return clock() - endingSince > endMs;
      if (unansweredSince === undefined || clock() - unansweredSince <= stallMs) return false;
      return full || lastWrite - unansweredSince > GOES_ON_MS;
    },
  };
};
