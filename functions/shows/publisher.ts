import type { ServerMessage } from '#contract/realtime';
import type { StreamId } from '#domain/ids';
import type { ConnectionStore } from '#store/connections';
import type { Log } from '../http/log.ts';
import type { Sockets } from './sockets.ts';

/** API Gateway's rate is one bucket with the HTTP API's: so few at a time, and none for longer than this. */
export const PUSH = { atOnce: 64, budgetMs: 6_000 } as const;

type Parts = {
  /** Undefined where there is no WebSocket API: then nobody is connected. */
  sockets: Sockets | undefined;
  connections: Pick<ConnectionStore, 'closed' | 'members'>;
  log: Log;
  clock: () => Date;
};

/** Says things to rooms of open sockets. Never throws: a push is a hint, and who misses it gets the same answer by asking. */
export const createPublisher = ({ sockets, connections, log, clock }: Parts) => {
  const post = async (to: Sockets, connectionId: string, text: string): Promise<void> => {
    try {
      if ((await to.post(connectionId, text)) === 'gone') await connections.closed(connectionId, clock().getTime());
    } catch (error) {
      log.warn('a push was lost', { connectionId, error });
    }
  };

  return {
    /** To everybody in a stream's room, as far as the time for it goes. */
    toRoom: async (id: StreamId, message: ServerMessage): Promise<void> => {
      if (!sockets) return;
      const text = JSON.stringify(message);
      const started = clock().getTime();
      try {
        for await (const members of connections.members(id, started))
          for (let from = 0; from < members.length; from += PUSH.atOnce) {
            if (clock().getTime() - started > PUSH.budgetMs) {
              log.warn('a room was too large to be told in time', { streamId: id });
              return;
            }
            const some = members.slice(from, from + PUSH.atOnce);
            await Promise.all(some.map(({ connectionId }) => post(sockets, connectionId, text)));
          }
      } catch (error) {
        log.warn('a room could not be told', { streamId: id, error });
      }
    },
  };
};
export type Publisher = ReturnType<typeof createPublisher>;
