import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { openTestTable } from './store.testing.ts';
import { createTableClient } from './table-client.ts';

it('copies nothing of what it asks and hears for a log', async () => {
  const { aws, tableName, close } = await openTestTable();
  const copied: unknown[] = [];
  const copy = (what: unknown): number => copied.push(what);
  const client = createTableClient({ ...aws, logger: { debug: () => {}, info: copy, warn: copy, error: copy } });
  const { $metadata } = await client.send(
    new GetItemCommand({ TableName: tableName, Key: { pk: { S: 'nothing' }, sk: { S: 'nothing' } } }),
  );
  expect($metadata.httpStatusCode).toBe(200);
  expect(copied).toEqual([]);
  client.destroy();
  await close();
});
