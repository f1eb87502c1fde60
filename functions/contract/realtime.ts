import * as z from 'zod/mini';
import { LiveView, PlayerPosition, StreamHealth, StreamView } from './http.ts';

/** Messages on `/realtime`: the route is `action`, as API Gateway's `$request.body.action` selects it. */
export const ClientMessage = z.discriminatedUnion('action', [
  z.object({ action: z.literal('join'), streamId: z.string() }),
  z.object({ action: z.literal('leave') }),
  z.object({ action: z.literal('ping') }),
  /** A player goes on: `at` is where it is, in seconds of its own clock. Every 15 s while it plays. */
  z.object({ action: z.literal('beat'), streamId: z.string(), at: PlayerPosition }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

const MESSAGES = [
  /** `mode: poll` where the audience is too large to be told of every change: ask `GET /stream/{id}/live` instead. */
  z.object({ type: z.literal('joined'), live: LiveView, mode: z.enum(['push', 'poll']) }),
  z.object({ type: z.literal('stream'), stream: StreamView }),
  z.object({ type: z.literal('health'), streamId: z.string(), health: StreamHealth }),
  z.object({ type: z.literal('refused'), error: z.string(), message: z.string() }),
  z.object({ type: z.literal('pong') }),
  z.object({ type: z.literal('viewers'), streamId: z.string(), count: z.number() }),
] as const;

export const ServerMessage = z.discriminatedUnion('type', [
  ...MESSAGES,
  /** What goes to one audience at one time, in its order. */
  z.object({
    type: z.literal('batch'),
    streamId: z.string(),
    messages: z.array(z.discriminatedUnion('type', MESSAGES)),
  }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
/** A message that can go out together with others. */
export type SingleMessage = Exclude<ServerMessage, { type: 'batch' }>;
