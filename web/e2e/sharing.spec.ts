import { expect, type Locator, type Page } from '@playwright/test';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expectPlaying, openPage, signIn, test } from './pages.ts';
import { endShow, goLive, idOnAir, SMALL_STUDIO } from './studio.ts';

/** A page of somebody else, at an origin of its own. */
const elsewhere = async (html: string) => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
    close: () => server.close(),
  };
};

/** By touch, by keyboard and to a screen reader: of controls that have gone out of sight, while the show plays on. */
const expectNothingUnseenToBePressed = async (page: Page, title: string): Promise<void> => {
  const idle = page.locator('.player--idle');
  const pause = page.getByRole('button', { name: 'Pause' });
  const link = page.getByRole('link', { name: title });
  const opacity = (of: Locator) => of.evaluate((element) => Number(getComputedStyle(element).opacity));
  const tap = async (target: Locator): Promise<void> => {
    const { x, y, width, height } = (await target.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.touchscreen.tap(x + width / 2, y + height / 2);
  };
  const bars = [page.locator('.player__bar'), page.locator('.embed__bar')];
  for (const hidden of [pause, link, page.getByRole('button', { name: 'Full screen' })]) {
    await expect(idle).toBeVisible();
    for (const bar of bars) await expect.poll(() => opacity(bar)).toBe(0);
    await expect(hidden).toHaveCount(1);
    await tap(hidden);
    await expect(idle).toHaveCount(0);
    for (const bar of bars) await expect.poll(() => opacity(bar)).toBe(1);
    await expect(pause).toHaveCount(1);
    expect(await page.evaluate(() => document.fullscreenElement)).toBeNull();
    expect(page.context().pages()).toHaveLength(1);
    // the next tap, which sees them, puts them out of sight
    await tap(page.getByTestId('player'));
  }
  await expect(idle).toBeVisible();
  await pause.focus();
  await expect(idle).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Play', exact: true }).first()).toBeVisible();
};

test('a show is told of where its link is shown, and plays in a page of another origin', async ({
  browser,
  request,
  baseURL,
}) => {
  const title = 'Shown elsewhere';
  const creator = await openPage(browser, '/');
  await signIn(creator.page, 'asha');
  await creator.page.goto(SMALL_STUDIO);
  await goLive(creator.page, title);
  const id = await idOnAir(request, title);

  for (const agent of ['facebookexternalhit/1.1', 'Twitterbot/1.0']) {
    const answer = await request.get(`/watch/${id}`, { headers: { 'user-agent': agent } });
    const html = await answer.text();
    expect(answer.status()).toBe(200);
    expect(html).toContain(`<meta property="og:title" content="${title}">`);
    expect(html).toContain('<meta property="og:description" content="Asha Rao is live now.">');
    expect(html).toMatch(/<meta property="og:image" content="http:\/\/localhost:\d+\/image\/[^"]+">/);
    expect(html).toContain(`<meta name="twitter:player" content="${baseURL}/embed/${id}">`);
  }

  // by the very code that the dialog gives
  await creator.page.getByRole('button', { name: 'Share', exact: true }).click();
  const code = await creator.page.getByRole('textbox', { name: 'Embed code' }).inputValue();
  await creator.page.keyboard.press('Escape');
  const site = await elsewhere(`<!doctype html><title>Elsewhere</title><h1>My page</h1>${code}`);
  const viewer = await openPage(browser, site.url);
  const frame = viewer.page.frameLocator('iframe');
  await frame.getByRole('button', { name: `Play ${title}` }).click();
  const player = frame.getByTestId('player');
  const seconds = () => player.evaluate((video) => (video instanceof HTMLVideoElement ? video.currentTime : 0));
  await expect(player).toBeVisible();
  await expect.poll(seconds).toBeGreaterThan(0);
  const began = await seconds();
  await expect.poll(seconds).toBeGreaterThan(began + 3);
  expect(viewer.complaints).toEqual([]);

  // no other page of ours lets itself be framed
  const framed = await elsewhere(
    `<!doctype html><title>Elsewhere</title><iframe src="${baseURL}/watch/${id}"></iframe>`,
  );
  const trap = await openPage(browser, framed.url);
  await expect.poll(() => trap.complaints.some((complaint) => /frame-ancestors|Framing/.test(complaint))).toBe(true);

  const whole = await openPage(browser, `/embed/${id}?autoplay=1`, { hasTouch: true });
  await expectPlaying(whole.page, 2);
  await expectNothingUnseenToBePressed(whole.page, title);
  await endShow(creator.page);
  site.close();
  framed.close();
});
