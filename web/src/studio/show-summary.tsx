import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import { useFormats } from '../words/formats.ts';
import { Card } from '../ui/page.tsx';
import { ViewerCurve } from '../ui/viewer-curve.tsx';
import './show-summary.css';

/** Who watched a show that is over, to its creator. */
export const ShowSummary = ({ streamId }: { streamId: string }) => {
  const t = useTranslations('studio');
  const { queries } = useApp();
  const { compact } = useFormats();
  const { data: stream } = useQuery(queries.stream(streamId));
  const { data: points } = useQuery(queries.curve(streamId));
  if (!stream?.totalViewers) return null;
  const { peakViewers = 0, totalViewers } = stream;
  return (
    <Card className="show-summary">
      <h2>{t('whoWatched', { title: stream.title })}</h2>
      <dl className="show-summary__figures">
        <div>
          <dt>{t('viewers')}</dt>
          <dd>{compact(totalViewers)}</dd>
        </div>
        <div>
          <dt>{t('mostAtOnce')}</dt>
          <dd>{compact(peakViewers)}</dd>
        </div>
      </dl>
      {points && <ViewerCurve points={points} peak={peakViewers} />}
    </Card>
  );
};
