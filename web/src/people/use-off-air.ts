import { toast } from 'sonner';
import { useApp } from '../context/app-context.ts';

/**
 * Wraps what ends the session of this browser: while a show is sent from one of its tabs, that would leave the creator with a show
 * which they could no longer steer.
 */
export const useOffAir = () => {
  const { renewal } = useApp();
  return (work: () => void) => async () => {
    if (renewal.onAir()) toast.warning('You are on the air. End the show first.');
    else if (await renewal.onAirElsewhere())
      toast.warning('You are on the air in another tab. End the show there first.');
    else work();
  };
};
