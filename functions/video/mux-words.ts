import type { CaptionLanguage } from '#domain/stream-limits';
import type { Visibility } from '#domain/stream';

/** As their speakers call it: players show it so. */
const LANGUAGE_NAMES = {
  en: 'English',
  es: 'Español',
  it: 'Italiano',
  pt: 'Português',
  de: 'Deutsch',
  fr: 'Français',
} as const satisfies Record<CaptionLanguage, string>;

/** Mux's setting for captions of what is said. */
export const captionsIn = (language: CaptionLanguage) => ({ name: LANGUAGE_NAMES[language], language_code: language });

/** Mux's word for who may watch. */
export const policyOf = (visibility: Visibility): 'public' | 'signed' =>
  visibility === 'public' ? 'public' : 'signed';
