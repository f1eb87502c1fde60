import * as z from 'zod/mini';
import { ChatMessageView, ChatRulesView, React, ReactionCounts, Said, Say } from './chat.ts';
import { GUEST_CLIENT_MESSAGES } from './guest-messages.ts';
import { LiveView, PlayerPosition, StreamHealth, StreamView } from './http.ts';

/** Messages on `/realtime`: the route is `action`, as API Gateway's `$request.body.action` selects it. */
export const ClientMessage = z.discriminatedUnion('action', [
  z.object({ action: z.literal('join'), streamId: z.string() }),
  z.object({ action: z.literal('leave') }),
  z.object({ action: z.literal('ping') }),
  /** As `POST /stream/{id}/chat`. */
  z.extend(Say, { action: z.literal('chat'), streamId: z.string() }),
  z.extend(React, { action: z.literal('react'), streamId: z.string() }),
  /** A player goes on: `at` is where it is, in seconds of its own clock. Every 15 s while it plays. */
  z.object({ action: z.literal('beat'), streamId: z.string(), at: PlayerPosition }),
  ...GUEST_CLIENT_MESSAGES,
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

const MESSAGES = [
  /** `mode: poll` where the audience is too large to be told of every change: ask `GET /stream/{id}/live` instead, and hang up. */
  z.object({ type: z.literal('joined'), live: LiveView, mode: z.enum(['push', 'poll']) }),
  z.object({ type: z.literal('stream'), stream: StreamView }),
  z.object({ type: z.literal('health'), streamId: z.string(), health: StreamHealth }),
  /** `clientId` where a message to the audience was refused. */
  z.object({
    type: z.literal('refused'),
    error: z.string(),
    message: z.string(),
    clientId: z.optional(z.string()),
  }),
  z.object({ type: z.literal('pong') }),
  /** To its writer alone. */
  z.extend(Said, { type: z.literal('said'), streamId: z.string() }),
  /** `seq` counts all that is said and done in an audience. It comes in a batch, which tells whether something is missing before it. */
  z.extend(ChatMessageView, { type: z.literal('chat'), streamId: z.string() }),
  z.object({ type: z.literal('removed'), streamId: z.string(), seq: z.number(), of: z.number() }),
  z.object({ type: z.literal('restored'), streamId: z.string(), seq: z.number(), message: ChatMessageView }),
  z.object({ type: z.literal('rules'), streamId: z.string(), seq: z.number(), rules: ChatRulesView }),
  /** How many of each since the last such message. */
  z.object({ type: z.literal('reactions'), streamId: z.string(), given: ReactionCounts }),
  /** To who follows its creator, in whatever audience they are or in none: a show has begun, or is over. */
  z.object({ type: z.literal('followed'), stream: StreamView }),
  z.object({ type: z.literal('viewers'), streamId: z.string(), count: z.number() }),
  /** The audience has become too large to be told: from now on its answers are to be asked for, and nothing is said here any more. */
  z.object({ type: z.literal('mode'), streamId: z.string(), mode: z.literal('poll') }),
] as const;

export const ServerMessage = z.discriminatedUnion('type', [
  ...MESSAGES,
  /**
   * What goes to one audience at one time, in its order. Of what is said and done it has all after number `after`, up to `seq`; whoever
   * does not know all up to `after` asks.
   */
  z.object({
    type: z.literal('batch'),
    streamId: z.string(),
    after: z.optional(z.number()),
    seq: z.optional(z.number()),
    messages: z.array(z.discriminatedUnion('type', MESSAGES)),
  }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
/** A message that can go out together with others. */
export type SingleMessage = Exclude<ServerMessage, { type: 'batch' }>;
