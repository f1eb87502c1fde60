import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { newId } from '#domain/ids';
import { streamId as streamIdSchema, userId } from './brands.ts';
import { openTable, type Table } from './dynamo.ts';
import { createIngestKeys, redeemIngestKey } from './ingest-keys.ts';
import { hashed, ingestKey } from './keys.ts';
import { createRecord } from './record.ts';
import { openTestTable } from './store.testing.ts';
import { createStreamStore } from './streams.ts';

let storage: Awaited<ReturnType<typeof openTestTable>>;
let table: Table;
beforeAll(async () => {
  storage = await openTestTable();
  table = openTable(storage);
});
afterAll(() => storage.close());

const NOW = Date.UTC(2030, 0, 1, 12);
const UNTIL = NOW + 60_000;

const prepare = async () => {
  const creatorId = newId('usr', NOW);
  const draft = { title: 'a show', visibility: 'public', latency: 'low', test: false } as const;
  const fresh = { ...draft, id: newId('str', NOW), creatorId, createdAt: NOW, state: 'created', assets: [] } as const;
  await createStreamStore({ table }).prepare({ creatorId, draft, fresh });
  return { streamId: fresh.id, creatorId };
};

describe('during a deployment a stream key', () => {
  it('of newer functions, which name no creator any more, is redeemed', async () => {
    const { streamId } = await prepare();
    const item = { streamId: { S: streamId }, until: { N: String(UNTIL) }, v: { N: '1' } };
    await table.put({ ...ingestKey(hashed('newer')), ...item });
    expect(await redeemIngestKey(table, 'newer', NOW)).toEqual({
      redeemed: true,
      streamId,
      signedInAt: NOW,
    });
  });

  it('is readable to workers that were deployed before 28 November 2026', async () => {
    const before = createRecord({
      kind: 'ingest key',
      version: 1,
      schema: z.object({ streamId: streamIdSchema, creatorId: userId, until: z.number() }),
    });
    const { streamId, creatorId } = await prepare();
    await createIngestKeys({ table }).issue('fresh', { streamId, creatorId, until: UNTIL, signedInAt: NOW });
    const item = await table.get(ingestKey(hashed('fresh')));
    expect(item && before.read(item)).toEqual({ streamId, creatorId, until: UNTIL });
  });
});
