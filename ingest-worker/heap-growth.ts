import { setFlagsFromString } from 'node:v8';

/** How much garbage V8 lets come together before it looks through its whole heap, in % of what is in use; 0 is its own choice. */
const PLENTY_PERCENT = 400;
const V8_CHOOSES_PERCENT = 0;
/** Of the machine's memory. Beyond it, memory is worth more than the time to look for it. */
const PLENTY_SHARE = 0.25;
/** With fewer feeds than this the time is none to speak of, and a heap that grows for an hour looks like a leak. */
const LEAST_FEEDS = 8;
const LOOK_MS = 5_000;

type State = { feeds: number; residentBytes: number; memoryBytes: number };

/** @returns the growth in % of what is in use */
export const heapGrowthFor = ({ feeds, residentBytes, memoryBytes }: State): number =>
  feeds >= LEAST_FEEDS && residentBytes < memoryBytes * PLENTY_SHARE ? PLENTY_PERCENT : V8_CHOOSES_PERCENT;

/**
 * Has V8 look through its whole heap seldom while there are many feeds and memory enough. By itself it spends up to 3 % of the clock's
 * time on that, however little else there is to do: a quarter of a worker's own time with a dozen shows
 * (`infra/decisions/heaps-grow-while-there-is-memory.md`).
 */
export const tendHeapGrowth = ({ memoryBytes, feeds }: { memoryBytes: number; feeds: () => number }): void => {
  let percent: number = V8_CHOOSES_PERCENT;
  const look = (): void => {
    const wanted = heapGrowthFor({ feeds: feeds(), residentBytes: process.memoryUsage.rss(), memoryBytes });
    if (wanted === percent) return;
    percent = wanted;
    setFlagsFromString(`--heap-growing-percent=${wanted}`);
  };
  setInterval(look, LOOK_MS).unref();
};
