import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { Loading } from './loading.tsx';
import { StreamCard, StreamCardSkeleton } from './stream-card.tsx';

/** Streams side by side. */
export const StreamGrid = ({
  streams,
  showCreator = true,
  manage = false,
}: {
  streams: StreamView[];
  showCreator?: boolean;
  /** They are one's own: each bears the way to how it went. */
  manage?: boolean;
}) => (
  <ul className="stream-grid">
    {streams.map((stream) => (
      <li key={stream.id}>
        <StreamCard stream={stream} showCreator={showCreator} manage={manage} />
      </li>
    ))}
  </ul>
);

export const StreamGridSkeleton = ({ count = 4 }: { count?: number }) => {
  const t = useTranslations('ui');
  return (
    <Loading label={t('loadingStreams')} className="stream-grid">
      {Array.from({ length: count }, (_, at) => (
        <StreamCardSkeleton key={at} />
      ))}
    </Loading>
  );
};
