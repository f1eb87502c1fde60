import * as z from 'zod/mini';
import { startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { TaskMessage } from '../../shows/tasks.ts';
import { buildWork } from '../rooms/tasks.ts';

const { base } = await startLambda('tasks', process.env, []);
const work = buildWork(createStreaming(base, createPeople(base)));

/** What SQS hands over, as far as we read it. */
type Messages = { Records: { messageId: string; body: string }[] };

/** Does what is in the queue. What fails is said to have failed, and comes again. */
export const handler = async ({ Records }: Messages) => {
  const failed: string[] = [];
  for (const { messageId, body } of Records) {
    try {
      await work(z.parse(TaskMessage, JSON.parse(body)), () => false);
    } catch (error) {
      base.log.warn('a task failed', { messageId, error });
      failed.push(messageId);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
};
