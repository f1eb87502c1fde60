import type { StreamId } from '#domain/ids';
import { PRESENCE, type Viewer } from '#domain/presence';
import { absent, either, type Expression, type Key, type Table } from './dynamo.ts';
import { type Item, toItem } from './item.ts';
import { seenKey, seenTallyKey, VIEWER_SHARDS, viewerKey, viewersPartition } from './keys.ts';

const PAGE = 1_000;
/** The gone are tidied away as they are met; DynamoDB's TTL would be days late. */
const TIDIED_AT_ONCE = 50;
/** A show is over by then, and who has been counted in its total is nobody's business any more. */
const SEEN_SECONDS = 2 * 24 * 3_600;

/** Who plays which show just now. */
export const createPresenceStore = ({ table }: { table: Table }) => {
  const tidy = async (gone: readonly Item[]): Promise<void> => {
    await Promise.all(
      gone.slice(0, TIDIED_AT_ONCE).map(async (item) => {
        const key = keyOf(item);
        // one who is back just now stays
        if (key) await table.remove(key, heardAt(Number(item['heardAt']?.N ?? 0)));
      }),
    );
  };

  return {
    /**
     * A player tells that it plays. `stands` where it is where it was when it last told: then it does not play.
     *
     * @param position where the player is, in seconds of its own clock
     * @param weight how many viewers this one stands for
     */
    beat: async (
      id: StreamId,
      viewer: Viewer,
      { position, weight }: { position: number; weight: number },
      now: number,
    ): Promise<'begins' | 'goes-on' | 'stands'> => {
      const expiresAt = Math.ceil((now + PRESENCE.goneAfterMs) / 1_000) + 60;
      const outcome = await table.update(
        viewerKey(id, viewer),
        {
          expression:
            'SET heardAt = :now, #position = :position, weight = :weight, since = if_not_exists(since, :now), expiresAt = :expiresAt, v = :v',
          names: { '#position': 'position' },
          values: toItem({ ':now': now, ':position': position, ':weight': weight, ':expiresAt': expiresAt, ':v': 1 }),
        },
        either(absent, {
          expression: '#position <> :position',
          names: { '#position': 'position' },
          values: toItem({ ':position': position }),
        }),
      );
      if (!outcome.done) return 'stands';
      if (Number(outcome.item?.['since']?.N) !== now) return 'goes-on';
      const first = await table.put(
        { ...seenKey(id, viewer), ...toItem({ v: 1, expiresAt: Math.ceil(now / 1_000) + SEEN_SECONDS }) },
        absent,
      );
      if (first.done)
        await table.update(seenTallyKey(id), { expression: 'ADD seen :weight', values: toItem({ ':weight': weight }) });
      return 'begins';
    },

    /** Says that somebody has stopped. */
    left: async (id: StreamId, viewer: Viewer): Promise<void> => {
      await table.remove(viewerKey(id, viewer));
    },

    /** How many play now. */
    count: async (id: StreamId, now: number): Promise<number> => {
      const shards = Array.from({ length: VIEWER_SHARDS }, async (_, shard) => {
        let viewers = 0;
        const gone: Item[] = [];
        let after;
        do {
          const page = await table.query({
            partition: viewersPartition(id, shard),
            limit: PAGE,
            after,
            consistent: true,
          });
          for (const item of page.items)
            if (Number(item['heardAt']?.N ?? 0) > now - PRESENCE.goneAfterMs) viewers += Number(item['weight']?.N ?? 1);
            else gone.push(item);
          after = page.next;
        } while (after);
        await tidy(gone);
        return viewers;
      });
      return (await Promise.all(shards)).reduce((sum, viewers) => sum + viewers, 0);
    },

    /** How many different viewers there have been. */
    total: async (id: StreamId): Promise<number> => Number((await table.get(seenTallyKey(id)))?.['seen']?.N ?? 0),
  };
};
export type PresenceStore = ReturnType<typeof createPresenceStore>;

const heardAt = (at: number): Expression => ({ expression: 'heardAt = :seen', values: toItem({ ':seen': at }) });

const keyOf = ({ pk, sk }: Item): Key | undefined =>
  pk?.S !== undefined && sk?.S !== undefined ? { pk: { S: pk.S }, sk: { S: sk.S } } : undefined;
