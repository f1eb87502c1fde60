import type { GuestMessage } from '#contract/guest-messages';
import { ClientMessage, type ServerMessage } from '#contract/realtime';
import { parseStreamId, type StreamId, type UserId } from '#domain/ids';
import { suspensionNow } from '#domain/report';
import type { Stream } from '#domain/stream';
import type { User } from '#domain/user';
import * as z from 'zod/mini';
import type { Connection, ConnectionStore } from '#store/connections';
import type { FiguresStore } from '#store/figures';
import type { Rate, Taken } from '#store/limits';
import type { RedeemedTicket } from '#store/tickets';
import type { Caller } from '../http/caller.ts';
import type { Log } from '../http/log.ts';
import { Refusal } from '../http/refusal.ts';
import type { Access } from '../shows/access.ts';
import type { Chat } from '../shows/chat.ts';
import { AUDIENCE, modeOf } from '../shows/mode.ts';
import type { Guests } from '../shows/guests.ts';
import { type Presence, viewerOf } from '../shows/presence.ts';
import { streamNotFound } from '../shows/refusals.ts';
import type { StreamViews } from '../shows/views.ts';
import type { Wake } from '../shows/wake.ts';

/** What API Gateway's WebSocket API hands its integrations, as far as we read it. */
export type SocketEvent = {
  requestContext: { connectionId: string };
  headers?: Record<string, string | undefined>;
  queryStringParameters?: Record<string, string | undefined> | null;
  body?: string;
};
/** A `body` goes to the socket itself. */
export type SocketAnswer = { statusCode: number; body?: string };

/**
 * How often one socket may say what, and what we do not understand: a kind that is new must join before this compiles. A socket
 * that says more is not heard any more; another needs another ticket, which has its own rate.
 */
export const MESSAGE_RATES: Record<ClientMessage['action'] | 'unknown', Rate> = {
  join: { burst: 20, everyMs: 3_000 },
  leave: { burst: 20, everyMs: 3_000 },
  ping: { burst: 20, everyMs: 5_000 },
  beat: { burst: 10, everyMs: 5_000 },
  /** Besides the rate of the person, over all of their sockets. */
  chat: { burst: 20, everyMs: 1_000 },
  react: { burst: 30, everyMs: 200 },
  'guests.open': { burst: 20, everyMs: 3_000 },
  'guests.admit': { burst: 20, everyMs: 2_000 },
  'guests.remove': { burst: 20, everyMs: 2_000 },
  'guest.ask': { burst: 10, everyMs: 5_000 },
  'guest.leave': { burst: 5, everyMs: 10_000 },
  /** Two browsers that find each other say some twenty things, and again after each loss of a network; a studio has two guests. */
  'guest.signal': { burst: 150, everyMs: 250 },
  unknown: { burst: 5, everyMs: 10_000 },
};

type Parts = {
  tickets: {
    redeem(ticket: string, now: number): Promise<RedeemedTicket>;
  };
  connections: Pick<ConnectionStore, 'opened' | 'get' | 'enter' | 'closed' | 'sizes'>;
  streams: { get(id: StreamId): Promise<Stream | undefined> };
  figures: Pick<FiguresStore, 'ofMany'>;
  people: { find(id: UserId): Promise<User | undefined> };
  limits: { take(what: string, who: string, rate: Rate, now: number): Promise<Taken> };
  isModerator: (user: User) => boolean;
  access: Pick<Access, 'requireWatch'>;
  views: Pick<StreamViews, 'live'>;
  presence: Presence;
  chat: Pick<Chat, 'say' | 'react'>;
  guests: Pick<Guests, 'open' | 'admit' | 'remove' | 'ask' | 'leave' | 'signal' | 'left'>;
  wake: Wake;
  /** Pages that may open a socket. A browser always says where its page is from; what is no browser says nothing. */
  origins: readonly string[];
  log: Log;
  clock: () => Date;
};

/**
 * The room of realtime: `$connect` with a ticket, `$disconnect`, and every message, whose answer is the route's response.
 */
export const createRealtime = (parts: Parts) => {
  const {
    tickets,
    connections,
    streams,
    figures,
    people,
    limits,
    isModerator,
    access,
    views,
    presence,
    chat,
    guests,
    wake,
    origins,
    log,
    clock,
  } = parts;

  /**
   * Whose socket it is, as they are now. Whoever has signed out everywhere is heard by none that they had before, whether it was found
   * then or not: the index of somebody's sockets lags behind, and closing thousands of them takes longer than a request may.
   */
  const viewer = async ({
    connectionId,
    userId,
    since,
  }: Connection): Promise<Pick<Caller, 'userId' | 'roles' | 'suspended'> | undefined> => {
    const user = userId && (await people.find(userId));
    if (user && since !== undefined && (user.notBefore ?? 0) > since) {
      await close(connectionId);
      throw new Refusal('not-signed-in', 'You have been signed out.');
    }
    return (
      user && {
        userId: user.id,
        roles: isModerator(user) ? ['moderator'] : [],
        suspended: suspensionNow(user, clock().getTime()),
      }
    );
  };

  /** Whether this person is there, and has not signed out everywhere since. */
  const stillSignedIn = async (userId: UserId, since: number): Promise<boolean> => {
    const user = await people.find(userId);
    return user !== undefined && (user.notBefore ?? 0) <= since;
  };

  const find = async (streamId: string): Promise<Stream> => {
    const id = parseStreamId(streamId);
    const stream = id && (await streams.get(id));
    if (!stream) throw streamNotFound();
    return stream;
  };

  /** Whether one more can be told what is new in an audience. */
  const hasRoom = async (id: StreamId, isIn: boolean): Promise<boolean> => {
    const [counted, sizes] = await Promise.all([figures.ofMany([id]), connections.sizes([id])]);
    if (modeOf(counted.get(id)) === 'poll') return false;
    return isIn || (sizes.get(id) ?? 0) < AUDIENCE.cap + AUDIENCE.slack;
  };

  const join = async (connection: Connection, streamId: string): Promise<ServerMessage> => {
    const stream = await find(streamId);
    await access.requireWatch(stream, await viewer(connection));
    const push =
      connection.userId === stream.creatorId || (await hasRoom(stream.id, connection.streamId === stream.id));
    await connections.enter(connection.connectionId, push ? stream.id : undefined, clock().getTime());
    // who lost access meanwhile was not in the audience yet when it was emptied of them
    if (push && (stream.visibility !== 'public' || connection.userId !== undefined))
      await access.requireWatch(stream, await viewer(connection)).catch(async (refusal: unknown) => {
        await connections.enter(connection.connectionId, undefined, clock().getTime());
        throw refusal;
      });
    if (push) await wake(stream.id);
    return { type: 'joined', live: await views.live(stream), mode: push ? 'push' : 'poll' };
  };

  const answer = async (connection: Connection, message: ClientMessage): Promise<Reply | undefined> => {
    if (connection.guest && !FOR_GUESTS.has(message.action))
      throw new Refusal('not-allowed', 'This socket is for a guest of a show.');
    switch (message.action) {
      case 'join':
        return join(connection, message.streamId);
      case 'leave':
        await connections.enter(connection.connectionId, undefined, clock().getTime());
        return undefined;
      case 'ping':
        return { type: 'pong' };
      case 'chat': {
        const { streamId, ...said } = message;
        const caller = await viewer(connection);
        if (!caller) throw new Refusal('not-signed-in', 'Sign in to write.');
        return { type: 'said', streamId, ...(await chat.say(await find(streamId), caller, said)) };
      }
      case 'react': {
        const stream = await find(message.streamId);
        await access.requireWatch(stream, await viewer(connection));
        await chat.react(stream, message.kind);
        return undefined;
      }
      case 'beat': {
        const { userId, browser, connectionId } = connection;
        const viewing = { viewer: viewerOf(userId, browser, `ws_${connectionId}`), caller: await viewer(connection) };
        await presence.beat(await find(message.streamId), viewing, message.at);
        return undefined;
      }
      case 'guests.open':
        await viewer(connection);
        return guests.open(message.streamId, connection);
      case 'guests.admit':
        await viewer(connection);
        return guests.admit(message.streamId, message.guestId, connection);
      case 'guests.remove':
        await viewer(connection);
        return guests.remove(message.streamId, message.guestId, connection);
      case 'guest.ask':
        await viewer(connection);
        return guests.ask(message.page, connection);
      case 'guest.leave':
        await guests.leave(connection);
        return undefined;
      case 'guest.signal':
        await guests.signal(message, connection);
        return undefined;
      default:
        return message satisfies never;
    }
  };

  /** Nobody hears this socket any more, and whoever was a guest by it is not there. */
  const close = async (connectionId: string): Promise<void> => {
    const was = await connections.closed(connectionId, clock().getTime());
    if (was) await guests.left(was);
  };

  return {
    connect: async ({
      requestContext: { connectionId },
      headers,
      queryStringParameters,
    }: SocketEvent): Promise<SocketAnswer> => {
      const origin = header(headers, 'origin');
      if (origin !== undefined && !origins.includes(origin)) return { statusCode: 403 };
      const now = clock().getTime();
      const ticket = queryStringParameters?.['ticket'];
      const redeemed = ticket ? await tickets.redeem(ticket, now) : undefined;
      if (!redeemed?.redeemed) return { statusCode: 401 };
      const { userId, browser, guest, issuedAt } = redeemed;
      if (userId !== undefined && !(await stillSignedIn(userId, issuedAt))) return { statusCode: 401 };
      await connections.opened(
        { connectionId, userId, browser: userId === undefined ? browser : undefined, guest, since: issuedAt },
        now,
      );
      // who signs out everywhere beside this does not see the socket yet
      if (userId !== undefined && !(await stillSignedIn(userId, issuedAt))) {
        await connections.closed(connectionId, now);
        return { statusCode: 401 };
      }
      return { statusCode: 200 };
    },

    disconnect: async ({ requestContext: { connectionId } }: SocketEvent): Promise<SocketAnswer> => {
      await close(connectionId);
      return { statusCode: 200 };
    },

    message: async ({ requestContext: { connectionId }, body }: SocketEvent): Promise<SocketAnswer> => {
      const connection = await connections.get(connectionId);
      if (!connection) return { statusCode: 410 };
      const read = z.safeParse(ClientMessage, parse(body ?? ''));
      const kind = read.success ? read.data.action : 'unknown';
      const taken = await limits.take(`realtime:${kind}`, connectionId, MESSAGE_RATES[kind], clock().getTime());
      if (!taken.allowed) {
        // whoever goes on all the same costs one read a message from now on
        await close(connectionId);
        return { statusCode: 200, body: JSON.stringify(TOO_OFTEN) };
      }
      const reply = await answered(read.success ? read.data : undefined, (message) => answer(connection, message), log);
      return { statusCode: 200, ...(reply && { body: JSON.stringify(reply) }) };
    },
  };
};

type Reply = ServerMessage | GuestMessage;

/** What a socket may say that was opened to be a guest. */
const FOR_GUESTS: ReadonlySet<ClientMessage['action']> = new Set(['ping', 'guest.ask', 'guest.signal', 'guest.leave']);

const TOO_OFTEN: ServerMessage = {
  type: 'refused',
  error: 'too-many-requests',
  message: 'That is too often. Connect again.',
};

const answered = async (
  message: ClientMessage | undefined,
  act: (message: ClientMessage) => Promise<Reply | undefined>,
  log: Log,
): Promise<Reply | undefined> => {
  try {
    if (!message) throw new Refusal('invalid-request', 'This message is not one that we know.');
    return await act(message);
  } catch (error) {
    const clientId = message?.action === 'chat' ? { clientId: message.clientId } : {};
    if (error instanceof Refusal) return { type: 'refused', error: error.code, message: error.message, ...clientId };
    log.error('a realtime message failed', { error });
    return { type: 'refused', error: 'internal', message: 'Something went wrong on our side.', ...clientId };
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const header = (headers: SocketEvent['headers'], name: string): string | undefined =>
  Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
