/**
 * What the rooms need of a logger; Powertools' `Logger` fits. error = someone lost something, warn = we recovered, info = one line a
 * lifecycle transition. Never media, tickets, keys, tokens, push URLs, nor a webhook's body.
 */
export type Log = {
  debug(message: string, extra?: Record<string, unknown>): void;
  info(message: string, extra?: Record<string, unknown>): void;
  warn(message: string, extra?: Record<string, unknown>): void;
  error(message: string, extra?: Record<string, unknown>): void;
};
