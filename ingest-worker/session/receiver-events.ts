import type { ReceiverEvent } from './receiver.ts';
import type { SessionInput } from './session-machine.ts';

/** What an event of the receiver means to the session; bytes that have come mean nothing to it. */
export const receiverToSession = (event: ReceiverEvent): SessionInput | undefined => {
  switch (event.type) {
    case 'came':
      return undefined;
    case 'began':
      return { type: 'media-began' };
    case 'refused':
      return event;
    case 'returned':
      return { type: 'client-returned' };
    case 'left':
      // A plain client cannot come back to the same container stream: its end is the end of the show.
      return event.mode === 'plain' ? { type: 'stopped', because: 'finished' } : { type: 'client-left' };
  }
};
