import { useTranslations } from 'use-intl';
import type { Rung } from '#wire';
import { Badge } from '../ui/badge.tsx';
import { useBroadcast } from './broadcast-provider.tsx';
import { qualityOf } from './status.ts';
import './broadcast.css';

const ENCODERS = {
  webcodecs: 'H.264 + AAC',
  'recorder-copy': 'H.264 + AAC (recorder)',
  'recorder-copy-video': 'H.264 + Opus (recorder)',
  'recorder-transcode': 'VP8 + Opus (recorder)',
} as const satisfies Record<Rung, string>;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const megabits = (kbps: number) => `${(kbps / 1000).toFixed(1)} Mb/s`;

/** How the show does, in numbers for those who want them. */
export const HealthReadout = () => {
  const t = useTranslations('broadcast');
  const snapshot = useBroadcast();
  const { stats, health, rung, skippedMs } = snapshot;
  const { text, tone, advice } = qualityOf(t, snapshot);
  const rows: [string, string][] = [
    [t('sent'), stats ? megabits(stats.kbps) : '—'],
    [t('frameRate'), stats ? t('framesASecond', { frames: Math.round(stats.fps) }) : '—'],
    [t('waitingHere'), stats ? seconds(stats.backlogMs) : '—'],
    [
      t('notConfirmedYet'),
      health ? seconds((health.unacknowledgedMs ?? health.delayMs) + (stats?.backlogMs ?? 0)) : '—',
    ],
    [
      t('leftOut'),
      `${t('frames', { frames: stats?.droppedFrames ?? 0 })}${skippedMs > 0 ? `, ${seconds(skippedMs)}` : ''}`,
    ],
    [t('encoder'), rung ? ENCODERS[rung] : '—'],
  ];
  return (
    <section className="health" aria-label={t('howTheStreamDoes')}>
      <header className="health__header">
        <h2>{t('streamHealth')}</h2>
        <output>
          <Badge tone={tone}>{text}</Badge>
        </output>
      </header>
      {advice && <p className="health__advice">{advice}</p>}
      <dl className="health__rows">
        {rows.map(([name, value]) => (
          <div key={name} className="health__row">
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
};
