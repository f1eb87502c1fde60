import type { StreamId, UserId } from '#domain/ids';
import { isOver } from '#domain/stream';
import { STREAM_LIMITS } from '#domain/stream-limits';
import * as z from 'zod/mini';
import { streamId, userId } from './brands.ts';
import type { Table } from './dynamo.ts';
import { hashed, ingestKey, streamItemKey } from './keys.ts';
import { createRecord } from './record.ts';
import { hasSignedOut } from './signed-out.ts';
import { readStream } from './stream-record.ts';

/** Expired keys may stay this long, so that their bearer hears `expired` and not `unknown`. */
const KEY_KEPT_SECONDS = 3_600;

/**
 * `creatorId` is read by nobody. Workers deployed before 28 November 2026 refuse a key without it, and during a deployment such a
 * worker redeems what newer functions have issued. So it is written until a deployment in which no such worker runs any more: then
 * the field, `issue`'s parameter and the test that holds it go.
 */
const key = createRecord({
  kind: 'ingest key',
  version: 1,
  schema: z.object({
    streamId,
    creatorId: z.optional(userId),
    until: z.number(),
    /** When who asked for it signed in. Functions deployed before 29 November 2026 do not tell, nor do some issuers. */
    signedInAt: z.optional(z.number()),
  }),
});

/** Gives out stream keys: the control plane's side. A key is stored hashed, and spent by being deleted. */
export const createIngestKeys = ({ table }: { table: Table }) => ({
  issue: async (
    secret: string,
    {
      streamId,
      creatorId,
      until,
      signedInAt,
    }: { streamId: StreamId; creatorId: UserId; until: number; signedInAt: number | undefined },
  ): Promise<void> => {
    const expiresAt = Math.ceil(until / 1_000) + KEY_KEPT_SECONDS;
    await table.put({
      ...ingestKey(hashed(secret)),
      ...key.write({ streamId, creatorId, until, signedInAt }, { expiresAt }),
    });
  },
});
export type IngestKeys = ReturnType<typeof createIngestKeys>;

type Redeemed =
  | { redeemed: true; streamId: StreamId; signedInAt: number }
  | { redeemed: false; because: 'unknown' | 'expired' | 'ended' | 'signed-out' };

/** Spends a stream key: it opens one feed, once, and of many that come with it one is let in. */
export const redeemIngestKey = async (table: Table, secret: string, now: number): Promise<Redeemed> => {
  const { item } = await table.remove(ingestKey(hashed(secret)));
  if (!item) return { redeemed: false, because: 'unknown' };
  const { streamId, until, signedInAt = until - STREAM_LIMITS.ingestKeyMs } = key.read(item);
  if (until <= now) return { redeemed: false, because: 'expired' };
  const streamItem = await table.get(streamItemKey(streamId));
  const stream = streamItem && readStream(streamItem).stream;
  if (!stream || isOver(stream)) return { redeemed: false, because: 'ended' };
  if (await hasSignedOut(table, stream.creatorId, signedInAt)) return { redeemed: false, because: 'signed-out' };
  return { redeemed: true, streamId, signedInAt };
};
