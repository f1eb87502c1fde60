import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { RoomFunction } from './room-function.ts';

/** How long one task may take: its Lambda's timeout. A shift of delivery hands over after 45 s. */
export const TASK_TIMEOUT = Duration.seconds(60);
const ATTEMPTS = 3;

/** The queue of work that nobody waits for, and what does it. What fails three times is kept for somebody to look at. */
export class TaskQueue extends Construct {
  readonly queue: Queue;
  readonly failed: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const safe = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.failed = new Queue(this, 'Failed', { ...safe, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      ...safe,
      // as long as Lambda itself may try: six times the timeout is what AWS asks for
      visibilityTimeout: Duration.seconds(6 * TASK_TIMEOUT.toSeconds()),
      retentionPeriod: Duration.hours(1),
      deadLetterQueue: { queue: this.failed, maxReceiveCount: ATTEMPTS },
    });
  }

  /** Has this function do what comes. */
  doneBy({ live: worker }: RoomFunction): void {
    worker.addEventSource(new SqsEventSource(this.queue, { batchSize: 1, reportBatchItemFailures: true }));
  }

  /** Lets a task hand work over, in its container of this name. */
  takesFromTask(giver: FargateTaskDefinition, container: string): void {
    this.queue.grantSendMessages(giver.taskRole);
    giver.findContainer(container)?.addEnvironment('TASKS_QUEUE_URL', this.queue.queueUrl);
  }

  /** Lets a function hand work over. */
  takesFrom({ function: giver }: RoomFunction): void {
    this.queue.grantSendMessages(giver);
    giver.addEnvironment('TASKS_QUEUE_URL', this.queue.queueUrl);
  }
}
