import { useLocale } from 'use-intl';
import { LANGUAGES, type Language } from './language.ts';

export type Formats = ReturnType<typeof createFormats>;

const createFormats = (language: Language) => {
  const locale = LANGUAGES[language].formats;
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
  const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
  const list = new Intl.ListFormat(locale === 'en-PK' ? 'en' : locale);
  const appointment = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  });
  const languages = new Intl.DisplayNames(locale, { type: 'language' });
  return {
    /** `Spanish`, of `es`. */
    languageName: (code: string) => languages.of(code) ?? code,
    /** `12`, `1.2K`. */
    compact: (number: number) => compact.format(number),
    /** A number for a message that is worded by it: `count` chooses the plural, `shown` is read. */
    counted: (count: number) => ({ count, shown: compact.format(count) }),
    /** `Nov 14, 2026`. */
    day: (atMs: number) => day.format(atMs),
    /** `Saturday, November 14, 2026 at 8:00 PM`. */
    moment: (atMs: number) => moment.format(atMs),
    /** `Sat, Nov 14, 8:00 PM`. */
    appointment: (atMs: number) => appointment.format(atMs),
    /** `8:00 PM`. */
    clock: (atMs: number) => clock.format(atMs),
    /** `A, B, and C`. */
    list: (names: readonly string[]) => list.format(names),
  };
};

const made = new Map<Language, Formats>();

/** How a language writes numbers and dates. Made once: the formats of the browser are dear to make. */
export const formatsOf = (language: Language): Formats => {
  const known = made.get(language) ?? createFormats(language);
  made.set(language, known);
  return known;
};

export const useFormats = (): Formats => formatsOf(useLocale());
