import { expect } from '@playwright/test';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openPage, signIn, test } from './pages.ts';
import { watchBroadcast } from './probe.ts';
import { endShow, SMALL_STUDIO } from './studio.ts';

const MICROSECONDS = 1e6;

/** What FFmpeg finds in a file: the codecs, the length in seconds, and the time of each picture. */
const probeFile = async (path: string) => {
  const asked = ['-v', 'error', '-show_entries', 'stream=codec_name,codec_type,width:format=duration,format_name'];
  const probe = promisify(execFile);
  const { stdout } = await probe('ffprobe', [...asked, '-of', 'json', path]);
  const { streams, format } = JSON.parse(stdout) as {
    streams: { codec_name: string; codec_type: string; width?: number }[];
    format: { duration: string; format_name: string };
  };
  const packets = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  const { stdout: times } = await probe('ffprobe', [...packets, path]);
  const pictures = times.trim().split('\n').map(Number);
  return { streams, seconds: Number(format.duration), format: format.format_name, pictures };
};

test('a show that its creator keeps is downloaded whole after the network was gone, is there after a reload, and goes when it is deleted', async ({
  browser,
}, info) => {
  const { page, context } = await openPage(browser);
  const probe = await watchBroadcast(page);
  await signIn(page, 'asha');
  await page.goto(SMALL_STUDIO);
  await page.getByRole('button', { name: 'Go Live', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Title').fill('Kept');
  const keep = dialog.getByLabel('Keep the recording on this device as well');
  await expect(
    dialog.getByText(/At most \d[\d:]+ of it is kept, and less where this device runs out of room/),
  ).toBeVisible();
  await keep.check();
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText('Streaming…')).toBeVisible({ timeout: 60_000 });
  const encoded = async () => (await probe.read()).pictures.length;
  await expect.poll(encoded, { timeout: 60_000 }).toBeGreaterThan(90);
  await context.setOffline(true);
  const before = await encoded();
  await expect.poll(encoded, { timeout: 60_000 }).toBeGreaterThan(before + 300);
  await context.setOffline(false);
  await expect(page.getByText('Streaming…')).toBeVisible({ timeout: 30_000 });
  await endShow(page);
  const { pictures } = await probe.read();

  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download my recording' }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/^vybzz-[\d-]+\.mp4$/);
  const path = info.outputPath('kept.mp4');
  await download.saveAs(path);
  const file = await probeFile(path);
  expect(file.format).toContain('mp4');
  expect(file.streams).toEqual([
    expect.objectContaining({ codec_type: 'video', codec_name: 'h264', width: 640 }),
    expect.objectContaining({ codec_type: 'audio', codec_name: 'aac' }),
  ]);
  // The encoder is warmed up with a picture that nobody sees.
  const given = new Set(pictures.map((time) => Math.round((time * 30) / MICROSECONDS)));
  const places = new Set(file.pictures.map((time) => Math.round((time - (file.pictures[0] ?? 0)) * 30)));
  expect([...given].filter((place) => !places.has(place))).toEqual([]);
  expect(Math.abs(file.seconds - given.size / 30)).toBeLessThan(1);

  await page.reload();
  const kept = page.getByRole('region', { name: 'Kept on this device' });
  await expect(kept.getByRole('button', { name: 'Download my recording' })).toBeVisible();
  // What was chosen is remembered.
  await page.getByRole('button', { name: 'Go Live', exact: true }).click();
  await expect(keep).toBeChecked();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await kept.getByRole('button', { name: 'Delete it here' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete it here' }).click();
  await expect(kept).toHaveCount(0);
  await context.close();
});
