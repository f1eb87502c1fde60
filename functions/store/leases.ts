import type { StreamId } from '#domain/ids';
import { step } from '#domain/stream';
import { retryOnConflict } from './retry-on-conflict.ts';
import type { Table } from './dynamo.ts';
import { leaseKey, streamItemKey } from './keys.ts';
import { atFence, type Lease, readLease } from './lease-record.ts';
import { readStream, streamMove } from './stream-record.ts';
import type { Change } from './streams.ts';

/** What the control plane sees of the leases that workers hold. */
export const createLeaseStore = ({ table }: { table: Table }) => ({
  get: async (id: StreamId): Promise<Lease | undefined> => {
    const item = await table.get(leaseKey(id), { consistent: false });
    return item && readLease(item);
  },

  /**
   * Lets a stream know that its worker has fallen silent, if it has. The lease itself stays: a worker that comes back before
   * anybody else took the stream finds it still its own, and tells the stream so.
   */
  lapse: (id: StreamId, now: number) =>
    retryOnConflict<Change | undefined>(async () => {
      const [streamItem, leaseItem] = await Promise.all([table.get(streamItemKey(id)), table.get(leaseKey(id))]);
      if (!streamItem) return { settled: undefined };
      const found = readStream(streamItem);
      const { feed } = found.stream;
      const lease = leaseItem && readLease(leaseItem);
      if (!feed || (lease?.workerId !== undefined && lease.until > now)) return { settled: undefined };
      const after = step(found.stream, { type: 'lapsed', at: lease?.until ?? now, fence: feed.fence });
      if (after === found.stream) return { settled: undefined };
      const written = await table.transact([
        streamMove(found, after),
        ...(lease
          ? [
              {
                or: 'lease-moved' as const,
                update: leaseKey(id),
                set: { expression: 'SET told = :lost', values: { ':lost': { S: 'lost' } } },
                when: {
                  expression: `${atFence(lease.fence).expression} AND #until = :seenUntil`,
                  names: { '#until': 'until' },
                  values: { ...atFence(lease.fence).values, ':seenUntil': { N: String(lease.until) } },
                },
              },
            ]
          : []),
      ]);
      return written.done ? { settled: { before: found.stream, after } } : 'conflict';
    }),
});
export type LeaseStore = ReturnType<typeof createLeaseStore>;
