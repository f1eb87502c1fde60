import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { CloudOff, RefreshCw } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import { ApiError } from '../api/api-error.ts';
import { useApp } from '../context/app-context.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Page } from '../ui/page.tsx';
import { PartMissing } from '../ui/part.ts';
import { useErrorWords } from '../words/error-words.ts';

/** For a page that could not be shown. */
export const FailedPage = (props: ErrorComponentProps) =>
  props.error instanceof PartMissing ? <OutdatedPage /> : <BrokenPage {...props} />;

/** For a page whose code is gone from the server. It reloads by itself, unless that would end a show. */
const OutdatedPage = () => {
  const t = useTranslations('app');
  const { renewal } = useApp();
  const onAir = useSyncExternalStore(renewal.subscribe, renewal.onAir);
  useEffect(() => void renewal.renew(), [renewal]);
  return (
    <Page title={t('aNewVersion')} width="column">
      <h1 className="visually-hidden">{t('aNewVersion')}</h1>
      {onAir ? (
        <EmptyState
          icon={<RefreshCw />}
          title={t('yourShowGoesOn')}
          action={
            <Link to="/studio" className={buttonClass({ variant: 'primary' })}>
              {t('backToTheStudio')}
            </Link>
          }
        >
          {t('thisPageNeedsTheNewest')}
        </EmptyState>
      ) : (
        <EmptyState
          icon={<RefreshCw />}
          title={t('thisPageCouldNotBe')}
          action={
            <Button variant="primary" onClick={renewal.reload}>
              {t('reload')}
            </Button>
          }
        >
          {t('vybzzMayHaveBeenUpdated')}
        </EmptyState>
      )}
    </Page>
  );
};

const BrokenPage = ({ error, reset }: ErrorComponentProps) => {
  const t = useTranslations('app');
  const errorWords = useErrorWords();
  const router = useRouter();
  const { renewal } = useApp();
  const retry = () => {
    // What a mistake of ours has broken may be whole again in a new page; a show is not risked for it.
    if (!(error instanceof ApiError) && !renewal.onAir()) return renewal.reload();
    reset();
    void router.invalidate();
  };
  return (
    <Page title={t('somethingWentWrong')} width="column">
      <h1 className="visually-hidden">{t('somethingWentWrong')}</h1>
      <EmptyState
        icon={<CloudOff />}
        title={t('thisPageCouldNotBeShown')}
        action={
          <Button variant="primary" onClick={retry}>
            {t('tryAgain')}
          </Button>
        }
      >
        {errorWords(error)}
      </EmptyState>
    </Page>
  );
};
