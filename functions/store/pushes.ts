import * as z from 'zod/mini';
import type { StreamId, UserId } from '#domain/ids';
import { PUSH_LIMITS, type PushSubscription } from '#domain/push';
import * as brands from './brands.ts';
import { absent, either, exists, type Position, type Table } from './dynamo.ts';
import { toItem } from './item.ts';
import {
  bellKey,
  bellsOf,
  bellsPartition,
  followKey,
  hashed,
  noticesKey,
  pushEndpointKey,
  pushKey,
  pushPartition,
} from './keys.ts';
import { createRecord } from './record.ts';

const bell = createRecord({
  kind: 'bell',
  version: 1,
  schema: z.object({ creator: brands.userId, listener: brands.userId }),
});
const subscription = createRecord({
  kind: 'push subscription',
  version: 1,
  schema: z.object({ id: z.string(), endpoint: z.string(), p256dh: z.string(), auth: z.string(), at: z.number() }),
});
const endpoint = createRecord({ kind: 'push endpoint', version: 1, schema: z.object({ userId: brands.userId }) });

/** Nobody asks after a show's notices when it is over. */
const NOTICES_SECONDS = 2 * 24 * 3_600;

/** Who wants to be told by Web Push that a creator's show begins, and where. */
export const createPushStore = ({ table }: { table: Table }) => {
  const all = async (userId: UserId) => {
    const { items } = await table.query({ partition: pushPartition(userId), limit: 100, consistent: true });
    return items.map((item) => subscription.read(item));
  };

  const remove = async (userId: UserId, id: string): Promise<void> => {
    await table.remove(pushKey(userId, id));
    const owner = await table.get(pushEndpointKey(id));
    if (owner && endpoint.read(owner).userId === userId) await table.remove(pushEndpointKey(id));
  };

  return {
    /** Takes a browser for a person. It is nobody else's from then on: two people of one browser are not told of each other's. */
    subscribe: async (
      userId: UserId,
      asked: Omit<PushSubscription, 'id'>,
      now: number,
    ): Promise<Pick<PushSubscription, 'id'>> => {
      const id = hashed(asked.endpoint).slice(0, 32);
      const before = await table.get(pushEndpointKey(id));
      const owner = before && endpoint.read(before).userId;
      if (owner !== undefined && owner !== userId) await table.remove(pushKey(owner, id));
      await table.put({ ...pushEndpointKey(id), ...endpoint.write({ userId }) });
      await table.put({ ...pushKey(userId, id), ...subscription.write({ id, ...asked, at: now }) });
      const oldest = (await all(userId)).sort((a, b) => b.at - a.at).slice(PUSH_LIMITS.browsers);
      await Promise.all(oldest.map(({ id: old }) => remove(userId, old)));
      return { id };
    },

    unsubscribe: remove,

    /** None of a person's browsers is told of anything any more, until each asks anew. */
    unsubscribeAll: async (userId: UserId): Promise<void> => {
      await Promise.all((await all(userId)).map(({ id }) => remove(userId, id)));
    },

    /** The browsers in which somebody is told. */
    subscriptions: async (userId: UserId): Promise<PushSubscription[]> => all(userId),

    /** Asks to be told of a creator's shows; only who follows may. False where they do not. */
    ring: async (listener: UserId, creator: UserId): Promise<boolean> => {
      const outcome = await table.transact([
        { check: followKey(listener, creator), when: exists, or: 'not-following' },
        {
          put: {
            ...bellKey(creator, listener),
            ...bell.write({ creator, listener }, { ownerKey: bellsOf(listener), ownerSort: creator }),
          },
        },
      ]);
      return outcome.done;
    },

    silence: async (listener: UserId, creator: UserId): Promise<void> => {
      await table.remove(bellKey(creator, listener));
    },

    rings: async (listener: UserId, creator: UserId): Promise<boolean> =>
      (await table.get(bellKey(creator, listener))) !== undefined,

    /** Of whose shows somebody is told. */
    bells: async (listener: UserId, { limit, after }: { limit: number; after: Position | undefined }) => {
      const { items, next } = await table.query({ index: 'byOwner', partition: bellsOf(listener), limit, after });
      return { creators: items.map((item) => bell.read(item).creator), next };
    },

    /** Who is told of a creator's shows, in no order that means anything. */
    listeners: async (creator: UserId, { limit, after }: { limit: number; after: Position | undefined }) => {
      const { items, next } = await table.query({ partition: bellsPartition(creator), limit, after });
      return { listeners: items.map((item) => bell.read(item).listener), next };
    },

    /**
     * Takes on the telling of a show: undefined where all have been told, or somebody is about it until later. Who takes it up after
     * another has died goes on where that one was.
     */
    begin: async (id: StreamId, now: number, until: number): Promise<{ after: Position | undefined } | undefined> => {
      const outcome = await table.update(
        noticesKey(id),
        {
          expression: 'SET #until = :until, expiresAt = :expiresAt',
          names: { '#until': 'until' },
          values: toItem({ ':until': until, ':expiresAt': Math.ceil(now / 1_000) + NOTICES_SECONDS }),
        },
        either(absent, {
          expression: 'attribute_not_exists(doneAt) AND #until < :now',
          names: { '#until': 'until' },
          values: toItem({ ':now': now }),
        }),
      );
      if (!outcome.done) return undefined;
      const [pk, sk] = [outcome.item?.['afterPk']?.S, outcome.item?.['afterSk']?.S];
      return { after: pk === undefined || sk === undefined ? undefined : { pk, sk } };
    },

    /** Notes how far the telling has come; with no position, that it is done. */
    reached: async (id: StreamId, after: Position | undefined, until: number): Promise<void> => {
      await table.update(
        noticesKey(id),
        after === undefined
          ? { expression: 'SET doneAt = :until', values: toItem({ ':until': until }) }
          : {
              expression: 'SET #until = :until, afterPk = :pk, afterSk = :sk',
              names: { '#until': 'until' },
              values: toItem({ ':until': until, ':pk': after['pk'], ':sk': after['sk'] }),
            },
      );
    },
  };
};
export type PushStore = ReturnType<typeof createPushStore>;
