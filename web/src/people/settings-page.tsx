import { useQuery } from '@tanstack/react-query';
import type { MeView } from '#contract/http';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { BlockedPeople } from './blocked-people.tsx';
import { DeleteAccount } from './delete-account.tsx';
import { HandleForm } from './handle-form.tsx';
import { ProfileForm } from './profile-form.tsx';
import { SignInGate } from '../context/sign-in-gate.tsx';
import { SignOutCard } from './sign-out-card.tsx';
import './settings-page.css';

/** One's own account: what others see of it, whom it keeps away, and the ways out. */
export const SettingsPage = () => {
  const { queries } = useApp();
  const signedIn = useSignedIn();
  const { data: me, error, refetch } = useQuery({ ...queries.me(), enabled: signedIn });
  return (
    <Page title="Settings" width="column">
      <div className="settings">
        <h1>Settings</h1>
        {!signedIn && (
          <SignInGate title="Sign in to change your profile">Your name, handle and picture live here.</SignInGate>
        )}
        {signedIn && me && <Settings me={me} />}
        {signedIn && !me && error && <LoadFailed what="Your profile" error={error} onRetry={() => void refetch()} />}
        {signedIn && !me && !error && (
          <Loading what="your profile">
            <Skeleton height="24rem" />
          </Loading>
        )}
      </div>
    </Page>
  );
};

const Settings = ({ me }: { me: MeView }) => (
  <>
    <ProfileForm me={me} />
    <HandleForm key={me.handle} me={me} />
    <BlockedPeople />
    <SignOutCard />
    <DeleteAccount me={me} />
  </>
);
