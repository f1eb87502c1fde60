/**
 * The languages of the app. `formats` is the locale of numbers and dates: nobody formats them for Roman Urdu, whose writers
 * use the English names of the months.
 */
export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr', formats: 'en' },
  ur: { name: 'اردو', direction: 'rtl', formats: 'ur' },
  'ur-Latn': { name: 'Roman Urdu', direction: 'ltr', formats: 'en-PK' },
} as const satisfies Record<string, { name: string; direction: 'ltr' | 'rtl'; formats: string }>;

export type Language = keyof typeof LANGUAGES;

export const LANGUAGE_CODES = ['en', 'ur', 'ur-Latn'] as const satisfies readonly Language[];

export const isLanguage = (code: string | null): code is Language => code !== null && Object.hasOwn(LANGUAGES, code);

/** The first of the languages somebody reads (BCP 47, as `navigator.languages`) that the app speaks; else English. */
export const bestLanguage = (read: readonly string[]): Language => {
  for (const code of read) {
    const [tongue = '', ...parts] = code.toLowerCase().split('-');
    if (tongue === 'ur') return parts.includes('latn') ? 'ur-Latn' : 'ur';
    if (tongue === 'en') return 'en';
  }
  return 'en';
};
