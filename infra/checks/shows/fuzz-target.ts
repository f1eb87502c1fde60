import type { Random } from '../lib/random.ts';

/** Something that is fed: how its inputs are made, and what is wrong with what it does. */
export type Fuzzed = {
  make: (random: Random) => Buffer;
  play: (bytes: Buffer, random: Random) => Promise<string | undefined>;
  close?: () => Promise<void>;
};
