import {
  type ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { ServerMessage } from '#contract/realtime';
import type { StreamId } from '#domain/ids';
import type { ConnectionStore } from '#store/connections';
import type { Log } from '../http/log.ts';

/**
 * A push is a hint, and API Gateway's rate is one bucket with the HTTP API's: so few at a time, and none for longer than this.
 */
export const PUSH = { atOnce: 64, budgetMs: 6_000 } as const;

type Parts = {
  /** Undefined where there is no WebSocket API: then nobody is connected. */
  api: Pick<ApiGatewayManagementApiClient, 'send'> | undefined;
  connections: Pick<ConnectionStore, 'closed' | 'members'>;
  log: Log;
  clock: () => Date;
};

/** Says things to open sockets. Never throws: who misses a push gets the same answer by asking. */
export const createPublisher = ({ api, connections, log, clock }: Parts) => {
  const post = async (connectionId: string, text: string): Promise<void> => {
    try {
      await api?.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: text }));
    } catch (error) {
      if (error instanceof GoneException) {
        await connections.closed(connectionId, clock().getTime()).catch((cause: unknown) => {
          log.warn('a closed socket stays noted until it expires', { connectionId, error: cause });
        });
        return;
      }
      log.warn('a push was lost', { connectionId, error });
    }
  };

  return {
    send: (connectionId: string, message: ServerMessage): Promise<void> => post(connectionId, JSON.stringify(message)),

    /** To everybody in a stream's room, as far as the time for it goes. */
    toRoom: async (id: StreamId, message: ServerMessage): Promise<void> => {
      if (!api) return;
      const text = JSON.stringify(message);
      const started = clock().getTime();
      try {
        for await (const members of connections.members(id, started)) {
          for (let from = 0; from < members.length; from += PUSH.atOnce) {
            if (clock().getTime() - started > PUSH.budgetMs) {
              log.warn('a room was too large to be told in time', { streamId: id });
              return;
            }
            await Promise.all(
              members.slice(from, from + PUSH.atOnce).map(({ connectionId }) => post(connectionId, text)),
            );
          }
        }
      } catch (error) {
        log.warn('a room could not be told', { streamId: id, error });
      }
    },
  };
};
export type Publisher = ReturnType<typeof createPublisher>;
