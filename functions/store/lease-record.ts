import * as z from 'zod/mini';
import type { StreamId } from '#domain/ids';
import { FEED_STATES, type Stream } from '#domain/stream';
import { exists, type Expression, type Part } from './dynamo.ts';
import type { Item } from './item.ts';
import { leaseKey } from './keys.ts';
import { createRecord } from './record.ts';

/**
 * The table's record that one worker, and no other, publishes a stream. `fence` grows by one with every claim; `workerId` is there
 * while somebody holds it, until `until`; `told` is the last state of the feed that the stream itself has heard.
 */
const record = createRecord({
  kind: 'lease',
  version: 1,
  schema: z.object({
    fence: z.number(),
    workerId: z.optional(z.string()),
    sessionId: z.string(),
    resumeTokenHash: z.string(),
    until: z.number(),
    committed: z.number(),
    /** What the recording's clock knew there: the worker's own JSON. */
    mediaClock: z.optional(z.string()),
    state: z.enum(FEED_STATES),
    told: z.enum([...FEED_STATES, 'lost']),
    endRequested: z.optional(z.boolean()),
    /** What the worker last measured: JSON of its own form, which `shows/views.ts` reads for the creator. */
    health: z.optional(z.string()),
    /** When it measured that. */
    healthAt: z.optional(z.number()),
  }),
});
export type Lease = ReturnType<typeof record.read>;

export const readLease = (item: Item): Lease => record.read(item);
export const leaseItem = (id: StreamId, lease: Lease): Item => ({ ...leaseKey(id), ...record.write(lease) });

/** The lease still bears the fence that was read. */
export const atFence = (fence: number): Expression => ({
  expression: 'fence = :expectedFence',
  values: { ':expectedFence': { N: String(fence) } },
});

/** What the end of a stream, or the wish for it, does to its lease: an ended one needs none, a held one hears of the wish. */
export const leaseEnd = (id: StreamId, lease: Lease | undefined, after: Stream): Part<'lease-moved'>[] => {
  if (!lease) return [];
  if (after.state === 'ended') return [{ or: 'lease-moved', remove: leaseKey(id), when: atFence(lease.fence) }];
  return [
    {
      or: 'lease-moved',
      update: leaseKey(id),
      set: { expression: 'SET endRequested = :yes', values: { ':yes': { BOOL: true } } },
      when: exists,
    },
  ];
};
