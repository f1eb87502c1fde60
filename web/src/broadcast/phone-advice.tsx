import { Smartphone } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';

const TOUCH = '(pointer: coarse)';

const subscribe = (changed: () => void) => {
  const touch = matchMedia(TOUCH);
  touch.addEventListener('change', changed);
  return () => touch.removeEventListener('change', changed);
};

/** Whether the person has nothing finer than a finger to point with. */
const useTouch = (): boolean => useSyncExternalStore(subscribe, () => matchMedia(TOUCH).matches);

/** What a phone does to a show whose page is not in front, said before it happens. */
export const PhoneAdvice = () => {
  const t = useTranslations('broadcast');
  return (
    useTouch() && (
      <p className="phone-advice">
        <Smartphone aria-hidden="true" />
        {t('keepThisPageInFront')}
      </p>
    )
  );
};
