import { randomBytes, randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { newId, type StreamId } from '#domain/ids';
import { createChannelStore } from '#store/channels';
import { openTable } from '#store/dynamo';
import { createIngestKeys } from '#store/ingest-keys';
import { createStreamStore } from '#store/streams';
import { ensureTable } from '#store/table';

export type TestStream = {
  streamId: StreamId;
  /** The key under which it is published. */
  muxKey: string;
  /** A fresh stream key in a fresh address, as a browser asks for on every attempt. */
  getUrl(): Promise<string>;
  /** What people would be told of it, once it can be watched. */
  told(): Promise<'connecting' | 'live' | 'reconnecting'>;
};

/** What the control plane does for a show, without one: streams and stream keys, in a table of their own. */
export type Streams = { add(): Promise<TestStream>; close(): void };

export const TABLE_NAME = 'checks';
export const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'checks', secretAccessKey: 'checks' } };
const KEY_MS = 60_000;

export const makeTable = async (url: string): Promise<void> => {
  const client = new DynamoDBClient({ endpoint: url, ...AWS });
  await ensureTable(client, TABLE_NAME);
  client.destroy();
};

/** @param port where workers, or what lies before them, are reached */
export const openStreams = ({ tableUrl, port }: { tableUrl: string; port: number }): Streams => {
  const client = new DynamoDBClient({ endpoint: tableUrl, ...AWS });
  const table = openTable({ client, tableName: TABLE_NAME });
  const streams = createStreamStore({ table });
  const channels = createChannelStore({ table });
  const keys = createIngestKeys({ table });

  return {
    add: async () => {
      const now = Date.now();
      const creatorId = newId('usr', now);
      const streamId = newId('str', now);
      const muxKey = randomUUID();
      const draft = { title: 'checks', visibility: 'public', latency: 'low', test: false } as const;
      const fresh = { ...draft, id: streamId, creatorId, createdAt: now, state: 'created', assets: [] } as const;
      await streams.prepare({ creatorId, draft, fresh });
      const making = { token: randomUUID(), until: now + KEY_MS };
      await channels.beginMaking(creatorId, 'public', making, now);
      const live = { id: randomUUID(), playbackId: randomUUID(), latency: 'low', reconnectWindowSeconds: 60 } as const;
      await channels.made(creatorId, 'public', making, { ...live, muxStreamKey: muxKey });
      /** No Mux is here to say so: a show that was fed has been seen. */
      let hasPlayed = false;
      return {
        streamId,
        muxKey,
        told: async () => {
          const feed = (await streams.get(streamId))?.feed;
          const is = feed?.lostAt === undefined ? (feed?.is ?? 'connecting') : 'reconnecting';
          hasPlayed ||= is === 'live';
          return hasPlayed && is === 'connecting' ? 'reconnecting' : is;
        },
        getUrl: async () => {
          const secret = randomBytes(24).toString('base64url');
          await keys.issue(secret, { streamId, creatorId, until: Date.now() + KEY_MS, signedInAt: undefined });
          return `ws://127.0.0.1:${port}/stream/live/${secret}`;
        },
      };
    },
    close: () => client.destroy(),
  };
};
