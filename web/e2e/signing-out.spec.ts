import { expect, type Page } from '@playwright/test';
import { openPage, signIn, test } from './pages.ts';

/** The shows that this device has something of. */
const keptHere = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const shows = await (await navigator.storage.getDirectory()).getDirectoryHandle('shows', { create: true });
    const names: string[] = [];
    for await (const name of shows.keys()) names.push(name);
    return names.sort();
  });

/** Puts a show on this device; where it runs its file is open until `close` is called. */
const keep = (page: Page, name: string, runs: boolean): Promise<void> =>
  page.evaluate(
    async ([folder, isOpen]) => {
      const shows = await (await navigator.storage.getDirectory()).getDirectoryHandle('shows', { create: true });
      const show = await shows.getDirectoryHandle(folder, { create: true });
      const file = await (await show.getFileHandle('media', { create: true })).createWritable();
      if (isOpen) Object.assign(globalThis, { close: () => file.close() });
      else await file.close();
    },
    [name, runs] as const,
  );

test('whoever signs out leaves nothing of their shows on the device, nor does a show that another tab still sends', async ({
  browser,
}) => {
  const { page, context } = await openPage(browser);
  await signIn(page, 'asha');
  await keep(page, 'str_1~1~a', false);
  await keep(page, 'str_2~2~b', true);
  await keep(page, 'str_3~3~c', false);
  const other = await context.newPage();
  await other.goto('/settings');
  await other.getByRole('main').getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect.poll(() => keptHere(page)).toEqual(['str_2~2~b']);
  await page.evaluate(() => (Reflect.get(globalThis, 'close') as () => Promise<void>)());
  await expect.poll(() => keptHere(page)).toEqual([]);
  await context.close();
});
