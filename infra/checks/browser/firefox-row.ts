import { expect } from '@playwright/test';
import type { Sink } from '../../../web/e2e/sink.ts';
import { openFirefox, type FirefoxTab } from './firefox.ts';
import type { Kept } from './rows.ts';

type Parts = { firefox: string; origin: string; sink: Sink; login: string; rung: string };

/** In front, before another tab is. */
const SECONDS = 10;
const WATCHED_SECONDS = 6;
/** The first second has the start of everything in it. */
const SETTLED_MS = 1_000;
const KEPT_SHARE = 0.95;
const FRAME_RATE = 30;

/** Runs in the page: the first element of the kind whose text, label or placeholder begins so. */
const found = (selector: string, name: string) =>
  `[...document.querySelectorAll(${JSON.stringify(selector)})].find((element) => ((element.getAttribute('aria-label') ?? element.textContent) ?? '').trim().startsWith(${JSON.stringify(name)}))`;

const createPerson = (tab: FirefoxTab) => {
  const sees = (selector: string, name: string) => () =>
    tab.evaluate<boolean>(`${found(selector, name)} !== undefined`);
  const waitFor = (selector: string, name: string) =>
    expect.poll(sees(selector, name), { timeout: 30_000, message: `${selector} ${name}` }).toBe(true);
  return {
    waitFor,
    press: async (name: string) => {
      await waitFor('button:not([disabled])', name);
      await tab.evaluate(`${found('button:not([disabled])', name)}.click()`);
    },
    /** As React hears it. */
    write: (selector: string, text: string) =>
      tab.evaluate(
        `(() => { const input = document.querySelector(${JSON.stringify(selector)});
          Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, ${JSON.stringify(text)});
          input.dispatchEvent(new Event('input', { bubbles: true })); })()`,
      ),
  };
};

const signIn = async (tab: FirefoxTab, origin: string, login: string) => {
  const { press } = createPerson(tab);
  await tab.goTo(origin);
  await press('Sign in');
  await expect.poll(() => tab.evaluate<string>('location.origin'), { timeout: 30_000 }).not.toBe(origin);
  await expect
    .poll(
      () =>
        tab.evaluate<boolean>(
          `(() => { const button = [...document.querySelectorAll('button')].find(({ textContent }) => /${login}/i.test(textContent)); button?.click(); return button !== undefined; })()`,
        ),
      { timeout: 30_000 },
    )
    .toBe(true);
  await expect
    .poll(() => tab.evaluate<string>('location.origin + location.pathname'), { timeout: 30_000 })
    .toBe(`${origin}/`);
};

/** Plays a live show for some seconds; answers how far the player came, and how many pictures it showed. */
const watch = async (tab: FirefoxTab, origin: string, streamId: string) => {
  await tab.goTo(`${origin}/watch/${streamId}`);
  const player = `document.querySelector('[data-testid=player]')`;
  const now = () => tab.evaluate<number>(`${player}?.currentTime ?? 0`);
  await expect.poll(now, { timeout: 60_000 }).toBeGreaterThan(0);
  const before = await now();
  await expect.poll(now, { timeout: 60_000 }).toBeGreaterThan(before + WATCHED_SECONDS);
  const pictures = await tab.evaluate<number>(`${player}.getVideoPlaybackQuality().totalVideoFrames`);
  return { seconds: (await now()) - before, pictures };
};

/** How many came of the pictures that there should be between two times of the show. */
const shareOf = (times: readonly number[], fromMs: number, toMs: number) =>
  times.filter((time) => time >= fromMs && time < toMs).length / (((toMs - fromMs) * FRAME_RATE) / 1000);

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

/**
 * The show of a Firefox, which has neither a processor of tracks nor, in a hidden tab, timers: in front first, then behind the
 * tab that watches it.
 *
 * @param rung what the page is told to use; it chooses by itself where empty
 */
export const playFirefox = async ({ firefox, origin, sink, login, rung }: Parts): Promise<Kept> => {
  const browser = await openFirefox(firefox);
  try {
    const tab = await browser.newTab();
    await signIn(tab, origin, login);
    await tab.goTo(`${origin}/studio${rung && `?rung=${rung}`}`);
    const { press, write, waitFor } = createPerson(tab);
    await press('Go Live');
    await waitFor('[role=dialog] button:not([disabled])', 'Start');
    const title = `From Firefox${rung && `, rung ${rung}`}`;
    await write('[role=dialog] input', title);
    const pressedAtMs = Date.now();
    await press('Start');
    await waitFor('output', 'Streaming…');
    const arrived = async () => (await sink.arrived(pressedAtMs))?.ingest;
    const reachedMs = async () => (await arrived())?.video.lastMs ?? 0;
    await expect.poll(reachedMs, { timeout: 60_000 }).toBeGreaterThan(SECONDS * 1000);
    const encoder = await tab.evaluate<string>(`document.querySelector('.health dl > div:last-child dd')?.textContent`);
    const onAir = () =>
      tab.evaluate<string | null>(
        `(await (await fetch('/stream?state=live')).json()).items.find(({ title }) => title === ${JSON.stringify(title)})?.id`,
      );
    await expect.poll(onAir, { timeout: 60_000 }).not.toBeNull();
    const streamId = (await onAir()) ?? '';

    const hiddenFromMs = await reachedMs();
    const viewer = await browser.newTab();
    const wasHidden = await tab.evaluate<boolean>('document.hidden');
    const watched = await watch(viewer, origin, streamId);
    const hiddenToMs = await reachedMs();
    const isHidden = await tab.evaluate<boolean>('document.hidden');
    await viewer.close();
    await press('End');
    await press('End the show');
    await waitFor('section output', 'The show has ended');
    const last = await arrived();
    if (!last) throw new Error('nothing came to the sink');

    const { video, audio } = last;
    const visible = shareOf(video.timestampsMs, SETTLED_MS, hiddenFromMs);
    const hidden = shareOf(video.timestampsMs, hiddenFromMs, hiddenToMs);
    const measured = {
      encoder,
      'first frame at the sink': `${(video.firstAtMs ?? 0) - pressedAtMs} ms after Start`,
      'video+audio frames arrived': `${video.frames}+${audio.frames}`,
      'of 30 a second, in front': `${percent(visible)} in ${(hiddenFromMs / 1000).toFixed(1)} s`,
      'of 30 a second, behind the viewer’s tab': `${percent(hidden)} in ${((hiddenToMs - hiddenFromMs) / 1000).toFixed(1)} s`,
      'document.hidden behind it': wasHidden && isHidden,
      'largest gap, video+audio': `${video.largestGapMs}+${audio.largestGapMs} ms`,
      'sound against picture at the end': `${(audio.lastMs ?? 0) - (video.lastMs ?? 0)} ms`,
      'watched in Firefox': `${watched.seconds.toFixed(1)} s, ${watched.pictures} pictures`,
    };
    const broken: string[] = [];
    if (!(visible >= KEPT_SHARE)) broken.push(`${percent(visible)} of the frames in front`);
    if (watched.pictures === 0) broken.push('the player showed no picture');
    return { measured, broken };
  } finally {
    await browser.close();
  }
};
