import { either, type Expression, type Table } from './dynamo.ts';
import { toItem } from './item.ts';
import { limitKey } from './keys.ts';

/** How often something may be done: `burst` times at once, and once more each `everyMs`. */
export type Rate = { burst: number; everyMs: number };

export type Taken = { allowed: true } | { allowed: false; retryAfterMs: number };

/** An idle bucket is a full one, so its item may go; TTL is only late, never early. */
const SPARE_SECONDS = 60;
/** Between our reading of a bucket and our writing others may win; who loses this often is refused for a moment. */
const ATTEMPTS = 4;
const CROWDED_RETRY_MS = 1_000;

/**
 * Token buckets, one item each. It holds one number: the moment at which the bucket will be full again (the "theoretical
 * arrival time" of the generic cell rate algorithm, ITU-T I.371). So a take is one conditional write and no timer fills it.
 */
export const createLimitStore = ({ table }: { table: Table }) => ({
  /**
   * Takes one of `who`'s turns at `what`, however many ask at once.
   *
   * @param now milliseconds since 1970
   */
  take: async (what: string, who: string, { burst, everyMs }: Rate, now: number): Promise<Taken> => {
    const key = limitKey(what, who);
    const values = (named: Record<string, number>) => toItem(named);
    const brimful: Expression = {
      expression: 'fullAt <= :now',
      values: values({ ':now': now }),
    };
    const hasTurn: Expression = {
      expression: 'fullAt > :now AND fullAt <= :latest',
      values: values({ ':now': now, ':latest': now + (burst - 1) * everyMs }),
    };
    const expiresAt = Math.ceil((now + burst * everyMs) / 1000) + SPARE_SECONDS;

    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const first = await table.update(
        key,
        {
          expression: 'SET fullAt = :next, expiresAt = :expires, v = :v',
          values: values({ ':next': now + everyMs, ':expires': expiresAt, ':v': 1 }),
        },
        either({ expression: 'attribute_not_exists(pk)' }, brimful),
      );
      if (first.done) return { allowed: true };
      const another = await table.update(
        key,
        {
          expression: 'SET fullAt = fullAt + :every, expiresAt = :expires',
          values: values({ ':every': everyMs, ':expires': expiresAt }),
        },
        hasTurn,
      );
      if (another.done) return { allowed: true };
      const fullAt = Number(another.item?.['fullAt']?.N ?? 0);
      if (fullAt > now) return { allowed: false, retryAfterMs: fullAt - now - (burst - 1) * everyMs };
    }
    return { allowed: false, retryAfterMs: CROWDED_RETRY_MS };
  },
});
