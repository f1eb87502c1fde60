import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { CloudOff } from 'lucide-react';
import { ApiError, messageOf } from '../api/api-error.ts';
import { Button } from './button.tsx';
import { EmptyState } from './empty-state.tsx';
import { Page } from './page.tsx';

/** For a page that could not be shown. */
export const FailedPage = ({ error, reset }: ErrorComponentProps) => {
  const router = useRouter();
  const retry = () => {
    // A part of the app that did not load is asked for again only by a new page.
    if (!(error instanceof ApiError)) return location.reload();
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
