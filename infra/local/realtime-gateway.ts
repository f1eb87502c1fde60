import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { createFrameSizes } from './frame-sizes.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

/** API Gateway's WebSocket quotas (docs.aws.amazon.com/apigateway, "WebSocket API quotas"). */
export const REALTIME_LIMITS = {
  messageBytes: 128 * 1024,
  /** Of one frame: a longer message comes in several. */
  frameBytes: 32 * 1024,
  /** In how many pieces the network may bring a message, and of how many frames it may be: each costs hundreds of bytes. */
  messagePieces: 1_024,
  idleMs: 10 * 60_000,
  connectionMs: 2 * 60 * 60_000,
  handlerMs: 29_000,
  /** Messages of one socket that are handled at a time. Ours: API Gateway has a rate of the whole stage, which one machine has not. */
  atOnce: 4,
  /** What may wait for one that does not read; more, and it is gone. Ours: eight of the greatest messages. */
  unreadBytes: 8 * 128 * 1024,
} as const;

/** How often is looked for those who have said nothing for too long. Ours: far less than `idleMs`. */
const LOOK_FOR_IDLE_MS = 30_000;

/** What a Lambda behind a WebSocket API is given, as far as ours read it. */
export type WebSocketEvent = {
  requestContext: {
    routeKey: string;
    eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
    connectionId: string;
    connectedAt: number;
    requestTimeEpoch: number;
    requestId: string;
    domainName: string;
    stage: string;
    identity: { sourceIp: string; userAgent?: string };
  };
  headers?: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  body?: string;
  isBase64Encoded: boolean;
};
type Answer = { statusCode: number; body?: string };

/** The three Lambda handlers of `functions/realtime`. */
export type RealtimeHandlers = {
  connect: (event: WebSocketEvent) => Promise<Answer>;
  message: (event: WebSocketEvent) => Promise<Answer>;
  disconnect: (event: WebSocketEvent) => Promise<Answer>;
};

type Connection = { socket: WebSocket; connectedAt: number; lastActiveAt: number; sourceIp: string };

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
};

const refuse = (socket: Duplex, status: number): void =>
  refuseUpgrade(socket, `${status} ${REASONS[status] ?? 'Internal Server Error'}`);

/** The route key that `$request.body.action` selects; `$default` where there is none. */
const routeOf = (body: string): string => {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'action' in parsed && typeof parsed.action === 'string')
      return parsed.action;
  } catch {
    // Not JSON: API Gateway hands it to $default too.
  }
  return '$default';
};

const eventOf = (
  id: string,
  connection: Pick<Connection, 'connectedAt' | 'sourceIp'>,
  eventType: WebSocketEvent['requestContext']['eventType'],
  routeKey: string,
): WebSocketEvent => ({
  requestContext: {
    routeKey,
    eventType,
    connectionId: id,
    connectedAt: connection.connectedAt,
    requestTimeEpoch: Date.now(),
    requestId: randomBytes(9).toString('base64url'),
    domainName: 'localhost',
    stage: 'local',
    identity: { sourceIp: connection.sourceIp },
  },
  isBase64Encoded: false,
});

/**
 * Hands on what one socket says, a few messages at a time: one that says much waits for its own answers, and not everybody for them.
 *
 * @param atOnce messages that are being answered at a time; with more than that waiting, nothing more is read
 */
const answerInTurn = (socket: WebSocket, atOnce: number, answerTo: (body: string) => Promise<void>) => {
  const waiting: string[] = [];
  let handled = 0;
  const next = (): string | undefined => (handled < atOnce ? waiting.shift() : undefined);
  const go = (): void => {
    for (let body = next(); body !== undefined; body = next()) {
      handled += 1;
      void answerTo(body).finally(() => {
        handled -= 1;
        go();
      });
    }
    if (socket.readyState !== socket.OPEN) return;
    if (waiting.length > atOnce) socket.pause();
    else socket.resume();
  };
  return {
    take: (body: string): void => {
      waiting.push(body);
      go();
    },
    /** What waits is answered no more. */
    forget: (): void => {
      waiting.length = 0;
    },
  };
};

/**
 * API Gateway's WebSocket API as far as the realtime Lambdas can tell: `$connect`, routes, `$disconnect`, and the
 * `@connections` calls with 410 for the gone. `handlers` is asked at every event, so that it may be exchanged.
 */
export const createRealtimeGateway = ({
  handlers,
  log,
  limits = REALTIME_LIMITS,
}: {
  handlers: () => RealtimeHandlers;
  log: (line: string) => void;
  limits?: { [Name in keyof typeof REALTIME_LIMITS]: number };
}) => {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    maxBufferedChunks: limits.messagePieces,
    maxFragments: limits.messagePieces,
  });
  const connections = new Map<string, Connection>();

  const answerWithin = (work: Promise<Answer>): Promise<Answer> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answer>((settle) => {
      timer = setTimeout(() => settle({ statusCode: 504 }), limits.handlerMs);
    });
    return Promise.race([work, late])
      .catch((cause: unknown): Answer => {
        log(`realtime handler failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
        return { statusCode: 500 };
      })
      .finally(() => clearTimeout(timer));
  };

  /** False where the socket does not read, and has been cut off: what waits for it would grow for as long as others speak. */
  const send = (socket: WebSocket, message: string | Buffer): boolean => {
    if (socket.bufferedAmount > limits.unreadBytes) {
      socket.terminate();
      return false;
    }
    socket.send(message, { binary: false });
    return true;
  };

  const serve = (id: string, connection: Connection): void => {
    const { socket } = connection;
    const answerTo = async (body: string): Promise<void> => {
      const answer = await answerWithin(
        handlers().message({ ...eventOf(id, connection, 'MESSAGE', routeOf(body)), body }),
      );
      if (socket.readyState !== socket.OPEN) return;
      const isTooLong = Buffer.byteLength(answer.body ?? '') > limits.messageBytes;
      if (isTooLong) log(`realtime handler answered more than ${limits.messageBytes} bytes`);
      if (answer.body !== undefined && !isTooLong) send(socket, answer.body);
      if (answer.statusCode >= 500 || isTooLong)
        send(socket, JSON.stringify({ message: 'Internal server error', connectionId: id, requestId: id }));
    };
    const inTurn = answerInTurn(socket, limits.atOnce, answerTo);

    const ends = setTimeout(() => socket.close(1001, 'Going away'), limits.connectionMs);
    socket.on('error', () => socket.terminate());
    socket.on('message', (data: Buffer, binary) => {
      // what had come before it was closed on is not heard
      if (socket.readyState !== socket.OPEN) return;
      connection.lastActiveAt = Date.now();
      if (binary) {
        socket.close(1003, 'Binary frames are not taken');
        return;
      }
      inTurn.take(data.toString());
    });
    socket.once('close', () => {
      inTurn.forget();
      clearTimeout(ends);
      connections.delete(id);
      void answerWithin(handlers().disconnect(eventOf(id, connection, 'DISCONNECT', '$disconnect')));
    });
  };

  const idle = setInterval(() => {
    for (const connection of connections.values())
      if (Date.now() - connection.lastActiveAt > limits.idleMs) connection.socket.close(1001, 'Going away');
  }, LOOK_FOR_IDLE_MS);
  idle.unref();

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    socket.on('error', () => socket.destroy());
    const id = randomBytes(12).toString('base64url');
    const url = new URL(request.url ?? '/', 'http://localhost');
    const made = { connectedAt: Date.now(), sourceIp: request.socket.remoteAddress ?? '127.0.0.1' };
    const answer = await answerWithin(
      handlers().connect({
        ...eventOf(id, made, 'CONNECT', '$connect'),
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
        queryStringParameters: Object.fromEntries(url.searchParams),
      }),
    );
    if (answer.statusCode >= 300) {
      refuse(socket, answer.statusCode);
      return;
    }
    server.handleUpgrade(request, socket, head, (opened) => {
      const connection: Connection = { ...made, socket: opened, lastActiveAt: Date.now() };
      const hasTooLong = createFrameSizes(limits.frameBytes);
      // before `ws` reads it
      socket.prependListener('data', (bytes: Buffer) => {
        if (hasTooLong(bytes)) opened.close(1009, 'Message too big');
      });
      connections.set(id, connection);
      serve(id, connection);
    });
  };

  /** `POST|GET|DELETE …/@connections/{id}`, as `ApiGatewayManagementApi` calls it. */
  const manage = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = decodeURIComponent((request.url ?? '').split('/@connections/')[1]?.split('?')[0] ?? '');
    const reply = (status: number, body?: object, error?: string): void => {
      const text = body ? JSON.stringify(body) : '';
      response.writeHead(status, {
        'content-type': 'application/json',
        // its length is known: in chunks, an answer to each of thousands of posts would cost another write
        ...(status !== 204 && { 'content-length': Buffer.byteLength(text) }),
        ...(error ? { 'x-amzn-errortype': error } : {}),
      });
      response.end(text === '' ? undefined : text);
    };
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 '))
      return reply(403, { message: 'Missing Authentication Token' }, 'ForbiddenException');
    const parts: Buffer[] = [];
    let size = 0;
    // to its end, also where it is too long: who is answered before hears of a connection that broke
    for await (const part of request) {
      const bytes = Buffer.from(part);
      size += bytes.byteLength;
      if (size <= limits.messageBytes) parts.push(bytes);
    }
    if (size > limits.messageBytes) return reply(413, { message: 'Message too long' }, 'PayloadTooLargeException');
    const connection = connections.get(id);
    if (!connection) return reply(410, {}, 'GoneException');
    switch (request.method) {
      case 'POST':
        return send(connection.socket, Buffer.concat(parts)) ? reply(200) : reply(410, {}, 'GoneException');
      case 'GET':
        return reply(200, {
          connectedAt: new Date(connection.connectedAt).toISOString(),
          lastActiveAt: new Date(connection.lastActiveAt).toISOString(),
          identity: { sourceIp: connection.sourceIp, userAgent: '' },
        });
      case 'DELETE':
        connection.socket.close(1000);
        return reply(204);
      default:
        return reply(405, { message: 'Method not allowed' });
    }
  };

  return {
    upgrade,
    manage,
    size: () => connections.size,
    close: async (): Promise<void> => {
      clearInterval(idle);
      for (const { socket } of connections.values()) socket.terminate();
      await new Promise((closed) => server.close(closed));
    },
  };
};
