import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startTable } from '#stand-ins/table/server';
import { openTable } from './dynamo.ts';
import { ensureTable } from './table.ts';

/** A table of its own for one test file: the embedded one, or a fresh one at `TEST_DYNAMODB_ENDPOINT`. */
export const openTestTable = async () => {
  const given = process.env['TEST_DYNAMODB_ENDPOINT'];
  const embedded = given === undefined ? await startTable({ port: 0 }) : undefined;
  const aws = {
    endpoint: given ?? embedded?.url ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const client = new DynamoDBClient(aws);
  const tableName = `vybzz-${crypto.randomUUID()}`;
  await ensureTable(client, tableName);
  return {
    aws,
    client,
    tableName,
    close: async () => {
      client.destroy();
      await embedded?.close();
    },
  };
};

/** A test table with the store's way to it, for tests of the store itself. */
export const openStore = async () => {
  const { client, tableName, close } = await openTestTable();
  return { client, table: openTable({ client, tableName, wait: async () => {} }), close };
};
export type TestStore = Awaited<ReturnType<typeof openStore>>;
