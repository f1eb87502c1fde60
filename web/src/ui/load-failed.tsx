import { CloudOff } from 'lucide-react';
import { messageOf } from '../api/api-error.ts';
import { Button } from './button.tsx';
import { EmptyState } from './empty-state.tsx';

/** Stands where something would be that could not be fetched. */
export const LoadFailed = ({ what, error, onRetry }: { what: string; error: unknown; onRetry: () => void }) => (
  <EmptyState
    icon={<CloudOff />}
    title={`${what} could not be loaded`}
    action={<Button onClick={onRetry}>Try again</Button>}
  >
    {messageOf(error)}
  </EmptyState>
);
