import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod/mini';
import type { Publish } from '#domain/upload';
import { BucketUnavailable } from './bucket.ts';

type Signing = ConstructorParameters<typeof SignatureV4>[0];
type Parts = Pick<Signing, 'credentials' | 'region' | 'sha256'> & {
  /**
   * The Lambda's address for invocations: `https://lambda.{region}.amazonaws.com/2015-03-31/functions/{name}/invocations`, with
   * `?Qualifier=` and an alias where not the newest code is meant.
   */
  url: string;
  clock: () => Date;
  /** @default fetch */
  send?: typeof fetch;
};

const count = z.number().check(z.int(), z.positive());
/** What the Lambda answers. */
const Answer = z.discriminatedUnion('published', [
  z.object({ published: z.literal(true), picture: z.optional(z.object({ width: count, height: count })) }),
  z.object({ published: z.literal(false), because: z.enum(['not-arrived', 'unusable']) }),
]);

/** A little less than API Gateway waits for who asks. */
const PATIENCE_MS = 27_000;

/** Has a file published by the Lambda that can, without the SDK for Lambda (infra/decisions/signed-by-hand.md). */
export const createInvokedPublishing = ({ url, credentials, region, sha256, clock, send = fetch }: Parts): Publish => {
  const signer = new SignatureV4({ credentials, region, sha256, service: 'lambda' });
  return async (owner, upload, use) => {
    const { protocol, host, hostname, pathname, searchParams } = new URL(url);
    const query = Object.fromEntries(searchParams);
    const body = JSON.stringify({ owner, upload, use });
    const headers = { host, 'content-type': 'application/json' };
    const signed = await signer.sign(
      { method: 'POST', protocol, hostname, path: pathname, query, headers, body },
      { signingDate: clock() },
    );
    const answer = await send(url, {
      method: 'POST',
      headers: signed.headers,
      body,
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((cause: unknown) => {
      throw new BucketUnavailable('the Lambda gave no answer', { cause });
    });
    const text = await answer.text();
    if (answer.status !== 200 || answer.headers.has('x-amz-function-error'))
      throw new BucketUnavailable(`the Lambda answered ${answer.status}`);
    return Answer.parse(JSON.parse(text));
  };
};
