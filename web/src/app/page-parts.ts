import type { DefaultOptions } from '@tanstack/react-query';
import { isPassing } from '../api/api-error.ts';
import { createSlot } from '../api/slot.ts';
import { createOnAirLock } from '../context/on-air-lock.ts';
import { createRenewal } from '../context/renewal.ts';
import { LANGUAGES } from '../words/language.ts';
import { createLanguages, type Languages } from '../words/languages.ts';

/** What every page of ours has, whoever looks at it: the app's own and the player in a page of another site. */

const LANGUAGE = 'vybzz.language';
const PASSING_RETRIES = 2;

/** Answers are good for ten seconds; what fails and will pass is asked for again. */
export const QUERIES: DefaultOptions = {
  queries: {
    retry: (failures, error) => failures < PASSING_RETRIES && isPassing(error),
    staleTime: 10_000,
  },
};

/** The languages of this browser; the page says which one it speaks, and from which side. */
export const browserLanguages = (): Languages =>
  createLanguages({
    kept: createSlot(() => localStorage, LANGUAGE),
    read: () => navigator.languages,
    onSpoken: (language) => {
      document.documentElement.lang = language;
      document.documentElement.dir = LANGUAGES[language].direction;
    },
  });

/** Loads the page anew once files of it have gone with a release, but not while a show is on the air from this browser. */
export const browserRenewal = (
  mark: Parameters<typeof createRenewal>[0]['mark'],
  locks: Parameters<typeof createOnAirLock>[0],
) =>
  createRenewal({
    mark,
    online: () => navigator.onLine,
    now: () => Date.now(),
    reload: () => location.reload(),
    ...createOnAirLock(locks),
  });
