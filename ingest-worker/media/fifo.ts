/**
 * First in, first out, at the same cost however many wait. `Array.prototype.shift` moves all that is left as soon as there are some
 * ten thousand: to take 80,000 took 5 s.
 */
export type Fifo<Item> = {
  readonly length: number;
  /** The one that waits longest. */
  readonly first: Item | undefined;
  /** The one that came last. */
  readonly last: Item | undefined;
  push(item: Item): void;
  /** Takes the first one out. */
  shift(): Item | undefined;
  clear(): void;
};

/** The places of those that are gone are given back once they are this many, and half of all. */
const COMPACT_ITEMS = 1_024;

export const createFifo = <Item>(): Fifo<Item> => {
  let items: (Item | undefined)[] = [];
  let head = 0;

  return {
    get length() {
      return items.length - head;
    },
    get first() {
      return items[head];
    },
    get last() {
      return head < items.length ? items.at(-1) : undefined;
    },
    push: (item) => {
      items.push(item);
    },
    shift: () => {
      if (head === items.length) return undefined;
      const item = items[head];
      // What is gone holds no memory while its place waits to be given back.
      items[head] = undefined;
      head += 1;
      if (head >= COMPACT_ITEMS && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    clear: () => {
      items = [];
      head = 0;
    },
  };
};
