import { Check } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useLocale, useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import { toast } from '../ui/toast.ts';
import { isLanguage, LANGUAGE_CODES, LANGUAGES } from '../words/language.ts';

/** The languages of the app inside a menu, each by its own name. What is chosen is remembered on this browser. */
export const LanguageChoices = () => {
  const t = useTranslations('ui');
  const { languages } = useApp();
  const choose = (code: string) => {
    if (isLanguage(code)) languages.choose(code).catch(() => toast.error(t('languageNotLoaded')));
  };
  return (
    <DropdownMenu.RadioGroup value={useLocale()} onValueChange={choose} aria-label={t('language')}>
      {LANGUAGE_CODES.map((code) => (
        <DropdownMenu.RadioItem key={code} className="menu__item" value={code} lang={code}>
          <span className="menu__mark">
            <DropdownMenu.ItemIndicator>
              <Check aria-hidden="true" />
            </DropdownMenu.ItemIndicator>
          </span>
          {LANGUAGES[code].name}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
};
