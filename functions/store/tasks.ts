import * as z from 'zod/mini';
import { parseStreamId, parseUserId, type StreamId, type UserId } from '#domain/ids';
import type { Recipients } from '#domain/push';
import { STREAM_STATES, type StreamState } from '#domain/stream';

/** Work that nobody waits for. It may be done twice, and is done again where it fails. */
export type Task =
  /** Tells an audience what is new. */
  | { do: 'deliver'; streamId: StreamId }
  /** Does what follows from a change that an ingest worker has written: the stream was in state `from` before. */
  | { do: 'tell-moved'; streamId: StreamId; from: StreamState }
  /** Tells followers with an open socket that a show has begun or is over. */
  | { do: 'tell-followers'; streamId: StreamId }
  /** Hands on who is to be told by Web Push that a show has begun. */
  | { do: 'notify-all'; streamId: StreamId }
  /** Tells some of them. */
  | ({ do: 'notify'; streamId: StreamId } & Recipients);

/** Where work is handed over: a queue in the cloud, the process itself where all rooms are in one. */
export type Tasks = {
  /** @param options.delayMs how long nobody begins with it; at most 15 minutes. @default 0 */
  send(task: Task, options?: { delayMs?: number }): Promise<void>;
};

const streamId = z.pipe(
  z.string(),
  z.transform((text, context): StreamId => {
    const id = parseStreamId(text);
    if (id !== undefined) return id;
    context.issues.push({ code: 'custom', message: 'is no stream id', input: text });
    return z.NEVER;
  }),
);

const userId = z.pipe(
  z.string(),
  z.transform((text, context): UserId => {
    const id = parseUserId(text);
    if (id !== undefined) return id;
    context.issues.push({ code: 'custom', message: 'is no user id', input: text });
    return z.NEVER;
  }),
);

/** A task as it comes out of a queue. */
export const TaskMessage = z.discriminatedUnion('do', [
  z.object({ do: z.literal('deliver'), streamId }),
  z.object({ do: z.literal('tell-moved'), streamId, from: z.enum(STREAM_STATES) }),
  z.object({ do: z.literal('tell-followers'), streamId }),
  z.object({ do: z.literal('notify-all'), streamId }),
  z.object({
    do: z.literal('notify'),
    streamId,
    to: z.array(userId),
    only: z.optional(z.array(z.string())),
    attempt: z.number(),
  }),
]);
