import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { buttonClass } from './button.tsx';
import { EmptyState } from './empty-state.tsx';

/** For an address that leads nowhere, and for a thing that is gone or not for this person's eyes. */
export const NothingHere = () => {
  const t = useTranslations('ui');
  return (
    <>
      <h1 className="visually-hidden">{t('notFound')}</h1>
      <EmptyState
        icon={<Compass />}
        title={t('thereIsNothingHere')}
        action={
          <Link to="/" className={buttonClass({ variant: 'primary' })}>
            {t('seeWhoIsLive')}
          </Link>
        }
      >
        {t('thePageMayHaveBeen')}
      </EmptyState>
    </>
  );
};
