import { gzipSync } from 'node:zlib';
import { expect, type Browser } from '@playwright/test';
import { openPage, signIn, test } from './pages.ts';

const KIB = 1024;

type Script = { file: string; bytes: number };

/** The JavaScript that a page has asked for before anybody presses anything, gzipped, the heaviest first. */
const scriptsOf = async (browser: Browser, path: string): Promise<Script[]> => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const scripts: Promise<Script>[] = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.endsWith('.js'))
      scripts.push(response.body().then((code) => ({ file: pathname, bytes: gzipSync(code).length })));
  });
  await page.goto(path);
  await expect(page.locator('h1').first()).toBeVisible();
  await page.waitForLoadState('networkidle');
  const asked = await Promise.all(scripts);
  await context.close();
  expect(asked.length).toBeGreaterThan(0);
  return asked.toSorted((one, other) => other.bytes - one.bytes);
};

const expectWithin = (scripts: readonly Script[], most: number): void => {
  const told = scripts.map(({ file, bytes }) => `${bytes} ${file}`).join('\n');
  expect(
    scripts.reduce((sum, { bytes }) => sum + bytes, 0),
    told,
  ).toBeLessThan(most);
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
  expectWithin(await scriptsOf(browser, '/'), 120 * KIB);
  expectWithin(await scriptsOf(browser, `/watch/${stream.id}`), 200 * KIB);
});
