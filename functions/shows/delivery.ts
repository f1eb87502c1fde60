import type { StreamId } from '#domain/ids';
import type { DeliveryStore } from '#store/deliveries';
import type { Tasks } from '#store/tasks';
import { createShift, type ShiftParts } from './delivery-shift.ts';
import { DELIVERY } from './delivery-times.ts';

type Parts = ShiftParts & {
  deliveries: Pick<DeliveryStore, 'take'>;
  tasks: Tasks;
  wait: (ms: number) => Promise<void>;
  newToken: () => string;
};

/**
 * Tells audiences what is new, in batches, and counts who watches. Of however many are woken for one audience a single one works, by
 * a lease; it goes on while there is anybody, and hands over before its time is up. Whoever has something new writes it first and
 * then wakes; who stops gives the lease back first and then looks once more: so nothing waits unseen.
 */
export const createDelivery = ({ tasks, wait, newToken, ...parts }: Parts) => {
  const { deliveries, clock } = parts;
  const now = (): number => clock().getTime();

  const take = async (id: StreamId) => {
    const holder = newToken();
    const taken = await deliveries.take(id, holder, now() + DELIVERY.leaseMs, now());
    return taken.taken ? { shift: createShift(parts, { id, holder, told: taken.told }) } : { until: taken.until };
  };

  /** The work, unless somebody has it who is alive: a lease that is about to lapse is waited for. */
  const takeOver = async (id: StreamId) => {
    const taken = await take(id);
    if (taken.until === undefined) return taken.shift;
    const left = taken.until - now();
    if (left >= DELIVERY.suspectMs) return undefined;
    await wait(left + 1);
    return (await take(id)).shift;
  };

  return {
    take,

    /** Delivers to an audience while there is anything to deliver, unless somebody does already. */
    run: async (id: StreamId, stopped: () => boolean = () => false): Promise<void> => {
      const until = now() + DELIVERY.shiftMs;
      let mine = await takeOver(id);
      while (mine !== undefined) {
        const began = now();
        const done = await mine.tick();
        if (done === 'lost') return;
        if (done === 'on' && now() < until && !stopped()) {
          // where telling all took longer than that, what is new meanwhile has waited long enough
          await wait(Math.max(0, began + DELIVERY.tickMs - now()));
          continue;
        }
        await mine.release();
        if (done === 'on') return stopped() ? undefined : tasks.send({ do: 'deliver', streamId: id });
        mine = (await mine.hasNews()) ? (await take(id)).shift : undefined;
      }
    },
  };
};
