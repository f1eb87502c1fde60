import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** WCAG 2.2 A and AA, as far as a program can tell. */
const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What keeps somebody from using a page, each thing with where it was found; in the dialog alone where one is looked at. */
export const watchAccess = (page: Page) => {
  const found: string[] = [];
  const look = async (what: string, within?: string): Promise<void> => {
    const axe = new AxeBuilder({ page }).withTags(STANDARD);
    const { violations } = await (within === undefined ? axe : axe.include(within)).analyze();
    found.push(
      ...violations.map(
        ({ id, nodes }) => `${what}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
      ),
    );
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) found.push(`${what}: ${wide} px wider than the window`);
  };
  return { look, found };
};
