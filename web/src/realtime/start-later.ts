const AGAIN_AFTER_MS = 5_000;

type Timers = { after: (ms: number, work: () => void) => () => void };

/**
 * Starts what has to be loaded first, and stops it, come or not, when the answer is called. What does not come is asked for again: a
 * page that follows a show is not left behind by a moment without a network.
 */
export const startLater = (load: () => Promise<() => () => void>, { after }: Timers): (() => void) => {
  let stopped = false;
  let stop = () => {};
  const attempt = () => {
    load().then(
      (start) => {
        if (!stopped) stop = start();
      },
      () => {
        if (!stopped) stop = after(AGAIN_AFTER_MS, attempt);
      },
    );
  };
  attempt();
  return () => {
    stopped = true;
    stop();
  };
};
