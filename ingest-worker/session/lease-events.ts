import type { CloseReason } from '#wire';
import type { LeaseEvent } from './lease-keeper.ts';
import type { Loss } from './lease.ts';
import type { SessionInput } from './session-machine.ts';

/** What a client hears when its lease is lost: a feed that goes on at another worker sends it there. */
const CLOSE_OF_LOSS = {
  moved: 'migrate',
  replaced: 'replaced',
  ended: 'ended-elsewhere',
} as const satisfies Record<Loss, CloseReason>;

/** What an event of the lease means to the session; a table that does not answer means nothing yet. */
export const leaseToSession = (event: LeaseEvent): SessionInput | undefined => {
  switch (event.type) {
    case 'lost':
      return { type: 'fenced', because: CLOSE_OF_LOSS[event.because] };
    case 'replaced':
      return { type: 'replaced' };
    case 'end-requested':
      return { type: 'stopped', because: 'ended-elsewhere' };
    case 'unreachable':
      return undefined;
  }
};
