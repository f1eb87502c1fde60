import { fuzzMatroska, fuzzMp4 } from './fuzz-containers.ts';
import { fuzzRtmp } from './fuzz-rtmp.ts';
import { fuzzWire } from './fuzz-wire.ts';
import { createRandom } from '../lib/random.ts';
import type { Fuzzed } from './fuzz-target.ts';

/** Everything that reads what strangers send. */
export const READERS = {
  matroska: fuzzMatroska,
  mp4: fuzzMp4,
  wire: fuzzWire,
  rtmp: fuzzRtmp,
} as const satisfies Record<string, () => Fuzzed | Promise<Fuzzed>>;
export type Reader = keyof typeof READERS;
export const isReader = (name: string): name is Reader => name in READERS;

export type Runs = {
  slowest: { run: number; ms: number };
  bytes: number;
  faults: { run: number; what: string }[];
};

/** A prime, so that runs of neighbouring seeds have nothing in common. */
const STEP = 1_000_003;

/** Plays inputs that are the same ones whenever seed and number are. */
export const playRuns = async (
  { make, play }: Fuzzed,
  {
    seed,
    from,
    count,
    begins = () => undefined,
  }: { seed: number; from: number; count: number; begins?: (run: number) => void },
): Promise<Runs> => {
  const runs: Runs = { slowest: { run: from, ms: 0 }, bytes: 0, faults: [] };
  for (let run = from; run < from + count; run += 1) {
    begins(run);
    const random = createRandom(seed * STEP + run);
    const input = make(random);
    runs.bytes += input.length;
    const began = performance.now();
    const what = await play(input, random).catch(describe);
    const ms = performance.now() - began;
    if (what !== undefined) runs.faults.push({ run, what });
    if (ms > runs.slowest.ms) runs.slowest = { run, ms };
  }
  return runs;
};

export const describe = (fault: unknown): string =>
  fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
