import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Tasks } from './tasks.ts';

/** Tasks by way of an SQS queue, which hands each to a Lambda, and again where that fails. */
export const createTaskQueue = ({ sqs, queueUrl }: { sqs: Pick<SQSClient, 'send'>; queueUrl: string }): Tasks => ({
  send: async (task) => {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(task) }));
  },
});
