import { setTimeout as delay } from 'node:timers/promises';

type Nothing = undefined | null | false | 0 | '';
type Options = {
  /** How long to look before it is taken for an error. @default 30_000 */
  withinMs?: number;
  /** How long to wait between two looks. @default 20 */
  everyMs?: number;
};

/**
 * Looks until there is something to see, and answers it.
 *
 * @param what what is waited for, in the words of the error
 * @throws where nothing has come in time
 */
export const until = async <T>(
  what: string,
  look: () => T | Nothing | Promise<T | Nothing>,
  { withinMs = 30_000, everyMs = 20 }: Options = {},
): Promise<T> => {
  for (const deadline = performance.now() + withinMs; ; await delay(everyMs)) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
  }
};
