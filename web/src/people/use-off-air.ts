import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';

/**
 * Wraps what ends the session of this browser: while a show is sent from one of its tabs, that would leave the creator with a show
 * which they could no longer steer.
 */
export const useOffAir = () => {
  const t = useTranslations('people');
  const { renewal } = useApp();
  return (work: () => void) => () => {
    if (renewal.onAir()) return toast.warning(t('youAreOnTheAir'));
    return void renewal
      .onAirElsewhere()
      .then((isElsewhere) => (isElsewhere ? toast.warning(t('youAreOnTheAirElsewhere')) : work()));
  };
};
