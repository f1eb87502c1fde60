import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { freePort } from '#stand-ins/free-port';
import { CHROMIUM_PATH, chromiumArguments } from '../infra/checks/lib/chromium.ts';

const VARIABLES = ['PORT', 'IDENTITY_PORT', 'INGEST_PORT', 'MUX_PORT', 'RTMPS_PORT', 'DYNAMODB_PORT'] as const;

// This file is read again in every worker of Playwright, which inherits the environment of the first reading.
if (!process.env['VYBZZ_E2E_DATA']) {
  process.env['VYBZZ_E2E_DATA'] = mkdtempSync(join(tmpdir(), 'vybzz-e2e-'));
  for (const variable of VARIABLES) process.env[variable] = String(await freePort());
}
process.env['DATA_DIR'] = process.env['VYBZZ_E2E_DATA'];

const origin = `http://localhost:${process.env['PORT']}`;

/** Real Chromium with a fake camera and microphone, against the whole platform as `npm start` runs it. */
export default defineConfig({
  testDir: 'e2e',
  // What takes minutes and is held in parts elsewhere: `E2E_LONG=1`, before a release.
  testIgnore: process.env['E2E_LONG'] ? [] : '**/*.long.spec.ts',
  outputDir: '../test-results/browser',
  // One show at a time: a transcode takes most of a core, and the machines that run this have two.
  workers: 1,
  // What is asked here is whether, not how fast: a machine of two slow cores plays a show to three browsers.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  forbidOnly: Boolean(process.env['CI']),
  use: {
    baseURL: origin,
    permissions: ['camera', 'microphone'],
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: CHROMIUM_PATH, args: chromiumArguments() },
  },
  webServer: {
    command: 'node ../infra/commands/start.mjs --yes',
    url: `${origin}/healthz`,
    timeout: 180_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 6_000 },
    stdout: process.env['VYBZZ_E2E_LOG'] ? 'pipe' : 'ignore',
    stderr: 'pipe',
  },
});
