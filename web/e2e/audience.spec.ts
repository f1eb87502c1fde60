import { expect } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';
import { openPage, signIn, test } from './pages.ts';
import { endShow, goLive, idOnAir, SMALL_STUDIO } from './studio.ts';
import { chatOf, picture, say } from './chat.ts';

test('an audience talks: chat, answers, reactions, moderation at once, and what was not sent is tried again', async ({
  browser,
  request,
}) => {
  const title = 'A conversation';
  const creator = await openPage(browser, '/', { viewport: { width: 1440, height: 900 } });
  await signIn(creator.page, 'bilal');
  await creator.page.goto(SMALL_STUDIO);
  await goLive(creator.page, title);
  const id = await idOnAir(request, title);
  const viewer = await openPage(browser, '/', { viewport: { width: 1440, height: 900 } });
  await signIn(viewer.page, 'chen');
  await viewer.page.goto(`/watch/${id}`);
  const phone = await openPage(browser, `/watch/${id}`, { viewport: { width: 390, height: 844 } });
  await expect(chatOf(phone.page).getByRole('button', { name: 'Sign in to chat' })).toBeVisible();

  await say(viewer.page, 'Hello from https://vybzz.test');
  for (const { page } of [viewer, creator, phone]) await expect(chatOf(page).getByText('Hello from')).toBeVisible();

  // the creator answers by keyboard alone
  await chatOf(creator.page).getByRole('button', { name: 'More about the message by Chen' }).focus();
  await creator.page.keyboard.press('Enter');
  await creator.page.getByRole('menuitem', { name: 'Reply' }).press('Enter');
  await say(creator.page, 'Welcome, @chen');
  await expect(chatOf(viewer.page).getByText('Welcome,')).toBeVisible();
  await expect(chatOf(viewer.page).getByText('@chen: Hello from https://vybzz.test')).toBeVisible();

  await chatOf(phone.page).getByRole('button', { name: 'Love' }).click();
  await expect(chatOf(viewer.page).getByRole('button', { name: 'Love 1' })).toBeVisible();

  // what is not sent says so, and is sent once
  await viewer.context.setOffline(true);
  await say(viewer.page, 'Through the tunnel');
  await expect(chatOf(viewer.page).getByText('Not sent.')).toBeVisible();
  await viewer.context.setOffline(false);
  await chatOf(viewer.page).getByRole('button', { name: 'Try again' }).click();
  for (const { page } of [viewer, creator, phone])
    await expect(chatOf(page).getByText('Through the tunnel')).toHaveCount(1);

  for (const { page } of [creator, viewer, phone]) {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id: rule, nodes }) => [rule, nodes.map(({ html }) => html)])).toEqual([]);
  }
  for (const [name, { page }] of Object.entries({ creator, viewer, phone })) await picture(page, name);

  // a message goes for all, and comes back when that is taken back
  await chatOf(creator.page).getByRole('button', { name: 'More about the message by Chen' }).first().click();
  await creator.page.getByRole('menuitem', { name: 'Delete' }).click();
  for (const { page } of [viewer, phone])
    await expect(chatOf(page).getByText('Hello from', { exact: false })).toHaveCount(0);
  await chatOf(creator.page).getByRole('button', { name: 'Moderate' }).click();
  await creator.page.getByRole('button', { name: 'Undo' }).first().click();
  await creator.page.keyboard.press('Escape');
  await expect(chatOf(phone.page).getByText('Hello from').first()).toBeVisible();

  // banned in the middle of the show: nothing plays, nothing is heard, nobody is counted
  await chatOf(creator.page).getByRole('button', { name: 'More about the message by Chen' }).first().click();
  await creator.page.getByRole('menuitem', { name: 'Ban @chen' }).click();
  await expect(viewer.page.getByText('This show is not for everyone')).toBeVisible();
  await expect(viewer.page.getByTestId('player')).toHaveCount(0);
  await endShow(creator.page);
});
