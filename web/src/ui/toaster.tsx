import { useEffect } from 'react';
import { toast, Toaster as Sonner } from 'sonner';
import { useLocale, useTranslations } from 'use-intl';
import { LANGUAGES } from '../words/language.ts';
import { showToasts } from './toast.ts';
import 'sonner/dist/styles.css';
import './toast.css';

/** On the header, where neither a dialog nor the controls of a show ever are: dialogs begin under `--height-toasts`. */
const OFFSET = { top: 'var(--space-2)' };

/** The place at the top of the page where toasts are shown. */
export const Toaster = () => {
  const t = useTranslations('ui');
  // after the place itself, which must be there to be heard of what is put into it
  useEffect(() => showToasts(({ tone, text, options }) => void toast[tone](text, options)), []);
  return (
    <Sonner
      theme="system"
      dir={LANGUAGES[useLocale()].direction}
      containerAriaLabel={t('notifications')}
      position="top-center"
      visibleToasts={1}
      offset={OFFSET}
      mobileOffset={OFFSET}
    />
  );
};
