/** One reader of the fuzz run, in a process of its own; see fuzz.ts. */
import * as z from 'zod/mini';
import type { Fuzzed } from './fuzz-target.ts';
import { describe, playRuns, READERS, type Runs } from './fuzzed.ts';
import { servePart } from '../lib/part.ts';

const Batch = z.object({
  reader: z.enum(['matroska', 'mp4', 'wire', 'rtmp']),
  seed: z.number(),
  from: z.number(),
  count: z.number(),
});

let fuzzed: Promise<Fuzzed> | undefined;
let current = 0;
const thrown: Runs['faults'] = [];
// What nobody has caught would end a worker.
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (fault: unknown) => thrown.push({ run: current, what: describe(fault) }));

servePart({
  batch: async (given) => {
    const { reader, ...batch } = Batch.parse(given);
    fuzzed ??= Promise.resolve(READERS[reader]());
    const runs = await playRuns(await fuzzed, {
      ...batch,
      begins: (run) => {
        current = run;
      },
    });
    const peakMb = process.resourceUsage().maxRSS / 1_024;
    return { ...runs, peakMb, faults: [...runs.faults, ...thrown.splice(0)] };
  },
});
