/**
 * The promise table as a program: plays every row on every rung with real workers, real encoders, a real table and an
 * RTMPS server that counts every frame, and says what was held.
 *
 *   npm run faults -- [--rows socket-cut,encoder-killed] [--rungs 1,4] [--publisher ffmpeg] [--copier ffmpeg] [--from chromium-live] [--json] [--log]
 *
 * Shows are recordings of real browsers, played in real time; `--from chromium-live` has the web app's own broadcast in a real
 * Chromium publish instead, for those rows of which it is told, and `--from both` does one after the other. `--log` adds
 * what the workers logged. Exit 1 when a promise was not held.
 */
import { readArguments } from '../../commands/read-arguments.mjs';
import { chooseRows, createRowRunner, type Finding, listRows, type Row } from '../lib/run-rows.ts';
import { type Browser, LIVE_RUNGS, openBrowser } from './browser.ts';
import { openHarness } from './harness.ts';
import { PLATFORM_ROWS } from './platform-rows.ts';
import type { Notes, Scenario } from './scenario.ts';
import { MEMORY_MB, SCENARIOS } from './scenarios.ts';
import { isRung, type Rung } from './rung-captures.ts';
import { judge, type Memory, watchMemory } from './running-show.ts';
import type { Measured } from './verdict.ts';

// Of no interest to whoever waits for promises.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

type From = 'recordings' | 'chromium-live';

const USAGE = [
  'npm run faults -- [--rows ROW,…] [--rungs 1,2,3,4,4-firefox] [--publisher native|ffmpeg]',
  '                  [--copier worker|ffmpeg] [--from recordings|chromium-live|both] [--json] [--log]',
  '',
  ...listRows([
    ...SCENARIOS.map((row) => ({
      ...row,
      promise: `${row.promise}${row.live === true ? ' [chromium-live too]' : ''}`,
    })),
    ...PLATFORM_ROWS,
  ]),
].join('\n');
const { values } = readArguments(USAGE, {
  options: {
    rows: { type: 'string' },
    rungs: { type: 'string' },
    publisher: { type: 'string', default: 'native' },
    copier: { type: 'string', default: 'worker' },
    from: { type: 'string', default: 'both' },
    json: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
  },
});
const rungs = values.rungs?.split(',');
const FROM: Record<string, From[]> = {
  recordings: ['recordings'],
  'chromium-live': ['chromium-live'],
  both: ['recordings', 'chromium-live'],
};
const sources = FROM[values.from];
const chosen = chooseRows([...SCENARIOS, ...PLATFORM_ROWS], values.rows, USAGE, [
  ...(rungs ?? []).filter((name) => !isRung(name)),
  ...(values.publisher === 'native' || values.publisher === 'ffmpeg' ? [] : [values.publisher]),
  ...(values.copier === 'worker' || values.copier === 'ffmpeg' ? [] : [values.copier]),
  ...(sources === undefined ? [values.from] : []),
]);
const isChosen = ({ name }: Row): boolean => chosen.some((row) => row.name === name);
const publisher = values.publisher === 'ffmpeg' ? 'ffmpeg' : 'native';

/** What a row is played on; a browser encodes as well, and so has one show at a time. */
const groups = ({ rungs: all, live }: Scenario, from: From): Rung[][] => {
  const wanted = all.filter((rung) => rungs?.includes(rung) ?? true);
  if (from === 'recordings') return wanted.length > 0 ? [wanted] : [];
  return live === true ? wanted.filter((rung) => LIVE_RUNGS.includes(rung)).map((rung) => [rung]) : [];
};

const playRow = async (row: Scenario, group: readonly Rung[], from: From, browser?: Browser): Promise<Finding[]> => {
  const environment = { COPIER: row.harmsEncoders === true ? 'ffmpeg' : values.copier };
  const harness = await openHarness({ workers: row.workers ?? 1, publisher, browser, environment });
  const watch = watchMemory(harness);
  try {
    const played = await row.play(harness, group);
    const memory = watch.stop();
    const findings: Finding[] = [];
    for (const { show, notes, sessions } of played) {
      const measured = await judge(harness, show, { restarted: row.restarts ?? false, ...(sessions && { sessions }) });
      const broken = row.keeps(measured, notes);
      if (memory.workerMb > MEMORY_MB) broken.push(`a worker held ${memory.workerMb} MB`);
      const { encodedPictures } = show.publisher;
      if (encodedPictures !== undefined && encodedPictures !== measured.sent.video)
        broken.push(`the page encoded ${encodedPictures} pictures and sent ${measured.sent.video}`);
      const told = encodedPictures === undefined ? notes : { ...notes, encodedByThePage: encodedPictures };
      findings.push({
        about: `rung ${show.rung}${from === 'recordings' ? '' : ', Chromium, live'}`,
        broken,
        measured: toLines(measured, told, memory),
        facts: { publisher, from, rung: show.rung, measured, notes: told, memory },
      });
    }
    return findings;
  } finally {
    watch.stop();
    await harness.close();
    if (values.log) for (const { pid, lines } of harness.workers) for (const line of lines) console.error(pid, line);
  }
};

const both = ({ video, audio }: { video: number; audio: number }): string => `${video}+${audio}`;

const toLines = (measured: Measured, notes: Notes, memory: Memory): string[] => {
  const words = Object.entries(notes).flatMap(([name, value]) => (name === 'rung' ? [] : [`${name} ${value}`]));
  return [
    `video+audio: sent ${both(measured.sent)}, missing ${both(measured.missing)}, doubled ${both(measured.doubled)}, ` +
      `reordered ${both(measured.reordered)}, repeated ${both(measured.repeated)}, left out ${both(measured.skipped)}, stills ${measured.stills}; ` +
      `largest gap ${both(measured.largestGapMs)} ms; A/V ${measured.avShiftMs} ms; RTMPS sessions ${measured.rtmpsSessions}`,
    `${words.join(', ')}; peak memory: worker ${memory.workerMb} MB, encoder ${memory.encoderMb} MB`,
  ];
};

const runner = createRowRunner({ json: values.json });
for (const from of sources ?? []) {
  const browser = from === 'recordings' ? undefined : await openBrowser();
  for (const row of SCENARIOS.filter(isChosen))
    for (const group of groups(row, from)) await runner.play(row, () => playRow(row, group, from, browser));
  if (from === 'recordings' && (rungs?.includes('1') ?? true))
    for (const row of PLATFORM_ROWS.filter(isChosen)) await runner.play(row, row.play);
  await browser?.close();
}
process.exit(runner.end());
