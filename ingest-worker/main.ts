import { readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createIngestStore } from '#store/ingest';
import { startWorker } from './worker.ts';
import { parseConfig } from './config.ts';
import { createLog } from './log.ts';
import { chooseWall, isAsStrong } from './media/wall.ts';

/** The worker's process: the one place that reads the environment. */
const parsed = parseConfig(process.env, {
  cores: availableParallelism(),
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
const client = new DynamoDBClient({ requestHandler });
const worker = await startWorker({
  config,
  log,
  wall,
  store: createIngestStore({ client, tableName: config.tableName }),
});
log.info('worker ready', { port: worker.port, capacityUnits: config.capacityUnits, encoderWall: wall.level });

let leaving = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    if (leaving) return;
    leaving = true;
    void worker.leave(signal).then(() => process.exit(0));
  });
