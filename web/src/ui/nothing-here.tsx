import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { buttonClass } from './button.tsx';
import { EmptyState } from './empty-state.tsx';

/** For an address that leads nowhere, and for a thing that is gone or not for this person's eyes. */
export const NothingHere = () => (
  <>
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
  </>
);
