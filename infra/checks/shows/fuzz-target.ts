import type * as fc from 'fast-check';

/** Something that is fed: what it is given, and what is wrong with what it does then. */
export type Fuzzed<Input> = {
  inputs: fc.Arbitrary<Input>;
  /** How many bytes of a stranger's an input is. */
  bytes: (input: Input) => number;
  /** Resolves to what is wrong, or undefined. */
  play: (input: Input) => Promise<string | undefined>;
  close?: () => Promise<void>;
};
