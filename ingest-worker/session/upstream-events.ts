import type { SessionInput } from './session-machine.ts';
import type { UpstreamEvent } from './upstream-connection.ts';

/** What an event of the upstream connection means to the session; the flow of tags means nothing to it. */
export const upstreamToSession = (event: UpstreamEvent): SessionInput | undefined => {
  switch (event.type) {
    case 'connected':
      return { type: 'upstream-connected' };
    case 'failed':
      return { type: 'upstream-failed', because: event.because };
    case 'barred':
      return { type: 'upstream-barred', forMs: event.forMs };
    case 'closed':
      return { type: 'upstream-closed' };
    case 'drained':
    case 'acknowledged':
      return undefined;
  }
};
