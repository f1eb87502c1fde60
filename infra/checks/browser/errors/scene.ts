import { expect, type Page } from '@playwright/test';
import { rest } from '../../../../web/src/words/en/rest.ts';
import { signIn } from '../../../../web/e2e/pages.ts';
import { HELPER } from '../../../../web/e2e/probe.ts';
import { endShow, SMALL_STUDIO } from '../../../../web/e2e/studio.ts';
import { breakMux } from '../broken-platform.ts';
import type { BrowserHarness, Row } from '../rows.ts';

const { broadcast, studio } = rest;

/** A person in front of what goes wrong. */
export type Scene = {
  harness: BrowserHarness;
  page: Page;
  /** Opens the studio, after what was broken before it. */
  open: () => Promise<void>;
  /** Waits until this is told to the person. A blank in the words, `{…}`, stands for anything. */
  reads: (words: string, withinMs?: number) => Promise<void>;
  /** Waits until it is told no longer. */
  readsNoMore: (words: string) => Promise<void>;
};

/** What goes wrong on purpose, and the way that a person is led through it. */
export type Wrong = {
  name: string;
  promise: string;
  long?: true;
  chromium?: readonly string[];
  play: (scene: Scene) => Promise<void>;
};

const PATIENCE_MS = 45_000;
/** Whose shows go wrong. */
export const CREATOR = 'bilal';
/** So many pictures more are a show that goes on. */
const GOES_ON = 60;

/** What these words come to, whatever is put into their blanks. */
export const pattern = (words: string): RegExp =>
  new RegExp(
    words
      .split(/\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/)
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.+'),
  );

export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
export const openDialog = (page: Page) => press(page, studio.goLive);

/** Presses Start in the dialog, which then may not close. */
export const start = async (page: Page): Promise<void> => {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(broadcast.title).fill('Something goes wrong');
  await press(page, broadcast.start);
};
export const openAndStart = async (page: Page): Promise<void> => {
  await openDialog(page);
  await start(page);
};

export const streams = (page: Page): Promise<void> =>
  expect(page.getByText(broadcast.status.streaming)).toBeVisible({ timeout: PATIENCE_MS });

/** What was in the way is gone: one press more, and the show is on the air. */
export const startsAfterAll = async (page: Page): Promise<void> => {
  await press(page, broadcast.tryAgain);
  await start(page);
  await streams(page);
  await endShow(page);
};

/** Some seconds more of picture at the far end of the show that runs. */
export const playOn = async ({ harness }: Scene, sinceMs: number): Promise<void> => {
  const frames = async () => (await harness.sink.arrived(sinceMs))?.ingest.video.frames ?? 0;
  const before = await frames();
  await expect.poll(frames, { timeout: PATIENCE_MS }).toBeGreaterThan(before + GOES_ON);
};

/** What the page says where it does not say what it should: the dialog alone where one is open, for it hides the rest. */
const shownBy = async (page: Page): Promise<string> => {
  const dialogs = await page.locator('[role=dialog], [role=alertdialog]').allInnerTexts();
  const shown = dialogs.length > 0 ? dialogs : await page.locator('main').allInnerTexts();
  return shown.join(' | ').replaceAll(/\s+/g, ' ').slice(0, 1_500);
};

/** What was waited for in vain, in two lines of Playwright's many: what failed, and of what. */
const inBrief = (error: unknown): string =>
  String(error)
    .split('\n')
    .filter((line, index) => index === 0 || line.startsWith('Locator:'))
    .join(' ');

export const rowOf = ({ name, promise, long, chromium, play }: Wrong): Row => ({
  name: `error-${name}`,
  promise,
  ...(long && { long }),
  ...(chromium && { chromium }),
  play: async (harness) => {
    const page = await harness.context.newPage();
    await page.addInitScript(HELPER);
    const said: string[] = [];
    const scene: Scene = {
      harness,
      page,
      open: async () => {
        await page.goto(harness.origin);
        await signIn(page, CREATOR);
        await page.goto(`${harness.origin}${SMALL_STUDIO}`);
      },
      reads: async (words, withinMs = PATIENCE_MS) => {
        const told = page.getByText(pattern(words)).first();
        await expect(told).toBeVisible({ timeout: withinMs });
        said.push((await told.textContent()) ?? '');
      },
      readsNoMore: (words) => expect(page.getByText(pattern(words))).toHaveCount(0, { timeout: PATIENCE_MS }),
    };
    try {
      await play(scene);
      return { measured: { 'it said': said.join(' / ') }, broken: [] };
    } catch (error) {
      const broken = [`${inBrief(error)}; the page says: ${await shownBy(page)}`];
      return { measured: { 'it said': said.join(' / ') }, broken };
    } finally {
      await breakMux(harness.place, {});
      await page.close();
    }
  },
});
