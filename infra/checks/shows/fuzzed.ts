import * as fc from 'fast-check';
import { fuzzMatroska, fuzzMp4 } from './fuzz-containers.ts';
import { fuzzRtmp } from './fuzz-rtmp.ts';
import type { Fuzzed } from './fuzz-target.ts';
import { fuzzWire } from './fuzz-wire.ts';

export type Batch = {
  slowestMs: number;
  bytes: number;
  runs: number;
  /** The smallest input that was found to do harm: `seed` and `path` have it again. */
  fault?: { seed: number; path: string; what: string };
};
type Asked = { seed: number; runs: number; /** Of a fault found before: that input alone. */ path?: string };

/** Something that is fed and can be asked for a batch of runs, the same ones whenever the seed is. */
export type Feeder = { play: (asked: Asked) => Promise<Batch>; close: () => Promise<void> };

/** No input of this size may keep a reader busy for longer. */
export const BUSY_MS = 1_000;

const feed = async <Input>(fuzzed: Fuzzed<Input> | Promise<Fuzzed<Input>>): Promise<Feeder> => {
  const { inputs, bytes, play, close } = await fuzzed;
  return {
    play: async ({ seed, runs, path }) => {
      const batch: Batch = { slowestMs: 0, bytes: 0, runs: 0 };
      const property = fc.asyncProperty(inputs, async (input) => {
        batch.runs += 1;
        batch.bytes += bytes(input);
        const began = performance.now();
        const what = await play(input);
        const ms = performance.now() - began;
        batch.slowestMs = Math.max(batch.slowestMs, ms);
        if (what !== undefined) throw new Error(what);
        if (ms > BUSY_MS) throw new Error(`is busy for ${Math.round(ms)} ms`);
      });
      const {
        failed,
        seed: of,
        counterexamplePath,
        errorInstance,
      } = await fc.check(property, {
        seed,
        numRuns: runs,
        ...(path === undefined ? {} : { path, endOnFailure: true }),
      });
      if (!failed) return batch;
      return { ...batch, fault: { seed: of, path: counterexamplePath ?? '', what: describe(errorInstance) } };
    },
    close: async () => close?.(),
  };
};

/** Everything that reads what strangers send. */
export const READERS = {
  matroska: () => feed(fuzzMatroska()),
  mp4: () => feed(fuzzMp4()),
  wire: () => feed(fuzzWire()),
  rtmp: () => feed(fuzzRtmp()),
} as const satisfies Record<string, () => Promise<Feeder>>;
export type Reader = keyof typeof READERS;
export const isReader = (name: string): name is Reader => name in READERS;

export const describe = (fault: unknown): string =>
  fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
