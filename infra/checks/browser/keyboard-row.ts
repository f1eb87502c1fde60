import { expect, type Page } from '@playwright/test';
import { rest } from '../../../web/src/words/en/rest.ts';
import { SMALL_STUDIO } from '../../../web/e2e/studio.ts';
import { compareFrames } from '../../../web/e2e/frame-comparison.ts';
import { openStudio, told, whole, type BrowserHarness, type Kept, type Row } from './rows.ts';

const { broadcast, studio } = rest;

const SWITCHES = 10;
const WITHIN_MS = 60_000;
/** A scene stands for so many pictures before the next one. */
const STANDS = 45;
/** No page of ours has so many places. */
const MOST_TABS = 150;

/** Goes on with Tab until this button has the focus, as a person does who has no mouse. */
const tabTo = async (page: Page, name: string): Promise<void> => {
  const button = page.getByRole('button', { name, exact: true });
  await expect(button.first()).toBeEnabled({ timeout: 30_000 });
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    if (await button.evaluateAll((all) => all.includes(document.activeElement as HTMLElement))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not come to "${name}"`);
};

const press = async (page: Page, name: string): Promise<void> => {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
};

/** Goes live, shows scene after scene and ends, by the keyboard alone. */
const playKeyboard = async (harness: BrowserHarness): Promise<Kept> => {
  const { page, read } = await openStudio(harness, SMALL_STUDIO);
  await press(page, studio.goLive);
  const title = page.getByRole('dialog').getByLabel(broadcast.title);
  await expect(title).toBeVisible();
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    if (await title.evaluate((field) => field === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type('One scene after another');
  await press(page, broadcast.start);
  await expect(page.getByText(broadcast.status.streaming)).toBeVisible({ timeout: 30_000 });

  const { startPressedAtMs } = await read();
  const frames = async () => (await harness.sink.arrived(startPressedAtMs))?.ingest.video.frames ?? 0;
  const comeOn = async (pictures: number) => {
    const before = await frames();
    await expect.poll(frames, { timeout: 30_000, intervals: [100] }).toBeGreaterThan(before + pictures);
  };
  const tiles = page.getByRole('region', { name: broadcast.scenes.scenes }).getByRole('listitem').getByRole('button');
  await comeOn(STANDS);
  const scenes = await tiles.count();
  const beganMs = Date.now();
  for (let at = 0; at < SWITCHES; at++) {
    // the first is what goes out already
    const next = (at + 1) % scenes;
    await page.keyboard.press(String(next + 1));
    await expect(tiles.nth(next)).toHaveAttribute('aria-pressed', 'true');
    await comeOn(STANDS);
  }
  const tookMs = Date.now() - beganMs;
  await press(page, broadcast.end);
  await press(page, broadcast.endTheShowNow);
  await expect(page.getByText(broadcast.account.allSent)).toBeVisible({ timeout: 30_000 });

  const arrived = await harness.sink.arrived(startPressedAtMs);
  if (!arrived) throw new Error('no encoder has come to the sink');
  const sum = compareFrames(arrived.ingest, (await read()).pictures);
  await page.close();
  const broken = whole(sum);
  if (tookMs > WITHIN_MS) broken.push(`the scenes took ${tookMs} ms`);
  if (scenes < 3) broken.push(`there are ${scenes} scenes`);
  return { measured: { scenes, 'ten switches, ms': tookMs, ...told(sum) }, broken };
};

export const KEYBOARD_ROW: Row = {
  name: 'keyboard',
  promise: 'by keyboard alone: live, ten scenes in a minute, ended; not a frame is missing at the sink',
  play: playKeyboard,
};
