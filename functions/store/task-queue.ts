import { SignatureV4 } from '@smithy/signature-v4';
import type { Tasks } from './tasks.ts';

type Signing = ConstructorParameters<typeof SignatureV4>[0];
type Parts = Pick<Signing, 'credentials' | 'region' | 'sha256'> & {
  /** The queue's own address, as SQS gives it. */
  queueUrl: string;
  clock: () => Date;
  /** @default fetch */
  send?: typeof fetch;
};

const PATIENCE_MS = 3_000;
/** SQS takes no longer one. */
const LONGEST_DELAY_SECONDS = 900;

/**
 * Tasks by way of an SQS queue, which hands each to a Lambda, and again where that fails. Without the SDK for SQS, which would weigh
 * more than a room (infra/decisions/signed-by-hand.md).
 */
export const createTaskQueue = ({ queueUrl, credentials, region, sha256, clock, send = fetch }: Parts): Tasks => {
  const signer = new SignatureV4({ credentials, region, sha256, service: 'sqs' });
  return {
    send: async (task, { delayMs = 0 } = {}) => {
      const { protocol, host, hostname, origin } = new URL(queueUrl);
      const body = JSON.stringify({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(task),
        ...(delayMs > 0 && { DelaySeconds: Math.min(Math.ceil(delayMs / 1_000), LONGEST_DELAY_SECONDS) }),
      });
      const headers = { host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' };
      const signed = await signer.sign(
        { method: 'POST', protocol, hostname, path: '/', headers, body },
        { signingDate: clock() },
      );
      const answer = await send(`${origin}/`, {
        method: 'POST',
        headers: signed.headers,
        body,
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.status !== 200) throw new Error(`the queue answered ${answer.status}`);
    },
  };
};
