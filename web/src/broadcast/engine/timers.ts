type After = (ms: number, then: () => void) => () => void;

type Parts = { clock: () => number; after: After };

export type Timers = {
  after: After;
  /** Runs what is due: to be called by whatever comes at a pace of its own. */
  beat: () => void;
};

type Timer = { dueMs: number; run: () => void; forget: () => void };

/**
 * Timers that do not hang on the browser's own alone. Firefox wakes the workers of a hidden tab once a second
 * (`dom.workers.throttling`), which would leave one picture of thirty; the sound, which the audio thread sends, still comes every
 * 21 ms, and what is due then runs.
 */
export const createTimers = ({ clock, after }: Parts): Timers => {
  const pending = new Set<Timer>();

  const fire = (timer: Timer) => {
    if (!pending.delete(timer)) return;
    timer.forget();
    timer.run();
  };

  return {
    after: (ms, then) => {
      const timer: Timer = { dueMs: clock() + ms, run: then, forget: () => {} };
      pending.add(timer);
      timer.forget = after(ms, () => fire(timer));
      return () => {
        pending.delete(timer);
        timer.forget();
      };
    },
    beat: () => {
      const nowMs = clock();
      const due = [...pending].filter(({ dueMs }) => dueMs <= nowMs);
      for (const timer of due.sort((one, other) => one.dueMs - other.dueMs)) fire(timer);
    },
  };
};
