import type { StreamId } from '#domain/ids';
import type { DeliveryStore } from '#store/deliveries';
import type { Log } from '../http/log.ts';
import { DELIVERY } from './delivery-times.ts';
import type { Tasks } from '#store/tasks';

type Parts = { deliveries: Pick<DeliveryStore, 'heldUntil'>; tasks: Tasks; log: Log; clock: () => Date };

/**
 * Sees to it that somebody delivers to an audience, after there is something new for it. Never throws: what is new is in the table,
 * and the next one who has something wakes again.
 */
export const createWake =
  ({ deliveries, tasks, log, clock }: Parts) =>
  async (id: StreamId): Promise<void> => {
    try {
      const until = (await deliveries.heldUntil(id)) ?? 0;
      // a lease that is not renewed in time is one whose holder has died
      if (until - clock().getTime() < DELIVERY.suspectMs) await tasks.send({ do: 'deliver', streamId: id });
    } catch (error) {
      log.warn('nobody was woken to deliver', { streamId: id, error });
    }
  };
export type Wake = ReturnType<typeof createWake>;
