import {
  type ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';

/** The way to open sockets. */
export type Sockets = { post(connectionId: string, text: string): Promise<'sent' | 'gone'> };

/** Sockets that an API Gateway WebSocket API holds. */
export const createSockets = ({ api }: { api: Pick<ApiGatewayManagementApiClient, 'send'> }): Sockets => ({
  post: async (connectionId, text) => {
    try {
      await api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: text }));
      return 'sent';
    } catch (error) {
      if (error instanceof GoneException) return 'gone';
      throw error;
    }
  },
});
