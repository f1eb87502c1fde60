import type { GuestMessage, GuestSignal } from '#contract/guest-messages';
import { admitted, type Guest, GUEST_LIMITS, type GuestRoom, seated, seatsAt, without } from '#domain/guest';
import { parseStreamId, type UserId } from '#domain/ids';
import { type Suspension, suspensionNow } from '#domain/report';
import { isOver, type Stream } from '#domain/stream';
import type { Connection } from '#store/connections';
import type { Log } from '../http/log.ts';
import { Refusal } from '../http/refusal.ts';
import { createGuestEntrance, type EntranceParts } from './guest-entrance.ts';
import { createGuestRooms, type GuestRoomParts } from './guest-rooms.ts';
import type { Ice } from './ice.ts';
import { streamEnded, streamNotFound } from './refusals.ts';
import type { Sockets } from './sockets.ts';
import { createTellSocket } from './tell-socket.ts';

type Parts = EntranceParts &
  Pick<GuestRoomParts, 'people' | 'connections'> & {
    /** Undefined where there is no WebSocket API: then nobody is told. */
    sockets: Sockets | undefined;
    ice: Ice;
    log: Log;
  };

/**
 * Guests of shows. They come by a link that the creator has made, wait to be let in, and from then on two browsers speak to each other
 * directly: what passes here is how they find each other, between the studio's socket and that guest's, and to nobody else.
 */
export const createGuests = ({ people, connections, sockets, ice, log, ...parts }: Parts) => {
  const { guests, streams, isKeptOut, clock } = parts;
  const { requireMayCome, ...entrance } = createGuestEntrance(parts);
  const post = createTellSocket({ sockets, log });
  const { message, tellStudio, sendAway, left, over } = createGuestRooms({ guests, people, connections, post, clock });
  const now = (): number => clock().getTime();

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
    ...entrance,
    left,
    over,

    /** From now on this socket is the studio's. */
    open: async (streamId: string, connection: Connection): Promise<GuestMessage> => {
      const { id, creatorId } = await own(streamId, connection);
      const room = await guests.change(id, (before) =>
        before.studio === connection.connectionId ? undefined : { ...before, studio: connection.connectionId },
      );
      return { ...(await message(id, room)), iceServers: ice.serversFor(creatorId) };
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
      return { ...(await message(id, room)), iceServers: ice.serversFor(creatorId) };
    },

    remove: async (streamId: string, guestId: string, connection: Connection): Promise<GuestMessage> => {
      const { id } = await own(streamId, connection);
      requireStudio(await guests.room(id), connection);
      return message(id, await sendAway(id, guestId));
    },

    /** A guest is there, or there again. */
    ask: async (page: string, connection: Connection): Promise<GuestMessage> => {
      const guest = requireGuest(connection);
      const { connectionId, userId } = connection;
      const stream = await streams.get(guest.streamId);
      if (!stream || isOver(stream)) return { type: 'guest.over', because: 'ended' };
      if (userId !== undefined) await requireMayCome(stream, { userId, suspended: await suspensionOf(userId) });
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
  };
};
export type Guests = ReturnType<typeof createGuests>;
