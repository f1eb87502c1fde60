import { expect } from '@playwright/test';
import { compareFrames } from './frame-comparison.ts';
import { openPage, signIn, test } from './pages.ts';
import { watchBroadcast } from './probe.ts';
import { openSink } from './sink.ts';
import { endShow, goLive, SMALL_STUDIO } from './studio.ts';

test('a guest comes by a link, is let in and seen, and drops without a frame missing from the show', async ({
  browser,
}) => {
  const { page, context } = await openPage(browser);
  const probe = await watchBroadcast(page);
  await signIn(page, 'asha');
  await page.goto(SMALL_STUDIO);
  await goLive(page, 'With a guest');
  const sink = await openSink(process.env['DATA_DIR'] ?? '', process.env['MUX_PORT'] ?? '');
  const { startPressedAtMs } = await probe.read();
  const arrived = async () => (await sink.arrived(startPressedAtMs))?.ingest.video.frames ?? 0;
  /** Waits until pictures for so many seconds more have come to the far end. */
  const framesCome = async (seconds: number) => {
    const before = await arrived();
    await expect.poll(arrived).toBeGreaterThan(before + seconds * 30);
  };
  await framesCome(1);

  await page.getByRole('button', { name: 'Invite a guest' }).click();
  const link = await page.getByLabel('Link for guests').inputValue();
  expect(link).toMatch(/\/guest#[\w-]{32}$/);

  const guest = await openPage(browser, link);
  await guest.page.getByLabel('Your name').fill('Zoya');
  await guest.page.getByRole('button', { name: 'Ask to join' }).click();
  await expect(guest.page.getByText('Waiting to be let in')).toBeVisible();
  const guests = page.getByRole('region', { name: 'Guests' });
  await guests.getByRole('button', { name: 'Let Zoya in' }).click();
  await expect(guest.page.getByText('You are on the air', { exact: true })).toBeVisible();
  await expect(guests.getByText('On the air').last()).toBeVisible();

  // The creator's camera off: what moves in the picture is the guest's alone.
  const preview = page.getByRole('img', { name: /With guests/ });
  await page.getByRole('button', { name: 'Camera off' }).click();
  const middle = () =>
    preview.evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) return '';
      const { width, height } = canvas;
      const copy = new OffscreenCanvas(width, height).getContext('2d');
      copy?.drawImage(canvas, 0, 0);
      return (copy?.getImageData(0, height / 2, width, 1).data ?? []).join();
    });
  const isGreen = async () => {
    const pixels = (await middle()).split(',').map(Number);
    let green = 0;
    for (let i = 0; i < pixels.length; i += 4)
      if ((pixels[i + 1] ?? 0) > Math.max(pixels[i] ?? 0, pixels[i + 2] ?? 0) + 40) green += 1;
    return green > pixels.length / 16;
  };
  // Chromium's fake camera is a green field.
  await expect.poll(isGreen).toBe(true);
  await framesCome(2);

  await guest.page.close({ runBeforeUnload: false });
  await expect(guests.getByText('Gone for the moment')).toBeVisible();
  await expect.poll(isGreen).toBe(false);
  await framesCome(2);
  await page.getByRole('button', { name: 'Camera on' }).click();
  await framesCome(1);
  await endShow(page);

  const after = await sink.arrived(startPressedAtMs);
  if (!after) throw new Error('no encoder came to the sink');
  const { pictures } = await probe.read();
  expect(compareFrames(after.ingest, pictures)).toMatchObject({ missing: 0, doubled: 0, missingAudio: 0 });
  await context.close();
});
