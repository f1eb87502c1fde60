/**
 * Mutated inputs for everything that reads what strangers send: the Matroska and MP4 readers, the worker's wire, and the
 * RTMP client. Made of what browsers and servers have really sent: bits flipped, bytes cut off, spliced, repeated, nested,
 * lengths that lie. None may throw, take longer than a second, or let memory grow.
 *
 *   npm run fuzz -- [--runs 100000] [--seed 1] [--readers matroska,mp4,wire,rtmp] [--from RUN] [--json]
 *
 * `--runs` are divided among the readers. A finding names its run: `--readers NAME --seed S --from RUN --runs 1` has it again.
 */
import * as z from 'zod/mini';
import { readArguments } from '../../commands/read-arguments.mjs';
import { isReader, READERS } from './fuzzed.ts';
import { startPart } from '../lib/part.ts';

const BATCH = 250;
/** On any one input. */
const SLOWEST_MS = 1_000;
/** A batch that takes so long hangs; the slowest machine takes a few seconds. */
const HANGS_MS = 120_000;
/** Of the whole process, Node's own 60 MB and the specimens among them. */
const PEAK_MB = 400;
const TOLD = 10;

const USAGE = 'npm run fuzz -- [--runs 100000] [--seed 1] [--readers matroska,mp4,wire,rtmp] [--from RUN] [--json]';
const { values } = readArguments(USAGE, {
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    readers: { type: 'string', default: Object.keys(READERS).join(',') },
    from: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const readers = values.readers.split(',');
const [runs = 0, seed = 0, first = 0] = [values.runs, values.seed, values.from].map(Number);
const isWrong = !readers.every(isReader) || ![runs, seed, first].every(Number.isInteger);
if (isWrong) {
  console.error(USAGE);
  process.exit(2);
}

const Batch = z.object({
  slowest: z.object({ run: z.number(), ms: z.number() }),
  bytes: z.number(),
  peakMb: z.number(),
  faults: z.array(z.object({ run: z.number(), what: z.string() })),
});
type Result = z.infer<typeof Batch> & { reader: string; runs: number; seconds: number; held: boolean };

const within = async <Value>(work: Promise<Value>, ms: number, what: string): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(what)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

const fuzz = async (reader: string, count: number): Promise<Result> => {
  const part = startPart(new URL('fuzz-reader.ts', import.meta.url));
  const began = performance.now();
  const result = { slowest: { run: 0, ms: 0 }, bytes: 0, peakMb: 0, faults: [] as { run: number; what: string }[] };
  let done = 0;
  try {
    while (done < count) {
      const from = first + done;
      const size = Math.min(BATCH, count - done);
      const asked = part.ask('batch', { reader, seed, from, count: size });
      const batch = Batch.parse(await within(asked, HANGS_MS, `hangs in one of the runs from ${from} on`));
      if (batch.slowest.ms > result.slowest.ms) result.slowest = batch.slowest;
      result.bytes += batch.bytes;
      result.peakMb = Math.max(result.peakMb, batch.peakMb);
      result.faults.push(...batch.faults);
      done += size;
      if (done % (BATCH * 20) === 0) console.error(`${reader}: ${done} of ${count}`);
    }
    await part.close();
  } catch (fault) {
    // Dead or hanging: the batch is known, and that is what is told.
    result.faults.push({ run: first + done, what: fault instanceof Error ? fault.message : String(fault) });
    process.kill(part.pid, 'SIGKILL');
  }
  const held = result.faults.length === 0 && result.slowest.ms <= SLOWEST_MS && result.peakMb <= PEAK_MB;
  return { reader, runs: done, seconds: (performance.now() - began) / 1_000, ...result, held };
};

const share = Math.ceil(runs / readers.length);
const results: Result[] = [];
for (const reader of readers) {
  const result = await fuzz(reader, share);
  results.push(result);
  if (values.json) continue;
  const { slowest, bytes, peakMb, faults, seconds, held } = result;
  console.log(
    `${reader.padEnd(9)} ${result.runs} runs in ${Math.round(seconds)} s, ${Math.round(bytes / 1024 / 1024)} MB; ` +
      `slowest ${slowest.ms.toFixed(1)} ms (run ${slowest.run}), peak memory ${Math.round(peakMb)} MB: ${held ? 'held' : 'NOT HELD'}`,
  );
  for (const { run, what } of faults.slice(0, TOLD)) console.log(`  ✗ run ${run}: ${what}`);
  if (faults.length > TOLD) console.log(`  … and ${faults.length - TOLD} more`);
}
const held = results.every((result) => result.held);
const total = results.reduce((sum, result) => sum + result.runs, 0);
if (values.json) console.log(JSON.stringify({ held, seed, total, results }));
else console.log(`${total} inputs, seed ${seed}: ${held ? 'held' : 'NOT HELD'}`);
process.exit(held ? 0 : 1);
