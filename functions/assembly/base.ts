import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { type Cursors, createCursors } from '#store/cursor';
import { openTable, type Table } from '#store/dynamo';
import { createTableClient } from '#store/table-client';
import type { Config } from './config.ts';
import type { Publish } from '#domain/upload';
import type { Log } from '../http/log.ts';
import { createSockets, type Sockets } from '../shows/sockets.ts';
import { createTaskQueue } from '#store/task-queue';
import type { Tasks } from '#store/tasks';
import { type Bucket, createBucket } from '../uploads/bucket.ts';
import { createInvokedPublishing } from '../uploads/invoked-publishing.ts';

/** What every room stands on. */
export type Base = {
  config: Config;
  table: Table;
  cursors: Cursors;
  log: Log;
  clock: () => Date;
  /** The way to open sockets; undefined where there is no WebSocket API. */
  sockets: Sockets | undefined;
  /** Where work is handed over that nobody waits for. */
  tasks: Tasks;
  /** Where uploaded files are; undefined where there is no such place. */
  bucket: Bucket | undefined;
  /** The way to the Lambda that publishes uploaded files; undefined where this process does so itself. */
  publish: Publish | undefined;
  close: () => void;
};

/** Where AWS is and who we are to it, where the process's own environment does not say. */
export type Aws = Pick<DynamoDBClientConfig, 'region' | 'endpoint' | 'credentials'>;

/** A table that hangs must not hang a request with it. */
const TABLE_TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 8_000, throwOnRequestTimeout: true } as const;

/** The base of a process: one client, one table, one log for all of its rooms. */
export const createBase = ({
  config,
  log,
  clock = () => new Date(),
  aws = {},
  tasks,
}: {
  config: Config;
  log: Log;
  clock?: (() => Date) | undefined;
  aws?: Aws | undefined;
  /** @default the queue that the configuration names; without one nothing is done */
  tasks?: Tasks | undefined;
}): Base => {
  const client = createTableClient({ ...aws, requestHandler: TABLE_TIMEOUTS });
  const {
    UPLOADS_PUBLISHER_URL: publisherUrl,
    UPLOADS_BUCKET: bucketName,
    UPLOADS_URL: bucketUrl,
    UPLOADS_FORM_URL: formUrl,
    TASKS_QUEUE_URL: queueUrl,
  } = config;
  // who we are, and where, the client has found out for us
  const { credentials, region, sha256 } = client.config;
  const sockets =
    config.REALTIME_ENDPOINT === undefined
      ? undefined
      : createSockets({ endpoint: config.REALTIME_ENDPOINT, credentials, region, sha256, clock });
  const bucket =
    bucketName === undefined || bucketUrl === undefined
      ? undefined
      : createBucket({ url: bucketUrl, formUrl, name: bucketName, credentials, region, sha256, clock });
  return {
    config,
    log,
    clock,
    sockets,
    bucket,
    publish:
      publisherUrl === undefined
        ? undefined
        : createInvokedPublishing({ url: publisherUrl, credentials, region, sha256, clock }),
    tasks:
      tasks ??
      (queueUrl === undefined
        ? { send: async () => {} }
        : createTaskQueue({ queueUrl, credentials, region, sha256, clock })),
    table: openTable({ client, tableName: config.TABLE_NAME }),
    get cursors() {
      const { CURSOR_SECRET: secret } = config;
      if (secret === undefined) throw new Error('This room was given no CURSOR_SECRET.');
      return createCursors({ secret });
    },
    close: () => {
      client.destroy();
      sockets?.close();
    },
  };
};
