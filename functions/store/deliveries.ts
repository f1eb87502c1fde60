import * as z from 'zod/mini';
import type { StreamId } from '#domain/ids';
import { absent, either, type Expression, type Table } from './dynamo.ts';
import { toItem } from './item.ts';
import { deliveryKey } from './keys.ts';
import { createRecord } from './record.ts';

/** `holder` tells the audience what is new until `until`; the last that it has told is number `told`. */
const record = createRecord({
  kind: 'delivery',
  version: 1,
  schema: z.object({ holder: z.string(), until: z.number(), told: z.number() }),
});

type Taken = { taken: true; told: number } | { taken: false; until: number };

/** Who delivers to an audience: one at a time, by a lease that lapses by itself. */
export const createDeliveryStore = ({ table }: { table: Table }) => {
  const holds = (holder: string): Expression => ({
    expression: 'holder = :holder',
    values: toItem({ ':holder': holder }),
  });

  return {
    take: async (id: StreamId, holder: string, until: number, now: number): Promise<Taken> => {
      const outcome = await table.update(
        deliveryKey(id),
        {
          expression: 'SET holder = :holder, #until = :until, told = if_not_exists(told, :none), v = :v',
          names: { '#until': 'until' },
          values: toItem({ ':holder': holder, ':until': until, ':none': 0, ':v': 1 }),
        },
        either(absent, { expression: '#until <= :now', names: { '#until': 'until' }, values: toItem({ ':now': now }) }),
      );
      const { told, until: held } = outcome.item ? record.read(outcome.item) : { told: 0, until: now };
      return outcome.done ? { taken: true, told } : { taken: false, until: held };
    },

    /** Goes on holding it, having told so far. False where another has taken over. */
    renew: async (id: StreamId, holder: string, { until, told }: { until: number; told: number }): Promise<boolean> =>
      (
        await table.update(
          deliveryKey(id),
          {
            expression: 'SET #until = :until, told = :told',
            names: { '#until': 'until' },
            values: toItem({ ':until': until, ':told': told }),
          },
          holds(holder),
        )
      ).done,

    /** Until when somebody delivers; undefined where nobody ever has. */
    heldUntil: async (id: StreamId): Promise<number | undefined> => {
      const item = await table.get(deliveryKey(id));
      return item && record.read(item).until;
    },
  };
};
export type DeliveryStore = ReturnType<typeof createDeliveryStore>;
