import { toast } from 'sonner';
import { useApp } from '../context/app-context.ts';

/**
 * Wraps what ends the session of this tab: while a show is sent from it, that would leave the creator with a show which they
 * could no longer end.
 */
export const useOffAir = () => {
  const { renewal } = useApp();
  return (work: () => void) => () => {
    if (renewal.onAir()) toast.warning('You are on the air. End the show first.');
    else work();
  };
};
