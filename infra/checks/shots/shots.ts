/**
 * Pictures of every page, dialog and state: at 390 and 1440 px, light and dark, in the languages of the app. They are there to be
 * looked at; what needs no eyes (a complaint in the console, a page that scrolls sideways, a label
 * that is cut, what axe finds, an action that a low window, 400 % zoom or 200 % text takes away) ends it with 1.
 *
 *   npm run shots -- [--only home,watch-live,…] [--langs en,ur] [--out test-results/shots]
 *
 * Starts the platform as `npm start` does, on ports and in a folder of its own, with people, posts and shows in it.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { chromium } from '@playwright/test';
import { CATALOGUES, type Catalogue } from '../../../web/src/words/catalogue.ts';
import { isLanguage, LANGUAGE_CODES, type Language } from '../../../web/src/words/language.ts';
import { readArguments } from '../../commands/read-arguments.mjs';
import { openPlatformBed, type PlatformBed } from '../lib/platform-bed.ts';
import { CHROMIUM_PATH, chromiumArguments } from '../lib/chromium.ts';
import { writeAlbum } from './album.ts';
import { createPeople, shutAll, speak, visit, type PersonOf } from './people.ts';
import { picture } from './photographer.ts';
import { createStages, stagesFor } from './stages.ts';
import { STATES, type State } from './states.ts';
import { askAs, fillWorld, type World } from './world.ts';

const USAGE = [
  'npm run shots -- [--only NAME,…] [--langs en,ur] [--out test-results/shots]',
  '',
  ...STATES.map(({ name, shows }) => `  ${name.padEnd(22)} ${shows}`),
].join('\n');
const { values } = readArguments(USAGE, {
  options: {
    only: { type: 'string' },
    langs: { type: 'string', default: 'en,ur' },
    out: { type: 'string', default: 'test-results/shots' },
  },
});
const names = values.only?.split(',') ?? STATES.map(({ name }) => name);
const languages = values.langs.split(',').filter(isLanguage);
const unknown = [
  ...names.filter((name) => !STATES.some((state) => state.name === name)),
  ...values.langs.split(',').filter((code) => !isLanguage(code)),
];
if (unknown.length > 0) {
  console.error(`✗ There is no ${unknown.join(', ')}; the languages are ${LANGUAGE_CODES.join(', ')}\n\n${USAGE}`);
  process.exit(2);
}
const states = STATES.filter(({ name }) => names.includes(name));
const folder = resolve(values.out);

/** What the browser itself notes where the platform refuses, or is not reached. */
const NOTED = /status of 40[134]|ERR_INTERNET_DISCONNECTED/;
const WIDE = { width: 1440, height: 900 } as const;

const wordsOf = async (language: Language): Promise<Catalogue> => {
  const { first, rest, guests } = CATALOGUES[language];
  const all = await Promise.all([first(), rest(), guests()]);
  // the same keys, by `Translated`, with other words
  return Object.assign({}, ...all) as Catalogue;
};

type Shown = { bed: PlatformBed; personOf: PersonOf; world: World; showId: string; language: Language };

/** Brings a state about and takes it; answers what is wrong with it, in sentences without their subject. */
const take = async (state: State, { bed, personOf, world, showId, language }: Shown): Promise<string[]> => {
  const wrong: string[] = [];
  const person = await personOf(state.who);
  const scene = {
    page: person.page,
    words: await wordsOf(language),
    world,
    showId,
    ask: askAs(bed),
    go: (path: string) => visit(person, `${bed.origin}${path}`, language),
    pageOf: async (who: State['who']) => (await personOf(who)).page,
  };
  try {
    // What is opened in a wide window is laid out anew in a narrow one.
    await person.page.setViewportSize(WIDE);
    if (state.stays) await speak(person, language);
    await state.open(scene);
    wrong.push(...(await picture(person.page, state, language, folder)));
  } catch (error) {
    wrong.push(`(${language}) cannot be shown: ${sentence(error)}`);
  }
  // also what a state that could not be shown has left open: the next one would stand behind it
  await shutAll(person.page).catch((error: unknown) => wrong.push(`(${language}) stays open: ${sentence(error)}`));
  await state.close?.(scene);
  const complaints = person.complaints.splice(0).filter((complaint) => !(state.refuses && NOTED.test(complaint)));
  return [...wrong, ...complaints.map((complaint) => `(${language}) complains in the console: ${complaint}`)];
};

/** Playwright's messages tell how they came about in many coloured lines. */
const sentence = (error: unknown): string =>
  stripVTControlCharacters(error instanceof Error ? error.message : String(error))
    .split('\n', 3)
    .join(' ');

const startedMs = performance.now();
const problems: string[] = [];
let taken = 0;
await mkdir(folder, { recursive: true });
console.log('Starting the platform…');
const bed = await openPlatformBed();
const browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: chromiumArguments() });
try {
  console.log('Filling it with people, posts and shows…');
  const world = await fillWorld(bed);
  const personOf = createPeople(browser, bed.origin);
  const stages = createStages({ bed, personOf, languages });
  for (const stage of stagesFor(states)) {
    console.log(`Stage: ${stage}`);
    const showId = await stages.begin(stage);
    for (const language of languages)
      for (const state of states.filter((one) => one.stage === stage)) {
        const wrong = await take(state, { bed, personOf, world, showId, language });
        taken += 1;
        console.log(`${String(taken).padStart(4)}/${states.length * languages.length} ${state.name} (${language})`);
        for (const what of wrong) console.log(`     ✗ ${what}`);
        problems.push(...wrong.map((what) => `${state.name} ${what}`));
      }
  }
} catch (error) {
  problems.push(`The pictures end here: ${sentence(error)}`);
} finally {
  await browser.close();
  await bed.close();
}
const album = await writeAlbum(folder, STATES);
const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
console.log(`\n${taken} states in ${minutes} minutes, side by side: ${album}`);
for (const problem of problems) console.error(`✗ ${problem}`);
process.exit(problems.length > 0 ? 1 : 0);
