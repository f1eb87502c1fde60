import { gzipSync } from 'node:zlib';
import { expect, type Browser } from '@playwright/test';
import { openPage, signIn, test } from './pages.ts';

const KIB = 1024;

/** The JavaScript that a page has asked for before anybody presses anything, gzipped, in bytes. */
const weightOf = async (browser: Browser, path: string): Promise<number> => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const scripts: Promise<number>[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.endsWith('.js'))
      scripts.push(response.body().then((code) => gzipSync(code).length));
  });
  await page.goto(path);
  await expect(page.locator('h1').first()).toBeVisible();
  await page.waitForLoadState('networkidle');
  const bytes = await Promise.all(scripts);
  await context.close();
  expect(bytes.length).toBeGreaterThan(0);
  return bytes.reduce((sum, one) => sum + one, 0);
};

/** Whatever `npm run sizes` reckons from what a page names, this is what a browser does: nothing more is asked for at once. */
test('Home and a show before it plays are within what they may weigh', async ({ browser, request }) => {
  const { page, context } = await openPage(browser);
  await signIn(page, 'asha');
  const token = await page.evaluate(
    () => (JSON.parse(localStorage.getItem('vybzz.tokens') ?? '{}') as { accessToken: string }).accessToken,
  );
  const announced = await request.post('/stream/create', {
    headers: { authorization: `Bearer ${token}` },
    data: { title: 'Next week', scheduledFor: new Date(Date.now() + 7 * 86_400_000).toISOString() },
  });
  const { stream } = (await announced.json()) as { stream: { id: string } };
  await context.close();
  expect(await weightOf(browser, '/')).toBeLessThan(120 * KIB);
  expect(await weightOf(browser, `/watch/${stream.id}`)).toBeLessThan(200 * KIB);
});
