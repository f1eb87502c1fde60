import { useEffect, useRef, type RefObject } from 'react';
import { actionOf, type PlayerAction } from './player-keys.ts';

/** Does what keys say, wherever on the page they are pressed; `show` brings the controls up. */
export const usePlayerKeys = (
  frame: RefObject<HTMLElement | null>,
  actions: Record<PlayerAction, () => void>,
  show: () => void,
): void => {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const action = actionOf(event, frame.current);
      if (!action) return;
      event.preventDefault();
      show();
      latest.current[action]();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [frame, show]);
};
