import { useEffect, useRef, type RefObject } from 'react';
import { drawStage, type Layers } from '../picture/draw.ts';
import type { Images, Stage } from '../picture/stage.ts';
import type { Size } from '../picture/layout.ts';
import { previews } from './previews.ts';

type Props = {
  stage: Stage;
  images: Images;
  sources: RefObject<() => Layers>;
  /** The picture's shape; drawn no larger than this. */
  size: Size;
  everyMs: number;
  /** What is to be seen, for assistive technology; without it the canvas is decoration. */
  label?: string;
};

/** A picture as viewers would see it, drawn small and as seldom as the page can bear. */
export const StageCanvas = ({ stage, images, sources, size, everyMs, label }: Props) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = size;
  // Whoever renders this makes its stage anew each time: that alone is no reason to draw it.
  const latest = useRef({ stage, images });
  useEffect(() => {
    latest.current = { stage, images };
  });
  useEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false });
    if (!context) return undefined;
    const paint = () =>
      drawStage(context, sources.current(), { ...latest.current, nowMs: Date.now() }, { width, height });
    return previews.add({ paint, everyMs });
  }, [sources, width, height, everyMs]);
  return (
    <canvas
      ref={canvas}
      className="stage-canvas"
      width={width}
      height={height}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
};
