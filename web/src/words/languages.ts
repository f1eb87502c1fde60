import { createTranslator } from 'use-intl';
import type { Slot } from '../api/sign-in-session.ts';
import { CATALOGUES, ENGLISH, type Catalogue, type LaterShare } from './catalogue.ts';
import { bestLanguage, isLanguage, type Language } from './language.ts';

/** What is shown: a language, and those of its words that are here. */
export type Spoken = { language: Language; words: Partial<Catalogue> };

type Parts = {
  /** The language that was chosen on this browser. */
  kept: Slot;
  /** The languages that the person reads, the dearest first: `navigator.languages`. */
  read: () => readonly string[];
  /** Tells the document, whenever it changes. */
  onSpoken: (language: Language) => void;
  /** @default the app's own */
  catalogues?: typeof CATALOGUES;
};

export type Languages = ReturnType<typeof createLanguages>;

/** The language of the app and its words, which are fetched when they are needed. */
export const createLanguages = ({ kept, read, onSpoken, catalogues = CATALOGUES }: Parts) => {
  const listeners = new Set<() => void>();
  let spoken: Spoken = { language: 'en', words: ENGLISH };
  /** The last one that was asked for: a choice that takes long does not undo a later one. */
  let wanted: Language = 'en';
  let shares: readonly LaterShare[] = [];

  const load = async (language: Language) => {
    const from = catalogues[language];
    const all = await Promise.all([from.first(), ...shares.map((share) => from[share]())]);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same keys, by `Translated`, with other words
    return Object.assign({}, ...all) as Partial<Catalogue>;
  };

  const speak = async (language: Language) => {
    wanted = language;
    const before = shares;
    const words = await load(language);
    if (wanted !== language) return;
    // More may have been asked for in the meantime.
    if (shares !== before) return speak(language);
    spoken = { language, words };
    onSpoken(language);
    for (const listener of listeners) listener();
  };

  return {
    spoken: () => spoken,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    /** Takes up the language that was chosen here before, or the browser's. Rejects where its words do not come. */
    start: () => {
      const before = kept.read();
      return speak(isLanguage(before) ? before : bestLanguage(read()));
    },
    /** Brings the words that only pages behind Home need, or only some of those. */
    complete: async (...needed: readonly LaterShare[]) => {
      const before = shares;
      const missing = needed.filter((share) => !before.includes(share));
      if (missing.length === 0) return;
      shares = [...before, ...missing];
      try {
        await speak(wanted);
      } catch (cause) {
        shares = before;
        throw cause;
      }
    },
    /** Speaks another language from now on. Rejects where its words do not come; the one before then stays. */
    choose: async (language: Language) => {
      const before = spoken.language;
      try {
        await speak(language);
        if (wanted === language) kept.write(language);
      } catch (cause) {
        wanted = before;
        throw cause;
      }
    },
    /** The words of one part of the catalogue, for what is said outside of components. */
    translator: <Part extends keyof Catalogue>(namespace: Part) =>
      createTranslator({ locale: spoken.language, messages: spoken.words, namespace }),
  };
};
