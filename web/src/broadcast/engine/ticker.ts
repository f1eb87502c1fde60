type Parts = {
  frameRate: number;
  clock: () => number;
  after: (ms: number, then: () => void) => () => void;
  tick: () => void;
};

export type Ticker = { stop: () => void; readonly ticks: number };

/** Ticks at the pace of pictures, for a page whose own timers a hidden tab would slow down. */
export const startTicker = ({ frameRate, clock, after, tick }: Parts): Ticker => {
  const startMs = clock();
  let ticks = 0;
  const next = () => {
    ticks += 1;
    tick();
    // A late tick is not made up for: the page has only one picture to give.
    const due = Math.max(ticks, Math.ceil(((clock() - startMs) * frameRate) / 1000));
    forget = after(startMs + (due * 1000) / frameRate - clock(), next);
  };
  let forget = after(0, next);
  return {
    stop: () => forget(),
    get ticks() {
      return ticks;
    },
  };
};
