/** One reader of the fuzz run, in a process of its own; see fuzz.ts. */
import * as z from 'zod/mini';
import { fuzzMatroska, fuzzMp4 } from './fuzz-containers.ts';
import { fuzzRtmp } from './fuzz-rtmp.ts';
import { fuzzWire } from './fuzz-wire.ts';
import { servePart } from './part.ts';
import { createRandom, type Random } from './random.ts';

/** Something that is fed: how its inputs are made, and what is wrong with what it does. */
export type Fuzzed = {
  make: (random: Random) => Buffer;
  play: (bytes: Buffer, random: Random) => Promise<string | undefined>;
};

const READERS: Record<string, () => Fuzzed | Promise<Fuzzed>> = {
  matroska: fuzzMatroska,
  mp4: fuzzMp4,
  wire: fuzzWire,
  rtmp: fuzzRtmp,
};

const Batch = z.object({ reader: z.string(), seed: z.number(), from: z.number(), count: z.number() });
/** A prime, so that runs of neighbouring seeds have nothing in common. */
const STEP = 1_000_003;

let fuzzed: Promise<Fuzzed> | undefined;
let current = 0;
const faults: { run: number; what: string }[] = [];
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (fault: unknown) => {
    faults.push({ run: current, what: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) });
  });

servePart({
  batch: async (given) => {
    const { reader, seed, from, count } = Batch.parse(given);
    fuzzed ??= Promise.resolve(READERS[reader]?.() ?? Promise.reject(new Error(`no reader ${reader}`)));
    const { make, play } = await fuzzed;
    let slowest = { run: from, ms: 0 };
    let bytes = 0;
    for (current = from; current < from + count; current += 1) {
      const random = createRandom(seed * STEP + current);
      const input = make(random);
      bytes += input.length;
      const began = performance.now();
      try {
        const what = await play(input, random);
        if (what !== undefined) faults.push({ run: current, what });
      } catch (fault) {
        faults.push({ run: current, what: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) });
      }
      const ms = performance.now() - began;
      if (ms > slowest.ms) slowest = { run: current, ms };
    }
    return { slowest, bytes, peakMb: process.resourceUsage().maxRSS / 1_024, faults: faults.splice(0) };
  },
});
