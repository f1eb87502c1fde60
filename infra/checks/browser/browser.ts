/**
 * What is promised of a broadcast in a real browser, as a program: real Chromium (and Firefox) in front of the whole platform as
 * `npm start` runs it, each frame counted where Mux would get it.
 *
 *   npm run browser -- [--only first-frame,hidden,…] [--hidden-seconds 60] [--json]
 *
 * Takes about four minutes. Exit 1 when a promise was not held. A tab is hidden by another in front of it; where `Xvfb` is
 * installed Chromium has a display, else it is headless.
 */
import { makePlace, startCommand } from '../../local/platform.testing.ts';
import { readArguments } from '../../commands/read-arguments.ts';
import { openSink } from '../../../web/e2e/sink.ts';
import { openChromium } from './chromium.ts';
import { CHROMIUM_ROWS, type Kept, type Row } from './rows.ts';
import { playFirefox } from './firefox-row.ts';

/** Each with a creator of its own: what one leaves on the air is none of the next one's. */
const FIREFOX_ROWS = [
  {
    name: 'firefox',
    promise: 'Firefox goes live and 95 % of its frames arrive while its tab is in front; it plays a show',
    login: 'asha',
    rung: '',
  },
  {
    name: 'firefox-transcode',
    promise: 'the same by the fallback, which the worker encodes',
    login: 'bilal',
    rung: '4',
  },
];
const ROWS = [...CHROMIUM_ROWS, ...FIREFOX_ROWS];
const names = ROWS.map(({ name }) => name);

const USAGE = [
  'npm run browser -- [--only ROW,…] [--hidden-seconds 60] [--chromium PATH] [--firefox PATH] [--json]',
  '',
  ...ROWS.map(({ name, promise }) => `  ${name.padEnd(14)} ${promise}`),
].join('\n');
const { values } = readArguments(USAGE, {
  options: {
    only: { type: 'string', default: names.join(',') },
    'hidden-seconds': { type: 'string', default: '60' },
    chromium: { type: 'string', default: process.env['CHROMIUM_PATH'] || '/usr/bin/chromium' },
    firefox: { type: 'string', default: 'firefox-esr' },
    json: { type: 'boolean', default: false },
  },
});
const only = values.only.split(',');
const strangers = only.filter((name) => !names.includes(name));
const hiddenSeconds = Number(values['hidden-seconds']);
if (strangers.length > 0 || !(hiddenSeconds > 0)) {
  console.error(strangers.length > 0 ? `✗ There is no ${strangers.join(', ')}\n\n${USAGE}` : USAGE);
  process.exit(2);
}

type Finding = { name: string; promise: string; held: boolean } & Kept;

const findings: Finding[] = [];
const judge = async ({ name, promise }: Omit<Row, 'play'>, play: () => Promise<Kept>): Promise<void> => {
  if (!only.includes(name)) return;
  if (!values.json) console.log(`\n${name}: ${promise}`);
  const kept = await play().catch((error: unknown): Kept => ({
    measured: {},
    broken: [error instanceof Error ? error.message : String(error)],
  }));
  findings.push({ name, promise, held: kept.broken.length === 0, ...kept });
  if (values.json) return;
  for (const [what, value] of Object.entries(kept.measured)) console.log(`    ${what}: ${value}`);
  console.log(kept.broken.length === 0 ? '  held' : '  NOT HELD');
  for (const what of kept.broken) console.log(`    ✗ ${what}`);
};

const place = await makePlace();
const platform = await startCommand(place.environment);
try {
  if (platform.endedWith !== undefined) throw new Error(platform.said());
  const sink = await openSink(place.dataDir, place.environment['MUX_PORT'] ?? '');
  for (const row of CHROMIUM_ROWS.filter(({ name }) => only.includes(name))) {
    const browser = await openChromium(values.chromium);
    try {
      await judge(row, () => row.play({ ...browser, origin: platform.origin, sink, hiddenSeconds }));
    } finally {
      await browser.close();
    }
  }
  const { firefox } = values;
  for (const row of FIREFOX_ROWS)
    await judge(row, () => playFirefox({ ...row, firefox, origin: platform.origin, sink }));
} finally {
  await platform.kill('SIGTERM');
  await place.remove();
}
const failed = findings.filter(({ held }) => !held);
if (values.json) console.log(JSON.stringify({ findings }, null, 2));
else console.log(`\n${findings.length - failed.length} held, ${failed.length} not held`);
process.exit(failed.length > 0 ? 1 : 0);
