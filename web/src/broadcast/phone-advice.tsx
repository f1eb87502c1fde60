import { Smartphone } from 'lucide-react';
import { useSyncExternalStore } from 'react';

const TOUCH = '(pointer: coarse)';

const subscribe = (changed: () => void) => {
  const touch = matchMedia(TOUCH);
  touch.addEventListener('change', changed);
  return () => touch.removeEventListener('change', changed);
};

/** Whether the person has nothing finer than a finger to point with. */
const useTouch = (): boolean => useSyncExternalStore(subscribe, () => matchMedia(TOUCH).matches);

/** What a phone does to a show whose page is not in front, said before it happens. */
export const PhoneAdvice = () =>
  useTouch() && (
    <p className="phone-advice">
      <Smartphone aria-hidden="true" />
      Keep this page in front: while you look at another app, or your screen is locked, the phone holds back the camera
      and viewers see your card. The screen stays on by itself.
    </p>
  );
