import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Cursors, createCursors } from '#store/cursor';
import { openTable, type Table } from '#store/dynamo';
import type { Config } from './config.ts';
import type { Log } from './http/log.ts';

/** What every room stands on. */
export type Base = {
  config: Config;
  table: Table;
  cursors: Cursors;
  log: Log;
  clock: () => Date;
};

/** The base of a process: one client, one table, one log for all of its rooms. */
export const createBase = ({
  config,
  log,
  clock = () => new Date(),
  client = new DynamoDBClient(),
}: {
  config: Config;
  log: Log;
  clock?: () => Date;
  client?: DynamoDBClient;
}): Base => ({
  config,
  log,
  clock,
  table: openTable({ client, tableName: config.TABLE_NAME }),
  cursors: createCursors({ secret: config.CURSOR_SECRET }),
});
