import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdmission } from './admission.ts';
import { startAttendedClock } from './attended-clock.ts';
import type { Config } from './config.ts';
import { sendElsewhere } from './leaving.ts';
import { LIMITS } from './limits.ts';
import type { Log } from './log.ts';
import { createStartEncoder, type StartEncoder } from './media/encoder.ts';
import { createStartRepackager } from './media/repackager.ts';
import { type Wall, withoutWall } from './media/wall.ts';
import { createMetrics } from './metrics.ts';
import { createFfmpegPublishers } from './publish/ffmpeg-publisher.ts';
import { createRtmpsPublishers } from './publish/rtmps-publisher.ts';
import { createEcsTask, type DescribeDeployment } from './ecs-task.ts';
import { createProtection } from './protection.ts';
import { createIngestServer } from './server.ts';
import type { IngestStore } from './session/lease.ts';
import type { CreatePublisher } from './session/publisher.ts';
import { createSessions } from './session/sessions.ts';
import { createTurns } from './turns.ts';

type Parts = {
  config: Config;
  log: Log;
  store: IngestStore;
  /** How encoders and publishers are made; parameters so that a test can harm them. */
  startEncoder?: StartEncoder;
  /** Around each FFmpeg that reads strangers' bytes. */
  wall?: Wall;
  createPublisher?: CreatePublisher;
  /** How the service that this task is of is asked for its newest deployment. */
  describeDeployment?: DescribeDeployment;
  random?: () => number;
};

export type Worker = {
  port: number;
  /** Settles when ECS has begun to stop the task, and never where there is none. */
  stopping: Promise<void>;
  /** How many feeds there are. */
  feeds: () => number;
  /** Admits nobody, sends every client elsewhere, and is done when the last session is over (SPEC §S). */
  leave(why: string): Promise<void>;
  /** Ends at once: for tests. */
  close(): Promise<void>;
};

/** The whole worker, listening. */
export const startWorker = async ({
  config,
  log,
  store,
  wall = withoutWall(config.ffmpegPath),
  startEncoder,
  createPublisher = config.publisher === 'ffmpeg'
    ? createFfmpegPublishers({ ffmpegPath: config.ffmpegPath })
    : createRtmpsPublishers(),
  describeDeployment = async () => undefined,
  random = Math.random,
}: Parts): Promise<Worker> => {
  const clock = () => performance.now();
  const attended = startAttendedClock(clock);
  const { capacityUnits, capacitySessions, memoryBytes, workerId, upstream, deployment } = config;
  const admission = createAdmission({ capacityUnits, memoryBytes, maxSessions: capacitySessions });
  const metrics = createMetrics({ admission, workerId, encoderWall: wall.level, deployment });
  const turns = createTurns({ clock });
  const sessions = createSessions({
    store,
    workerId,
    startEncoder: startEncoder ?? createStartEncoder({ ffmpegPath: config.ffmpegPath, wall, clock: attended.nowMs }),
    startRepackager: config.copier === 'worker' ? createStartRepackager(turns) : undefined,
    createPublisher,
    upstream,
    log,
    clock: attended.nowMs,
    leaseClock: clock,
    metrics: metrics.session,
  });
  const { allowedOrigins, handshakesPerMinute, trustedHops } = config;
  const ingest = createIngestServer({
    store,
    sessions,
    admission,
    metrics,
    turns,
    log,
    allowedOrigins,
    trustedHops,
    ...(handshakesPerMinute !== undefined && { handshakesPerMinute }),
    clock,
    attendedClock: attended.nowMs,
  });
  const protection = createProtection({ agentUri: config.ecsAgentUri, log });
  const task = createEcsTask({ metadataUri: config.ecsMetadataUri, describeDeployment, log });
  let replaced = false;
  const protecting = setInterval(
    () => void protection.want(admission.sessions > 0 && !replaced),
    LIMITS.protectEveryMs,
  );
  // Whoever replaces us waits until we may be stopped. ECS then stops us once they are healthy, and we hear it by `stopping`.
  const comparing = setInterval(() => {
    if (admission.sessions > 0) void task.isReplaced().then((answer) => void (replaced = answer));
  }, LIMITS.deploymentEveryMs);
  let watching: NodeJS.Timeout | undefined;
  const stopping = new Promise<void>((resolve) => {
    watching = setInterval(() => {
      void task.isStopping().then((answer) => {
        if (answer) resolve();
      });
    }, LIMITS.taskEveryMs);
  });
  const telling = config.emf
    ? setInterval(() => process.stdout.write(`${metrics.emf(Date.now())}\n`), LIMITS.emfEveryMs)
    : undefined;

  ingest.server.listen(config.port, config.host);
  await once(ingest.server, 'listening');
  const address = ingest.server.address();

  const close = async (): Promise<void> => {
    for (const timer of [protecting, comparing, watching]) clearInterval(timer);
    clearInterval(telling);
    attended.stop();
    const left = sessions.all();
    for (const session of left) session.cut('going-away');
    // Each gives its lease back, or has waited long enough for a table that does not answer.
    await Promise.all(left.map((session) => session.over));
    await ingest.close();
  };

  return {
    port: isAddress(address) ? address.port : config.port,
    stopping,
    feeds: () => sessions.all().length,
    leave: async (why) => {
      ingest.stopAdmitting();
      sessions.shut();
      const leaving = sessions.all();
      log.info('worker leaving', { why, sessions: leaving.length });
      await sendElsewhere(leaving, random);
      await close();
      log.info('worker gone', { left: sessions.all().length });
    },
    close,
  };
};

const isAddress = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;
