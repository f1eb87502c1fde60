import { useEffect, useRef, type RefObject } from 'react';
import { drawStage, type Layers } from '../picture/draw.ts';
import type { Images, Stage } from '../picture/stage.ts';
import type { Size } from '../picture/layout.ts';

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

/** A picture as viewers would see it, drawn small and seldom. */
export const StageCanvas = ({ stage, images, sources, size, everyMs, label }: Props) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = size;
  useEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false });
    if (!context) return undefined;
    const paint = () => drawStage(context, sources.current(), { stage, images, nowMs: Date.now() }, { width, height });
    paint();
    const timer = setInterval(paint, everyMs);
    return () => clearInterval(timer);
  }, [stage, images, sources, width, height, everyMs]);
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
