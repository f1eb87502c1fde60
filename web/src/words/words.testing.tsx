import type { ReactNode } from 'react';
import { createTranslator, IntlProvider } from 'use-intl';
import type { Catalogue } from './catalogue.ts';
import { first } from './en/first.ts';
import { guests } from './en/guests.ts';
import { rest } from './en/rest.ts';

export const ENGLISH: Catalogue = { ...first, ...rest, guests };

/** The English words of one part of the catalogue. */
export const english = <Part extends keyof Catalogue>(namespace: Part) =>
  createTranslator({ locale: 'en', messages: ENGLISH, namespace });

/** Speaks English to what is inside. */
export const InEnglish = ({ children }: { children: ReactNode }) => (
  <IntlProvider locale="en" messages={ENGLISH} timeZone="UTC">
    {children}
  </IntlProvider>
);
