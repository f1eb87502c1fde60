import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { CloudOff, RefreshCw } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import { ApiError, messageOf } from '../api/api-error.ts';
import { useApp } from '../context/app-context.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Page } from '../ui/page.tsx';
import { PartMissing } from '../ui/part.ts';

/** For a page that could not be shown. */
export const FailedPage = (props: ErrorComponentProps) =>
  props.error instanceof PartMissing ? <OutdatedPage /> : <BrokenPage {...props} />;

/** For a page whose code is gone from the server. It reloads by itself, unless that would end a show. */
const OutdatedPage = () => {
  const { renewal } = useApp();
  const onAir = useSyncExternalStore(renewal.subscribe, renewal.onAir);
  useEffect(() => void renewal.renew(), [renewal]);
  return (
    <Page title="A new version" width="column">
      <h1 className="visually-hidden">A new version</h1>
      {onAir ? (
        <EmptyState
          icon={<RefreshCw />}
          title="Your show goes on"
          action={
            <Link to="/studio" className={buttonClass({ variant: 'primary' })}>
              Back to the studio
            </Link>
          }
        >
          This page needs the newest version of Vybzz, and loading it would take you off the air. It can be loaded once
          your show has ended.
        </EmptyState>
      ) : (
        <EmptyState
          icon={<RefreshCw />}
          title="This page could not be loaded"
          action={
            <Button variant="primary" onClick={renewal.reload}>
              Reload
            </Button>
          }
        >
          Vybzz may have been updated since you opened it, or your connection is gone for a moment.
        </EmptyState>
      )}
    </Page>
  );
};

const BrokenPage = ({ error, reset }: ErrorComponentProps) => {
  const router = useRouter();
  const { renewal } = useApp();
  const retry = () => {
    // What a mistake of ours has broken may be whole again in a new page; a show is not risked for it.
    if (!(error instanceof ApiError) && !renewal.onAir()) return renewal.reload();
    reset();
    void router.invalidate();
  };
  return (
    <Page title="Something went wrong" width="column">
      <h1 className="visually-hidden">Something went wrong</h1>
      <EmptyState
        icon={<CloudOff />}
        title="This page could not be shown"
        action={
          <Button variant="primary" onClick={retry}>
            Try again
          </Button>
        }
      >
        {messageOf(error)}
      </EmptyState>
    </Page>
  );
};
