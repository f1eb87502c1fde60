import { expect } from '@playwright/test';
import { until } from '#stand-ins/until';
import { endShow, goLive } from '../../../web/e2e/studio.ts';
import type { Language } from '../../../web/src/words/language.ts';
import type { PlatformBed } from '../lib/platform-bed.ts';
import { speak, visit, type PersonOf } from './people.ts';
import { STAGES, type Stage, type State } from './states.ts';
import { askAs, chatIn } from './world.ts';

type Parts = { bed: PlatformBed; personOf: PersonOf; languages: readonly Language[] };

const LANDSCAPE_TITLE = 'Evening stitches: finishing the leaf, with questions from you';
const UPRIGHT_TITLE = 'Straight from the market';
const CHANGE_MS = 60_000;
const LOOK_MS = 250;

/** Waits until a show has a picture for viewers; answers its id. */
const onAir = (bed: PlatformBed, title: string): Promise<string> =>
  until(
    `“${title}” can be watched`,
    async () => {
      const { body } = await bed.call('GET', '/stream?state=live');
      const found: { id: string } | undefined = body.items.find((item: { title: string }) => item.title === title);
      return found && (await bed.call('GET', `/stream/${found.id}/playback`)).status === 200 && found.id;
    },
    { withinMs: CHANGE_MS, everyMs: LOOK_MS },
  );

/** What has to be gone through for some states; one show at a time, as each takes most of a core. */
export const stagesFor = (states: readonly State[]): Stage[] => {
  const wanted = new Set(states.map(({ stage }) => stage));
  // broken off, and after it: of the show that is live before them
  const ofOneShow = STAGES.slice(0, STAGES.indexOf('upright'));
  const last = ofOneShow.findLastIndex((stage) => wanted.has(stage));
  return STAGES.filter((stage, i) => i <= last || wanted.has(stage));
};

/** Brings stages about, one after the other, and answers the id of each one's show. */
export const createStages = ({ bed, personOf, languages }: Parts) => {
  let showId = '';
  let hasShow = false;
  const show = async () => (await bed.call('GET', `/stream/${showId}`)).body;
  const endAsha = async (): Promise<void> => {
    if (!hasShow) return;
    hasShow = false;
    const asha = await personOf('asha');
    await asha.context.setOffline(false);
    await speak(asha, 'en');
    await expect(asha.page.getByText('Streaming…')).toBeVisible({ timeout: CHANGE_MS });
    await endShow(asha.page);
  };
  const stages: Record<Stage, () => Promise<void>> = {
    before: async () => {},
    live: async () => {
      const asha = await personOf('asha');
      await visit(asha, `${bed.origin}/studio`, 'en');
      await goLive(asha.page, LANDSCAPE_TITLE);
      hasShow = true;
      showId = await onAir(bed, LANDSCAPE_TITLE);
      await chatIn(askAs(bed), showId);
    },
    break: async () => {
      const asha = await personOf('asha');
      // the words of each have to come while there is a network
      for (const language of languages) await speak(asha, language);
      await asha.context.setOffline(true);
      await until('viewers are asked to hold on', async () => (await show()).state === 'reconnecting', {
        withinMs: CHANGE_MS,
        everyMs: LOOK_MS,
      });
    },
    after: async () => {
      await endAsha();
      await until('the recording is ready', async () => (await show()).recording === 'ready', {
        withinMs: CHANGE_MS,
        everyMs: LOOK_MS,
      });
    },
    upright: async () => {
      await endAsha();
      const bilal = await personOf('bilal');
      await visit(bilal, `${bed.origin}/studio`, 'en');
      await bilal.page.getByRole('button', { name: 'Go Live', exact: true }).click();
      const dialog = bilal.page.getByRole('dialog');
      await dialog.locator('.picture-fields select').first().selectOption('upright');
      await dialog.getByLabel('Title').fill(UPRIGHT_TITLE);
      await dialog.getByRole('button', { name: 'Start' }).click();
      await expect(bilal.page.getByText('Streaming…')).toBeVisible({ timeout: CHANGE_MS });
      showId = await onAir(bed, UPRIGHT_TITLE);
    },
  };
  return {
    begin: async (stage: Stage): Promise<string> => {
      await stages[stage]();
      return showId;
    },
  };
};
