import type { GuestMessage, GuestSignal, GuestView } from '#contract/guest-messages';
import type { ComeAsGuest, GuestTicket, Invitation } from '#contract/guests';
import type { PersonView } from '#contract/http';
import {
  admitted,
  gone,
  type Guest,
  GUEST_LIMITS,
  type GuestRoom,
  seated,
  seatsAt,
  sentAway,
  without,
} from '#domain/guest';
import { parseStreamId, type StreamId, type UserId } from '#domain/ids';
import { type Suspension, suspensionNow } from '#domain/report';
import { isOver, type Stream } from '#domain/stream';
import type { User } from '#domain/user';
import type { Connection, ConnectionStore } from '#store/connections';
import type { GuestStore } from '#store/guests';
import { hashed } from '#store/keys';
import { TICKET_LIVES_MS } from '#store/tickets';
import { type Caller, requireUnsuspended } from '../http/caller.ts';
import type { Log } from '../http/log.ts';
import { Refusal } from '../http/refusal.ts';
import type { Ice } from './ice.ts';
import { streamEnded, streamNotFound } from './refusals.ts';
import type { Sockets } from './sockets.ts';
import { createTellSocket } from './tell-socket.ts';

type Parts = {
  guests: GuestStore;
  streams: { get(id: StreamId): Promise<Stream | undefined> };
  people: { findMany(ids: readonly UserId[]): Promise<Map<UserId, User>> };
  /** Whether a creator, or a moderator of theirs, keeps somebody out. */
  isKeptOut: (creator: UserId, id: UserId) => Promise<boolean>;
  creatorOf: (stream: Stream) => Promise<PersonView | undefined>;
  connections: Pick<ConnectionStore, 'closed'>;
  tickets: {
    issue(ticket: {
      ticket: string;
      userId: UserId | undefined;
      browser?: string | undefined;
      guest: Guest;
      until: number;
    }): Promise<void>;
  };
  /** Undefined where there is no WebSocket API: then nobody is told. */
  sockets: Sockets | undefined;
  ice: Ice;
  log: Log;
  clock: () => Date;
  /** 192 random bits in base64url. */
  newSecret: () => string;
};

/** As much of a digest as nobody meets by chance. */
const ID_CHARACTERS = 32;
const guestIdOf = (seat: string): string => hashed(seat).slice(0, ID_CHARACTERS);

/**
 * Guests of shows. They come by a link that the creator has made, wait to be let in, and from then on two browsers speak to each other
 * directly: what passes here is how they find each other, between the studio's socket and that guest's, and to nobody else.
 */
export const createGuests = ({
  guests,
  streams,
  people,
  isKeptOut,
  creatorOf,
  connections,
  tickets,
  sockets,
  ice,
  log,
  clock,
  newSecret,
}: Parts) => {
  const now = (): number => clock().getTime();

  const post = createTellSocket({ sockets, log });

  const guestsMessage = async (streamId: StreamId, room: GuestRoom | undefined) => {
    const seats = room ? seatsAt(room, now()) : [];
    const known = await people.findMany(seats.flatMap(({ userId }) => userId ?? []));
    const views = seats.map(({ id, name, userId, admitted: isIn, connectionId, page }): GuestView => {
      const handle = userId && known.get(userId)?.handle;
      return { id, name, ...(handle && { handle }), admitted: isIn, gone: connectionId === undefined, page };
    });
    return { type: 'guests', streamId, guests: views } satisfies GuestMessage;
  };

  const tellStudio = async (streamId: StreamId, room: GuestRoom | undefined): Promise<void> => {
    if (room?.studio !== undefined) await post(room.studio, await guestsMessage(streamId, room));
  };

  /** A show of the caller's own, on the studio's socket. */
  const own = async (streamId: string, { userId }: Connection): Promise<Stream> => {
    const id = parseStreamId(streamId);
    const stream = id && (await streams.get(id));
    if (!stream) throw streamNotFound();
    if (stream.creatorId !== userId) throw new Refusal('not-allowed', 'This is somebody else’s show.');
    if (isOver(stream)) throw streamEnded();
    return stream;
  };

  /** Only the studio that is open now says who comes in: one in another tab has been taken over from. */
  const requireStudio = (room: GuestRoom | undefined, { connectionId }: Connection): void => {
    if (room?.studio !== connectionId)
      throw new Refusal('not-allowed', 'The guests of this show are let in from another tab or device.');
  };

  const sendAway = async (streamId: StreamId, guestId: string): Promise<GuestRoom | undefined> => {
    let connectionId: string | undefined;
    const room = await guests.change(streamId, (before) => {
      const seat = before.seats.find(({ id }) => id === guestId);
      connectionId = seat?.connectionId;
      return seat && sentAway(before, seat);
    });
    if (connectionId !== undefined) {
      await connections.closed(connectionId, now());
      await post(connectionId, { type: 'guest.over', because: 'removed' });
    }
    return room;
  };

  /** The socket of a guest is gone; the place is kept for a while. */
  const left = async ({ connectionId, guest }: Pick<Connection, 'connectionId' | 'guest'>): Promise<void> => {
    if (!guest) return;
    let changed = false;
    const room = await guests.change(guest.streamId, (before) => {
      const after = gone(before, connectionId, now());
      changed = after !== before;
      return after;
    });
    if (changed) await tellStudio(guest.streamId, room);
  };

  /** The show at which somebody has a place: who has been let in does not need the link a second time. */
  const seatedAt = async (streamId: string | undefined, seat: string | undefined): Promise<StreamId | undefined> => {
    const id = streamId === undefined || seat === undefined ? undefined : parseStreamId(streamId);
    const room = id && (await guests.room(id));
    const guestId = seat === undefined ? undefined : guestIdOf(seat);
    return room && seatsAt(room, now()).some((each) => each.id === guestId) ? id : undefined;
  };

  /** Whether the platform lets somebody say nothing just now. */
  const suspensionOf = async (id: UserId): Promise<Suspension | undefined> => {
    const user = (await people.findMany([id])).get(id);
    return user && suspensionNow(user, now());
  };

  const requireGuest = ({ guest }: Connection): Guest => {
    if (guest) return guest;
    throw new Refusal('not-allowed', 'This is for guests of a show.');
  };

  return {
    left,

    /** A link of this show; the one before it leads nowhere any more. */
    invite: async (stream: Stream): Promise<Invitation> => {
      if (isOver(stream)) throw streamEnded();
      const code = newSecret();
      const until = now() + GUEST_LIMITS.invitationMs;
      await guests.invite(stream.id, code, until);
      return { code, expiresAt: new Date(until).toISOString() };
    },

    revoke: (stream: Stream): Promise<void> => guests.revoke(stream.id),

    /** A ticket for whoever comes by a link: it opens a socket that is good for nothing but being this guest. */
    welcome: async (
      { code, name, seat: kept, streamId, browser }: ComeAsGuest,
      caller: Caller | undefined,
    ): Promise<GuestTicket> => {
      const id = (await guests.invitedTo(code, now())) ?? (await seatedAt(streamId, kept));
      const stream = id && (await streams.get(id));
      const creator = stream && !isOver(stream) && (await creatorOf(stream));
      if (!stream || !creator) throw new Refusal('not-found', 'This link no longer works.');
      if (caller) {
        requireUnsuspended(caller);
        if (caller.userId === stream.creatorId) throw new Refusal('not-allowed', 'This is your own show.');
        if (await isKeptOut(stream.creatorId, caller.userId)) throw keptOut();
      }
      const shown = caller?.name ?? name;
      if (shown === undefined) throw new Refusal('invalid-request', 'name: say what you are called.');
      const seat = kept ?? newSecret();
      const guest: Guest = { streamId: stream.id, id: guestIdOf(seat), name: shown };
      const ticket = newSecret();
      const until = now() + TICKET_LIVES_MS;
      await tickets.issue({ ticket, userId: caller?.userId, browser, guest, until });
      return {
        ticket,
        expiresAt: new Date(until).toISOString(),
        seat,
        name: shown,
        show: { id: stream.id, title: stream.title, creator },
      };
    },

    /** From now on this socket is the studio's. */
    open: async (streamId: string, connection: Connection): Promise<GuestMessage> => {
      const { id, creatorId } = await own(streamId, connection);
      const room = await guests.change(id, (before) =>
        before.studio === connection.connectionId ? undefined : { ...before, studio: connection.connectionId },
      );
      return { ...(await guestsMessage(id, room)), iceServers: ice.serversFor(creatorId) };
    },

    admit: async (streamId: string, guestId: string, connection: Connection): Promise<GuestMessage> => {
      const { id, creatorId } = await own(streamId, connection);
      let refused: 'unknown' | 'full' | undefined;
      const room = await guests.change(id, (before) => {
        requireStudio(before, connection);
        const admission = admitted(before, guestId, now());
        refused = admission.admitted ? undefined : admission.because;
        return admission.admitted ? admission.room : undefined;
      });
      requireStudio(room, connection);
      if (refused === 'unknown') throw new Refusal('not-found', 'This guest is not there any more.');
      if (refused === 'full')
        throw new Refusal(
          'conflict',
          `There are ${GUEST_LIMITS.onAir} guests on the air: there is no room for another.`,
        );
      const seat = room?.seats.find((each) => each.id === guestId);
      if (seat?.connectionId !== undefined)
        await post(seat.connectionId, { type: 'guest.place', admitted: true, iceServers: ice.serversFor(guestId) });
      return { ...(await guestsMessage(id, room)), iceServers: ice.serversFor(creatorId) };
    },

    remove: async (streamId: string, guestId: string, connection: Connection): Promise<GuestMessage> => {
      const { id } = await own(streamId, connection);
      requireStudio(await guests.room(id), connection);
      return guestsMessage(id, await sendAway(id, guestId));
    },

    /** A guest is there, or there again. */
    ask: async (page: string, connection: Connection): Promise<GuestMessage> => {
      const guest = requireGuest(connection);
      const { connectionId, userId } = connection;
      const stream = await streams.get(guest.streamId);
      if (!stream || isOver(stream)) return { type: 'guest.over', because: 'ended' };
      if (userId !== undefined) {
        requireUnsuspended({ suspended: await suspensionOf(userId) });
        if (await isKeptOut(stream.creatorId, userId)) throw keptOut();
      }
      let full = false;
      let isIn: boolean | undefined;
      const room = await guests.change(guest.streamId, (before) => {
        const seating = seated(before, { ...guest, userId }, { connectionId, page, now: now() });
        full = !seating.seated && seating.because === 'full';
        isIn = seating.seated ? seating.seat.admitted : undefined;
        return seating.seated ? seating.room : undefined;
      });
      if (full) throw new Refusal('conflict', 'Too many are waiting. Try again in a moment.');
      if (!room) return { type: 'guest.over', because: 'ended' };
      if (isIn === undefined) return { type: 'guest.over', because: 'removed' };
      await tellStudio(guest.streamId, room);
      return { type: 'guest.place', admitted: isIn, ...(isIn && { iceServers: ice.serversFor(guest.id) }) };
    },

    /** Goes, and gives the place back. */
    leave: async (connection: Connection): Promise<void> => {
      const { streamId, id } = requireGuest(connection);
      await tellStudio(streamId, await guests.change(streamId, (before) => without(before, id)));
    },

    /** Hands on what one of the two browsers says to the other: only between the studio and somebody who has been let in. */
    signal: async (
      said: { streamId?: string | undefined; guestId?: string | undefined; session: string; signal: GuestSignal },
      connection: Connection,
    ): Promise<void> => {
      const { session, signal } = said;
      const { connectionId, guest } = connection;
      const id = guest?.streamId ?? parseStreamId(said.streamId ?? '');
      const room = id && (await guests.room(id));
      const guestId = guest?.id ?? said.guestId;
      const seat = room && seatsAt(room, now()).find((each) => each.id === guestId);
      const speaks = guest ? seat?.connectionId : room?.studio;
      if (!id || !room || !seat?.admitted || speaks !== connectionId)
        throw new Refusal('not-allowed', 'The two of you are not connected.');
      const hears = guest ? room.studio : seat.connectionId;
      if (hears === undefined) return;
      const arrived = await post(hears, {
        type: 'guest.signal',
        ...(guest && { guestId: seat.id }),
        session,
        signal,
      });
      if (!arrived && !guest)
        await left({ connectionId: hears, guest: { streamId: id, id: seat.id, name: seat.name } });
    },

    /** Off the show on which this socket's person is a guest, where they may no longer be. */
    keepOut: async ({ guest, userId }: Connection): Promise<void> => {
      const stream = guest && (await streams.get(guest.streamId));
      if (!guest || !stream || userId === undefined) return;
      if (!(await isKeptOut(stream.creatorId, userId)) && !(await suspensionOf(userId))) return;
      await tellStudio(guest.streamId, await sendAway(guest.streamId, guest.id));
    },

    /** The show is over: whoever waits or is on the air is told, and their sockets are nobody's. */
    over: async (id: StreamId): Promise<void> => {
      const { seats } = await guests.clear(id);
      for (const { connectionId } of seats)
        if (connectionId !== undefined) {
          await connections.closed(connectionId, now());
          await post(connectionId, { type: 'guest.over', because: 'ended' });
        }
    },
  };
};
export type Guests = ReturnType<typeof createGuests>;

const keptOut = () => new Refusal('blocked', 'You cannot be a guest of this creator.');
