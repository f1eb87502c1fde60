import { useTranslations } from 'use-intl';
import { Spinner } from './spinner.tsx';
import './waiting-page.css';

/** Stands in while a page's code is on its way. */
export const WaitingPage = () => {
  const t = useTranslations('ui');
  return (
    <main id="main" className="waiting-page">
      <Spinner label={t('loading')} />
    </main>
  );
};
