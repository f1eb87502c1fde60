import * as z from 'zod/mini';
import { BrowserId, PersonView } from './http.ts';
import { TEXT_CHARACTERS, text, time } from './fields.ts';

/** 192 random bits in base64url: what a link holds, and what a guest's browser keeps of its place. */
const Secret = z.string().check(z.regex(/^[\w-]{32}$/, '24 bytes in base64url'));

/** A link for guests is `/guest#{code}`: what follows the `#` reaches no server, and so no log. */
export const Invitation = z.object({ code: Secret, expiresAt: time });
export type Invitation = z.infer<typeof Invitation>;

/**
 * Somebody comes by a link: by their account's name, or by the one that they say. `seat` and `streamId` are of an earlier answer: by them
 * one comes back while the place is kept, also when the link leads nowhere any more.
 */
export const ComeAsGuest = z.object({
  code: Secret,
  name: z.optional(text(1, TEXT_CHARACTERS.name)),
  seat: z.optional(Secret),
  streamId: z.optional(z.string()),
  browser: z.optional(BrowserId),
});
export type ComeAsGuest = z.infer<typeof ComeAsGuest>;

/** A ticket by which a socket can do nothing but speak to that creator's studio. */
export const GuestTicket = z.object({
  ticket: z.string(),
  expiresAt: time,
  seat: Secret,
  name: z.string(),
  show: z.object({ id: z.string(), title: z.string(), creator: PersonView }),
});
export type GuestTicket = z.infer<typeof GuestTicket>;
