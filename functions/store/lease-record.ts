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
    /** The feed that this one has replaced, while it still publishes what it had received: until `…Until`, and never beyond `…By`. */
    beforeFence: z.optional(z.number()),
    beforeUntil: z.optional(z.number()),
    beforeBy: z.optional(z.number()),
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

/** The feed that a lease's holder has replaced, as far as it may still publish. */
export type Before = Pick<Lease, 'beforeFence' | 'beforeUntil' | 'beforeBy'>;

/** Until when that feed may publish, if it does not renew; undefined where there is none. */
export const beforeEnds = ({ beforeUntil, beforeBy }: Before): number | undefined =>
  beforeUntil === undefined || beforeBy === undefined ? undefined : Math.min(beforeUntil, beforeBy);

/** The feed that was replaced under this fence may still publish. */
export const drainsAt = (fence: number, now: number): Expression => ({
  expression: 'beforeFence = :beforeFence AND beforeBy > :now',
  values: { ':beforeFence': { N: String(fence) }, ':now': { N: String(now) } },
});

/** Nothing of it has changed since it was read. */
export const beforeUnmoved = ({ beforeFence, beforeUntil }: Before): Expression =>
  beforeFence === undefined || beforeUntil === undefined
    ? { expression: 'attribute_not_exists(beforeFence)' }
    : {
        expression: 'beforeFence = :seenFence AND beforeUntil = :seenUntil',
        values: { ':seenFence': { N: String(beforeFence) }, ':seenUntil': { N: String(beforeUntil) } },
      };
export const WITHOUT_BEFORE: Expression = { expression: 'REMOVE beforeFence, beforeUntil, beforeBy' };

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
