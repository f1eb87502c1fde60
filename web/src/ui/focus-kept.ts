import { useEffect, useRef } from 'react';

/**
 * For a list whose things are each removed by a button of their own: the button goes with them, and would take the focus along.
 * The place that the answer is given to (with `tabIndex={-1}`) gets it.
 */
export const useFocusKept = <Place extends HTMLElement>(length: number) => {
  const place = useRef<Place>(null);
  const before = useRef(length);
  useEffect(() => {
    const shrunk = length < before.current;
    before.current = length;
    if (shrunk && document.activeElement === document.body) place.current?.focus({ preventScroll: true });
  }, [length]);
  return place;
};
