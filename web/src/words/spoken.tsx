import * as Direction from 'radix-ui/direction';
import { useSyncExternalStore, type ReactNode } from 'react';
import { IntlProvider } from 'use-intl';
import { LANGUAGES } from './language.ts';
import type { Languages } from './languages.ts';

/** Gives the language that is spoken to everything inside. */
export const Spoken = ({ languages, children }: { languages: Languages; children: ReactNode }) => {
  const { language, words } = useSyncExternalStore(languages.subscribe, languages.spoken);
  return (
    <IntlProvider locale={language} messages={words} timeZone={TIME_ZONE}>
      <Direction.Provider dir={LANGUAGES[language].direction}>{children}</Direction.Provider>
    </IntlProvider>
  );
};

const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
