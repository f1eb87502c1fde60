import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** As near to the end as this is at the end. */
const NEAR_PX = 48;

type Lines = {
  /** The number of the last line. */
  last: number;
  /** How many lines come after one. */
  countAfter: (seq: number) => number;
};

/**
 * Keeps a list at its end while its reader is there, and leaves it where it is once they have scrolled up; then says how many
 * lines have come since.
 */
export const useStuckToEnd = ({
  last,
  countAfter,
}: Lines): { list: RefObject<HTMLDivElement | null>; unseen: number; toEnd: () => void } => {
  const list = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  /** The last line that was at hand when the reader left the end. */
  const [leftAt, setLeftAt] = useState<number>();

  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const look = () => {
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      if (stuck.current) setLeftAt(undefined);
      else setLeftAt((known) => known ?? last);
    };
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [last]);

  useLayoutEffect(() => {
    if (stuck.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  });

  const toEnd = () => {
    stuck.current = true;
    setLeftAt(undefined);
    list.current?.scrollTo({ top: list.current.scrollHeight });
  };

  return { list, unseen: leftAt === undefined ? 0 : countAfter(leftAt), toEnd };
};
