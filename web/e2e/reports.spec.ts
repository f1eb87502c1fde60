import { expect, type Page } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';
import { openPage, signIn, test } from './pages.ts';

const LOOKS = [
  { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
] as const;

/** What keeps somebody from using a page, in either look. */
const held = async (page: Page, name: string): Promise<string[]> => {
  const found: string[] = [];
  for (const { colorScheme, viewport } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    const { violations } = await new AxeBuilder({ page }).analyze();
    found.push(...violations.map(({ id, nodes }) => `${name}: ${id} at ${nodes.map(({ html }) => html).join(' ')}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) found.push(`${name}: ${wide} px wider than the window`);
    const folder = process.env['VYBZZ_SHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
  }
  return found;
};

test('what a person reports, a moderator sees, deals with and takes back; whose it is hears nothing', async ({
  browser,
}) => {
  const author = await openPage(browser, '/');
  await signIn(author.page, 'asha');
  const text = `A post that somebody minds, ${Date.now()}`;
  await author.page.getByRole('textbox', { name: 'New post' }).fill(text);
  await author.page.getByRole('button', { name: 'Post', exact: true }).click();
  const posted = (page: Page) => page.getByRole('article').filter({ hasText: text });
  await expect(posted(author.page)).toBeVisible();

  // by keyboard alone: from its menu to the word of thanks
  const reader = await openPage(browser, '/');
  await signIn(reader.page, 'chen');
  await reader.page.goto('/@asha');
  await reader.page.getByRole('tab', { name: 'Posts' }).click();
  await posted(reader.page).getByRole('button', { name: 'More about this post' }).focus();
  await reader.page.keyboard.press('Enter');
  await reader.page.getByRole('menuitem', { name: 'Report' }).press('Enter');
  const dialog = reader.page.getByRole('dialog', { name: 'Report this post' });
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: 'Report' }).click();
  await expect(dialog.getByText('Choose what is wrong.')).toBeVisible();
  expect(await held(reader.page, 'report-dialog')).toEqual([]);
  await dialog.getByLabel('Harassment or bullying').press('Space');
  await dialog.getByLabel('Anything else? (optional)').fill('It is about my family.');
  await dialog.getByRole('button', { name: 'Report' }).press('Enter');
  await expect(reader.page.getByText('Reported. Thank you.')).toBeVisible();
  await expect(dialog).toHaveCount(0);

  const moderator = await openPage(browser, '/');
  await signIn(moderator.page, 'mona');
  await moderator.page.getByRole('button', { name: 'Account of Mona' }).click();
  await moderator.page.getByRole('menuitem', { name: 'Reports' }).click();
  const reported = moderator.page.getByRole('article').filter({ hasText: text });
  await expect(reported.getByText('It is about my family.')).toBeVisible();
  expect(await held(moderator.page, 'moderation')).toEqual([]);
  await reported.getByRole('button', { name: 'Suspend Asha' }).click();
  await moderator.page.getByRole('menuitem', { name: 'For 1 day' }).click();
  await expect(reported.getByText('Suspended until')).toBeVisible();
  await author.page.getByRole('textbox', { name: 'New post' }).fill('May I?');
  await author.page.getByRole('button', { name: 'Post', exact: true }).click();
  await expect(author.page.getByText('Your account is suspended')).toBeVisible();

  await reported.getByRole('button', { name: 'Remove the post' }).click();
  await moderator.page.getByRole('alertdialog').getByRole('button', { name: 'Remove the post' }).click();
  await expect(reported).toHaveCount(0);
  await reader.page.setViewportSize({ width: 390, height: 844 });
  await reader.page.reload();
  await reader.page.getByRole('tab', { name: 'Posts' }).click();
  await expect(reader.page.getByRole('article').first().or(reader.page.getByText('No posts yet'))).toBeVisible();
  await expect(posted(reader.page)).toHaveCount(0);

  await moderator.page.getByRole('tab', { name: 'Log' }).click();
  const suspended = moderator.page.getByRole('listitem').filter({ hasText: 'suspended @asha' }).first();
  await expect(suspended).toBeVisible();
  expect(await held(moderator.page, 'moderation-log')).toEqual([]);
  await suspended.getByRole('button', { name: 'Undo' }).click();
  await expect(suspended.getByText('undone')).toBeVisible();
  await author.page.getByRole('button', { name: 'Post', exact: true }).click();
  await expect(author.page.getByRole('article').filter({ hasText: 'May I?' })).toBeVisible();
  for (const { page, context } of [author, reader, moderator]) {
    await page.close();
    await context.close();
  }
});

test('who is no moderator is shown no reports', async ({ browser }) => {
  const { page, context } = await openPage(browser, '/');
  await page.goto('/moderation');
  await expect(page.getByRole('button', { name: 'Continue to sign-in' })).toBeVisible();
  await page.goto('/');
  await signIn(page, 'chen');
  await page.goto('/moderation');
  await expect(page.getByText('This page is for the moderators of Vybzz.')).toBeVisible();
  await context.close();
});
