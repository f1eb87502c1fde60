import { Check, Languages } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { toast } from 'sonner';
import { useLocale, useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import '../ui/button.css';
import '../ui/menu.css';
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

/** For who is signed out, and so has no account menu to find the languages in. */
export const LanguageMenu = () => {
  const t = useTranslations('ui');
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button" aria-label={t('language')}>
        <Languages aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={8}>
          <LanguageChoices />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
};
