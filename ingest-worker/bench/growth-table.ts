/** The benchmark's user of a table: fills it, and times what the product asks of it; see growth.ts. */
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { servePart } from '../../infra/checks/lib/part.ts';
import { AWS, TABLE_NAME } from '../../infra/checks/lib/test-streams.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const A_BATCH = 25;
const BATCHES_AT_ONCE = 4;
/** Items of one partition: a page of a list is read out of so many. */
const A_PARTITION = 100;
const PAGE = 20;

const Place = z.object({ tableUrl: z.string() });
const Range = z.object({ from: z.number(), to: z.number() });
const Order = z.object({ items: z.number(), count: z.number() });

let client: DynamoDBClient | undefined;
const keyOf = (n: number) => ({
  pk: { S: `BENCH#${Math.floor(n / A_PARTITION)}` },
  sk: { S: `ITEM#${String(n).padStart(9, '0')}` },
});
const TEXT = 'what a post or a message of the chat says, in a line or two of a person’s own words. '.repeat(3);

servePart({
  place: (given) => {
    client = new DynamoDBClient({ ...AWS, endpoint: Place.parse(given).tableUrl });
  },
  fill: async (given) => {
    const { from, to } = Range.parse(given);
    let next = from;
    const one = async (): Promise<void> => {
      while (next < to) {
        const begin = next;
        next += A_BATCH;
        const puts = Array.from({ length: Math.min(A_BATCH, to - begin) }, (_, n) => ({
          PutRequest: { Item: { ...keyOf(begin + n), text: { S: TEXT }, count: { N: String(n) }, v: { N: '1' } } },
        }));
        await client?.send(new BatchWriteItemCommand({ RequestItems: { [TABLE_NAME]: puts } }));
      }
    };
    await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, one));
  },
  /** As many of each as there are rounds, spread over all items. */
  ask: async (given) => {
    const { items, count } = Order.parse(given);
    for (let n = 0; n < count; n += 1) {
      const key = keyOf(Math.floor((n * items) / count));
      await client?.send(new GetItemCommand({ TableName: TABLE_NAME, Key: key }));
      await client?.send(
        new QueryCommand({
          TableName: TABLE_NAME,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': key.pk },
          ScanIndexForward: false,
          Limit: PAGE,
        }),
      );
      await client?.send(
        new UpdateItemCommand({
          TableName: TABLE_NAME,
          Key: key,
          UpdateExpression: 'SET #count = #count + :one',
          ExpressionAttributeNames: { '#count': 'count' },
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      );
    }
  },
});
