import type { GuestMessage, GuestView } from '#contract/guest-messages';
import { gone, type GuestRoom, type Seat, seatsAt, sentAway } from '#domain/guest';
import type { StreamId, UserId } from '#domain/ids';
import type { User } from '#domain/user';
import type { Connection, ConnectionStore } from '#store/connections';
import type { GuestStore } from '#store/guests';
import type { TellSocket } from './tell-socket.ts';

export type GuestRoomParts = {
  guests: Pick<GuestStore, 'change' | 'clear'>;
  people: { findMany(ids: readonly UserId[]): Promise<Map<UserId, User>> };
  connections: Pick<ConnectionStore, 'closed'>;
  post: TellSocket;
  clock: () => Date;
};

/** Who is a guest of which show: what their studios hear of it, and how guests go. */
export const createGuestRooms = ({ guests, people, connections, post, clock }: GuestRoomParts) => {
  const now = (): number => clock().getTime();

  const message = async (streamId: StreamId, room: GuestRoom | undefined) => {
    const seats = room ? seatsAt(room, now()) : [];
    const known = await people.findMany(seats.flatMap(({ userId }) => userId ?? []));
    return { type: 'guests', streamId, guests: seats.map((seat) => toView(seat, known)) } satisfies GuestMessage;
  };

  const tellStudio = async (streamId: StreamId, room: GuestRoom | undefined): Promise<void> => {
    if (room?.studio !== undefined) await post(room.studio, await message(streamId, room));
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

  return {
    /** The guests of a show, as its studio sees them. */
    message,
    tellStudio,
    /** Has somebody go, who may not come again. */
    sendAway,
    left,

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

const toView = (
  { id, name, userId, admitted: isIn, connectionId, page }: Seat,
  known: ReadonlyMap<UserId, User>,
): GuestView => {
  const handle = userId && known.get(userId)?.handle;
  return { id, name, ...(handle && { handle }), admitted: isIn, gone: connectionId === undefined, page };
};
