/** Time that stands still until a test moves it. */
export const createTime = () => {
  let nowMs = 0;
  let timers: { atMs: number; run: () => void }[] = [];
  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return {
    clock: () => nowMs,
    after: (ms: number, run: () => void) => {
      const timer = { atMs: nowMs + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    settle,
    /** Runs what falls due within the next `ms`, in order. */
    pass: async (ms: number) => {
      const untilMs = nowMs + ms;
      await settle();
      for (;;) {
        const due = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!due) break;
        timers = timers.filter((other) => other !== due);
        nowMs = Math.max(nowMs, due.atMs);
        due.run();
        await settle();
      }
      nowMs = untilMs;
    },
    /** Nothing runs for so long: what falls due meanwhile is late. */
    standStill: (ms: number) => {
      nowMs += ms;
    },
    pending: () => timers.length,
  };
};
