type Options = { id?: string; duration?: number };
export type Said = { tone: 'success' | 'error' | 'warning' | 'message'; text: string; options: Options | undefined };

/** One is shown at a time: the last that nobody could show yet is the one to show. */
let waiting: Said | undefined;
let show: ((said: Said) => void) | undefined;
const wanted = new Set<() => void>();

const saying = (tone: Said['tone']) => (text: string, options?: Options) => {
  const said = { tone, text, options };
  if (show) return show(said);
  waiting = said;
  for (const tell of wanted) tell();
};

/** Says something for a moment at the top of the page. The library that shows it comes with the first that is said. */
export const toast = {
  success: saying('success'),
  error: saying('error'),
  warning: saying('warning'),
  message: saying('message'),
};

/** Tells that something is said and nobody shows it, until the answer is called. */
export const onToastWanted = (tell: () => void) => {
  wanted.add(tell);
  if (waiting) tell();
  return () => {
    wanted.delete(tell);
  };
};

/** Shows what is said from now on, and what waits, until the answer is called. */
export const showToasts = (how: (said: Said) => void) => {
  show = how;
  if (waiting) how(waiting);
  waiting = undefined;
  return () => {
    show = undefined;
  };
};
