import { expect } from '@playwright/test';
import { makePlace, startCommand } from '../../infra/local/platform.testing.ts';
import { openPage, signIn, test } from './pages.ts';

const PAGES = ['/', '/studio', '/settings', '/@asha', '/watch/str_01m826xyyymsabtqkgyd6zwg7z', '/nowhere'];

test('no page of the built app complains in the console', async ({ browser }) => {
  const { page, context, complaints } = await openPage(browser);
  await signIn(page, 'asha');
  for (const path of PAGES) {
    await page.goto(path);
    await expect(page.locator('h1')).toBeVisible();
  }
  // A show, a person and a page that are not there are asked for, and Chromium notes each 404 by itself.
  expect(complaints.filter((complaint) => !/status of 404/.test(complaint))).toEqual([]);
  await context.close();
});

test('nor does any in dev, where Vite shares the origin', async ({ browser }) => {
  const place = await makePlace();
  const platform = await startCommand(place.environment, ['--dev']);
  expect(platform.endedWith, platform.said()).toBeUndefined();
  const { page, context, complaints } = await openPage(browser, `${platform.origin}/`);
  await expect(page.locator('h1')).toBeVisible();
  await signIn(page, 'bilal');
  for (const path of ['/', '/studio', '/settings']) {
    await page.goto(`${platform.origin}${path}`);
    await expect(page.locator('h1')).toBeVisible();
  }
  expect(complaints.filter((complaint) => !/status of 404/.test(complaint))).toEqual([]);
  await context.close();
  await platform.kill('SIGTERM');
  await place.remove();
});
