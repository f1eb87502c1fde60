/**
 * What is promised of a broadcast in a real browser, as a program: real Chromium (and Firefox) in front of the whole platform as
 * `npm start` runs it, each frame counted where Mux would get it.
 *
 *   npm run browser -- [--rows first-frame,error-,…] [--long] [--hidden-seconds 60] [--json]
 *
 * Takes about a quarter of an hour, with `--long` another one; `error-` is all rows that begin so. Exit 1 when a promise was not held. A
 * tab is hidden by another in front of it; where `Xvfb` is installed Chromium has a display, else it is headless.
 */
import { makePlace, startCommand } from '../../local/platform.testing.ts';
import { readArguments } from '../../commands/read-arguments.mjs';
import { openSink } from '../../../web/e2e/sink.ts';
import { chooseRows, createRowRunner, listRows, type Row } from '../lib/run-rows.ts';
import { CHROMIUM_PATH } from '../lib/chromium.ts';
import { endShowsOf } from './broken-platform.ts';
import { openChromium } from './chromium.ts';
import { ERROR_ROWS } from './error-rows.ts';
import { KEYBOARD_ROW } from './keyboard-row.ts';
import { PICTURE_ROWS } from './picture-rows.ts';
import { CHROMIUM_ROWS, type Kept } from './rows.ts';
import { playFirefox } from './firefox-row.ts';

/** Whose shows are played. */
const CREATORS = ['asha', 'bilal'];
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
const IN_CHROMIUM = [...ERROR_ROWS, ...PICTURE_ROWS, KEYBOARD_ROW, ...CHROMIUM_ROWS];
const ROWS = [...IN_CHROMIUM, ...FIREFOX_ROWS];

const USAGE = [
  'npm run browser -- [--rows ROW,…] [--long] [--hidden-seconds 60] [--chromium PATH] [--firefox PATH] [--json]',
  '',
  ...listRows(ROWS),
].join('\n');
const { values } = readArguments(USAGE, {
  options: {
    rows: { type: 'string' },
    /** Also what takes minutes: rows that are named are played in any case. */
    long: { type: 'boolean', default: false },
    'hidden-seconds': { type: 'string', default: '60' },
    chromium: { type: 'string', default: CHROMIUM_PATH },
    firefox: { type: 'string', default: 'firefox-esr' },
    json: { type: 'boolean', default: false },
  },
});
const hiddenSeconds = Number(values['hidden-seconds']);
const badSeconds = hiddenSeconds > 0 ? [] : [`--hidden-seconds ${values['hidden-seconds']}`];
const wanted = chooseRows<(typeof ROWS)[number]>(ROWS, values.rows, USAGE, badSeconds)
  .filter((row) => values.rows !== undefined || values.long || !('long' in row))
  .map(({ name }) => name);

const runner = createRowRunner({ json: values.json });
const judge = (row: Row, play: () => Promise<Kept>): Promise<void> =>
  runner.play(row, async () => {
    // A row that broke off has left its show on the air, where the next one would find no way to go live.
    for (const login of CREATORS) await endShowsOf(place, login);
    const { measured, broken } = await play();
    const lines = Object.entries(measured).map(([what, value]) => `${what}: ${value}`);
    return [{ broken, measured: lines, facts: { measured } }];
  });

const place = await makePlace();
const platform = await startCommand(place.environment);
try {
  if (platform.endedWith !== undefined) throw new Error(platform.said());
  const sink = await openSink(place.dataDir, place.environment['MUX_PORT'] ?? '');
  for (const row of IN_CHROMIUM.filter(({ name }) => wanted.includes(name))) {
    const browser = await openChromium(values.chromium, row.chromium);
    try {
      const openOther = (more?: readonly string[]) => openChromium(values.chromium, more);
      await judge(row, () => row.play({ ...browser, openOther, origin: platform.origin, place, sink, hiddenSeconds }));
    } finally {
      await browser.close();
    }
  }
  const { firefox } = values;
  for (const row of FIREFOX_ROWS.filter(({ name }) => wanted.includes(name)))
    await judge(row, () => playFirefox({ ...row, firefox, origin: platform.origin, sink }));
} finally {
  await platform.kill('SIGTERM');
  await place.remove();
}
process.exit(runner.end());
