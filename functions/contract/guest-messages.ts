import * as z from 'zod/mini';
import { GUEST_LIMITS } from '#domain/guest';

export { GUEST_LIMITS } from '#domain/guest';

/** An `RTCIceServer`. */
export const IceServer = z.object({
  urls: z.array(z.string()),
  username: z.optional(z.string()),
  credential: z.optional(z.string()),
});
export type IceServer = z.infer<typeof IceServer>;

const Name = z.string().check(z.regex(/^[\w-]{8,64}$/, '8 to 64 of the characters of base64url'));
const ASCII = /^[\x20-\x7e\t\r\n]*$/;

/**
 * What two browsers say to each other to find each other (WebRTC), and of what they send: 16 KB at most in all. `session` names one
 * connection of the two, which the studio makes.
 */
export const GuestSignal = z.union([
  z.object({
    description: z.object({
      type: z.enum(['offer', 'answer']),
      sdp: z.string().check(z.maxLength(GUEST_LIMITS.sdpCharacters), z.regex(ASCII)),
    }),
  }),
  z.object({
    candidate: z.object({
      candidate: z.string().check(z.maxLength(GUEST_LIMITS.candidateCharacters), z.regex(ASCII)),
      sdpMid: z.optional(z.nullable(z.string().check(z.maxLength(64), z.regex(ASCII)))),
      sdpMLineIndex: z.optional(z.nullable(z.number().check(z.int(), z.gte(0), z.lte(64)))),
      usernameFragment: z.optional(z.nullable(z.string().check(z.maxLength(256), z.regex(ASCII)))),
    }),
  }),
  /** Whether there is a picture, and a voice. */
  z.object({ sends: z.object({ camera: z.boolean(), microphone: z.boolean() }) }),
]);
export type GuestSignal = z.infer<typeof GuestSignal>;

/** What is said on `/realtime` of guests. The studio's socket is the one on which the creator last opened the guests of the show. */
export const GUEST_CLIENT_MESSAGES = [
  z.object({ action: z.literal('guests.open'), streamId: z.string() }),
  z.object({ action: z.literal('guests.admit'), streamId: z.string(), guestId: Name }),
  /** Refuses who waits, takes who is on the air off it: in either case they may not come again. */
  z.object({ action: z.literal('guests.remove'), streamId: z.string(), guestId: Name }),
  /** On a guest's socket: here I am. `page` is what the page calls itself. */
  z.object({ action: z.literal('guest.ask'), page: Name }),
  z.object({ action: z.literal('guest.leave') }),
  /** From the studio with the show and the guest that it is for; from a guest without, as there is one who hears it. */
  z.object({
    action: z.literal('guest.signal'),
    streamId: z.optional(z.string()),
    guestId: z.optional(Name),
    session: Name,
    signal: GuestSignal,
  }),
] as const;

export const GuestView = z.object({
  id: z.string(),
  name: z.string(),
  /** Where they are signed in. */
  handle: z.optional(z.string()),
  admitted: z.boolean(),
  /** Not there just now; the place is kept for 20 s. */
  gone: z.boolean(),
  page: z.string(),
});
export type GuestView = z.infer<typeof GuestView>;

/** What is said of guests to the studio, and to a guest. */
export const GuestMessage = z.discriminatedUnion('type', [
  /** To the studio, at each change: all who wait, and all who are on the air. `iceServers` in the answer to its own messages. */
  z.object({
    type: z.literal('guests'),
    streamId: z.string(),
    guests: z.array(GuestView),
    iceServers: z.optional(z.array(IceServer)),
  }),
  /** To a guest: where they are; with servers to connect by once they are let in. */
  z.object({ type: z.literal('guest.place'), admitted: z.boolean(), iceServers: z.optional(z.array(IceServer)) }),
  z.object({
    type: z.literal('guest.signal'),
    /** To the studio: of whom. */
    guestId: z.optional(z.string()),
    session: z.string(),
    signal: GuestSignal,
  }),
  /** To a guest: it is over for them, and why. */
  z.object({ type: z.literal('guest.over'), because: z.enum(['removed', 'ended']) }),
]);
export type GuestMessage = z.infer<typeof GuestMessage>;
