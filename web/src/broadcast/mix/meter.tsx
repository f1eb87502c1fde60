import { useEffect, useRef } from 'react';

/** For whoever wants nothing to move: how often the bar changes, and in how many steps. */
const CALM_MS = 500;
const CALM_STEPS = 5;

/** How loud an input is, to the eye alone. */
export const Meter = ({ level }: { level: () => number }) => {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    let drawnMs = -Infinity;
    let frame = 0;
    const draw = (nowMs: number) => {
      if (!isCalm || nowMs - drawnMs > CALM_MS) {
        drawnMs = nowMs;
        const now = level();
        bar.current?.style.setProperty('--level', String(isCalm ? Math.round(now * CALM_STEPS) / CALM_STEPS : now));
      }
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [level]);
  return (
    <div className="mix__meter" aria-hidden="true">
      <div className="level-meter__bar" ref={bar} />
    </div>
  );
};
