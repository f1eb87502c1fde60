/** What Vybzz costs and how fast it is, beside what else does the like; see README.md. */
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { readArguments } from '../../infra/commands/read-arguments.mjs';
import { treeOf } from './process-usage.ts';
import { isMet, type Benchmark, type Measured } from './benchmark.ts';
import { control } from './control.ts';
import { cpu } from './cpu.ts';
import { density } from './density.ts';
import { growth } from './growth.ts';
import { latency } from './latency.ts';
import { readMachine } from './machine.ts';
import { profile } from './profile.ts';
import { recovery } from './recovery.ts';
import { makeRecordings } from './recordings.ts';
import { barsTable, keepResult, toText, writeResults } from './results.ts';
import { web } from './web.ts';

const BENCHMARKS: readonly Benchmark[] = [cpu, latency, recovery, density, control, growth, web, profile];

/** In a quick run: most of it is starting and waiting, and the figures are coarse as they are. */
const AT_ONCE = 2;
/** Beyond so many times what it says that it takes, something hangs. */
const PATIENCE = 4;

const minutesOf = (of: 'whole' | 'quick'): number => BENCHMARKS.reduce((sum, { minutes }) => sum + minutes[of], 0);
const USAGE = `npm run bench -- [--only NAME,NAME] [--quick] [--busy] [--json FILE]

${BENCHMARKS.map(({ name, measures, minutes }) => `  ${name.padEnd(10)} ${measures} (${minutes.whole} min)`).join('\n')}

All of it takes about ${Math.ceil(minutesOf('whole'))} minutes on a machine that does nothing else, and is written to ingest-worker/bench/RESULTS.md.
--quick takes ${Math.ceil(minutesOf('quick') / AT_ONCE)}, ${AT_ONCE} at a time: it shows that all can be measured, its figures are coarse, and nothing is written.
--busy measures where the machine does other things, too: what falls behind is measured by the media that arrived.
--json FILE gets all figures, of a quick run too. Exit 1 where something could not be measured; a bar that is not met is no error.`;
const { values } = readArguments(USAGE, {
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    busy: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const names = values.only?.split(',') ?? BENCHMARKS.map(({ name }) => name);
const unknown = names.filter((name) => !BENCHMARKS.some((one) => one.name === name));
if (unknown.length > 0) {
  console.error(`✗ There is no ${unknown.join(', ')}\n\n${USAGE}`);
  process.exit(2);
}

const startedMs = performance.now();
const tell = (what: string): void =>
  console.error(`${String(Math.round((performance.now() - startedMs) / 1_000)).padStart(4)} s  ${what}`);

const print = ({ tables, bars, notes }: Measured): void => {
  for (const table of tables) console.log(`\n${table.title}\n${toText(table)}`);
  if (bars.length > 0) console.log(`\n${toText(barsTable(bars))}`);
  for (const note of notes) console.log(`- ${note}`);
};

await makeRecordings((file) => tell(`making ${file}, once`));
const done: object[] = [];
const failed: string[] = [];
let missed = 0;
const waiting = BENCHMARKS.filter((one) => names.includes(one.name));
// the longest first, so that none is left to run alone at the end
if (values.quick) waiting.sort((one, other) => other.minutes.quick - one.minutes.quick);
/** Fails where it takes so much longer than it should that it will not end; what it has begun still runs, and nothing is measured beside it. */
const inTime = async <Done>(work: Promise<Done>, minutes: number): Promise<Done> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      failed.push(...waiting.splice(0).map(({ name }) => name));
      reject(new Error(`not done after ${Math.ceil(minutes)} minutes`));
    }, minutes * 60_000);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

const measure = async ({ name, measures, minutes, run }: Benchmark): Promise<void> => {
  tell(`${name}: ${measures}`);
  const [beganMs, [loadBefore = 0]] = [performance.now(), loadavg()];
  const { quick, busy } = values;
  try {
    const settings = { quick, busy: busy || quick, tell: (what: string) => tell(`  ${name}: ${what}`) };
    const measured = await inTime(run(settings), PATIENCE * minutes[quick ? 'quick' : 'whole']);
    const seconds = (performance.now() - beganMs) / 1_000;
    const { plots, ...rest } = measured;
    const result = { name, measures, seconds, busy, machine: await readMachine(loadBefore), ...rest };
    if (!quick) await keepResult(result, plots);
    done.push(result);
    missed += measured.bars.filter((bar) => !isMet(bar)).length;
    print(measured);
  } catch (error) {
    failed.push(name);
    console.error(`✗ ${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const workOff = async (): Promise<void> => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await measure(next);
};
await Promise.all(Array.from({ length: values.quick ? AT_ONCE : 1 }, workOff));
if (!values.quick) await writeResults(BENCHMARKS.map(({ name }) => name));
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ quick: values.quick, busy: values.busy, failed, results: done }, null, 2)}\n`,
  );
const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
console.log(
  `\n${done.length} measured in ${minutes} minutes, ${missed} bars not met${failed.length > 0 ? `; NOT MEASURED: ${failed.join(', ')}` : ''}`,
);
// What hangs, or was broken off, has left processes behind.
for (const pid of (await treeOf(process.pid)).slice(1).toReversed())
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended meanwhile
  }
process.exit(failed.length > 0 ? 1 : 0);
