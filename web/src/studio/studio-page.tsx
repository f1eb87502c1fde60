import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { SignInGate } from '../context/sign-in-gate.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Page } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { BecomeCreator } from './become-creator.tsx';
import { StudioSlot, useHasShow } from './studio-slot.tsx';

/** A creator's own page: going live, the show while it runs, and all shows so far. */
export const StudioPage = () => {
  const t = useTranslations('studio');
  const { queries, renewal } = useApp();
  const signedIn = useSignedIn();
  // Whoever signs out in another tab, or is signed out, still has a show here that only this tab can mute and end.
  const onAir = useSyncExternalStore(renewal.subscribe, renewal.onAir);
  const hasShow = useHasShow() || onAir;
  const { data: me, error, refetch } = useQuery({ ...queries.me(), enabled: signedIn });
  return (
    <Page title={t('studio')}>
      {!signedIn && onAir && <output>{t('youHaveBeenSignedOut')}</output>}
      {(hasShow || (signedIn && me?.creator)) && <StudioSlot />}
      {!signedIn && !onAir && (
        <>
          {!hasShow && <h1 className="visually-hidden">{t('studio')}</h1>}
          <SignInGate title={t('goLiveFromYourBrowser')} heading="h2">
            {t('signInToOpenYour')}
          </SignInGate>
        </>
      )}
      {!onAir && signedIn && me && !me.creator && <BecomeCreator />}
      {!onAir && signedIn && !me && error && (
        <LoadFailed title={t('yourStudioCouldNotBe')} heading="h1" error={error} onRetry={() => void refetch()} />
      )}
      {!onAir && signedIn && !me && !error && <Skeleton height="16rem" />}
    </Page>
  );
};
