import { expect, type Browser } from '@playwright/test';
import { openPage, signIn, type Watched } from '../../../web/e2e/pages.ts';
import type { Language } from '../../../web/src/words/language.ts';
import type { State } from './states.ts';

/** The person of a name, in a browser of their own that is opened when it is first needed. */
export type PersonOf = (who: State['who']) => Promise<Watched>;

/** Where the app keeps the language that was chosen in a browser. */
const LANGUAGE = 'vybzz.language';
const MOST_LAYERS = 4;

export const createPeople = (browser: Browser, origin: string): PersonOf => {
  const opened = new Map<State['who'], Watched>();
  return async (who) => {
    const known = opened.get(who);
    if (known) return known;
    const person = await openPage(browser, '/', {
      baseURL: origin,
      locale: 'en-US',
      permissions: ['camera', 'microphone'],
      viewport: { width: 1440, height: 900 },
    });
    opened.set(who, person);
    if (who !== 'stranger') await signIn(person.page, who);
    return person;
  };
};

/** Chooses the language as a person does, without leaving the page. */
export const speak = async ({ page }: Watched, language: Language): Promise<void> => {
  const spoken = page.locator('html');
  if ((await spoken.getAttribute('lang')) === language) return;
  await page.locator('.account-corner').click();
  await page.locator(`[role=menuitemradio][lang="${language}"]`).click();
  await expect(spoken).toHaveAttribute('lang', language);
  await shutAll(page);
};

/** Opens an address in a language: whoever was here before may have left another. */
export const visit = async ({ page }: Watched, url: string, language: Language): Promise<void> => {
  await page.goto(url);
  const before = await page.evaluate((key) => localStorage.getItem(key) ?? 'en', LANGUAGE);
  if (before !== language) {
    await page.evaluate(([key, code]) => localStorage.setItem(key, code), [LANGUAGE, language] as const);
    await page.reload();
  }
  await expect(page.locator('html')).toHaveAttribute('lang', language, { timeout: 10_000 });
  await expect(page.locator('main')).toBeAttached({ timeout: 20_000 });
};

/** Shuts what lies over the page: dialogs, menus, pop-ups. */
export const shutAll = async (page: Watched['page']): Promise<void> => {
  const layers = page.locator('[role=dialog], [role=alertdialog], [role=menu]');
  for (let presses = 0; presses < MOST_LAYERS; presses += 1) {
    const before = await layers.count();
    if (before === 0) return;
    await page.keyboard.press('Escape');
    await expect.poll(() => layers.count(), { timeout: 5_000 }).toBeLessThan(before);
  }
};
