import type { ServerMessage } from '#contract/realtime';
import type { StreamId } from '#domain/ids';
import type { ConnectionStore } from '#store/connections';
import type { Log } from '../http/log.ts';
import type { Sockets } from './sockets.ts';

/** How many sockets are told at a time, and for how long at most: API Gateway's rate is shared with the HTTP API. */
export const PUSH = { atOnce: 64, budgetMs: 6_000 } as const;

type Parts = {
  /** Undefined where there is no WebSocket API: then nobody is connected. */
  sockets: Sockets | undefined;
  connections: Pick<ConnectionStore, 'closed' | 'members'>;
  log: Log;
  clock: () => Date;
};

/** Says things to the audiences of streams. Never throws: a push is a hint, and who misses it gets the same answer by asking. */
export const createPublisher = ({ sockets, connections, log, clock }: Parts) => {
  const post = async (to: Sockets, connectionId: string, text: string): Promise<void> => {
    try {
      if ((await to.post(connectionId, text)) === 'gone') await connections.closed(connectionId, clock().getTime());
    } catch (error) {
      log.warn('a push was lost', { connectionId, error });
    }
  };

  return {
    /** To everybody in a stream's audience, as far as the time for it goes. */
    toAudience: async (id: StreamId, message: ServerMessage): Promise<void> => {
      if (!sockets) return;
      const text = JSON.stringify(message);
      const started = clock().getTime();
      try {
        for await (const members of connections.members(id, started))
          for (let from = 0; from < members.length; from += PUSH.atOnce) {
            if (clock().getTime() - started > PUSH.budgetMs) {
              log.warn('an audience was too large to be told in time', { streamId: id });
              return;
            }
            const some = members.slice(from, from + PUSH.atOnce);
            await Promise.all(some.map(({ connectionId }) => post(sockets, connectionId, text)));
          }
      } catch (error) {
        log.warn('an audience could not be told', { streamId: id, error });
      }
    },
  };
};
export type Publisher = ReturnType<typeof createPublisher>;
