import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

const IDLE_AFTER_MS = 3_000;

/**
 * Whether an element has been left alone for a while: no pointer moving over it, no key pressed in it. `show` and `hide` say so
 * besides.
 */
export const useIdle = (element: RefObject<HTMLElement | null>) => {
  const [idle, setIdle] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hide = useCallback(() => setIdle(true), []);
  const show = useCallback(() => {
    setIdle(false);
    clearTimeout(timer.current);
    timer.current = setTimeout(hide, IDLE_AFTER_MS);
  }, [hide]);
  useEffect(() => {
    const watched = element.current;
    if (!watched) return undefined;
    timer.current = setTimeout(hide, IDLE_AFTER_MS);
    // a finger leaves at the end of each tap
    const left = (event: PointerEvent) => {
      if (event.pointerType !== 'touch') hide();
    };
    watched.addEventListener('pointermove', show);
    watched.addEventListener('pointerdown', show);
    watched.addEventListener('keydown', show);
    watched.addEventListener('pointerleave', left);
    return () => {
      clearTimeout(timer.current);
      watched.removeEventListener('pointermove', show);
      watched.removeEventListener('pointerdown', show);
      watched.removeEventListener('keydown', show);
      watched.removeEventListener('pointerleave', left);
    };
  }, [element, show, hide]);
  return { idle, show, hide };
};
