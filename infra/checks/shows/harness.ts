import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorker } from '../../local/build.ts';
import { startTable } from '#stand-ins/table/server';
import { startSink, type Sink } from '../../../ingest-worker/publish/sink/sink.testing.ts';
import type { Browser } from './browser.ts';
import { startFaultyNetwork, type FaultyNetwork } from '../lib/faulty-network.ts';
import { makeTable, openStreams, type TestStream } from '../lib/test-streams.ts';
import { endWorker, startWorkerProcess, workerEnvironment, type WorkerProcess } from './workers.ts';

/** All that a show needs, made for one run: table, workers, the network before them and the server behind them. */
export type Harness = {
  sink: Sink;
  network: FaultyNetwork;
  tablePort: number;
  workers: WorkerProcess[];
  /** New connections go to the last of these that lives. */
  startWorker(): Promise<WorkerProcess>;
  addStream(): Promise<TestStream>;
  /** Who publishes, where it is not a recording that is played. */
  browser: Browser | undefined;
  close(): Promise<void>;
};

type Options = {
  workers?: number;
  publisher?: 'native' | 'ffmpeg';
  environment?: Record<string, string>;
  browser?: Browser | undefined;
  /** Which worker a connection goes to; by default the last of those that live. */
  route?: (connections: (port: number) => number) => number | undefined;
  /** How a worker is begun; by default as a process of this machine. */
  run?: (environment: Record<string, string>) => Promise<WorkerProcess>;
};

export const openHarness = async ({
  workers: count = 1,
  publisher = 'native',
  environment = {},
  browser,
  route,
  run,
}: Options = {}): Promise<Harness> => {
  const directory = await mkdtemp(join(tmpdir(), 'vybzz-checks-'));
  const bundle = join(directory, 'worker.mjs');
  const [table, sink] = await Promise.all([startTable({ port: 0 }), startSink(), bundleWorker(bundle)]);
  await makeTable(table.url);
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, sink.ca ?? '');

  const workers: WorkerProcess[] = [];
  const startWorker = async (): Promise<WorkerProcess> => {
    const begin = run ?? ((variables: Record<string, string>) => startWorkerProcess(bundle, variables));
    const worker = await begin({
      ...workerEnvironment({ tableUrl: table.url, rtmpsUrl: sink.url, caFile, publisher, id: workers.length }),
      ...(browser && { ALLOWED_ORIGINS: browser.origin }),
      ...environment,
    });
    workers.push(worker);
    return worker;
  };
  for (let started = 0; started < count; started += 1) await startWorker();
  const network = await startFaultyNetwork(() =>
    route ? route((port) => network.connections(port)) : workers.findLast(({ isGone }) => !isGone)?.port,
  );

  const streams = openStreams({ tableUrl: table.url, port: network.port });

  return {
    sink,
    network,
    tablePort: table.port,
    workers,
    browser,
    startWorker,
    addStream: () => streams.add(),
    async close() {
      await network.close();
      await Promise.all(workers.map(endWorker));
      await sink.close();
      streams.close();
      await table.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
