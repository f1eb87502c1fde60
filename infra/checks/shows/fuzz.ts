/**
 * Mutated inputs for everything that reads what strangers send: the Matroska and MP4 readers, the worker's wire, and the
 * RTMP client. Made of what browsers and servers have really sent: bits flipped, bytes cut off, spliced, repeated, nested,
 * lengths that lie. None may throw, take longer than a second, or let memory grow.
 *
 *   npm run fuzz -- [--runs 100000] [--seed 1] [--readers matroska,mp4,wire,rtmp] [--path PATH] [--json]
 *
 * `--runs` are divided among the readers. A fault is told with what has it again: `--readers NAME --seed S --path PATH`.
 */
import * as z from 'zod/mini';
import { readArguments } from '../../commands/read-arguments.mjs';
import { startPart } from '../lib/part.ts';
import { isReader, READERS } from './fuzzed.ts';

const BATCH = 250;
/** A batch that takes so long hangs; the slowest machine takes a few seconds. */
const HANGS_MS = 120_000;
/** Of the whole process, Node's own 60 MB and the corpus among them. */
const PEAK_MB = 400;

const USAGE = 'npm run fuzz -- [--runs 100000] [--seed 1] [--readers matroska,mp4,wire,rtmp] [--path PATH] [--json]';
const { values } = readArguments(USAGE, {
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    readers: { type: 'string', default: Object.keys(READERS).join(',') },
    path: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const readers = values.readers.split(',');
const [runs = 0, seed = 0] = [values.runs, values.seed].map(Number);
if (!readers.every(isReader) || ![runs, seed].every(Number.isInteger)) {
  console.error(USAGE);
  process.exit(2);
}

const Batch = z.object({
  slowestMs: z.number(),
  bytes: z.number(),
  runs: z.number(),
  peakMb: z.number(),
  fault: z.optional(z.object({ seed: z.number(), path: z.string(), what: z.string() })),
});
type Fault = z.infer<typeof Batch>['fault'];
type Result = z.infer<typeof Batch> & { reader: string; seconds: number; held: boolean };

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
  const total = { slowestMs: 0, bytes: 0, runs: 0, peakMb: 0 };
  let fault: Fault;
  // Each batch has a seed of its own, so that the next one is not the same again.
  for (let of = seed; total.runs < count && fault === undefined; of += 1) {
    const size = Math.min(BATCH, count - total.runs);
    const asked = { reader, seed: of, runs: size, ...(values.path === undefined ? {} : { path: values.path }) };
    try {
      const batch = Batch.parse(await within(part.ask('batch', asked), HANGS_MS, 'hangs'));
      total.slowestMs = Math.max(total.slowestMs, batch.slowestMs);
      total.bytes += batch.bytes;
      total.runs += size;
      total.peakMb = Math.max(total.peakMb, batch.peakMb);
      fault = batch.fault;
    } catch (cause) {
      // Dead or hanging: the batch is known, and that is what is told.
      fault = { seed: of, path: '', what: cause instanceof Error ? cause.message : String(cause) };
      process.kill(part.pid, 'SIGKILL');
    }
    if (total.runs % (BATCH * 20) === 0) console.error(`${reader}: ${total.runs} of ${count}`);
    if (values.path !== undefined) break;
  }
  await part.close();
  const held = fault === undefined && total.peakMb <= PEAK_MB;
  return { reader, seconds: (performance.now() - began) / 1_000, ...total, ...(fault && { fault }), held };
};

const share = Math.ceil(runs / readers.length);
const results: Result[] = [];
for (const reader of readers) {
  const result = await fuzz(reader, share);
  results.push(result);
  if (values.json) continue;
  const { slowestMs, bytes, peakMb, fault, seconds, held } = result;
  console.log(
    `${reader.padEnd(9)} ${result.runs} runs in ${Math.round(seconds)} s, ${Math.round(bytes / 1024 / 1024)} MB; ` +
      `slowest ${slowestMs.toFixed(1)} ms, peak memory ${Math.round(peakMb)} MB: ${held ? 'held' : 'NOT HELD'}`,
  );
  if (fault) console.log(`  ✗ --readers ${reader} --seed ${fault.seed} --path '${fault.path}': ${fault.what}`);
}
const held = results.every((result) => result.held);
const total = results.reduce((sum, result) => sum + result.runs, 0);
if (values.json) console.log(JSON.stringify({ held, seed, total, results }));
else console.log(`${total} inputs, seed ${seed}: ${held ? 'held' : 'NOT HELD'}`);
process.exit(held ? 0 : 1);
