import type { StreamView } from '#contract/http';

/** The shows of whom one follows that are live, with what has just been heard of one of them. */
export const withShow = (shows: readonly StreamView[], heard: StreamView, isLive: boolean): StreamView[] => {
  const others = shows.filter(({ id }) => id !== heard.id);
  return isLive ? [heard, ...others] : others;
};
