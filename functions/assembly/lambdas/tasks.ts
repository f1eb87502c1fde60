import * as z from 'zod/mini';
import { latest, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { buildPushSender } from '../push.ts';
import { createStreaming } from '../streaming.ts';
import { TaskMessage } from '#store/tasks';
import { buildWork } from '../rooms/tasks.ts';

/** What SQS hands over, as far as we read it. */
type Messages = { Records: { messageId: string; body: string }[] };

const room = await startLambda('tasks', {
  env: process.env,
  needs: [],
  build: ({ base }) => {
    const work = buildWork(createStreaming(base, createPeople(base), { sender: buildPushSender(base) }));
    return async ({ Records }: Messages) => {
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
  },
});

/** Does what is in the queue. What fails is said to have failed, and comes again. */
export const handler = latest(room);
