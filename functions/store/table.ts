import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

/**
 * The one table's shape, for whoever makes it: local start, LocalStack, the CDK stack, tests. What its keys hold is `keys.ts`'s.
 *
 * Three sparse indexes; an item is in one only while it has that index's two attributes:
 * - `byOwner`  what belongs to somebody, by age (a creator's streams, an author's posts)
 * - `byList`   lists that all read, sharded (on the air now, announced, explore)
 * - `byDue`    what must be looked at by a time, whoever else has gone silent (the sweep's work), sharded
 */
export const INDEXES = {
  byOwner: { hash: 'ownerKey', range: 'ownerSort' },
  byList: { hash: 'listKey', range: 'listSort' },
  byDue: { hash: 'dueKey', range: 'dueSort' },
} as const;
export type IndexName = keyof typeof INDEXES;

/** Seconds since 1970 after which DynamoDB may delete an item; it is late by up to days, so reads check it too. */
export const TTL_ATTRIBUTE = 'expiresAt';

const ACTIVE_WITHIN_SECONDS = 60;

/** The input of CreateTable. */
export const tableInput = (tableName: string): CreateTableCommandInput => ({
  TableName: tableName,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: ['pk', 'sk', ...Object.values(INDEXES).flatMap(({ hash, range }) => [hash, range])].map(
    (name) => ({ AttributeName: name, AttributeType: 'S' }),
  ),
  GlobalSecondaryIndexes: Object.entries(INDEXES).map(([IndexName, { hash, range }]) => ({
    IndexName,
    KeySchema: [
      { AttributeName: hash, KeyType: 'HASH' },
      { AttributeName: range, KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'ALL' },
  })),
});

/** Makes the table and its TTL where they are missing, and returns when both can be used. Calls side by side do no harm. */
export const ensureTable = async (client: DynamoDBClient, tableName: string): Promise<void> => {
  if (!(await exists(client, tableName)))
    await client.send(new CreateTableCommand(tableInput(tableName))).catch((error: unknown) => {
      if (!(error instanceof ResourceInUseException)) throw error; // another call was first
    });
  await waitUntilTableExists(
    { client, maxWaitTime: ACTIVE_WITHIN_SECONDS, minDelay: 0.1, maxDelay: 2 },
    { TableName: tableName },
  );
  const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
  const status = ttl.TimeToLiveDescription?.TimeToLiveStatus;
  if (status === 'ENABLED' || status === 'ENABLING') return;
  await client
    .send(
      new UpdateTimeToLiveCommand({
        TableName: tableName,
        TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      }),
    )
    .catch((error: unknown) => {
      // "TimeToLive is already enabled": another call was first
      if (!(error instanceof Error && error.name === 'ValidationException')) throw error;
    });
};

const exists = async (client: DynamoDBClient, tableName: string): Promise<boolean> => {
  try {
    await client.send(new DescribeTableCommand({ TableName: tableName }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
};
