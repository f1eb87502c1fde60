import type { StreamView } from '#contract/http';
import { Badge } from '../ui/badge.tsx';

type Props = { stream: Pick<StreamView, 'state' | 'recording' | 'scheduledFor'> };

/** The state of a stream in a word. */
export const StreamBadge = ({ stream }: Props) => {
  switch (stream.state) {
    case 'live':
    case 'reconnecting':
      return (
        <Badge tone="live" dot>
          Live
        </Badge>
      );
    case 'created':
      return <Badge tone="overlay">{stream.scheduledFor ? 'Upcoming' : 'Starting soon'}</Badge>;
    case 'connecting':
      return <Badge tone="overlay">Starting soon</Badge>;
    case 'ended':
      switch (stream.recording) {
        case 'ready':
          return <Badge tone="overlay">Recording</Badge>;
        case 'preparing':
          return <Badge tone="overlay">Processing</Badge>;
        case 'none':
        case 'failed':
          return <Badge tone="overlay">Ended</Badge>;
      }
  }
};
