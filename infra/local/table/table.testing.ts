import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { startTable } from './server.ts';

/** The SDK as production makes it, but that it shows the first answer and does not try again. */
export const clientFor = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });

/** A table of the shape that Vybzz uses, on the endpoint in TEST_DYNAMODB_ENDPOINT or else on an embedded one in memory. */
export async function openTestTable() {
  const endpoint = process.env['TEST_DYNAMODB_ENDPOINT'];
  const embedded = endpoint ? undefined : await startTable({ port: 0 });
  const client = clientFor(endpoint ?? embedded?.url ?? '');
  const name = await createTable(client);
  return {
    client,
    name,
    async close() {
      await client.send(new DeleteTableCommand({ TableName: name }));
      client.destroy();
      await embedded?.close();
    },
  };
}

const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });

/** `by-list` carries whole items in the order of `rank`; `by-owner` carries their titles. */
export async function createTable(client: DynamoDBClient, name = `test-${randomUUID()}`) {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'list', 'rank', 'owner'].map(text),
      KeySchema: [hash('pk'), range('sk')],
      GlobalSecondaryIndexes: [
        { IndexName: 'by-list', KeySchema: [hash('list'), range('rank')], Projection: { ProjectionType: 'ALL' } },
        {
          IndexName: 'by-owner',
          KeySchema: [hash('owner')],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['title'] },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { TableName: name });
  return name;
}

export const S = (value: string): AttributeValue => ({ S: value });
export const N = (value: number | string): AttributeValue => ({ N: String(value) });
export const key = (pk: string, sk: string) => ({ pk: S(pk), sk: S(sk) });
