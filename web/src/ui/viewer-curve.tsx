import { useTranslations } from 'use-intl';
import { useFormats } from '../words/formats.ts';
import './viewer-curve.css';

type Point = { atSeconds: number; viewers: number };

const WIDTH = 400;
const HEIGHT = 80;
/** Where there is no point for longer than this nobody watched. */
const GAP_SECONDS = 20;

type Props = {
  points: readonly Point[];
  peak: number;
  /** What of the show is in its recording still, in seconds of the show: the rest is shown as cut off. */
  kept?: { from: number; to: number } | undefined;
};

/** How many watched over a show. Says in words what it draws. */
export const ViewerCurve = ({ points, peak, kept }: Props) => {
  const t = useTranslations('ui');
  const { counted } = useFormats();
  const end = points.at(-1)?.atSeconds ?? 0;
  if (end === 0) return null;
  const x = (seconds: number) => (seconds / end) * WIDTH;
  const y = (viewers: number) => HEIGHT - (viewers / Math.max(1, peak)) * (HEIGHT - 4);
  const line = points
    .flatMap((point, i) => {
      const before = points[i - 1];
      const gap = before !== undefined && point.atSeconds - before.atSeconds > GAP_SECONDS;
      return [
        ...(gap
          ? [
              { ...before, viewers: 0 },
              { ...point, viewers: 0 },
            ]
          : []),
        point,
      ];
    })
    .map(({ atSeconds, viewers }) => `${x(atSeconds).toFixed(1)},${y(viewers).toFixed(1)}`)
    .join(' ');
  return (
    <svg
      className="viewer-curve"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('viewersOverTheShow', counted(peak))}
    >
      <polygon className="viewer-curve__area" points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
      <polyline className="viewer-curve__line" points={line} vectorEffect="non-scaling-stroke" />
      {kept && (
        <>
          <rect className="viewer-curve__cut" x={0} y={0} width={x(Math.min(kept.from, end))} height={HEIGHT} />
          <rect
            className="viewer-curve__cut"
            x={x(Math.min(kept.to, end))}
            y={0}
            width={WIDTH - x(Math.min(kept.to, end))}
            height={HEIGHT}
          />
        </>
      )}
    </svg>
  );
};
