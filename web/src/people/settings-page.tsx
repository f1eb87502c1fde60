import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import type { MeView } from '#contract/http';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { BlockedPeople } from './blocked-people.tsx';
import { DeleteAccount } from './delete-account.tsx';
import { HandleForm } from './handle-form.tsx';
import { NoticesCard } from './notices-card.tsx';
import { PicturesCard } from './pictures-card.tsx';
import { ProfileForm } from './profile-form.tsx';
import { SignInGate } from '../context/sign-in-gate.tsx';
import { SignOutCard } from './sign-out-card.tsx';
import './settings-page.css';

/** One's own account: what others see of it, whom it keeps away, and the ways out. */
export const SettingsPage = () => {
  const t = useTranslations('people');
  const { queries } = useApp();
  const signedIn = useSignedIn();
  const { data: me, error, refetch } = useQuery({ ...queries.me(), enabled: signedIn });
  return (
    <Page title={t('settings')} width="column">
      <div className="settings">
        <h1>{t('settings')}</h1>
        {!signedIn && (
          <SignInGate title={t('signInToChangeYour')} heading="h2">
            {t('yourNameHandleAndPicture')}
          </SignInGate>
        )}
        {signedIn && me && <Settings me={me} />}
        {signedIn && !me && error && (
          <LoadFailed title={t('yourProfileCouldNotBe')} error={error} onRetry={() => void refetch()} />
        )}
        {signedIn && !me && !error && (
          <Loading label={t('loadingYourProfile')}>
            <Skeleton height="24rem" />
          </Loading>
        )}
        <p>
          <Link to="/api">{t('apiForYourPrograms')}</Link>
        </p>
      </div>
    </Page>
  );
};

const Settings = ({ me }: { me: MeView }) => (
  <>
    <ProfileForm me={me} />
    <PicturesCard me={me} />
    <HandleForm key={me.handle} me={me} />
    <NoticesCard />
    <BlockedPeople />
    <SignOutCard />
    <DeleteAccount me={me} />
  </>
);
