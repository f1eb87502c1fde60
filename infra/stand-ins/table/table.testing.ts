import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { startTable } from './server.ts';

export type Attributes = Record<string, AttributeValue>;

export const S = (value: string): AttributeValue => ({ S: value });
export const N = (value: number | string): AttributeValue => ({ N: String(value) });
export const key = (pk: string, sk: string) => ({ pk: S(pk), sk: S(sk) });
export const fresh = { ConditionExpression: 'attribute_not_exists(pk)' };

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
    ...speaking(client, name),
    async close() {
      await client.send(new DeleteTableCommand({ TableName: name }));
      client.destroy();
      await embedded?.close();
    },
  };
}

/** Short words for the requests that most tests make. */
const speaking = (client: DynamoDBClient, TableName: string) => ({
  put: (Item: Attributes, more: Partial<PutItemCommandInput> = {}) =>
    client.send(new PutItemCommand({ TableName, Item, ...more })),
  get: async (pk: string, sk: string) => {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: key(pk, sk), ConsistentRead: true }));
    return Item;
  },
  update: (pk: string, sk: string, UpdateExpression: string, more: Partial<UpdateItemCommandInput> = {}) =>
    client.send(new UpdateItemCommand({ TableName, Key: key(pk, sk), UpdateExpression, ...more })),
  query: (input: Partial<QueryCommandInput>) => client.send(new QueryCommand({ TableName, ...input })),
  transact: (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
    client.send(new TransactWriteItemsCommand({ TransactItems, ...(ClientRequestToken && { ClientRequestToken }) })),
  /** An action of a transaction. */
  putting: (Item: Attributes, more: object = {}): TransactWriteItem => ({ Put: { TableName, Item, ...more } }),
  /** An action of a transaction that adds to an item's `amount`. */
  adding: (pk: string, sk: string, by: number, more: object = {}): TransactWriteItem => ({
    Update: {
      TableName,
      Key: key(pk, sk),
      UpdateExpression: 'ADD amount :by',
      ExpressionAttributeValues: { ':by': N(by) },
      ...more,
    },
  }),
});

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

/** The error that this work must end in. */
export async function refusal(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (!outcome) throw new Error('this was not refused');
  return outcome.error;
}

/** Its name and message. */
export async function refused(work: Promise<unknown>) {
  const error = await refusal(work);
  return error instanceof Error ? { name: error.name, message: error.message } : error;
}

/** The reasons why this transaction was cancelled. */
export async function cancellation(work: Promise<unknown>) {
  const error = await refusal(work);
  if (!(error instanceof TransactionCanceledException)) throw error;
  return error.CancellationReasons ?? [];
}
