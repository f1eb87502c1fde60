import * as z from 'zod/mini';
import type { UserId } from '#domain/ids';
import { absent, either, type Part, type Table } from './dynamo.ts';
import { type Item, toItem } from './item.ts';
import { signedOutKey } from './keys.ts';
import { createRecord } from './record.ts';

/** How long it is told apart: longer than a stream key lives, or a request is under way. */
const KEPT_SECONDS = 3_600;

/**
 * That a creator has signed out everywhere, where those can see it who bring media on the air: an ingest worker sees no person. The
 * person's own `notBefore` is what sign-ins are held to.
 */
const record = createRecord({ kind: 'signed out', version: 1, schema: z.object({ notBefore: z.number() }) });

export const signedOutItem = (creator: UserId, now: number): Item => ({
  ...signedOutKey(creator),
  ...record.write({ notBefore: now }, { expiresAt: Math.ceil(now / 1_000) + KEPT_SECONDS }),
});

/** A show goes on the air only by who has not signed out everywhere since they signed in. */
export const stillSignedIn = (creator: UserId, signedInAt: number): Part<'signed-out'> => ({
  or: 'signed-out',
  check: signedOutKey(creator),
  when: either(absent, { expression: 'notBefore <= :signedInAt', values: toItem({ ':signedInAt': signedInAt }) }),
});

/** Whether a creator has signed out everywhere since. */
export const hasSignedOut = async (table: Table, creator: UserId, signedInAt: number): Promise<boolean> => {
  const item = await table.get(signedOutKey(creator));
  return item !== undefined && record.read(item).notBefore > signedInAt;
};
