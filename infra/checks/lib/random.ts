/** A small generator, so that a run can be had again (mulberry32): numbers from 0 up to 1. */
export type Random = () => number;

export const createRandom = (seed: number): Random => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export const oneOf = <Value>(random: Random, [first, ...rest]: readonly [Value, ...Value[]]): Value =>
  [first, ...rest][Math.floor(random() * (rest.length + 1))] ?? first;
