import { expect } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';
import { expectPlaying, openPage, signIn, test } from './pages.ts';
import { endShow, goLive, idOnAir, SMALL_STUDIO } from './studio.ts';
import { chatOf, picture, say } from './chat.ts';

test('viewers are counted while they play, on every page that shows them, and not a moment longer', async ({
  browser,
  request,
}) => {
  const title = 'Counted';
  const creator = await openPage(browser, '/');
  await signIn(creator.page, 'asha');
  await creator.page.goto(SMALL_STUDIO);
  await goLive(creator.page, title);
  const id = await idOnAir(request, title);
  const counted = async () =>
    ((await (await request.get(`/stream/${id}`)).json()) as { viewers: number; totalViewers?: number }).viewers;

  // the studio is no viewer, nor is a page that does not play
  await openPage(browser, '/');
  expect(await counted()).toBe(0);

  const viewer = await openPage(browser, `/watch/${id}`);
  await expectPlaying(viewer.page, 2);
  const phone = await openPage(browser, `/watch/${id}`, { viewport: { width: 390, height: 844 } });
  await expectPlaying(phone.page, 2);
  await expect.poll(counted).toBe(2);
  for (const { page } of [viewer, phone, creator]) await expect(page.getByText('2 viewers').first()).toBeAttached();

  // another tab of the same browser is the same viewer
  const tab = await viewer.context.newPage();
  await tab.goto(`/watch/${id}`);
  await expectPlaying(tab, 3);
  await expect.poll(counted).toBe(2);

  await phone.context.setOffline(true);
  await expect.poll(counted).toBe(1);
  await expect(creator.page.getByText('1 viewer', { exact: true }).first()).toBeAttached();

  await endShow(creator.page);
  await expect(creator.page.getByText(`Who watched “${title}”`)).toBeVisible();
  expect(await counted()).toBe(0);
});

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
