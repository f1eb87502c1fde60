import { useQuery } from '@tanstack/react-query';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { SignInGate } from '../context/sign-in-gate.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Page } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { BecomeCreator } from './become-creator.tsx';
import { StudioSlot } from './studio-slot.tsx';

/** A creator's own page: going live, the show while it runs, and all shows so far. */
export const StudioPage = () => {
  const { queries } = useApp();
  const signedIn = useSignedIn();
  const { data: me, error, refetch } = useQuery({ ...queries.me(), enabled: signedIn });
  return (
    <Page title="Studio">
      {!signedIn && (
        <>
          <h1 className="visually-hidden">Studio</h1>
          <SignInGate title="Go live from your browser">
            Sign in to open your studio. A camera and this tab are all you need.
          </SignInGate>
        </>
      )}
      {signedIn && me?.creator && <StudioSlot />}
      {signedIn && me && !me.creator && <BecomeCreator />}
      {signedIn && !me && error && <LoadFailed what="Your studio" error={error} onRetry={() => void refetch()} />}
      {signedIn && !me && !error && <Skeleton height="16rem" />}
    </Page>
  );
};
