/**
 * What a server's acknowledgements say, as servers really send them: totals of 32 bits, totals of 31 bits, increments, one
 * early word and then none for megabytes. It only believes what cannot be wrong, and knows whether the server has a rhythm
 * by which its silence means something (SPEC P7 to P9).
 */
export type Acknowledgements = {
  /** A count has come, when `written` bytes had been given to the socket. */
  heard(count: number, written: number, now: number): void;
  /** Bytes of this connection that the server has surely read. */
  readonly bytes: number;
  /** At least one count could be believed. */
  readonly any: boolean;
  /** The counts make no sense as totals: nothing more is read from them. */
  readonly nonsense: boolean;
  /** It has acknowledged often enough for its silence to mean something. */
  readonly hasRhythm: boolean;
  /** The longest interval between two of its counts, in ms, pauses of what is written taken out; undefined without a rhythm. */
  readonly rhythmMs: number | undefined;
  /** When a count was last believed. */
  readonly believedAt: number | undefined;
  /** Nothing was written for `ms`: a server says nothing then, and that is no habit of its own. */
  idled(ms: number): void;
  /** Whether it is silent far beyond its rhythm about `outstanding` bytes, which the socket has taken. */
  isOverdue(outstanding: number, now: number): boolean;
  /** Whether it is silent somewhat beyond its rhythm about them: to be told, and no reason to break anything. */
  isLate(outstanding: number, now: number): boolean;
};

type Limits = {
  ackStepBytes: number;
  stallMs: number;
  patienceMs: number;
  rhythmSteps: number;
  rhythmFactor: number;
  nonsenseCounts: number;
  unacknowledgedBytes: number;
};

/** The first count may come early, as an answer to the window that was asked for; two more make a habit. */
const HABIT_STEPS = 3;
/** A server is late when it owes two of its steps and has been silent for this long, and for so many of its longest intervals. */
const LATE_MS = 3_000;
const LATE_FACTOR = 1.5;
/** Counts of 32 bits as the specification has them; some servers count in 31. */
const MODULI = [2 ** 32, 2 ** 31] as const;

export const createAcknowledgements = (limits: Limits): Acknowledgements => {
  let bytes = 0;
  let last = 0;
  let steps = 0;
  let largestStep = limits.ackStepBytes;
  /** The largest that it has taken itself. */
  let ownStep = 0;
  let longestMs = 0;
  let steppedAt: number | undefined;
  /** Of the time since then, how long nothing was written. */
  let idleMs = 0;
  let overdueSince: number | undefined;
  /** The newest count was not far behind what had been written: it can be a total, and the server keeps up. */
  let isClose = false;
  /** Counts that no total explains; one that does takes half of one back. */
  let unexplained = 0;

  const stepTo = (count: number, written: number): number | undefined =>
    MODULI.map((modulus) => (((count - last) % modulus) + modulus) % modulus).find((step) => bytes + step <= written);

  const isNonsense = (): boolean => unexplained >= limits.nonsenseCounts;

  const isSteady = (): boolean => steps >= limits.rhythmSteps;
  /** Of steps so large that two of them are more than is sent without a word, no silence can be too long. */
  const canBeJudged = (): boolean => 2 * largestStep <= limits.unacknowledgedBytes;
  const hasRhythm = (): boolean => isClose && unexplained === 0 && steps >= HABIT_STEPS && canBeJudged();

  return {
    heard(count, written, now) {
      if (isNonsense()) return;
      const step = stepTo(count, written);
      // A total that stands still although more was read is an increment: real totals are not sent twice.
      if (step === undefined || step === 0) {
        if (step === undefined || written - bytes >= 2 * largestStep) unexplained += 1;
        return;
      }
      unexplained = Math.max(0, unexplained - 0.5);
      last = count;
      bytes += step;
      steps += 1;
      largestStep = Math.max(largestStep, step);
      ownStep = Math.max(ownStep, step);
      isClose = written - bytes <= largestStep;
      if (steppedAt !== undefined) longestMs = Math.max(longestMs, now - steppedAt - idleMs);
      steppedAt = now;
      idleMs = 0;
      overdueSince = undefined;
    },
    get bytes() {
      return bytes;
    },
    get any() {
      return steps > 0;
    },
    get nonsense() {
      return isNonsense();
    },
    get hasRhythm() {
      return hasRhythm();
    },
    get rhythmMs() {
      return hasRhythm() ? longestMs : undefined;
    },
    get believedAt() {
      return steppedAt;
    },
    idled(ms) {
      idleMs += ms;
    },
    isLate(outstanding, now) {
      const silentMs = now - (steppedAt ?? now) - idleMs;
      return hasRhythm() && outstanding >= 2 * ownStep && silentMs >= Math.max(LATE_MS, LATE_FACTOR * longestMs);
    },
    isOverdue(outstanding, now) {
      if (!hasRhythm() || outstanding < 2 * largestStep) overdueSince = undefined;
      else overdueSince ??= now;
      const patienceMs = isSteady()
        ? Math.min(Math.max(limits.stallMs, limits.rhythmFactor * longestMs), limits.patienceMs)
        : limits.patienceMs;
      return (
        overdueSince !== undefined && now - overdueSince >= limits.stallMs && now - (steppedAt ?? now) >= patienceMs
      );
    },
  };
};
