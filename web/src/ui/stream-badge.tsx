import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { Badge } from './badge.tsx';

type Props = {
  stream: Pick<StreamView, 'state' | 'recording' | 'scheduledFor' | 'ending'>;
  /** Lies on a picture, whatever its colours. */
  onPicture?: boolean;
};

/** The state of a stream in a word. */
export const StreamBadge = ({ stream, onPicture = false }: Props) => {
  const t = useTranslations('ui');
  const tone = onPicture ? 'overlay' : 'neutral';
  switch (stream.state) {
    case 'live':
    case 'reconnecting':
      return stream.ending ? (
        <Badge tone={tone}>{t('ending')}</Badge>
      ) : stream.state === 'reconnecting' ? (
        <Badge tone={onPicture ? 'overlay' : 'warn'}>{t('interrupted')}</Badge>
      ) : (
        <Badge tone="live" dot>
          {t('live')}
        </Badge>
      );
    case 'created':
      return <Badge tone={tone}>{stream.scheduledFor ? t('upcoming') : t('startingSoon')}</Badge>;
    case 'connecting':
      return <Badge tone={tone}>{t('startingSoon')}</Badge>;
    case 'ended':
      switch (stream.recording) {
        case 'ready':
          return <Badge tone={tone}>{t('recording')}</Badge>;
        case 'preparing':
          return <Badge tone={tone}>{t('processing')}</Badge>;
        case 'none':
        case 'failed':
          return <Badge tone={tone}>{t('ended')}</Badge>;
      }
  }
};
