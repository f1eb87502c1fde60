import * as z from 'zod/mini';
import { EMPTY_ROOM, type GuestRoom } from '#domain/guest';
import type { StreamId } from '#domain/ids';
import { streamId, userId } from './brands.ts';
import { absent, atRevision, type Table } from './dynamo.ts';
import { guestRoomKey, hashed, invitationKey } from './keys.ts';
import { createRecord } from './record.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

const invitationRecord = createRecord({
  kind: 'invitation',
  version: 1,
  schema: z.object({ streamId, until: z.number() }),
});

const roomRecord = createRecord({
  kind: 'guest room',
  version: 1,
  schema: z.object({
    /** The hash of the code by which guests come; absent where there is none. */
    invitation: z.optional(z.string()),
    seats: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        userId: z.optional(userId),
        browser: z.optional(z.string()),
        admitted: z.boolean(),
        connectionId: z.optional(z.string()),
        page: z.string(),
        goneAt: z.optional(z.number()),
      }),
    ),
    sentAway: z.array(z.string()),
    studio: z.optional(z.string()),
    until: z.number(),
    rev: z.number(),
  }),
});

/** Guests of shows: the one link of each, stored hashed, and who waits or is on the air. One small item a show. */
export const createGuestStore = ({ table }: { table: Table }) => {
  const read = async (id: StreamId) => {
    const item = await table.get(guestRoomKey(id));
    return item && roomRecord.read(item);
  };
  type Stored = NonNullable<Awaited<ReturnType<typeof read>>>;
  const written = (id: StreamId, stored: Stored) => ({
    ...guestRoomKey(id),
    ...roomRecord.write(stored, { expiresAt: Math.ceil(stored.until / 1_000) }),
  });
  const asFound = (found: Stored | undefined) => (found ? atRevision(found.rev) : absent);

  return {
    /** Makes this code the one by which guests come to the show; the one before leads nowhere from now on. */
    invite: (id: StreamId, code: string, until: number) =>
      retryOnConflict<void>(async () => {
        const found = await read(id);
        const invitation = hashed(code);
        const { seats, sentAway, studio } = found ?? EMPTY_ROOM;
        const next: Stored = {
          seats: [...seats],
          sentAway: [...sentAway],
          studio,
          invitation,
          until,
          rev: (found?.rev ?? 0) + 1,
        };
        const done = await table.transact([
          { or: 'moved', put: written(id, next), when: asFound(found) },
          {
            put: {
              ...invitationKey(invitation),
              ...invitationRecord.write({ streamId: id, until }, { expiresAt: Math.ceil(until / 1_000) }),
            },
          },
          ...(found?.invitation === undefined ? [] : [{ remove: invitationKey(found.invitation) }]),
        ]);
        return done.done ? { settled: undefined } : 'conflict';
      }),

    /** The link leads nowhere any more. */
    revoke: (id: StreamId) =>
      retryOnConflict<void>(async () => {
        const found = await read(id);
        if (found?.invitation === undefined) return { settled: undefined };
        const { invitation, ...rest } = found;
        const done = await table.transact([
          { or: 'moved', put: written(id, { ...rest, rev: rest.rev + 1 }), when: atRevision(rest.rev) },
          { remove: invitationKey(invitation) },
        ]);
        return done.done ? { settled: undefined } : 'conflict';
      }),

    /** Which show a code leads to. */
    invitedTo: async (code: string, now: number): Promise<StreamId | undefined> => {
      const item = await table.get(invitationKey(hashed(code)));
      const found = item && invitationRecord.read(item);
      return found && found.until > now ? found.streamId : undefined;
    },

    /** The guests of a show; undefined where it has had none. */
    room: async (id: StreamId): Promise<GuestRoom | undefined> => read(id),

    /**
     * Changes who is there, as `change` has it of what there is; undefined changes nothing, and so does a show without a link ever.
     *
     * @returns the room as it is then
     */
    change: (id: StreamId, change: (room: GuestRoom) => GuestRoom | undefined) =>
      retryOnConflict<GuestRoom | undefined>(async () => {
        const found = await read(id);
        if (!found) return { settled: undefined };
        const next = change(found);
        if (!next || next === found) return { settled: found };
        const { seats, sentAway, studio } = next;
        const outcome = await table.put(
          written(id, { ...found, seats: [...seats], sentAway: [...sentAway], studio, rev: found.rev + 1 }),
          atRevision(found.rev),
        );
        return outcome.done ? { settled: next } : 'conflict';
      }),

    /** The show is over: nobody comes any more, and who was there is answered, to be told. */
    clear: (id: StreamId) =>
      retryOnConflict<GuestRoom>(async () => {
        const found = await read(id);
        if (!found) return { settled: EMPTY_ROOM };
        const done = await table.transact([
          { or: 'moved', remove: guestRoomKey(id), when: atRevision(found.rev) },
          ...(found.invitation === undefined ? [] : [{ remove: invitationKey(found.invitation) }]),
        ]);
        return done.done ? { settled: found } : 'conflict';
      }),
  };
};
export type GuestStore = ReturnType<typeof createGuestStore>;
