import * as z from 'zod/mini';
import type { Log } from './log.ts';

const TIMEOUT_MS = 2_000;

/** What ECS tells a task of itself at `${ECS_CONTAINER_METADATA_URI_V4}/task`, as far as we read it. */
const Task = z.object({
  Cluster: z.string(),
  ServiceName: z.optional(z.string()),
  Family: z.string(),
  Revision: z.string(),
  DesiredStatus: z.string(),
  /** When the image began to be pulled: after its deployment had begun, and before the process. */
  PullStartedAt: z.optional(z.string()),
});
type Task = z.infer<typeof Task>;

/** The newest deployment of a service: what its tasks are to be replaced by, or are. */
export type Deployment = { taskDefinition: string; createdAtMs: number; inProgress: boolean };

export type DescribeDeployment = (service: { cluster: string; service: string }) => Promise<Deployment | undefined>;

export type EcsTask = {
  /** Whether ECS has begun to stop this task: long before SIGTERM, which comes only once the balancer has cut its sockets. */
  isStopping: () => Promise<boolean>;
  /** Whether a deployment newer than this task is under way, which waits for tasks that are protected. */
  isReplaced: () => Promise<boolean>;
};

type Parts = {
  metadataUri: string | undefined;
  describeDeployment: DescribeDeployment;
  log: Log;
  fetch?: typeof globalThis.fetch;
};

/** This task as ECS has it. Where there is no ECS, or it does not answer, nothing is the matter; the latter is logged once. */
export const createEcsTask = ({ metadataUri, describeDeployment, log, fetch = globalThis.fetch }: Parts): EcsTask => {
  let complained = false;
  const asked = async <T>(what: string, ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await ask();
      complained = false;
      return answer;
    } catch (cause) {
      if (!complained) log.warn(what, { cause: cause instanceof Error ? cause.message : String(cause) });
      complained = true;
      return undefined;
    }
  };
  const task = async (): Promise<Task | undefined> => {
    if (metadataUri === undefined) return undefined;
    return asked('task not described', async () => {
      const answer = await fetch(`${metadataUri}/task`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return Task.parse(await answer.json());
    });
  };

  return {
    isStopping: async () => (await task())?.DesiredStatus === 'STOPPED',
    isReplaced: async () => {
      const self = await task();
      if (self?.ServiceName === undefined) return false;
      const service = { cluster: self.Cluster, service: self.ServiceName };
      const newest = await asked('service not described', () => describeDeployment(service));
      if (!newest?.inProgress) return false;
      // A deployment of the same revision is one, too: only the time tells it from our own.
      const isOurs = newest.taskDefinition.endsWith(`/${self.Family}:${self.Revision}`);
      return !isOurs || (self.PullStartedAt !== undefined && newest.createdAtMs > Date.parse(self.PullStartedAt));
    },
  };
};
