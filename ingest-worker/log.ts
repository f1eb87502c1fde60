import { createAllowance } from './allowance.ts';

/**
 * One JSON line a lifecycle transition. `error`: somebody lost something; `warn`: we recovered; `info`: a transition;
 * `debug`: the rest. Never media, keys, tokens or push URLs.
 */
export type Log = {
  error(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  debug(message: string, facts?: Facts): void;
  /** The same log with more facts on every line. */
  with(facts: Facts): Log;
};

export type Facts = Record<string, string | number | boolean | undefined>;

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** The same log with at most `most` lines at once, and one more every `everyMs`; the next one then says how many were not written. */
export const limitLog = (log: Log, limit: { most: number; everyMs: number; clock: () => number }): Log => {
  const allowance = createAllowance(limit);
  let unsaid = 0;
  const bound = (to: Log): Log => {
    const at = (name: Level) => (message: string, facts?: Facts) => {
      if (!allowance.take()) return void unsaid++;
      to[name](message, unsaid > 0 ? { ...facts, unsaid } : facts);
      unsaid = 0;
    };
    return {
      error: at('error'),
      warn: at('warn'),
      info: at('info'),
      debug: at('debug'),
      with: (more) => bound(to.with(more)),
    };
  };
  return bound(log);
};

export const createLog = ({
  level,
  write = (line) => void process.stdout.write(`${line}\n`),
  clock = () => new Date(),
}: {
  level: Level;
  write?: (line: string) => void;
  clock?: () => Date;
}): Log => {
  const threshold = LEVELS.indexOf(level);
  const bound = (facts: Facts): Log => {
    const at = (name: Level) => (message: string, more?: Facts) => {
      if (LEVELS.indexOf(name) < threshold) return;
      write(JSON.stringify({ at: clock().toISOString(), level: name, message, ...facts, ...more }));
    };
    return {
      error: at('error'),
      warn: at('warn'),
      info: at('info'),
      debug: at('debug'),
      with: (more) => bound({ ...facts, ...more }),
    };
  };
  return bound({});
};
