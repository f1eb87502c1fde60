/**
 * The promise table as a program: plays every row on every rung with real workers, real encoders, a real table and an
 * RTMPS server that counts every frame, and says what was held.
 *
 *   npm run faults -- [--rows socket-cut,encoder-killed] [--rungs 1,4] [--publisher ffmpeg] [--from chromium-live] [--json] [--log]
 *
 * Shows are recordings of real browsers, played in real time; `--from chromium-live` has the web app's own broadcast in a real
 * Chromium publish instead, for those rows of which it is told, and `--from both` does one after the other. `--log` adds
 * what the workers logged. Exit 1 when a promise was not held.
 */
import { readArguments } from '../../commands/read-arguments.ts';
import { type Browser, LIVE_RUNGS, openBrowser } from './browser.ts';
import { MEMORY_MB, type Notes, PROMISES, type Promised } from './promises.ts';
import { openStage } from './stage.ts';
import { isRung, judge, type Rung, watchMemory } from './theatre.ts';
import type { Measured } from './verdict.ts';

// Of no interest to whoever waits for promises.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

type From = 'recordings' | 'chromium-live';

type Finding = {
  name: string;
  from: From;
  rung: Rung | 'all';
  promise: string;
  held: boolean;
  broken: string[];
  measured?: Measured;
  notes: Notes;
  memory: { workerMb: number; encoderMb: number };
};

const USAGE = [
  'npm run faults -- [--rows ROW,…] [--rungs 1,2,3,4,4-firefox] [--publisher native|ffmpeg]',
  '                  [--from recordings|chromium-live|both] [--json] [--log]',
  '',
  ...PROMISES.map(
    ({ name, promise, live }) => `  ${name.padEnd(24)} ${promise}${live === true ? ' [chromium-live too]' : ''}`,
  ),
].join('\n');
const { values } = readArguments(USAGE, {
  options: {
    rows: { type: 'string' },
    rungs: { type: 'string' },
    publisher: { type: 'string', default: 'native' },
    from: { type: 'string', default: 'both' },
    json: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
  },
});
const names = PROMISES.map(({ name }) => name);
const rows = values.rows?.split(',') ?? names;
const rungs = values.rungs?.split(',');
const FROM: Record<string, From[]> = {
  recordings: ['recordings'],
  'chromium-live': ['chromium-live'],
  both: ['recordings', 'chromium-live'],
};
const sources = FROM[values.from];
const strangers = [
  ...rows.filter((name) => !names.includes(name)),
  ...(rungs ?? []).filter((name) => !isRung(name)),
  ...(values.publisher === 'native' || values.publisher === 'ffmpeg' ? [] : [values.publisher]),
  ...(sources === undefined ? [values.from] : []),
];
if (strangers.length > 0) {
  console.error(`✗ There is no ${strangers.join(', ')}\n\n${USAGE}`);
  process.exit(2);
}
const publisher = values.publisher === 'ffmpeg' ? 'ffmpeg' : 'native';

/** What a row is played on; a browser encodes as well, and so has one show at a time. */
const casts = ({ rungs: all, live }: Promised, from: From): Rung[][] => {
  const wanted = all.filter((rung) => rungs?.includes(rung) ?? true);
  if (from === 'recordings') return wanted.length > 0 ? [wanted] : [];
  return live === true ? wanted.filter((rung) => LIVE_RUNGS.includes(rung)).map((rung) => [rung]) : [];
};

const playRow = async (row: Promised, cast: readonly Rung[], from: From, browser?: Browser): Promise<Finding[]> => {
  const { name, promise } = row;
  const stage = await openStage({ workers: row.workers ?? 1, publisher, browser });
  const watch = watchMemory(stage);
  try {
    const played = await row.play(stage, cast);
    const memory = watch.stop();
    const findings: Finding[] = [];
    for (const { running, notes, sessions } of played) {
      const { rung, publisher } = running;
      const measured = await judge(stage, running, { restarted: row.restarts ?? false, ...(sessions && { sessions }) });
      const broken = row.keeps(measured, notes);
      if (memory.workerMb > MEMORY_MB) broken.push(`a worker held ${memory.workerMb} MB`);
      const { encodedPictures } = publisher;
      if (encodedPictures !== undefined && encodedPictures !== measured.sent.video)
        broken.push(`the page encoded ${encodedPictures} pictures and sent ${measured.sent.video}`);
      const told = encodedPictures === undefined ? notes : { ...notes, encodedByThePage: encodedPictures };
      findings.push({ name, from, rung, promise, held: broken.length === 0, broken, measured, notes: told, memory });
    }
    return findings;
  } catch (error) {
    const broken = [error instanceof Error ? error.message : String(error)];
    const [only, ...others] = cast;
    const rung = only !== undefined && others.length === 0 ? only : 'all';
    return [{ name, from, rung, promise, held: false, broken, notes: {}, memory: watch.stop() }];
  } finally {
    await stage.close();
    if (values.log) for (const { pid, lines } of stage.workers) for (const line of lines) console.error(pid, line);
  }
};

const both = ({ video, audio }: { video: number; audio: number }): string => `${video}+${audio}`;

const print = ({ from, rung, held, broken, measured, notes, memory }: Finding): void => {
  const { rung: _, ...rest } = notes;
  console.log(
    `  rung ${rung.padEnd(10)} ${from === 'recordings' ? '' : 'Chromium, live: '}${held ? 'held' : 'NOT HELD'}`,
  );
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

const startedMs = performance.now();
const findings: Finding[] = [];
for (const from of sources ?? []) {
  const browser = from === 'recordings' ? undefined : await openBrowser();
  for (const row of PROMISES.filter(({ name }) => rows.includes(name))) {
    const all = casts(row, from);
    if (all.length > 0 && !values.json) console.log(`\n${row.name}: ${row.promise}`);
    for (const cast of all) {
      const found = await playRow(row, cast, from, browser);
      findings.push(...found);
      if (!values.json) for (const finding of found) print(finding);
    }
  }
  await browser?.close();
}
const failed = findings.filter(({ held }) => !held);
if (values.json) console.log(JSON.stringify({ publisher, findings }, null, 2));
else {
  const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
  console.log(`\n${findings.length - failed.length} held, ${failed.length} not held, in ${minutes} minutes`);
}
process.exit(failed.length > 0 ? 1 : 0);
