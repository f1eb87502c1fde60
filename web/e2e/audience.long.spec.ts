import { expect, type Locator, type Page } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';
import { expectPlaying, openPage, signIn, test } from './pages.ts';
import { endShow, goLive, idOnAir, SMALL_STUDIO } from './studio.ts';
import { chatOf, picture, PROMPTLY, say } from './chat.ts';

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

test('whoever has scrolled up is left there, the creator reads from afar in a window of its own, and a moderator is named', async ({
  browser,
  request,
}) => {
  const title = 'Much is said';
  const creator = await openPage(browser, '/', { viewport: { width: 1440, height: 900 } });
  await signIn(creator.page, 'bilal');
  await creator.page.goto(SMALL_STUDIO);
  await goLive(creator.page, title);
  const id = await idOnAir(request, title);

  // the chat in a window of its own, in type that is read from two metres; what was chosen stays
  const opening = creator.page.waitForEvent('popup');
  await chatOf(creator.page).getByRole('button', { name: 'Open in a new window' }).click();
  const window = await opening;
  await expect(chatOf(window).getByRole('textbox', { name: 'Message' })).toBeVisible();
  await chatOf(window).getByRole('button', { name: 'Larger text' }).press('Enter');
  await say(window, `Welcome ${'to everybody who is here '.repeat(12)}`);
  const line = chatOf(window).getByText('Welcome to everybody').first();
  // What was sent is drawn anew once it has been taken.
  const size = () => line.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  await expect.poll(size).toBeGreaterThanOrEqual(36);
  await window.reload();
  await expect(chatOf(window).getByRole('button', { name: 'Smaller text' })).toBeVisible();

  // a sound at messages is there for who wants it, and by the keyboard
  await chatOf(window).getByRole('button', { name: 'Play a sound for new messages' }).press('Enter');
  await expect(chatOf(window).getByRole('button', { name: 'Turn off the sound for new messages' })).toBeVisible();

  const reader = await openPage(browser, '/', { viewport: { width: 390, height: 844 } });
  await signIn(reader.page, 'chen');
  await reader.page.goto(`/chat/${id}`);
  const writer = await openPage(browser, '/');
  await signIn(writer.page, 'asha');
  await writer.page.goto(`/chat/${id}`);
  const long = 'that is a long story '.repeat(20);
  // in turns: one person may say eight things without a pause
  for (let i = 1; i <= 4; i++) {
    await say(i % 2 === 0 ? window : writer.page, `Part ${i} of it: ${long}`);
    await expect(chatOf(reader.page).getByText(`Part ${i} of it:`)).toBeVisible();
  }
  const list = chatOf(reader.page).getByRole('log');
  const top = () => list.evaluate((element) => element.scrollTop);
  expect(await top()).toBeGreaterThan(0);
  await list.focus();
  await reader.page.keyboard.press('Home');
  await expect.poll(top).toBe(0);
  const patiently = async (page: Page, from: number, many: number) => {
    for (let i = from; i < from + many; i++) {
      await say(page, `Line ${i}`);
      // seen by who reads: on its writer's page it stands before it has been taken
      await expect(chatOf(reader.page).getByText(`Line ${i}`, { exact: true })).toBeAttached();
    }
  };
  await patiently(window, 1, 6);
  await patiently(writer.page, 7, 6);
  const unseen = chatOf(reader.page).getByRole('button', { name: '12 new messages' });
  await expect(unseen).toBeVisible();
  expect(await top()).toBe(0);
  await picture(reader.page, 'scrolled-up');
  await picture(window, 'large-type');
  await unseen.press('Enter');
  await expect(unseen).toHaveCount(0);
  await expect(chatOf(reader.page).getByText('Line 12', { exact: true })).toBeInViewport();

  // whom the creator names may moderate: the creator's words are not theirs to touch, and others' are
  await chatOf(window).getByRole('button', { name: 'Moderate' }).click();
  await window.getByRole('textbox', { name: 'Add a moderator' }).fill('chen');
  await window.getByRole('button', { name: 'Add', exact: true }).press('Enter');
  await expect(window.getByText('Chen Wei')).toBeVisible();
  await picture(window, 'moderation');
  await reader.page.reload();
  await chatOf(reader.page).getByRole('button', { name: 'More about the message by Asha' }).last().click();
  await reader.page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(chatOf(writer.page).getByText('Line 12', { exact: true })).toHaveCount(0);
  await chatOf(reader.page).getByRole('button', { name: 'More about the message by Bilal' }).last().click();
  await expect(reader.page.getByRole('menuitem', { name: 'Ban' })).toHaveCount(0);
  await reader.page.keyboard.press('Escape');
  for (const page of [window, reader.page]) {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id: rule, nodes }) => [rule, nodes.map(({ html }) => html)])).toEqual([]);
  }
  await endShow(creator.page);
});

/** Of a sign upon its own ground (WCAG 2.2, 1.4.11), which axe does not look at. */
const contrastOf = (sign: Locator): Promise<number> =>
  sign.evaluate((element) => {
    const { color, backgroundColor } = getComputedStyle(element);
    const light = (text: string) => {
      const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
        const share = Number(part) / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const [dark = 0, bright = 0] = [light(color), light(backgroundColor)].toSorted((one, other) => one - other);
    return (bright + 0.05) / (dark + 0.05);
  });

test('each comes back by itself, and who is blocked in the middle of a show is out of it within ten seconds', async ({
  browser,
  request,
}) => {
  const title = 'Among friends';
  const creator = await openPage(browser, '/', { viewport: { width: 1440, height: 900 } });
  await signIn(creator.page, 'asha');
  const viewer = await openPage(browser, '/@asha', { viewport: { width: 1440, height: 900 } });
  await signIn(viewer.page, 'chen');
  const phone = await openPage(browser, '/@asha', { viewport: { width: 390, height: 844 } });
  await signIn(phone.page, 'bilal');
  for (const { page } of [viewer, phone]) {
    await page.getByRole('button', { name: 'Follow', exact: true }).first().click();
    await expect(page.getByRole('button', { name: 'Following' }).first()).toBeVisible();
  }
  await creator.page.goto(SMALL_STUDIO);
  await goLive(creator.page, title, 0, true);
  // at home it appears by itself as soon as it can be watched; a page that was opened before that does not say so everywhere
  await viewer.page.goto('/');
  const followed = viewer.page.getByRole('region', { name: 'Live from people you follow' });
  const href = await followed.getByRole('link', { name: title }).getAttribute('href');
  const id = href?.split('/').at(-1) ?? '';

  const addresses: string[] = [];
  viewer.page.on('request', (asked) => {
    if (asked.url().includes('.m3u8')) addresses.push(asked.url());
  });
  const heard: string[] = [];
  viewer.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(payload.toString())));
  await viewer.page.goto(`/watch/${id}`);
  await phone.page.goto(`/watch/${id}`);
  for (const { page } of [viewer, phone]) await expectPlaying(page, 2);
  const viewersAre = (text: string) => expect(creator.page.getByText(text, { exact: true }).first()).toBeAttached();
  await viewersAre('2 viewers');

  // each is cut off from the network for a while, and hears afterwards what was said meanwhile
  for (const [cut, other] of [
    [viewer, creator],
    [phone, viewer],
    [creator, phone],
  ] as const) {
    await cut.context.setOffline(true);
    const text = `Said while somebody was away, for the ${cut === viewer ? 'first' : cut === phone ? 'second' : 'third'} time`;
    await say(other.page, text);
    await expect(chatOf(other.page).getByText(text)).toBeVisible();
    await expect(chatOf(cut.page).getByText(text)).toHaveCount(0);
    await cut.context.setOffline(false);
    await expect(chatOf(cut.page).getByText(text)).toHaveCount(1);
  }
  await expect(creator.page.getByText('Streaming…')).toBeVisible();
  for (const { page } of [viewer, phone]) await expectPlaying(page, 2);
  await viewersAre('2 viewers');

  // blocked by the creator on their page: out at once, with nothing of theirs to do; what they were given before is good for nothing
  const profile = await creator.context.newPage();
  await profile.goto('/@chen');
  await profile.getByRole('button', { name: 'More about Chen' }).click();
  await profile.getByRole('menuitem', { name: 'Block @chen' }).click();
  const playlist = addresses.at(-1) ?? '';
  expect((await request.get(playlist)).status()).toBe(200);
  await profile.getByRole('button', { name: 'Block', exact: true }).click();
  await Promise.all([
    expect(viewer.page.getByTestId('player')).toHaveCount(0, PROMPTLY),
    expect(creator.page.getByText('2 viewers', { exact: true })).toHaveCount(0, PROMPTLY),
    expect.poll(async () => (await request.get(playlist)).status(), PROMPTLY).toBe(403),
  ]);
  await profile.close();
  // whoever plays on is counted on, however slowly the machine plays it
  await viewersAre('1 viewer');
  await picture(viewer.page, 'blocked');

  const before = heard.length;
  await say(creator.page, 'Among ourselves');
  await expect(chatOf(phone.page).getByText('Among ourselves')).toBeVisible();
  expect(heard.slice(before).join('')).not.toContain('Among ourselves');
  await viewer.page.reload();
  await expect(viewer.page.getByText('This show is not for everyone')).toBeVisible();
  await expect(chatOf(viewer.page)).toHaveCount(0);
  await expectPlaying(phone.page, 2);
  await picture(phone.page, 'phone-after');

  // a creator on a phone has the last words over their own picture, as the chat itself is further down
  const away = creator.page.getByRole('button', { name: 'Hide the chat over the picture' });
  await expect(away).toBeHidden();
  await creator.page.setViewportSize({ width: 390, height: 844 });
  await expect(away).toBeInViewport();
  for (const colorScheme of ['light', 'dark'] as const) {
    await creator.page.emulateMedia({ colorScheme });
    expect(await contrastOf(away)).toBeGreaterThanOrEqual(3);
  }
  await picture(creator.page, 'phone-overlay');
  await away.press('Enter');
  await expect(creator.page.getByRole('button', { name: 'Show the chat over the picture' })).toBeVisible();
  await endShow(creator.page);
});
