import { expect, it } from 'vitest';
import { newId } from '#domain/ids';
import { Sha256 } from '../sha256.testing.ts';
import { createTaskQueue } from './task-queue.ts';
import { TaskMessage } from './tasks.ts';

const handOver = async (status: number) => {
  const asked: Request[] = [];
  const tasks = createTaskQueue({
    queueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/Tasks',
    credentials: async () => ({ accessKeyId: 'an id', secretAccessKey: 'a secret of a test' }),
    region: async () => 'us-east-1',
    sha256: Sha256,
    clock: () => new Date(0),
    send: async (url, init) => {
      asked.push(new Request(url, init));
      return new Response('{}', { status });
    },
  });
  const task = { do: 'deliver' as const, streamId: newId('str', 1) };
  return { sent: tasks.send(task), asked, task };
};

it('hands a task over to the queue, signed, in the form in which it is read again', async () => {
  const { sent, asked, task } = await handOver(200);
  await sent;
  const [request] = asked;
  expect(request?.headers.get('x-amz-target')).toBe('AmazonSQS.SendMessage');
  expect(request?.headers.get('authorization')).toMatch(
    /^AWS4-HMAC-SHA256 Credential=an id\/19700101\/us-east-1\/sqs\//,
  );
  const { QueueUrl, MessageBody } = (await request!.json()) as { QueueUrl: string; MessageBody: string };
  expect(QueueUrl).toContain('/Tasks');
  expect(TaskMessage.parse(JSON.parse(MessageBody))).toEqual(task);
});

it('says where the queue does not take it', async () => {
  const { sent } = await handOver(500);
  await expect(sent).rejects.toThrow('500');
});
