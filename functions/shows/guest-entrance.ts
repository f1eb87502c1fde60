import type { ComeAsGuest, GuestTicket, Invitation } from '#contract/guests';
import type { PersonView } from '#contract/http';
import { type Guest, GUEST_LIMITS, isPlaceOf, type Seat, seatsAt } from '#domain/guest';
import { parseStreamId, type StreamId, type UserId } from '#domain/ids';
import { isOver, type Stream } from '#domain/stream';
import type { GuestStore } from '#store/guests';
import { hashed } from '#store/keys';
import { TICKET_LIVES_MS } from '#store/tickets';
import { type Caller, requireUnsuspended } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';
import { streamEnded } from './refusals.ts';

export type EntranceParts = {
  guests: GuestStore;
  streams: { get(id: StreamId): Promise<Stream | undefined> };
  /** Whether a creator, or a moderator of theirs, keeps somebody out. */
  isKeptOut: (creator: UserId, id: UserId) => Promise<boolean>;
  creatorOf: (stream: Stream) => Promise<PersonView | undefined>;
  tickets: {
    issue(ticket: { ticket: string; userId: UserId | undefined; guest: Guest; until: number }): Promise<void>;
  };
  clock: () => Date;
  /** 192 random bits in base64url. */
  newSecret: () => string;
};

/** As much of a digest as nobody meets by chance. */
const ID_CHARACTERS = 32;
const guestIdOf = (seat: string): string => hashed(seat).slice(0, ID_CHARACTERS);

/** How guests come to a show: the link to it, and a place for whoever follows it. */
export const createGuestEntrance = ({
  guests,
  streams,
  isKeptOut,
  creatorOf,
  tickets,
  clock,
  newSecret,
}: EntranceParts) => {
  const now = (): number => clock().getTime();

  /** The place of that show that is kept by this secret. */
  const heldBy = async (id: StreamId, secret: string): Promise<Seat | undefined> => {
    const room = await guests.room(id);
    const guestId = guestIdOf(secret);
    return room && seatsAt(room, now()).find((seat) => seat.id === guestId);
  };

  /** Refuses whom the platform lets say nothing, and whom this creator keeps out: by who they are, as far as they show it. */
  const requireMayCome = async (
    { creatorId }: Stream,
    { userId, suspended }: Pick<Caller, 'userId' | 'suspended'>,
  ): Promise<void> => {
    requireUnsuspended({ suspended });
    if (await isKeptOut(creatorId, userId)) throw new Refusal('blocked', 'You cannot be a guest of this creator.');
  };

  return {
    requireMayCome,

    /** A link of this show; the one before it leads nowhere any more. */
    invite: async (stream: Stream): Promise<Invitation> => {
      if (isOver(stream)) throw streamEnded();
      const code = newSecret();
      const until = now() + GUEST_LIMITS.invitationMs;
      await guests.invite(stream.id, code, until);
      return { code, expiresAt: new Date(until).toISOString() };
    },

    /** The link leads nowhere any more. */
    revoke: (stream: Stream): Promise<void> => guests.revoke(stream.id),

    /** A ticket for whoever comes by a link: it opens a socket that is good for nothing but being this guest. */
    welcome: async (
      { code, name, seat: kept, streamId, browser }: ComeAsGuest,
      caller: Caller | undefined,
    ): Promise<GuestTicket> => {
      const invited = await guests.invitedTo(code, now());
      const id = invited ?? parseStreamId(streamId ?? '');
      const held = id && kept !== undefined ? await heldBy(id, kept) : undefined;
      const isTheirs = held !== undefined && isPlaceOf(held, caller?.userId);
      // who has a place comes back to it without the link
      const stream = id && (invited !== undefined || isTheirs) ? await streams.get(id) : undefined;
      const creator = stream && !isOver(stream) && (await creatorOf(stream));
      if (!stream || !creator) throw new Refusal('not-found', 'This link no longer works.');
      if (caller) {
        if (caller.userId === stream.creatorId) throw new Refusal('not-allowed', 'This is your own show.');
        await requireMayCome(stream, caller);
      }
      const shown = caller?.name ?? name;
      if (shown === undefined) throw new Refusal('invalid-request', 'name: say what you are called.');
      const seat = kept !== undefined && (!held || isTheirs) ? kept : newSecret();
      const guest: Guest = { streamId: stream.id, id: guestIdOf(seat), name: shown, browser };
      const ticket = newSecret();
      const until = now() + TICKET_LIVES_MS;
      await tickets.issue({ ticket, userId: caller?.userId, guest, until });
      return {
        ticket,
        expiresAt: new Date(until).toISOString(),
        seat,
        name: shown,
        show: { id: stream.id, title: stream.title, creator },
      };
    },
  };
};
