import * as z from 'zod/mini';
import { parseStreamId, type StreamId } from '#domain/ids';

/** Work that nobody waits for. It may be done twice, and is done again where it fails. */
export type Task = { do: 'deliver'; streamId: StreamId } | { do: 'tell-followers'; streamId: StreamId };

/** Where work is handed over: a queue in the cloud, the process itself where all rooms are in one. */
export type Tasks = { send(task: Task): Promise<void> };

const streamId = z.pipe(
  z.string(),
  z.transform((text, context): StreamId => {
    const id = parseStreamId(text);
    if (id !== undefined) return id;
    context.issues.push({ code: 'custom', message: 'is no stream id', input: text });
    return z.NEVER;
  }),
);

/** A task as it comes out of a queue. */
export const TaskMessage = z.discriminatedUnion('do', [
  z.object({ do: z.literal('deliver'), streamId }),
  z.object({ do: z.literal('tell-followers'), streamId }),
]);
