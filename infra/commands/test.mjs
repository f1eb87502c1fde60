// @ts-check
/** `npm test`: sets the machine up, then runs the rooms' tests and the browser's, and sums them up in a last line. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ensureBrowser,
  ensureCompiler,
  ensureDependencies,
  ensureFfmpeg,
  ensureNginxRtmp,
  ensureNode,
  execute,
} from './setup.mjs';
import { findBrowser, ROOT } from '../local/machine.mjs';
import { orExplain } from '../local/command-error.mjs';
import { readArguments } from './read-arguments.mjs';
import { endWithNpm } from './npm-parent.mjs';

readArguments(
  `npm test: sets the machine up (dependencies, FFmpeg, nginx with RTMP, a Chromium; says so first), then runs all tests.
One room, or one file:   npx vitest run --project functions [FILE]
The browser's:           npx playwright test --config web/playwright.config.ts [FILE]`,
  { options: {} },
);

endWithNpm('test');
await orExplain(async () => {
  ensureNode();
  await ensureDependencies();
  await ensureFfmpeg();
  await ensureNginxRtmp();
  await ensureCompiler();
  await ensureBrowser();
});

const results = join(ROOT, 'test-results');
await rm(results, { recursive: true, force: true });
await mkdir(results, { recursive: true });
const bin = (/** @type {string} */ name) => join(ROOT, 'node_modules', '.bin', name);
const env = {
  ...process.env,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  CHROMIUM_PATH: (await findBrowser()) ?? '',
  PLAYWRIGHT_JSON_OUTPUT_NAME: join(results, 'browser.json'),
};
const codes = [
  await execute(
    bin('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${join(results, 'rooms.json')}`],
    { env },
  ),
  await execute(bin('playwright'), ['test', '--config', 'web/playwright.config.ts', '--reporter=list,json'], { env }),
];

/** @param {string} name @returns {Promise<any>} */
const read = async (name) => JSON.parse(await readFile(join(results, name), 'utf8').catch(() => '{}'));
const rooms = await read('rooms.json');
const { stats: browser = {} } = await read('browser.json');
const passed = (rooms.numPassedTests ?? 0) + (browser.expected ?? 0);
const failed = (rooms.numFailedTests ?? 0) + (browser.unexpected ?? 0) + (browser.flaky ?? 0);
const skipped = (rooms.numPendingTests ?? 0) + (rooms.numTodoTests ?? 0) + (browser.skipped ?? 0);
// A runner that broke before it counted anything has failed all the same.
const broken = codes.filter((code) => code !== 0).length > 0 && failed === 0 ? 1 : 0;
const line = `${passed} passed, ${failed + broken} failed, ${skipped} skipped`;
await writeFile(join(results, 'summary.txt'), `${line}\n`);
console.log(`\n${line}`);
process.exit(codes.every((code) => code === 0) ? 0 : 1);
