import { expect, test } from '@playwright/test';
import { probe } from './hls.ts';
import { expectPlaying, openPage, signIn } from './pages.ts';

test('a creator goes live in one tab and is watched in another, and the recording stays', async ({ browser, request }) => {
  test.setTimeout(180_000);
  const creator = await openPage(browser);
  await signIn(creator.page, 'asha');
  await creator.page.goto('/studio');
  await creator.page.getByRole('button', { name: 'Go Live' }).click();
  const dialog = creator.page.getByRole('dialog');
  await dialog.getByLabel('Title').fill('First light');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(creator.page.getByText('Connected — starting stream')).toBeVisible();
  await expect(creator.page.getByText('Streaming…')).toBeVisible({ timeout: 60_000 });

  const { items } = await (await request.get('/stream?state=live')).json();
  expect(items).toMatchObject([{ title: 'First light', creator: { handle: 'asha' } }]);
  const id: string = items[0].id;

  const viewer = await openPage(browser, `/watch/${id}`);
  await expectPlaying(viewer.page);
  await expect(viewer.page.getByRole('heading', { name: 'First light' })).toBeVisible();

  const { hls } = await (await request.get(`/stream/${id}/playback`)).json();
  const live = await probe(hls);
  expect(live.video).toMatchObject({ codec: 'h264', profile: 'Main', pixelFormat: 'yuv420p' });
  expect(live.audio).toMatchObject({ codec: 'aac', sampleRate: 44_100, channels: 2 });
  const steps = live.keyFrames.slice(1).map((time, i) => time - (live.keyFrames[i] ?? 0));
  expect(steps.length).toBeGreaterThan(1);
  for (const step of steps) expect(step).toBeCloseTo(2, 1);

  await creator.page.getByRole('button', { name: 'End' }).first().click();
  await creator.page.getByRole('alertdialog').getByRole('button', { name: /End/ }).click();
  await expect.poll(async () => (await (await request.get(`/stream/${id}`)).json()).state, { timeout: 30_000 }).toBe('ended');
  await expect.poll(async () => (await (await request.get(`/stream/${id}`)).json()).recording, { timeout: 60_000 }).toBe('ready');

  const later = await openPage(browser, `/watch/${id}`);
  await expect(later.page.getByText('Recording').first()).toBeVisible();
  await expectPlaying(later.page, 2);

  expect([...creator.complaints, ...viewer.complaints, ...later.complaints]).toEqual([]);
  for (const { context } of [creator, viewer, later]) await context.close();
});
