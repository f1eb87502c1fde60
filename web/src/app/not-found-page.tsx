import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Page } from '../ui/page.tsx';

/** For an address that leads nowhere, and for a thing that is gone or not for this person's eyes. */
export const NotFoundPage = () => (
  <Page title="Not found" width="column">
    <h1 className="visually-hidden">Not found</h1>
    <EmptyState
      icon={<Compass />}
      title="There is nothing here"
      action={
        <Link to="/" className={buttonClass({ variant: 'primary' })}>
          See who is live
        </Link>
      }
    >
      The page may have been removed, or the address may be mistyped.
    </EmptyState>
  </Page>
);
