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
  /** `mode: poll` where the audience is too large to be told of every change: ask `GET /stream/{id}/live` instead. */
  z.object({ type: z.literal('joined'), live: LiveView, mode: z.enum(['push', 'poll']) }),
  z.object({ type: z.literal('stream'), stream: StreamView }),
  z.object({ type: z.literal('health'), streamId: z.string(), health: StreamHealth }),
  z.object({ type: z.literal('refused'), error: z.string(), message: z.string() }),
  z.object({ type: z.literal('pong') }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
