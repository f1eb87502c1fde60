import { expect } from '@playwright/test';
import { openPage, signIn, test } from './pages.ts';
import { openSink } from './sink.ts';
import { endShow, goLive, SMALL_STUDIO, switchDevice } from './studio.ts';
import { compareFrames } from './frame-comparison.ts';
import { watchBroadcast } from './probe.ts';

const sinkOfPlatform = () => openSink(process.env['DATA_DIR'] ?? '', process.env['MUX_PORT'] ?? '');

/** Waits until pictures for `seconds` more have come to the sink. */
const framesCome = async (arrived: () => Promise<number>, seconds: number) => {
  const before = await arrived();
  await expect.poll(arrived).toBeGreaterThan(before + seconds * 30);
};

test('not a frame is missing at the far end when devices change, the microphone is muted, a screen is shared, and the network goes', async ({
  browser,
}) => {
  const { page, context } = await openPage(browser);
  const probe = await watchBroadcast(page);
  await signIn(page, 'asha');
  await page.goto(SMALL_STUDIO);
  await goLive(page, 'Nothing is lost');
  const sink = await sinkOfPlatform();
  const { startPressedAtMs } = await probe.read();
  const arrived = async () => (await sink.arrived(startPressedAtMs))?.ingest.video.frames ?? 0;
  await expect(page.getByText('H.264 + AAC', { exact: true })).toBeVisible();
  await framesCome(arrived, 2);

  await switchDevice(page, 'Camera');
  await framesCome(arrived, 1);
  await switchDevice(page, 'Microphone');
  await framesCome(arrived, 1);
  await page.getByRole('button', { name: 'Mute' }).click();
  await framesCome(arrived, 1);
  await page.getByRole('button', { name: 'Unmute' }).click();
  await page.getByRole('button', { name: 'Share screen' }).click();
  await expect(page.getByRole('button', { name: 'Stop sharing' })).toBeVisible();
  await framesCome(arrived, 1);
  await page.getByRole('button', { name: 'Camera off' }).click();
  await framesCome(arrived, 1);
  await page.getByRole('button', { name: 'Camera on' }).click();
  await framesCome(arrived, 1);
  await page.getByRole('button', { name: 'Stop sharing' }).click();
  await framesCome(arrived, 1);

  await context.setOffline(true);
  await expect(page.getByText('The connection was lost; reconnecting')).toBeVisible();
  await expect(page.getByText(/^Keep going: nothing is lost so far\. (?:[5-9]|\d\d) seconds/)).toBeVisible();
  // a part of the studio that does not come now takes nothing else away
  await page.getByRole('button', { name: 'Sound', exact: true }).click();
  await expect(page.getByText('This part could not be loaded.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'End', exact: true })).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText('Streaming…')).toBeVisible();
  await framesCome(arrived, 2);
  await endShow(page);

  const after = await sink.arrived(startPressedAtMs);
  if (!after) throw new Error('no encoder came to the sink');
  const { pictures } = await probe.read();
  expect(pictures.length).toBeGreaterThan(300);
  expect(compareFrames(after.ingest, pictures)).toMatchObject({ missing: 0, doubled: 0, missingAudio: 0 });
  await context.close();
});
