import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { until } from '#stand-ins/until';
import type { Language } from '../../../web/src/words/language.ts';
import { axeFaults, sizeFaults, untilStill } from './access.ts';
import type { State } from './states.ts';

export const WIDTHS = [390, 1440] as const;
export const SCHEMES = ['light', 'dark'] as const;
const HEIGHTS = { 390: 844, 1440: 900 } as const satisfies Record<(typeof WIDTHS)[number], number>;
const LOADED_MS = 20_000;

export type Look = { language: Language; width: (typeof WIDTHS)[number]; scheme: (typeof SCHEMES)[number] };

export const pictureName = (name: string, { language, width, scheme }: Look): string =>
  `${name}-${language}-${width}-${scheme}.png`;

/** Whether everything that the page asked for has come, as far as it stands near the window. */
const isLoaded = (page: Page): Promise<boolean> =>
  page.evaluate(
    () =>
      document.querySelector('.skeleton, [aria-busy="true"]') === null &&
      [...document.images].every(
        (image) => image.complete || image.getBoundingClientRect().top > 2 * window.innerHeight,
      ),
  );

/** What can be seen to be wrong without eyes: a page that scrolls sideways, a label that its button cuts. */
const faultsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    window.scrollTo(0, 0);
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = scrollWidth > clientWidth ? [`is ${scrollWidth - clientWidth} px wider than its window`] : [];
    const cut = [...document.querySelectorAll('.button, .badge, .tabs__tab')]
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => `cuts “${element.textContent}”`);
    return [...wide, ...cut];
  });

/** Takes a state that stands on the page at both widths and in both schemes; answers what is wrong, in sentences without subject. */
export const picture = async (page: Page, state: State, language: Language, folder: string): Promise<string[]> => {
  const wrong: string[] = [];
  await until('it has all come', () => isLoaded(page), { withinMs: LOADED_MS, everyMs: 100 }).catch(() => {
    wrong.push(`(${language}) is still loading after ${LOADED_MS / 1000} s`);
  });
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHTS[width] });
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await untilStill(page);
      for (const fault of await faultsOf(page)) wrong.push(`(${language}, ${width} px, ${scheme}) ${fault}`);
      const path = join(folder, pictureName(state.name, { language, width, scheme }));
      // each width and each scheme once: what differs between them does not hang on the pair
      if ((width === 390) === (scheme === 'dark'))
        wrong.push(...(await axeFaults(page)).map((fault) => `(${language}, ${width} px, ${scheme}) ${fault}`));
      await page.screenshot({ path, fullPage: !state.inWindow, animations: 'disabled' });
    }
  }
  wrong.push(...(await sizeFaults(page)).map((fault) => `(${language}) ${fault}`));
  return wrong;
};
