import { describe, expect, it } from 'vitest';
import { createDescribeDeployment } from './ecs-service.ts';
import { createEcsTask, type Deployment } from './ecs-task.ts';
import { createLog } from './log.ts';

/** As Fargate 1.4 answers; AWS's guide has the whole of it under "task metadata version 4". */
const METADATA = {
  Cluster: 'arn:aws:ecs:eu-west-1:111122223333:cluster/live',
  ServiceName: 'ingest',
  TaskARN: 'arn:aws:ecs:eu-west-1:111122223333:task/live/158d1c8083dd49d6b527399fd6414f5c',
  Family: 'worker',
  Revision: '26',
  DesiredStatus: 'RUNNING',
  KnownStatus: 'RUNNING',
  PullStartedAt: '2026-11-27T10:00:05.000Z',
};
const STARTED_MS = Date.parse(METADATA.PullStartedAt);
const definition = (revision: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/worker:${revision}`;

const task = ({
  metadata = {},
  newest,
  status = 200,
  metadataUri = 'http://169.254.170.2/v4/id',
}: {
  metadata?: Partial<typeof METADATA>;
  newest?: Partial<Deployment>;
  status?: number;
  metadataUri?: string | undefined;
} = {}) => {
  const lines: string[] = [];
  const asked: unknown[] = [];
  const made = createEcsTask({
    metadataUri,
    log: createLog({ level: 'warn', write: (line) => void lines.push(line) }),
    fetch: async (url) => {
      asked.push(url);
      return new Response(JSON.stringify({ ...METADATA, ...metadata }), { status });
    },
    describeDeployment: async (service) => {
      asked.push(service);
      return { taskDefinition: definition(26), createdAtMs: STARTED_MS - 60_000, inProgress: true, ...newest };
    },
  });
  return { ...made, lines, asked };
};

describe('[S16] a task of ECS', () => {
  it('hears that it is being stopped, long before the signal', async () => {
    const { asked, ...ecs } = task();
    expect(await ecs.isStopping()).toBe(false);
    expect(asked).toEqual(['http://169.254.170.2/v4/id/task']);
    expect(await task({ metadata: { DesiredStatus: 'STOPPED' } }).isStopping()).toBe(true);
  });

  it('is not replaced by the deployment that it came of, while that is under way', async () => {
    const { isReplaced, asked } = task();
    expect(await isReplaced()).toBe(false);
    expect(asked.at(-1)).toEqual({ cluster: METADATA.Cluster, service: 'ingest' });
  });

  it('is replaced by another revision, and by a later deployment of its own', async () => {
    expect(await task({ newest: { taskDefinition: definition(27) } }).isReplaced()).toBe(true);
    expect(await task({ newest: { createdAtMs: STARTED_MS + 1 } }).isReplaced()).toBe(true);
  });

  it('is not replaced any more by one that has ended or was taken back', async () => {
    expect(await task({ newest: { taskDefinition: definition(27), inProgress: false } }).isReplaced()).toBe(false);
  });

  it('goes on where ECS does not answer, and complains once', async () => {
    const { isStopping, isReplaced, lines } = task({ status: 500 });
    expect([await isStopping(), await isReplaced(), await isStopping()]).toEqual([false, false, false]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('status 500');
  });

  it('is nothing where there is no ECS, or no service', async () => {
    const nowhere = createEcsTask({
      metadataUri: undefined,
      log: createLog({ level: 'warn', write: (line) => expect.fail(line) }),
      describeDeployment: () => Promise.reject(new Error('asked')),
      fetch: () => Promise.reject(new Error('asked')),
    });
    expect([await nowhere.isStopping(), await nowhere.isReplaced()]).toEqual([false, false]);
    const { ServiceName: _, ...alone } = METADATA;
    expect(await task({ metadata: { ...alone, ServiceName: undefined as never } }).isReplaced()).toBe(false);
  });
});

describe('[S16] the newest deployment of a service', () => {
  const describing = (deployments: object[]) =>
    createDescribeDeployment({ send: async () => ({ services: [{ deployments }] }) } as never)({
      cluster: 'live',
      service: 'ingest',
    });
  const createdAt = new Date(STARTED_MS);

  it('is the primary one', async () => {
    const old = { status: 'ACTIVE', taskDefinition: definition(26), createdAt, rolloutState: 'COMPLETED' };
    const next = { status: 'PRIMARY', taskDefinition: definition(27), createdAt, rolloutState: 'IN_PROGRESS' };
    expect(await describing([old, next])).toEqual({
      taskDefinition: definition(27),
      createdAtMs: STARTED_MS,
      inProgress: true,
    });
    expect(await describing([{ ...next, rolloutState: 'COMPLETED' }])).toMatchObject({ inProgress: false });
    expect(await describing([])).toBeUndefined();
  });
});
