import {
  DescribeTasksCommand,
  ListTasksCommand,
  StopTaskCommand,
  UpdateTaskProtectionCommand,
} from '@aws-sdk/client-ecs';
import * as z from 'zod';
import type { Operator } from './operator.ts';

const LOOKS = 100;
const Listed = z.object({ taskArns: z.optional(z.array(z.string())) });
const Task = z.object({
  taskArn: z.optional(z.string()),
  startedAt: z.optional(z.date()),
  lastStatus: z.optional(z.string()),
});
type Task = z.infer<typeof Task>;
const Described = z.object({ tasks: z.optional(z.array(Task)) });

/**
 * Takes one worker out of service: it is not protected any more, ECS stops it, its shows move while the balancer carries them, and
 * another takes its place. @param task the end of its ARN, or undefined for the one that has run longest
 */
export const drain = async ({ output, ecs, pause, say }: Operator, task?: string): Promise<void> => {
  const cluster = await output('Ingest.Cluster');
  const serviceName = await output('Ingest.Service');
  const { taskArns = [] } = Listed.parse(await ecs.send(new ListTasksCommand({ cluster, serviceName })));
  if (taskArns.length === 0) throw new Error(`No task of ${serviceName} runs.`);
  const describe = async (tasks: string[]): Promise<Task[]> =>
    Described.parse(await ecs.send(new DescribeTasksCommand({ cluster, tasks }))).tasks ?? [];
  const all = await describe(taskArns);
  const age = ({ startedAt }: Task): number => startedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const chosen = task
    ? all.find(({ taskArn }) => taskArn?.endsWith(`/${task}`))
    : all.sort((one, other) => age(one) - age(other))[0];
  const arn = chosen?.taskArn;
  if (!arn)
    throw new Error(
      `No task ${task ?? ''} runs; there are ${taskArns.map((one) => one.split('/').at(-1)).join(', ')}.`,
    );
  await ecs.send(new UpdateTaskProtectionCommand({ cluster, tasks: [arn], protectionEnabled: false }));
  await ecs.send(new StopTaskCommand({ cluster, task: arn, reason: 'drained by an operator' }));
  say(`… ${arn.split('/').at(-1)} moves its shows`);
  for (let look = 0; look < LOOKS; look += 1) {
    const [now] = await describe([arn]);
    if (!now || now.lastStatus === 'STOPPED') return say('✓ it has left');
    await pause();
  }
  throw new Error('It has not left yet; ECS kills it four minutes after it was stopped.');
};
