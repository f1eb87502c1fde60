import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENVIRONMENT } from '#stand-ins/mux/webhooks/events';
import { makePlace, startCommand } from './platform.testing.ts';

const MUX = fileURLToPath(new URL('../../node_modules/.bin/mux', import.meta.url));
const run = promisify(execFile);
const START_MS = 120_000;
const EVENTS_MS = 120_000;
const AT_ONCE = 4;
/** What version 2.0.1 of the command line can make up. */
const KNOWN_TYPES = 43;

let place: Awaited<ReturnType<typeof makePlace>>;
let platform: Awaited<ReturnType<typeof startCommand>>;
let home: string;
beforeAll(async () => {
  place = await makePlace();
  platform = await startCommand(place.environment);
  expect(platform.endedWith, platform.said()).toBeUndefined();
  home = await mkdtemp(join(tmpdir(), 'vybzz-mux-home-'));
}, START_MS);
afterAll(async () => {
  await platform.kill('SIGTERM');
  await place.remove();
  await rm(home, { recursive: true, force: true });
});

it(
  'every event that Mux’s own command line can send is taken by the running platform, and moves no show',
  { timeout: EVENTS_MS },
  async () => {
    const { muxTokenId, muxTokenSecret, muxWebhookSecret } = JSON.parse(
      await readFile(join(place.dataDir, 'secrets.json'), 'utf8'),
    ) as Record<string, string>;
    // what the command line signs with, by its environment
    const secrets = join(home, '.local/share/mux');
    await mkdir(secrets, { recursive: true });
    await writeFile(join(secrets, `webhook-signing-secret-${ENVIRONMENT.id}`), muxWebhookSecret ?? '');
    const env = {
      PATH: process.env['PATH'],
      HOME: home,
      MUX_BASE_URL: `http://localhost:${place.environment['MUX_PORT']}`,
      MUX_TOKEN_ID: muxTokenId,
      MUX_TOKEN_SECRET: muxTokenSecret,
    };
    const trigger = (type: string) =>
      run(MUX, ['webhooks', 'trigger', type, '--forward-to', `${platform.origin}/webhooks/mux`], { env });

    const { stdout, stderr } = await trigger('none').catch((error: { stdout: string; stderr: string }) => error);
    const types = [...new Set(`${stdout}${stderr}`.match(/^ +video\.[a-z_.]+/gm)?.map((line) => line.trim()))];
    expect(types.length).toBeGreaterThanOrEqual(KNOWN_TYPES);
    for (let from = 0; from < types.length; from += AT_ONCE)
      await Promise.all(types.slice(from, from + AT_ONCE).map(trigger));

    const applied = () =>
      new Set([...platform.said().matchAll(/webhook applied .*type="(video\.[a-z_.]+)"/g)].map(([, type]) => type));
    await expect.poll(applied).toEqual(new Set(types));
    expect(platform.said()).not.toMatch(/stream moved|request failed/);
    const live = (await (await fetch(`${platform.origin}/stream`)).json()) as { items: unknown[] };
    expect(live.items).toEqual([]);
  },
);
