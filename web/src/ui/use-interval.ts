import { useEffect, useRef } from 'react';

/** Does something again and again, `everyMs` apart, while that is given. */
export const useInterval = (work: () => void, everyMs: number | undefined) => {
  const latest = useRef(work);
  useEffect(() => {
    latest.current = work;
  });
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => latest.current(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
};
