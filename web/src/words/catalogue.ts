import { first } from './en/first.ts';
import type { guests } from './en/guests.ts';
import type { rest } from './en/rest.ts';
import type { Language } from './language.ts';

/** All words of the app. English is the measure: `Translated` holds the other languages to its keys. */
export type Catalogue = typeof first & typeof rest & { guests: typeof guests };

/** The same keys with other words. */
export type Translated<Part> = { [Key in keyof Part]: Part[Key] extends string ? string : Translated<Part[Key]> };

type Shares = {
  first: () => Promise<Translated<typeof first>>;
  rest: () => Promise<Translated<typeof rest>>;
  /** Of guests and who has them: what no viewer needs. */
  guests: () => Promise<{ guests: Translated<typeof guests> }>;
};

/** Those that come with the pages that need them. */
export type LaterShare = Exclude<keyof Shares, 'first'>;

/** English comes with the app, so that there are words whatever fails. */
export const ENGLISH: typeof first = first;

/** Where each language's words come from: one request for what Home needs, one for nearly all else. */
export const CATALOGUES: Record<Language, Shares> = {
  en: {
    first: async () => first,
    rest: async () => (await import('./en/rest.ts')).rest,
    guests: () => import('./en/guests.ts'),
  },
  ur: {
    first: async () => (await import('./ur/first.ts')).first,
    rest: async () => (await import('./ur/rest.ts')).rest,
    guests: () => import('./ur/guests.ts'),
  },
  'ur-Latn': {
    first: async () => (await import('./ur-Latn/first.ts')).first,
    rest: async () => (await import('./ur-Latn/rest.ts')).rest,
    guests: () => import('./ur-Latn/guests.ts'),
  },
};

declare module 'use-intl' {
  interface AppConfig {
    Messages: Catalogue;
    Locale: Language;
  }
}
