/** Something that is drawn again and again, no sooner than `everyMs` after it was begun the last time. */
export type Preview = { paint: () => void; everyMs: number };

type Parts = { clock: () => number; after: (ms: number, then: () => void) => () => void };

/**
 * Of the page's time, what previews may take together. Where no graphics card helps, the picture of a camera takes tens of
 * milliseconds to draw, and what draws the next one at once leaves none for whoever presses End.
 */
const SHARE = 1 / 8;

/** Draws all previews of a page, one at a time and the one first that is due first: each at its own pace, or as the page can bear it. */
export const createPreviews = ({ clock, after }: Parts) => {
  const dueMs = new Map<Preview, number>();
  let forget: (() => void) | undefined;
  /** Before this the page's time is others'. */
  let notBeforeMs = 0;

  const next = (): [Preview, number] | undefined =>
    [...dueMs].reduce<[Preview, number] | undefined>(
      (first, one) => (first === undefined || one[1] < first[1] ? one : first),
      undefined,
    );

  const wait = () => {
    forget?.();
    forget = undefined;
    const first = next();
    if (first) forget = after(Math.max(0, first[1] - clock(), notBeforeMs - clock()), paintNext);
  };

  const paintNext = () => {
    const [preview] = next() ?? [];
    if (!preview) return;
    const begunMs = clock();
    dueMs.set(preview, begunMs + preview.everyMs);
    try {
      preview.paint();
    } finally {
      const endedMs = clock();
      notBeforeMs = endedMs + (endedMs - begunMs) * (1 / SHARE - 1);
      wait();
    }
  };

  return {
    /** Draws it as soon as its turn comes, and then again and again. Answers how to stop that. */
    add: (preview: Preview): (() => void) => {
      dueMs.set(preview, clock());
      wait();
      return () => {
        dueMs.delete(preview);
        wait();
      };
    },
  };
};

/** Those of this page. */
export const previews = createPreviews({
  clock: () => performance.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
});
