import type { WorkerProcess } from '../shows/workers.ts';
import { freePort } from '#stand-ins/free-port';
import { until } from '#stand-ins/until';
import { docker, LABELLED } from './engine.ts';

/** As hard as the task definition holds it, and harder: Fargate knows no limit of processes. */
export const CONFINED = [
  '--read-only',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--pids-limit=512',
  '--memory=1g',
  '--memory-swap=1g',
];

export type WorkerContainer = WorkerProcess & {
  id: string;
  /** Waits until the image's own health check says so. */
  healthy(): Promise<void>;
  /** `docker stop` with the grace of ECS; how long it took and how the worker left. */
  stop(): Promise<{ ms: number; exitCode: number }>;
  /** The last of what it has logged. */
  log: () => Promise<string>;
  remove(): Promise<void>;
};

const GRACE_SECONDS = 120;
const LOOKS = { everyMs: 100 };

/** The image, run as in the cloud, in this machine's own network, where table and RTMPS server are. */
export const startWorkerContainer = async (
  image: string,
  environment: Record<string, string>,
): Promise<WorkerContainer> => {
  const port = await freePort();
  const caFile = environment['RTMPS_CA_FILE'] ?? '';
  const variables = { ...environment, HOST: '127.0.0.1', PORT: String(port), RTMPS_CA_FILE: '/run/ca.pem' };
  const id = await docker(
    'run',
    '--detach',
    '--network=host',
    ...LABELLED,
    ...CONFINED,
    `--volume=${caFile}:/run/ca.pem:ro`,
    ...Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    image,
  );
  let isGone = false;
  const gone = docker('wait', id).then(() => void (isGone = true));
  gone.catch(() => undefined);
  const inspect = (format: string) => docker('inspect', '--format', format, id);
  await until(
    'the worker to answer',
    async () => {
      if (isGone) throw new Error(`the worker ended as it started: ${await docker('logs', id)}`);
      return fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    },
    LOOKS,
  );
  return {
    id,
    port,
    pid: Number(await inspect('{{.State.Pid}}')),
    lines: [],
    gone,
    get isGone() {
      return isGone;
    },
    kill: (signal) => void docker('kill', `--signal=${signal}`, id).catch(() => undefined),
    children: async () => [],
    metrics: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    healthy: async () =>
      void (await until(
        'its health check',
        async () => (await inspect('{{.State.Health.Status}}')) === 'healthy',
        LOOKS,
      )),
    stop: async () => {
      const asked = performance.now();
      await docker('stop', `--time=${GRACE_SECONDS}`, id);
      return { ms: Math.round(performance.now() - asked), exitCode: Number(await inspect('{{.State.ExitCode}}')) };
    },
    log: () => docker('logs', '--tail=60', id).catch(String),
    remove: async () => void (await docker('rm', '--force', id).catch(() => undefined)),
  };
};

/** Does `work`; where that throws, the last words of these containers are told along. */
export const withLogs = async <Done>(
  containers: readonly WorkerContainer[],
  work: () => Promise<Done>,
): Promise<Done> => {
  try {
    return await work();
  } catch (cause) {
    const logs = await Promise.all(containers.map(async ({ log }, index) => `worker ${index}:\n${await log()}`));
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n${logs.join('\n')}`, { cause });
  }
};
