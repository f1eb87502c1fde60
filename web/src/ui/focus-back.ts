import { useEffect, useRef } from 'react';

/** What lies over the page for a while, and is no place to come back to. */
const PASSING = '[role="dialog"], [role="alertdialog"], [role="menu"]';

/**
 * Gives the focus back to where it was when a dialog closes: Radix does so only for a trigger of its own. A dialog that was
 * opened from a menu begins with the focus nowhere, because the menu is gone by then, and learns a moment later of the menu's
 * button, to which the menu gives its focus back.
 */
export const useFocusBack = () => {
  const origin = useRef<HTMLElement>(undefined);
  const over = useRef<AbortController>(undefined);
  useEffect(() => () => over.current?.abort(), []);

  const note = (element: EventTarget | null) => {
    if (element instanceof HTMLElement && element !== document.body && !element.closest(PASSING))
      origin.current = element;
  };
  return {
    onOpenAutoFocus: () => {
      over.current = new AbortController();
      note(document.activeElement);
      document.addEventListener('focusin', ({ target }) => note(target), { signal: over.current.signal });
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      over.current?.abort();
      const place = origin.current?.isConnected ? origin.current : document.getElementById('main');
      place?.focus({ preventScroll: true });
    },
  };
};
