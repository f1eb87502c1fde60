import { DescribeServicesCommand, type ECSClient } from '@aws-sdk/client-ecs';
import type { DescribeDeployment } from './ecs-task.ts';

/** Asks ECS itself for the newest deployment of a service. */
export const createDescribeDeployment =
  (client: Pick<ECSClient, 'send'>): DescribeDeployment =>
  async ({ cluster, service }) => {
    const { services } = await client.send(new DescribeServicesCommand({ cluster, services: [service] }));
    const newest = services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY');
    if (!newest?.taskDefinition || !newest.createdAt) return undefined;
    return {
      taskDefinition: newest.taskDefinition,
      createdAtMs: newest.createdAt.getTime(),
      inProgress: newest.rolloutState === 'IN_PROGRESS',
    };
  };
