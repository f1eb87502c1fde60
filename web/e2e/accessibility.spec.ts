import { expect } from '@playwright/test';
import { watchAccess } from './access.ts';
import { openPage, signIn, test } from './pages.ts';
import { endShow, goLive, SMALL_STUDIO } from './studio.ts';

/** Each colour scheme and each size once; what differs between them does not hang on the pair. */
const LOOKS = [
  { colorScheme: 'dark', size: 'desktop', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'light', size: 'phone', viewport: { width: 390, height: 844 } },
] as const;

/** Runs in a page: waits until all that it changes has changed, and is painted. */
const settle = async (): Promise<void> => {
  const ends = document
    .getAnimations()
    .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    .map(({ finished }) => finished.catch(() => undefined));
  await Promise.all(ends);
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
};

test('every page can be used by anybody: light on a phone, dark on a desktop', async ({ browser }) => {
  // looks at each page twice, a second or more each
  test.slow();
  const login = 'asha';
  const { page, context } = await openPage(browser, '/', { permissions: ['camera', 'microphone'] });
  const { look: lookOnce, found } = watchAccess(page);
  /** Looks at what stands there in each way; a page is loaded once for all of them. */
  const look = async (where: string): Promise<void> => {
    for (const { colorScheme, size, viewport } of LOOKS) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(viewport);
      await page.evaluate(settle);
      await lookOnce(`${where}: ${colorScheme}, ${size}`);
    }
  };
  await expect(page.locator('h1')).toBeVisible();
  await look('home');
  // whoever wants nothing to move sees nothing pass into something else: by default all of an element would
  expect(await page.locator('h1').evaluate((heading) => getComputedStyle(heading).transitionDuration)).toBe('0s');
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await expect(page.getByRole('button', { name: new RegExp(login, 'i') })).toBeVisible();
  await look('sign-in');
  await page.goto('/');
  await signIn(page, login);
  for (const path of [
    '/',
    '/settings',
    `/@${login}`,
    '/find',
    `/find?q=${login}`,
    '/tag/nothing',
    '/category/music',
    '/nowhere',
    SMALL_STUDIO,
  ]) {
    await page.goto(path);
    await expect(page.locator('h1')).toBeVisible();
    await look(path);
  }
  await page.getByRole('button', { name: 'Go Live', exact: true }).click();
  await expect(page.getByRole('dialog').getByLabel('Title')).toBeVisible();
  await look('the Go Live dialog');
  await page.keyboard.press('Escape');
  await goLive(page, 'For everybody');
  await look('the studio on the air');
  await page.getByRole('button', { name: 'Devices' }).click();
  await expect(page.getByRole('dialog', { name: 'Devices' })).toBeVisible();
  await look('the choice of devices');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(page.getByRole('button', { name: 'End the show' })).toBeVisible();
  await look('the question before the end');
  await page.keyboard.press('Escape');
  await endShow(page);
  // The End button has gone with the show, and must not take the focus with it.
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  await look('the word after the end');
  expect(found).toEqual([]);
  await context.close();
});

test('the dialogs of a running show can be used by anybody, and so can pages from the right', async ({ browser }) => {
  const { page, context } = await openPage(browser, '/', {
    viewport: { width: 390, height: 844 },
    permissions: ['camera', 'microphone'],
  });
  const { look, found } = watchAccess(page);
  await signIn(page, 'asha');
  await page.goto(SMALL_STUDIO);
  await goLive(page, 'For every language');
  await page.getByRole('button', { name: 'Sound', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Sound' }).getByRole('slider').first()).toBeVisible();
  await look('the mixing desk', '[role=dialog]');
  await page.keyboard.press('Escape');
  const scenes = page.getByRole('region', { name: 'Scenes' });
  await scenes.getByRole('button', { name: 'Edit' }).click();
  const editor = page.getByRole('dialog', { name: 'Scenes' });
  for (const scene of ['Screen and camera', 'Pictures or video', 'Starting soon']) {
    await editor.getByLabel('Scene', { exact: true }).selectOption(scene);
    await look(`the editor of “${scene}”`, '[role=dialog]');
  }
  await page.keyboard.press('Escape');
  await scenes.getByRole('button', { name: 'Be right back' }).click();
  await expect(page.getByRole('img', { name: 'What viewers see: Be right back' })).toBeVisible();
  await page.getByRole('button', { name: 'Account of' }).click();
  await page.getByRole('menuitemradio', { name: 'اردو' }).click();
  await expect(page.locator('html[lang=ur][dir=rtl]')).toBeVisible();
  await expect(page.getByRole('img', { name: /ابھی واپس آتے ہیں/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await look('the studio on the air in Urdu');
  await page.getByRole('button', { name: 'ختم کریں', exact: true }).click();
  await page.getByRole('button', { name: 'شو ختم کریں' }).click();
  await expect(page.getByText('سب کچھ بھیج دیا گیا۔')).toBeVisible();
  await page.goto('/');
  await expect(page.locator('html[lang=ur][dir=rtl] h1')).toBeVisible();
  await look('home in Urdu');
  expect(found).toEqual([]);
  await context.close();
});
