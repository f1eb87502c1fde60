import { expect, test } from '@playwright/test';
import { expectPlaying, openPage, signIn } from './pages.ts';
import { endShow, goLive } from './studio.ts';

test('viewers are counted while they play, on every page that shows them, and not a moment longer', async ({
  browser,
  request,
}) => {
  test.setTimeout(240_000);
  const title = 'Counted';
  const creator = await openPage(browser, '/');
  await signIn(creator.page, 'asha');
  await creator.page.goto('/studio');
  await goLive(creator.page, title);
  const onAir = async () => {
    const { items } = (await (await request.get('/stream?state=live')).json()) as {
      items: { id: string; title: string }[];
    };
    return items.find((stream) => stream.title === title)?.id;
  };
  await expect.poll(onAir, { timeout: 60_000 }).toBeDefined();
  const id = (await onAir()) ?? '';
  const counted = async () =>
    ((await (await request.get(`/stream/${id}`)).json()) as { viewers: number; totalViewers?: number }).viewers;

  // the studio is no viewer, nor is a page that does not play
  await openPage(browser, '/');
  expect(await counted()).toBe(0);

  const viewer = await openPage(browser, `/watch/${id}`);
  await expectPlaying(viewer.page, 2);
  const phone = await openPage(browser, `/watch/${id}`, { viewport: { width: 390, height: 844 } });
  await expectPlaying(phone.page, 2);
  await expect.poll(counted, { timeout: 20_000 }).toBe(2);
  for (const { page } of [viewer, phone, creator])
    await expect(page.getByText('2 viewers').first()).toBeAttached({ timeout: 20_000 });

  // another tab of the same browser is the same viewer
  const tab = await viewer.context.newPage();
  await tab.goto(`/watch/${id}`);
  await expectPlaying(tab, 3);
  expect(await counted()).toBe(2);

  await phone.context.setOffline(true);
  await expect.poll(counted, { timeout: 21_000 }).toBe(1);
  await expect(creator.page.getByText('1 viewer', { exact: true }).first()).toBeAttached({ timeout: 3_000 });

  await endShow(creator.page);
  await expect(creator.page.getByText(`Who watched “${title}”`)).toBeVisible({ timeout: 30_000 });
  expect(await counted()).toBe(0);
});
