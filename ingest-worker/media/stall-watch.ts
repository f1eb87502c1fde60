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
  stop(): void;
  stalled(): boolean;
};

/** A last, half-written frame is never answered; only input that goes on for this long after it asks for an answer. */
const GOES_ON_MS = 2_000;

export const createStallWatch = ({ stallMs, clock }: { stallMs: number; clock: () => number }): StallWatch => {
  let unansweredSince: number | undefined;
  let lastWrite = 0;
  let full = false;
  let watching = true;

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
    },
    pause: () => {
      watching = false;
    },
    resume: () => {
      watching = true;
      if (unansweredSince !== undefined) unansweredSince = clock();
    },
    stop: () => {
      watching = false;
    },
    stalled: () =>
      watching &&
      unansweredSince !== undefined &&
      clock() - unansweredSince > stallMs &&
      (full || lastWrite - unansweredSince > GOES_ON_MS),
  };
};
