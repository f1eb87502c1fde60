import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { newId, type StreamId } from '#domain/ids';
import { bundleWorker } from '#local/build';
import { startTable } from '#local/table/server';
import { createChannelStore } from '#store/channels';
import { openTable } from '#store/dynamo';
import { createIngestKeys } from '#store/ingest';
import { createStreamStore } from '#store/streams';
import { ensureTable } from '#store/table';
import { startSink, type Sink } from '../publish/sink/sink.testing.ts';
import { startGate, type Gate } from './gate.ts';
import { endWorker, startWorkerProcess, type WorkerProcess } from './workers.ts';

/** All that a show needs, made for one run: table, workers, the network before them and the server behind them. */
export type Stage = {
  sink: Sink;
  gate: Gate;
  workers: WorkerProcess[];
  /** New connections go to the last of these that lives. */
  startWorker(): Promise<WorkerProcess>;
  addStream(): Promise<StagedStream>;
  close(): Promise<void>;
};

export type StagedStream = {
  streamId: StreamId;
  /** The key under which it is published. */
  muxKey: string;
  /** A fresh stream key in a fresh address, as a browser asks for on every attempt. */
  getUrl(): Promise<string>;
};

type Options = {
  workers?: number;
  publisher?: 'native' | 'ffmpeg';
  environment?: Record<string, string>;
  /** How a worker is begun; by default as a process of this machine. */
  run?: (environment: Record<string, string>) => Promise<WorkerProcess>;
};

const TABLE_NAME = 'bench';
const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };
const KEY_MS = 60_000;
const PLENTY = '100000';

export const openStage = async ({
  workers: count = 1,
  publisher = 'native',
  environment = {},
  run,
}: Options = {}): Promise<Stage> => {
  const directory = await mkdtemp(join(tmpdir(), 'vybzz-bench-'));
  const bundle = join(directory, 'worker.mjs');
  const [table, sink] = await Promise.all([startTable({ port: 0 }), startSink(), bundleWorker(bundle)]);
  const client = new DynamoDBClient({ endpoint: table.url, ...AWS });
  await ensureTable(client, TABLE_NAME);
  const store = openTable({ client, tableName: TABLE_NAME });
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, sink.ca ?? '');

  const workers: WorkerProcess[] = [];
  const startWorker = async (): Promise<WorkerProcess> => {
    const begin = run ?? ((variables: Record<string, string>) => startWorkerProcess(bundle, variables));
    const worker = await begin({
      PORT: '0',
      TABLE_NAME,
      AWS_ENDPOINT_URL_DYNAMODB: table.url,
      AWS_REGION: AWS.region,
      AWS_ACCESS_KEY_ID: AWS.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: AWS.credentials.secretAccessKey,
      ALLOWED_ORIGINS: 'http://localhost:3000',
      RTMPS_URL: sink.url,
      RTMPS_CA_FILE: caFile,
      PUBLISHER: publisher,
      CAPACITY_UNITS: PLENTY,
      HANDSHAKES_PER_MINUTE: PLENTY,
      WORKER_ID: `bench-${workers.length}`,
      ...environment,
    });
    workers.push(worker);
    return worker;
  };
  for (let started = 0; started < count; started += 1) await startWorker();
  const gate = await startGate(() => workers.findLast(({ isGone }) => !isGone)?.port);

  const addStream = async (): Promise<StagedStream> => {
    const now = Date.now();
    const creatorId = newId('usr', now);
    const streamId = newId('str', now);
    const muxKey = randomUUID();
    const draft = { title: 'bench', visibility: 'public', latency: 'low', test: false } as const;
    const fresh = { ...draft, id: streamId, creatorId, createdAt: now, state: 'created', assets: [] } as const;
    await createStreamStore({ table: store }).prepare({ creatorId, draft, fresh });
    const channels = createChannelStore({ table: store });
    const making = { token: randomUUID(), until: now + KEY_MS };
    await channels.beginMaking(creatorId, 'public', making, now);
    const live = { id: randomUUID(), playbackId: randomUUID(), latency: 'low', reconnectWindowSeconds: 60 } as const;
    await channels.made(creatorId, 'public', making, { ...live, streamKey: muxKey });
    const keys = createIngestKeys({ table: store });
    return {
      streamId,
      muxKey,
      getUrl: async () => {
        const secret = randomBytes(24).toString('base64url');
        await keys.issue(secret, { streamId, creatorId, until: Date.now() + KEY_MS });
        return `ws://127.0.0.1:${gate.port}/stream/live/${secret}`;
      },
    };
  };

  return {
    sink,
    gate,
    workers,
    startWorker,
    addStream,
    async close() {
      await gate.close();
      await Promise.all(workers.map(endWorker));
      await sink.close();
      client.destroy();
      await table.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
