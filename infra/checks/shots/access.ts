import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** WCAG 2.2 A and AA, as far as a program can tell; targets of 24 px are among them. */
const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

type Broken = Awaited<ReturnType<AxeBuilder['analyze']>>['violations'][number]['nodes'][number];

/** What keeps somebody from using what stands on the page, in sentences without subject. */
export const axeFaults = async (page: Page): Promise<string[]> => {
  // what a dialog has set aside stands dimmed behind it, for nobody to read
  const axe = new AxeBuilder({ page }).withTags(STANDARD).exclude('[data-aria-hidden="true"]');
  const { violations } = await axe.analyze();
  return violations.map(({ id, nodes }) => `breaks axe’s ${id} at ${nodes.map(whereAndWhy).join(', ')}`);
};

/** An element, and what axe has measured of it: of a contrast the two colours, which may be of one moment alone. */
const whereAndWhy = ({ target, any }: Broken): string =>
  `${target.join(' ')} (${any.map(({ message }) => message).join(' ')})`;

/** WCAG 1.4.10 asks for a window of 1280×1024 at four times the size, and 1.4.4 for text of twice the size; most have a laptop. */
export const SIZES = [
  { called: 'a small laptop', viewport: { width: 1_366, height: 768 }, text: '100%' },
  { called: '400 % zoom', viewport: { width: 320, height: 256 }, text: '100%' },
  { called: '200 % text', viewport: { width: 1_280, height: 800 }, text: '200%' },
] as const;

/**
 * Until a page is laid out and painted at the size and in the colours of now: a dialog comes in anew at another width, and a colour
 * passes on to that of another scheme, and neither is judged on its way. What ends may begin something else.
 */
export const untilStill = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (;;) {
      for (let frames = 0; frames < 2; frames += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
      const coming = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
      if (coming.length === 0) return;
      await Promise.all(coming.map((one) => one.finished.catch(() => undefined)));
    }
  });

/** Brings up the controls of a player that have gone out of sight, as whoever is about to press one does. */
const wake = (page: Page): Promise<void> =>
  page.evaluate(() => {
    document.querySelector('.player')?.dispatchEvent(new PointerEvent('pointermove', { bubbles: true }));
  });

/** Which actions cannot be brought into the window and pressed there, and whether the page scrolls sideways. */
const unreached = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = scrollWidth > clientWidth ? [`is ${scrollWidth - clientWidth} px wider than its window`] : [];
    const layers = document.querySelectorAll('[role=dialog], [role=alertdialog], [role=menu]');
    const within = layers.item(layers.length - 1) ?? document.body;
    const actions = [...within.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary')];
    const lost: string[] = [];
    for (const action of actions) {
      // what is for the keyboard alone, and what is hidden, is nobody's to press
      if (!action.checkVisibility({ visibilityProperty: true }) || action.closest('.visually-hidden, [inert]'))
        continue;
      if (action.matches('.visually-hidden, [type=file], [tabindex="-1"], .skip-link')) continue;
      action.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
      const { left, top, width, height } = action.getClientRects()[0] ?? action.getBoundingClientRect();
      const found = document.elementFromPoint(left + width / 2, top + height / 2);
      const reached = found && (action.contains(found) || found.closest('label')?.contains(action));
      if (!reached) lost.push(`“${action.getAttribute('aria-label') ?? action.textContent}” cannot be reached`);
    }
    window.scrollTo(0, 0);
    return [...wide, ...lost];
  });

/** What is lost in a window that is low, and where everything, or all text, is enlarged. */
export const sizeFaults = async (page: Page): Promise<string[]> => {
  const found: string[] = [];
  for (const { called, viewport, text } of SIZES) {
    await page.setViewportSize(viewport);
    await page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), text);
    await wake(page);
    await untilStill(page);
    found.push(...(await unreached(page)).map((fault) => `(${called}) ${fault}`));
  }
  await page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
  return found;
};
