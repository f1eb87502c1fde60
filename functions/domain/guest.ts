import type { StreamId, UserId } from './ids.ts';

/** People whom a creator has into a show: how many, and how long what they have been given is good for. */
export const GUEST_LIMITS = {
  /** On the air at a time: each is a picture that the creator's browser decodes, and a voice that it mixes. */
  onAir: 2,
  /** Who waits to be let in; a link that went astray fills no list. */
  waiting: 6,
  /** Whose page is gone keeps the place for so long. */
  placeKeptMs: 20_000,
  /** A link is good for as long as its show, and for this long at most: no show lasts longer. */
  invitationMs: 24 * 3_600_000,
  /** What those are known by whom the creator has sent away, each by up to three; the first of more are forgotten. */
  sentAway: 300,
  sdpCharacters: 14_000,
  candidateCharacters: 1_000,
} as const;

/** A guest at one show, by a digest of what their tab keeps to itself. */
export type Guest = {
  streamId: StreamId;
  id: string;
  name: string;
  /** What their browser calls itself, in all of its tabs and whoever is signed in there. */
  browser?: string | undefined;
};

/** A guest's place. */
export type Seat = {
  id: string;
  name: string;
  userId?: UserId | undefined;
  browser?: string | undefined;
  admitted: boolean;
  /** The socket by which they are reached; absent while they are gone. */
  connectionId?: string | undefined;
  /** What the guest's page calls itself: another page has another picture. */
  page: string;
  /** Since when they are gone, in ms since 1970. */
  goneAt?: number | undefined;
};

/** The guests of one show: who waits, and who is on the air. */
export type GuestRoom = {
  seats: readonly Seat[];
  /** Who may not come again, by all that they are known by. */
  sentAway: readonly string[];
  /** The creator's socket to which guests speak. */
  studio?: string | undefined;
};

export const EMPTY_ROOM: GuestRoom = { seats: [], sentAway: [] };

/** The seats that count at this time: who has been gone for too long has none. */
export const seatsAt = ({ seats }: GuestRoom, now: number): Seat[] =>
  seats.filter(({ goneAt }) => goneAt === undefined || now - goneAt < GUEST_LIMITS.placeKeptMs);

/** Whether somebody may come back to a place: one that was taken by an account is not given to who shows no longer whose they are. */
export const isPlaceOf = (seat: Seat, userId: UserId | undefined): boolean =>
  seat.userId === undefined || seat.userId === userId;

type Known = Pick<Seat, 'id' | 'browser' | 'userId'>;
const knownBy = ({ id, browser, userId }: Known): string[] => [
  id,
  ...(browser === undefined ? [] : [`web_${browser}`]),
  ...(userId === undefined ? [] : [userId]),
];

export type Seating = { seated: true; room: GuestRoom; seat: Seat } | { seated: false; because: 'sent-away' | 'full' };

/** Somebody comes in, or comes again: then they have the place that they had. */
export const seated = (
  room: GuestRoom,
  guest: Known & Pick<Seat, 'name'>,
  { connectionId, page, now }: { connectionId: string; page: string; now: number },
): Seating => {
  const { id, name, userId, browser } = guest;
  if (knownBy(guest).some((known) => room.sentAway.includes(known))) return { seated: false, because: 'sent-away' };
  const seats = seatsAt(room, now);
  const before = seats.find((seat) => seat.id === id);
  // nobody is told to come back here: they have been given a place of their own
  if (before && !isPlaceOf(before, userId)) return { seated: false, because: 'sent-away' };
  if (!before && seats.filter(({ admitted }) => !admitted).length >= GUEST_LIMITS.waiting)
    return { seated: false, because: 'full' };
  const seat: Seat = { id, name, userId, browser, admitted: before?.admitted ?? false, connectionId, page };
  const others = before ? seats.map((each) => (each.id === id ? seat : each)) : [...seats, seat];
  return { seated: true, room: { ...room, seats: others }, seat };
};

export type Admission = { admitted: true; room: GuestRoom } | { admitted: false; because: 'unknown' | 'full' };

/** Lets somebody who waits onto the air. */
export const admitted = (room: GuestRoom, id: string, now: number): Admission => {
  const seats = seatsAt(room, now);
  const seat = seats.find((each) => each.id === id);
  if (!seat) return { admitted: false, because: 'unknown' };
  if (!seat.admitted && seats.filter((each) => each.admitted).length >= GUEST_LIMITS.onAir)
    return { admitted: false, because: 'full' };
  return {
    admitted: true,
    room: { ...room, seats: seats.map((each) => (each.id === id ? { ...each, admitted: true } : each)) },
  };
};

/** Sends somebody away, who may not come again. */
export const sentAway = (room: GuestRoom, seat: Known): GuestRoom => ({
  ...without(room, seat.id),
  sentAway: [...new Set([...room.sentAway, ...knownBy(seat)])].slice(-GUEST_LIMITS.sentAway),
});

/** Somebody goes by themselves, and may come again. */
export const without = (room: GuestRoom, id: string): GuestRoom => ({
  ...room,
  seats: room.seats.filter((seat) => seat.id !== id),
});

/** A socket is gone: whoever was reached by it keeps the place for a while. The same room where nobody was. */
export const gone = (room: GuestRoom, connectionId: string, now: number): GuestRoom =>
  room.seats.some((seat) => seat.connectionId === connectionId)
    ? {
        ...room,
        seats: room.seats.map((seat) =>
          seat.connectionId === connectionId ? { ...seat, connectionId: undefined, goneAt: now } : seat,
        ),
      }
    : room;
