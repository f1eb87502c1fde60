import {
  test as base,
  expect,
  type Browser,
  type BrowserContext,
  type ConsoleMessage,
  type Page,
} from '@playwright/test';

/**
 * Chromium's own notices are not the page's: about a software GPU, and about a camera's picture that is on its way through a stream
 * which the page has handed to the worker when its track stops. Such a picture is in nobody's hands, so nobody can close it.
 */
const NOT_THE_PAGE =
  /GPU stall due to ReadPixels|GroupMarkerNotSet|swiftshader|VideoFrame was garbage collected without being closed/i;

export type Watched = { context: BrowserContext; page: Page; complaints: string[] };

/** Leaves no page open behind it: what plays or broadcasts in one would take the machine from the next test. */
export const test = base.extend<{ tidiness: void }>({
  tidiness: [
    async ({ browser }, use) => {
      await use();
      for (const context of browser.contexts()) await context.close();
    },
    { auto: true },
  ],
});

/** A page in a browser context of its own, with what its console complains of. */
export const openPage = async (
  browser: Browser,
  path = '/',
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Watched> => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message: ConsoleMessage) => {
    if (['error', 'warning'].includes(message.type()) && !NOT_THE_PAGE.test(message.text()))
      complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  await page.goto(path);
  return { context, page, complaints };
};

/** Signs in on the issuer's own page with one of the demo accounts that it offers. */
export const signIn = async (page: Page, login: string): Promise<void> => {
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByRole('button', { name: new RegExp(login, 'i') }).click();
  await expect(page).toHaveURL(/^http:\/\/localhost:\d+\/(?!signed-in|sign-in)/);
  await expect(page.getByRole('button', { name: 'Sign in' })).toHaveCount(0);
};

/** A small hash of the picture that a video shows now; undefined while it has none. */
const picture = (page: Page): Promise<number | undefined> =>
  page.getByTestId('player').evaluate((element) => {
    if (!(element instanceof HTMLVideoElement) || element.videoWidth === 0) return undefined;
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 36;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return undefined;
    context.drawImage(element, 0, 0, canvas.width, canvas.height);
    let hash = 0;
    for (const value of context.getImageData(0, 0, canvas.width, canvas.height).data) hash = (hash * 31 + value) | 0;
    return hash;
  });

const currentTime = (page: Page): Promise<number> =>
  page.getByTestId('player').evaluate((element) => (element instanceof HTMLVideoElement ? element.currentTime : 0));

/** Also where no runner's own settings say it, as in `npm run browser`. */
const SHOWN = { timeout: 60_000 };

/** Waits until the player has played on by `seconds` and has shown different pictures meanwhile. */
export const expectPlaying = async (page: Page, seconds = 3): Promise<void> => {
  await expect.poll(() => picture(page), SHOWN).not.toBeUndefined();
  const began = await currentTime(page);
  const first = await picture(page);
  await expect.poll(() => currentTime(page), SHOWN).toBeGreaterThan(began + seconds);
  await expect.poll(() => picture(page), SHOWN).not.toBe(first);
};
