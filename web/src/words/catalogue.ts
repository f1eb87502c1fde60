import { first } from './en/first.ts';
import type { rest } from './en/rest.ts';
import type { Language } from './language.ts';

/** All words of the app. English is the measure: `Translated` holds the other languages to its keys. */
export type Catalogue = typeof first & typeof rest;

/** The same keys with other words. */
export type Translated<Part> = { [Key in keyof Part]: Part[Key] extends string ? string : Translated<Part[Key]> };

type Halves = {
  first: () => Promise<Translated<typeof first>>;
  rest: () => Promise<Translated<typeof rest>>;
};

/** English comes with the app, so that there are words whatever fails. */
export const ENGLISH: typeof first = first;

/** Where each language's words come from: one request for what Home needs, one for all else. */
export const CATALOGUES: Record<Language, Halves> = {
  en: { first: async () => first, rest: async () => (await import('./en/rest.ts')).rest },
  ur: {
    first: async () => (await import('./ur/first.ts')).first,
    rest: async () => (await import('./ur/rest.ts')).rest,
  },
  'ur-Latn': {
    first: async () => (await import('./ur-Latn/first.ts')).first,
    rest: async () => (await import('./ur-Latn/rest.ts')).rest,
  },
};

declare module 'use-intl' {
  interface AppConfig {
    Messages: Catalogue;
    Locale: Language;
  }
}
