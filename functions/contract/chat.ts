import * as z from 'zod/mini';
import { ACTS, CHAT_LIMITS, REACTIONS } from '#domain/chat';
import { HandleText, text, time } from './fields.ts';

export { CHAT_LIMITS, REACTIONS, type Reaction } from '#domain/chat';

/** What an audience writes: plain text, with links. */
export const ChatText = text(1, CHAT_LIMITS.characters);

/** What its writer calls a message, so that a retry is the same one. */
export const ClientId = z.string().check(z.regex(/^[\w-]{8,64}$/, '8 to 64 of the characters of base64url'));

const MessageNumber = z.number().check(z.int(), z.gte(1));

export const Say = z.object({ text: ChatText, clientId: ClientId, replyTo: z.optional(MessageNumber) });
export type Say = z.infer<typeof Say>;

export const React = z.object({ kind: z.enum(REACTIONS) });

export const ChatAuthor = z.object({
  handle: z.string(),
  name: z.string(),
  avatarUrl: z.optional(z.string()),
  /** What they are to this audience, where they are more than a viewer. */
  badge: z.optional(z.enum(['creator', 'moderator'])),
});

/** `seq` is its place in all that was said and done; `id` the same as text. */
export const ChatMessageView = z.object({
  id: z.string(),
  seq: z.number(),
  from: ChatAuthor,
  text: z.string(),
  at: time,
  replyTo: z.optional(z.object({ seq: z.number(), handle: z.string(), text: z.string() })),
});
export type ChatMessageView = z.infer<typeof ChatMessageView>;

export const ChatRulesView = z.object({
  slowSeconds: z.number(),
  followersForMinutes: z.optional(z.number()),
  frozen: z.boolean(),
  pinned: z.optional(ChatMessageView),
});
export type ChatRulesView = z.infer<typeof ChatRulesView>;

/** A message that was taken; or one that a moderator looks at first, which nobody else sees until then. */
export const Said = z.object({ message: z.optional(ChatMessageView), held: z.boolean(), clientId: z.string() });
export type Said = z.infer<typeof Said>;

const ReactionCounts = z.object({
  heart: z.number(),
  clap: z.number(),
  laugh: z.number(),
  wow: z.number(),
  fire: z.number(),
});
export type ReactionCounts = z.infer<typeof ReactionCounts>;
export { ReactionCounts };

/**
 * Query of the history: the last before a number, the next after one, or the last at so many seconds of the show. One of them; by
 * default the last of all.
 */
export const ChatQuery = z.object({
  before: z.optional(z.coerce.number().check(z.int(), z.gte(1))),
  after: z.optional(z.coerce.number().check(z.int(), z.gte(0))),
  at: z.optional(z.coerce.number().check(z.gte(0), z.lte(1e7))),
  limit: z._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(100)), CHAT_LIMITS.tail),
});

/** Messages in their order. `removed` are those that were taken away since; `seq` is how far this goes; `more` that there is more. */
export const ChatPage = z.object({
  items: z.array(ChatMessageView),
  removed: z.array(z.number()),
  seq: z.number(),
  more: z.boolean(),
  rules: ChatRulesView,
});
export type ChatPage = z.infer<typeof ChatPage>;

/** What a moderator does. */
export const Moderate = z.discriminatedUnion('act', [
  z.object({ act: z.literal('delete'), seq: MessageNumber }),
  z.object({
    act: z.literal('timeout'),
    handle: HandleText,
    seconds: z.number().check(z.int(), z.gte(10), z.lte(CHAT_LIMITS.timeoutSecondsMost)),
  }),
  z.object({ act: z.literal('ban'), handle: HandleText }),
  z.object({ act: z.literal('unban'), handle: HandleText }),
  z.object({ act: z.literal('pin'), seq: MessageNumber }),
  z.object({ act: z.literal('unpin') }),
  /** 0 switches it off. */
  z.object({
    act: z.literal('slow'),
    seconds: z.number().check(z.int(), z.gte(0), z.lte(CHAT_LIMITS.slowSecondsMost)),
  }),
  /** Null lets everybody write; 0 every follower. */
  z.object({
    act: z.literal('followers'),
    minutes: z.nullable(z.number().check(z.int(), z.gte(0), z.lte(CHAT_LIMITS.followMinutesMost))),
  }),
  z.object({ act: z.literal('freeze') }),
  z.object({ act: z.literal('unfreeze') }),
  z.object({ act: z.literal('approve'), heldId: z.string() }),
  z.object({ act: z.literal('reject'), heldId: z.string() }),
  z.object({ act: z.literal('undo'), actId: z.string() }),
]);
export type Moderate = z.infer<typeof Moderate>;

export const ActView = z.object({
  id: z.string(),
  at: time,
  act: z.enum(ACTS),
  by: z.optional(ChatAuthor),
  about: z.optional(ChatAuthor),
  text: z.optional(z.string()),
  value: z.optional(z.number()),
  undone: z.boolean(),
});
export type ActView = z.infer<typeof ActView>;

/** To who may moderate: what was done, the newest first, and what waits for a word. */
export const ModerationPage = z.object({
  items: z.array(ActView),
  cursor: z.optional(z.string()),
  held: z.array(z.object({ id: z.string(), from: ChatAuthor, text: z.string(), at: time })),
});
export type ModerationPage = z.infer<typeof ModerationPage>;

/** What one may do in an audience. */
export const ChatStanding = z.object({
  role: z.enum(['creator', 'moderator', 'viewer']),
  /** Until when one may not write. */
  timedOutUntil: z.optional(time),
});
export type ChatStanding = z.infer<typeof ChatStanding>;

export const HeldWords = z.object({
  words: z.array(text(1, CHAT_LIMITS.heldWordCharacters)).check(z.maxLength(CHAT_LIMITS.heldWords)),
});
