import { useEffect, useState, type RefObject } from 'react';

const IDLE_AFTER_MS = 3_000;

/** Whether an element has been left alone for a while: no pointer moving over it, no key pressed in it. */
export const useIdle = (element: RefObject<HTMLElement | null>) => {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const watched = element.current;
    if (!watched) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stirred = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), IDLE_AFTER_MS);
    };
    const left = () => setIdle(true);
    stirred();
    watched.addEventListener('pointermove', stirred);
    watched.addEventListener('pointerdown', stirred);
    watched.addEventListener('keydown', stirred);
    watched.addEventListener('pointerleave', left);
    return () => {
      clearTimeout(timer);
      watched.removeEventListener('pointermove', stirred);
      watched.removeEventListener('pointerdown', stirred);
      watched.removeEventListener('keydown', stirred);
      watched.removeEventListener('pointerleave', left);
    };
  }, [element]);
  return idle;
};
