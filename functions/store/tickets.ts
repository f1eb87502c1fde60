import * as z from 'zod/mini';
import type { Guest } from '#domain/guest';
import type { UserId } from '#domain/ids';
import { guest, userId } from './brands.ts';
import type { Table } from './dynamo.ts';
import { hashed, ticketKey } from './keys.ts';
import { createRecord } from './record.ts';

const record = createRecord({
  kind: 'ticket',
  version: 1,
  schema: z.object({
    userId: z.optional(userId),
    browser: z.optional(z.string()),
    guest: z.optional(guest),
    until: z.number(),
  }),
});

/** A ticket opens a socket for so long from its issue. */
export const TICKET_LIVES_MS = 60_000;

/** What became of a ticket that somebody has shown. */
export type RedeemedTicket =
  | {
      redeemed: true;
      userId: UserId | undefined;
      browser: string | undefined;
      guest: Guest | undefined;
      issuedAt: number;
    }
  | { redeemed: false; because: 'unknown' | 'expired' };

/** Realtime tickets: each opens one socket, once, and only by who was given it. Stored hashed, so a dump opens nothing. */
export const createTicketStore = ({ table }: { table: Table }) => ({
  /**
   * @param userId absent for the anonymous
   * @param browser what the browser calls itself
   * @param guest whose it is, where it is good for nothing but being that guest
   */
  issue: async ({
    ticket,
    userId,
    browser,
    guest,
    until,
  }: {
    ticket: string;
    userId: UserId | undefined;
    browser?: string | undefined;
    guest?: Guest | undefined;
    until: number;
  }) => {
    const expiresAt = Math.ceil(until / 1000);
    await table.put({
      ...ticketKey(hashed(ticket)),
      ...record.write({ userId, browser, guest, until }, { expiresAt }),
    });
  },

  /** Uses a ticket up. Of many that come with the same one, one is let in. */
  redeem: async (ticket: string, now: number): Promise<RedeemedTicket> => {
    const { item } = await table.remove(ticketKey(hashed(ticket)));
    if (!item) return { redeemed: false, because: 'unknown' };
    const { userId, browser, guest, until } = record.read(item);
    return until > now
      ? { redeemed: true, userId, browser, guest, issuedAt: until - TICKET_LIVES_MS }
      : { redeemed: false, because: 'expired' };
  },
});
