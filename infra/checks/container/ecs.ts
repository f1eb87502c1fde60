import { createServer } from 'node:http';
import { once } from 'node:events';

/**
 * As much of ECS as a task sees: its own metadata, the agent that takes its wish for protection, and the service that it is of. The
 * order in which ECS, the balancer and the signal come is `rows.ts`'s, and ECS's documented one.
 */
export type FakeEcs = {
  /** What a task of a revision is told in its environment. */
  environmentOf(task: string, revision: number): Record<string, string>;
  /** From now on the service's newest deployment is of this revision, and under way until it is said to be done. */
  deploy(revision: number): { done(): void };
  /** Whether the task has asked not to be stopped. */
  isProtected(task: string): boolean;
  /** Decides that a task is to stop: it can see that from now on. */
  stop(task: string): void;
  close(): Promise<void>;
};

const CLUSTER = 'arn:aws:ecs:us-east-1:111122223333:cluster/checks';
const FAMILY = 'worker';

export const startFakeEcs = async (): Promise<FakeEcs> => {
  const tasks = new Map<
    string,
    { revision: number; startedAt: string; desired: 'RUNNING' | 'STOPPED'; protected: boolean }
  >();
  let newest = { revision: 1, createdAtMs: Date.now(), rolloutState: 'COMPLETED' };

  const answer = (path: string, body: string): object | undefined => {
    const [, name = '', ...rest] = path.split('/');
    const task = tasks.get(name);
    if (path === '/')
      return {
        services: [
          {
            deployments: [
              {
                status: 'PRIMARY',
                taskDefinition: `arn:aws:ecs:us-east-1:111122223333:task-definition/${FAMILY}:${newest.revision}`,
                // ECS's own form of a time: seconds
                createdAt: newest.createdAtMs / 1_000,
                rolloutState: newest.rolloutState,
              },
            ],
          },
        ],
      };
    if (!task) return undefined;
    if (rest.join('/') === 'task')
      return {
        Cluster: CLUSTER,
        ServiceName: 'ingest',
        TaskARN: `${CLUSTER.replace('cluster', 'task')}/${name}`,
        Family: FAMILY,
        Revision: String(task.revision),
        DesiredStatus: task.desired,
        KnownStatus: 'RUNNING',
        PullStartedAt: task.startedAt,
      };
    const wish = JSON.parse(body) as { ProtectionEnabled: boolean };
    task.protected = wish.ProtectionEnabled;
    return { protection: wish };
  };

  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const answered = answer(request.url ?? '/', body);
      response.writeHead(answered ? 200 : 404, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answered ?? {}));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

  return {
    environmentOf: (task, revision) => {
      tasks.set(task, { revision, startedAt: new Date().toISOString(), desired: 'RUNNING', protected: false });
      return {
        ECS_AGENT_URI: `${url}/${task}`,
        ECS_CONTAINER_METADATA_URI_V4: `${url}/${task}`,
        AWS_ENDPOINT_URL_ECS: url,
      };
    },
    deploy: (revision) => {
      newest = { revision, createdAtMs: Date.now(), rolloutState: 'IN_PROGRESS' };
      return { done: () => void (newest.rolloutState = 'COMPLETED') };
    },
    isProtected: (task) => tasks.get(task)?.protected === true,
    stop: (name) => {
      const task = tasks.get(name);
      if (task) task.desired = 'STOPPED';
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
};
