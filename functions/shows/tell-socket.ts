import type { GuestMessage } from '#contract/guest-messages';
import type { ServerMessage } from '#contract/realtime';
import type { Log } from '../http/log.ts';
import type { Sockets } from './sockets.ts';

type Parts = { sockets: Sockets | undefined; log: Log };

/**
 * Says something to one socket. Never throws: whoever misses it hears it by asking, or is refused. What was said is nobody's business in
 * a log.
 *
 * @returns false where the socket is gone
 */
export const createTellSocket =
  ({ sockets, log }: Parts) =>
  async (connectionId: string, message: ServerMessage | GuestMessage): Promise<boolean> => {
    try {
      return (await sockets?.post(connectionId, JSON.stringify(message))) !== 'gone';
    } catch (error) {
      log.warn('a push was lost', { connectionId, error });
      return true;
    }
  };
