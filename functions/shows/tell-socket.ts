import type { GuestMessage } from '#contract/guest-messages';
import type { ServerMessage } from '#contract/realtime';
import type { Log } from '../http/log.ts';
import type { Sockets } from './sockets.ts';

type Parts = { sockets: Sockets | undefined; log: Log };

/** Says something to one socket; false where it is gone. */
export type TellSocket = (connectionId: string, message: ServerMessage | GuestMessage) => Promise<boolean>;

/** Never throws: whoever misses it hears it by asking, or is refused. What was said is nobody's business in a log. */
export const createTellSocket =
  ({ sockets, log }: Parts): TellSocket =>
  async (connectionId, message) => {
    try {
      return (await sockets?.post(connectionId, JSON.stringify(message))) !== 'gone';
    } catch (error) {
      log.warn('a push was lost', { connectionId, error });
      return true;
    }
  };
