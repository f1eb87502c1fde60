import type { StreamView } from '#contract/http';
import { Badge } from './badge.tsx';

type Props = {
  stream: Pick<StreamView, 'state' | 'recording' | 'scheduledFor' | 'ending'>;
  /** Lies on a picture, whatever its colours. */
  onPicture?: boolean;
};

/** The state of a stream in a word. */
export const StreamBadge = ({ stream, onPicture = false }: Props) => {
  const tone = onPicture ? 'overlay' : 'neutral';
  switch (stream.state) {
    case 'live':
    case 'reconnecting':
      return stream.ending ? (
        <Badge tone={tone}>Ending</Badge>
      ) : stream.state === 'reconnecting' ? (
        <Badge tone={onPicture ? 'overlay' : 'warn'}>Interrupted</Badge>
      ) : (
        <Badge tone="live" dot>
          Live
        </Badge>
      );
    case 'created':
      return <Badge tone={tone}>{stream.scheduledFor ? 'Upcoming' : 'Starting soon'}</Badge>;
    case 'connecting':
      return <Badge tone={tone}>Starting soon</Badge>;
    case 'ended':
      switch (stream.recording) {
        case 'ready':
          return <Badge tone={tone}>Recording</Badge>;
        case 'preparing':
          return <Badge tone={tone}>Processing</Badge>;
        case 'none':
        case 'failed':
          return <Badge tone={tone}>Ended</Badge>;
      }
  }
};
