import type { Page } from '@playwright/test';

export const chatOf = (page: Page) => page.getByRole('region', { name: 'Chat' });
export const say = async (page: Page, text: string) => {
  await chatOf(page).getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
};
/** As it is promised of who has lost access. */
export const PROMPTLY = { timeout: 10_000 };
/** Pictures to be looked at, where a folder for them is named. */
export const picture = async (page: Page, name: string) => {
  const folder = process.env['VYBZZ_SHOTS'];
  if (!folder) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
  }
};
