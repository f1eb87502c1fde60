import assert from 'node:assert/strict';
import { chromium, expect } from '@playwright/test';
import { docker } from './engine.testing.ts';

/**
 * A browser goes live on what `localstack.yml` has brought up, is watched in a second one, and goes on when the worker is killed
 * and another container of the same image takes its place behind nginx.
 *
 *   node --import tsx infra/container/compose.testing.ts [origin]
 */
const [origin = 'http://localhost'] = process.argv.slice(2);
const SHOW = `Through nginx ${Date.now()}`;
const PATIENCE = { timeout: 90_000 };

const ingestContainer = async (): Promise<string> => {
  const [found] = (await docker('ps', '--quiet', '--filter', 'label=com.docker.compose.service=ingest')).split('\n');
  assert.ok(found, 'no ingest container of localstack.yml runs');
  return found;
};

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] || '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    '--autoplay-policy=no-user-gesture-required',
  ],
});
try {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  await page.goto(origin);
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByRole('button', { name: /asha/i }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toHaveCount(0, PATIENCE);
  await page.goto(`${origin}/studio`);
  await page.getByRole('button', { name: 'Go Live' }).click(PATIENCE);
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Title').fill(SHOW);
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText('Streaming…')).toBeVisible(PATIENCE);
  console.log('✓ live through nginx');

  type Listed = { id: string; title: string; state: string };
  const onAir = async (): Promise<string | undefined> => {
    const { items } = (await (await fetch(`${origin}/stream?state=live`)).json()) as { items: Listed[] };
    return items.find(({ title }) => title === SHOW)?.id;
  };
  await expect.poll(onAir, PATIENCE).toBeDefined();
  const id = (await onAir()) ?? '';
  const viewer = await (await browser.newContext()).newPage();
  await viewer.goto(`${origin}/watch/${id}`);
  const playedTo = (): Promise<number> =>
    viewer
      .getByTestId('player')
      .evaluate((element) => ('currentTime' in element ? Number(element.currentTime) : 0))
      .catch(() => 0);
  await expect.poll(playedTo, PATIENCE).toBeGreaterThan(2);
  console.log('✓ watched by HLS');

  const old = await ingestContainer();
  const image = await docker('inspect', '--format', '{{.Config.Image}}', old);
  const name = await docker('inspect', '--format', '{{.Name}}', old);
  const [network = ''] = (
    await docker('inspect', '--format', '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}', old)
  ).split(' ');
  const variables = (await docker('inspect', '--format', '{{range .Config.Env}}{{println .}}{{end}}', old)).split('\n');
  const killedAt = await playedTo();
  await docker('kill', old);
  const labels = JSON.parse(await docker('inspect', '--format', '{{json .Config.Labels}}', old)) as Record<
    string,
    string
  >;
  const another = await docker(
    'run',
    '--detach',
    '--read-only',
    '--tmpfs=/tmp',
    '--cap-drop=ALL',
    `--volumes-from=${old}:ro`,
    `--network=${network}`,
    '--network-alias=ingest',
    ...Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`]),
    ...variables.filter(Boolean).flatMap((variable) => ['--env', variable]),
    image,
  );
  console.log(`✓ ${name.slice(1)} killed in the middle of the show, and ${another.slice(0, 12)} put in its place`);
  await expect.poll(playedTo, PATIENCE).toBeGreaterThan(killedAt + 15);
  assert.equal(await onAir(), id, 'the show is still on the air');
  await expect(page.getByText('Streaming…')).toBeVisible(PATIENCE);
  console.log(`✓ the show goes on: watched from ${killedAt.toFixed(1)} s to ${(await playedTo()).toFixed(1)} s`);

  await page.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByRole('button', { name: 'End the show' }).click();
  const state = async (): Promise<string> => ((await (await fetch(`${origin}/stream/${id}`)).json()) as Listed).state;
  await expect.poll(state, PATIENCE).toBe('ended');
  console.log('✓ ended');
  await docker('rm', '--force', another);
  await docker('start', old);
} finally {
  await browser.close();
}
