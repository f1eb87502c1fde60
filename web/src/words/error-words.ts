import { useCallback } from 'react';
import { useLocale, useTranslations } from 'use-intl';
import { ApiError } from '../api/api-error.ts';
import type { Language } from './language.ts';
import type { Translate } from './translate.ts';

/**
 * The sentence to show for whatever was thrown. The server speaks English, and knows more than the code it sends: which field
 * is wrong, until when. In other languages the code is put into words here.
 */
export const errorWords = (t: Translate<'errors'>, language: Language, error: unknown) => {
  if (!(error instanceof ApiError)) return t('other');
  return language === 'en' && error.message !== '' ? error.message : t(error.code);
};

export const useErrorWords = () => {
  const t = useTranslations('errors');
  const language = useLocale();
  return useCallback((error: unknown) => errorWords(t, language, error), [t, language]);
};
