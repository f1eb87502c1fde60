/**
 * The promise table as a program: plays every row on every rung with real workers, real encoders, a real table and an
 * RTMPS server that counts every frame, and says what was held.
 *
 *   npm run faults -- [--only socket-cut,encoder-killed] [--rung 1,4] [--publisher ffmpeg] [--json] [--log]
 *
 * `--log` adds what the workers logged. Exit 1 when a promise was not held.
 */
import { parseArgs } from 'node:util';
import { MEMORY_MB, type Notes, PROMISES, type Promised } from './promises.ts';
import { openStage } from './stage.ts';
import { isRung, judge, type Rung, watchMemory } from './theatre.ts';
import type { Measured } from './verdict.ts';

// Of no interest to whoever waits for promises.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

type Finding = {
  name: string;
  rung: Rung | 'all';
  promise: string;
  held: boolean;
  broken: string[];
  measured?: Measured;
  notes: Notes;
  memory: { workerMb: number; encoderMb: number };
};

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rung: { type: 'string' },
    publisher: { type: 'string', default: 'native' },
    json: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const names = PROMISES.map(({ name }) => name);
const only = values.only?.split(',') ?? names;
const rungs = values.rung?.split(',');
const strangers = [
  ...only.filter((name) => !names.includes(name)),
  ...(rungs ?? []).filter((name) => !isRung(name)),
  ...(values.publisher === 'native' || values.publisher === 'ffmpeg' ? [] : [values.publisher]),
];
if (values.help || strangers.length > 0) {
  if (strangers.length > 0) console.error(`unknown: ${strangers.join(', ')}`);
  console.log(
    `npm run faults -- [--only ROW,…] [--rung 1,2,3,4,4-firefox] [--publisher native|ffmpeg] [--json] [--log]\n`,
  );
  for (const { name, promise } of PROMISES) console.log(`  ${name.padEnd(24)} ${promise}`);
  process.exit(strangers.length > 0 ? 2 : 0);
}
const publisher = values.publisher === 'ffmpeg' ? 'ffmpeg' : 'native';

const playRow = async (row: Promised): Promise<Finding[]> => {
  const { name, promise } = row;
  const wanted = row.rungs.filter((rung) => rungs?.includes(rung) ?? true);
  if (wanted.length === 0) return [];
  const stage = await openStage({ workers: row.workers ?? 1, publisher });
  const watch = watchMemory(stage);
  try {
    const played = await row.play(stage, wanted);
    const memory = watch.stop();
    const findings: Finding[] = [];
    for (const { running, notes, sessions } of played) {
      const measured = await judge(stage, running, { restarted: row.restarts ?? false, ...(sessions && { sessions }) });
      const broken = row.keeps(measured, notes);
      if (memory.workerMb > MEMORY_MB) broken.push(`a worker held ${memory.workerMb} MB`);
      findings.push({ name, rung: running.rung, promise, held: broken.length === 0, broken, measured, notes, memory });
    }
    return findings;
  } catch (error) {
    const broken = [error instanceof Error ? error.message : String(error)];
    return [{ name, rung: 'all', promise, held: false, broken, notes: {}, memory: watch.stop() }];
  } finally {
    await stage.close();
    if (values.log) for (const { pid, lines } of stage.workers) for (const line of lines) console.error(pid, line);
  }
};

const both = ({ video, audio }: { video: number; audio: number }): string => `${video}+${audio}`;

const print = ({ rung, held, broken, measured, notes, memory }: Finding): void => {
  const { rung: _, ...rest } = notes;
  console.log(`  rung ${rung.padEnd(10)} ${held ? 'held' : 'NOT HELD'}`);
  if (measured)
    console.log(
      `    video+audio: sent ${both(measured.sent)}, missing ${both(measured.missing)}, doubled ${both(measured.doubled)}, ` +
        `reordered ${both(measured.reordered)}, repeated ${both(measured.repeated)}, left out ${both(measured.skipped)}; ` +
        `largest gap ${both(measured.largestGapMs)} ms; A/V ${measured.avShiftMs} ms; RTMPS sessions ${measured.rtmpsSessions}`,
    );
  const words = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  console.log(`    ${words.join(', ')}; peak memory: worker ${memory.workerMb} MB, encoder ${memory.encoderMb} MB`);
  for (const what of broken) console.log(`    ✗ ${what}`);
};

const findings: Finding[] = [];
for (const row of PROMISES.filter(({ name }) => only.includes(name))) {
  if (!values.json) console.log(`\n${row.name}: ${row.promise}`);
  const found = await playRow(row);
  findings.push(...found);
  if (!values.json) for (const finding of found) print(finding);
}
const failed = findings.filter(({ held }) => !held);
if (values.json) console.log(JSON.stringify({ publisher, findings }, null, 2));
else console.log(`\n${findings.length - failed.length} held, ${failed.length} not held`);
process.exit(failed.length > 0 ? 1 : 0);
