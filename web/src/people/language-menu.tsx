import { Languages } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { menuButton } from '../ui/menu-button.tsx';
import { part } from '../ui/part.ts';

const LanguageButton = menuButton(part(async () => (await import('./language-choices.tsx')).LanguageChoices));

/** For who is signed out, and so has no account menu to find the languages in. */
export const LanguageMenu = () => {
  const t = useTranslations('ui');
  return (
    <LanguageButton className="icon-button" aria-label={t('language')} menu={{ sideOffset: 8 }} given={{}}>
      <Languages aria-hidden="true" />
    </LanguageButton>
  );
};
