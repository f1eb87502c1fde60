import * as z from 'zod/mini';
import { LiveView, StreamHealth, StreamView } from './http.ts';

/** Messages on `/realtime`: the route is `action`, as API Gateway's `$request.body.action` selects it. */
export const ClientMessage = z.discriminatedUnion('action', [
  z.object({ action: z.literal('join'), streamId: z.string() }),
  z.object({ action: z.literal('leave') }),
  z.object({ action: z.literal('ping') }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

export const ServerMessage = z.discriminatedUnion('type', [
  /**
   * `mode: poll` where the room is full: ask `GET /stream/{id}/live` instead. What is most asked for lies at the top too; a
   * page that reads `live` does without it.
   */
  z.object({
    type: z.literal('joined'),
    ...z.partial(z.pick(LiveView, { state: true, viewers: true, chat: true })).shape,
    live: LiveView,
    mode: z.enum(['push', 'poll']),
  }),
  z.object({
    type: z.literal('stream'),
    ...z.partial(z.pick(StreamView, { id: true, state: true })).shape,
    stream: StreamView,
  }),
  z.object({ type: z.literal('health'), streamId: z.string(), health: StreamHealth }),
  z.object({ type: z.literal('refused'), error: z.string(), message: z.string() }),
  z.object({ type: z.literal('pong') }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
