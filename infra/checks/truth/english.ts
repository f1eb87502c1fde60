import { createTranslator } from 'use-intl';
import { first } from '../../../web/src/words/en/first.ts';
import { rest } from '../../../web/src/words/en/rest.ts';

const messages = { ...first, ...rest };

/** The English words of one part of the catalogue, as the page says them. */
export const english = <Part extends keyof typeof messages>(namespace: Part) =>
  createTranslator({ locale: 'en', messages, namespace });
