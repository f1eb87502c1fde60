import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

const IDLE_AFTER_MS = 3_000;
/** What keeps the controls in sight: the keyboard is in them, or something of theirs lies open. */
const IN_USE = ':focus-visible, [data-state="open"]';

/**
 * Whether the controls of an element are out of sight: nothing `stays` them, and they have been left alone for a while, with no
 * pointer moving over the element, no key pressed and no focus in it. `show` and `hide` say so besides. A tap that finds them out of
 * sight brings them back, and does nothing else.
 */
export const useIdle = (element: RefObject<HTMLElement | null>, stays: boolean) => {
  const [left, setLeft] = useState(false);
  const idle = left && !stays;
  const isIdle = useRef(idle);
  useEffect(() => {
    isIdle.current = idle;
  });
  const timer = useRef<ReturnType<typeof setInterval>>(undefined);
  const hide = useCallback(() => {
    if (!element.current?.querySelector(IN_USE)) setLeft(true);
  }, [element]);
  const show = useCallback(() => {
    setLeft(false);
    clearInterval(timer.current);
    timer.current = setInterval(hide, IDLE_AFTER_MS);
  }, [hide]);
  useEffect(() => {
    const watched = element.current;
    if (!watched) return undefined;
    timer.current = setInterval(hide, IDLE_AFTER_MS);
    let wakes = false;
    const down = ({ pointerType, target }: PointerEvent) => {
      // what is a button even now, as “Tap for sound”, is in sight
      const inSight = target instanceof Element && target.closest('button') !== null;
      wakes = isIdle.current && pointerType === 'touch' && !inSight;
      show();
    };
    // else the click of this tap would press what has just come up under the finger
    const lifted = (event: TouchEvent) => {
      if (wakes && event.cancelable) event.preventDefault();
    };
    // a finger leaves at the end of each tap
    const leaves = (event: PointerEvent) => {
      if (event.pointerType !== 'touch') hide();
    };
    watched.addEventListener('pointermove', show);
    watched.addEventListener('pointerdown', down);
    watched.addEventListener('touchend', lifted);
    watched.addEventListener('keydown', show);
    watched.addEventListener('focusin', show);
    watched.addEventListener('pointerleave', leaves);
    return () => {
      clearInterval(timer.current);
      watched.removeEventListener('pointermove', show);
      watched.removeEventListener('pointerdown', down);
      watched.removeEventListener('touchend', lifted);
      watched.removeEventListener('keydown', show);
      watched.removeEventListener('focusin', show);
      watched.removeEventListener('pointerleave', leaves);
    };
  }, [element, show, hide]);
  return { idle, show, hide };
};
