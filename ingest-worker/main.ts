import { readFileSync } from 'node:fs';
import { availableParallelism, hostname, totalmem } from 'node:os';
import { ECSClient } from '@aws-sdk/client-ecs';
import { createIngestStore } from '#store/ingest';
import { createTableClient } from '#store/table-client';
import { createTaskQueue } from '#store/task-queue';
import { startWorker } from './worker.ts';
import { warmUp } from './warm-up.ts';
import { parseConfig } from './config.ts';
import { createDescribeDeployment } from './ecs-service.ts';
import { tendHeapGrowth } from './heap-growth.ts';
import { createLog } from './log.ts';
import { chooseWall, isAsStrong } from './media/wall.ts';

/** The worker's process: the one place that reads the environment. */
// Without a limit of the container's own, what it says is more than there is.
const memoryBytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
const parsed = parseConfig(process.env, {
  cores: availableParallelism(),
  memoryBytes,
  hostname: hostname(),
  readFile: readFileSync,
});
if (!parsed.ok) {
  for (const complaint of parsed.complaints) process.stderr.write(`ingest-worker: ${complaint}\n`);
  process.exit(1);
}
const { config } = parsed;
const log = createLog({ level: config.logLevel }).with({ workerId: config.workerId });
const { least, library } = config.encoderWall;
const wall = await chooseWall({ ffmpegPath: config.ffmpegPath, library });
if (!isAsStrong(wall.level, least)) {
  process.stderr.write(`ingest-worker: the wall around FFmpeg is ${wall.level} here, and ENCODER_WALL is ${least}\n`);
  process.exit(1);
}
// A table that hangs must not take a lease with it, which is asked for every two seconds.
const requestHandler = { connectionTimeout: 3_000, requestTimeout: 3_000, throwOnRequestTimeout: true };
const client = createTableClient({ requestHandler });
const ecs = new ECSClient({ requestHandler, maxAttempts: 2 });
const { credentials, region, sha256 } = client.config;
const tasks =
  config.tasksQueueUrl === undefined
    ? undefined
    : createTaskQueue({ queueUrl: config.tasksQueueUrl, credentials, region, sha256, clock: () => new Date() });
const store = createIngestStore({
  client,
  tableName: config.tableName,
  onMoved: (move) => {
    // Whoever is not told asks: no show waits for it.
    tasks?.send({ do: 'tell-moved', ...move }).catch((error: unknown) => {
      log.warn('people were not told', { streamId: move.streamId, cause: String(error) });
    });
  },
});
const worker = await startWorker({
  config,
  log,
  wall,
  store,
  describeDeployment: createDescribeDeployment(ecs),
});
void warmUp(store);
tendHeapGrowth({ memoryBytes, feeds: worker.feeds });
log.info('worker ready', { port: worker.port, capacityUnits: config.capacityUnits, encoderWall: wall.level });

let leaving = false;
const leave = (why: string): void => {
  if (leaving) return;
  leaving = true;
  void worker.leave(why).then(() => process.exit(0));
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => leave(signal));
void worker.stopping.then(() => leave('ECS stops this task'));
