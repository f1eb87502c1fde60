/** One reader of the fuzz run, in a process of its own; see fuzz.ts. */
import * as z from 'zod/mini';
import { servePart } from '../lib/part.ts';
import { describe, READERS, type Feeder } from './fuzzed.ts';

const Asked = z.object({
  reader: z.enum(['matroska', 'mp4', 'wire', 'rtmp']),
  seed: z.number(),
  runs: z.number(),
  path: z.optional(z.string()),
});

let feeder: Promise<Feeder> | undefined;
const thrown: string[] = [];
// What nobody has caught would end a worker.
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (fault: unknown) => thrown.push(describe(fault)));

servePart({
  batch: async (given) => {
    const { reader, seed, runs, path } = Asked.parse(given);
    feeder ??= READERS[reader]();
    const batch = await (await feeder).play({ seed, runs, ...(path === undefined ? {} : { path }) });
    const [uncaught] = thrown.splice(0);
    const fault = batch.fault ?? (uncaught === undefined ? undefined : { seed, path: '', what: uncaught });
    return { ...batch, ...(fault && { fault }), peakMb: process.resourceUsage().maxRSS / 1_024 };
  },
});
