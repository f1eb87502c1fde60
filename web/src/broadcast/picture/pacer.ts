/** Which place on the timeline a picture gets. */
export type Placed = {
  /** Places before it that no picture came for: the last one is repeated there. */
  missed: number[];
  slot: number;
};

/**
 * An even timeline out of pictures that come unevenly: place `n` stands for the time `n / frameRate`. A picture that comes a
 * little early takes the next place, so that two in one place and none in the next become one in each.
 */
export type Pacer = {
  /** The place of a picture that has come now; none where pictures come faster than there are places. */
  place: (nowMs: number) => Placed | undefined;
  /** Places that have waited for a picture for too long. */
  overdue: (nowMs: number) => number[];
  /** When the next of them will. */
  overdueAtMs: () => number;
};

/** How many places ahead of its time a picture may go. */
const EARLY_SLOTS = 1;
/** A picture may come so late before its place is filled without it. */
const LATE_SLOTS = 1.25;
/** Repeated at once, so that the pace stays even; a machine that was asleep for longer has a gap. */
const REPEATED_SLOTS = 15;

const slotsBetween = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, Math.min(REPEATED_SLOTS, to - from - 1)) }, (_, i) => to - i - 1).reverse();

export const createPacer = (frameRate: number, startMs: number): Pacer => {
  let last = -1;
  const slotAt = (nowMs: number) => ((nowMs - startMs) * frameRate) / 1000;
  return {
    place: (nowMs) => {
      const ideal = slotAt(nowMs);
      if (last + 1 - ideal > EARLY_SLOTS) return undefined;
      const slot = Math.max(last + 1, Math.round(ideal));
      const missed = slotsBetween(last, slot);
      last = slot;
      return { missed, slot };
    },
    overdue: (nowMs) => {
      const newest = Math.floor(slotAt(nowMs) - LATE_SLOTS);
      if (newest <= last) return [];
      const slots = slotsBetween(last, newest + 1);
      last = newest;
      return slots;
    },
    overdueAtMs: () => startMs + ((last + 1 + LATE_SLOTS) * 1000) / frameRate,
  };
};
