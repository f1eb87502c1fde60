import { useRouter } from '@tanstack/react-router';
import { UserRoundX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Page } from '../ui/page.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { useSignIn } from '../context/use-sign-in.ts';
import './signed-in-page.css';

/** Where the issuer sends the browser back to. Goes on at once to where the person was; stays only to say what failed. */
export const SignedInPage = () => {
  const t = useTranslations('people');
  const { signInSession } = useApp();
  const router = useRouter();
  const { signIn, leaving } = useSignIn();
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    signInSession.finishSignIn(new URL(location.href)).then(
      (returnTo) => router.history.replace(returnTo),
      () => setFailed(true),
    );
  }, [signInSession, router]);

  return (
    <Page title={t('signingIn')} width="column">
      <h1 className="visually-hidden">{t('signingIn')}</h1>
      {failed ? (
        <EmptyState
          icon={<UserRoundX />}
          title={t('youAreNotSignedIn')}
          action={
            <Button variant="primary" busy={leaving === 'usual'} onClick={signIn}>
              {t('tryAgain')}
            </Button>
          }
        >
          {t('theSignInWasCalled')}
        </EmptyState>
      ) : (
        <output className="signing-in">
          <Spinner /> {t('signingYouIn')}
        </output>
      )}
    </Page>
  );
};
