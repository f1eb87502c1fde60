import { SignatureV4 } from '@smithy/signature-v4';
import type { UserId } from '#domain/ids';
import { incomingKey, type Upload, UPLOAD_FORM_MS, uploadKey } from '#domain/upload';

/** The bucket of uploaded files does not answer, or not as it should: worth trying again later. */
export class BucketUnavailable extends Error {
  override name = 'BucketUnavailable';
}

type Signing = ConstructorParameters<typeof SignatureV4>[0];

type Parts = {
  /** Where it is: `https://{bucket}.s3.{region}.amazonaws.com`, or a stand-in's address of it. */
  url: string;
  /** Where browsers find it. @default url */
  formUrl?: string | undefined;
  name: string;
  credentials: Exclude<Signing['credentials'], { accessKeyId: string }>;
  region: Exclude<Signing['region'], string>;
  sha256: Signing['sha256'];
  clock: () => Date;
  /** @default fetch */
  send?: typeof fetch;
};

/** What a browser sends its file with. */
export type Form = { url: string; fields: Record<string, string>; expiresAt: number };

const ANSWER_MS = 5_000;
/** A copy of 200 MB takes S3 a moment. A copy that we no longer wait for is found done at the next try. */
const COPY_MS = 8_000;
/** How long a cache may still show a file that was taken down; a file never changes. */
export const CACHE_CONTROL = 'public, max-age=300';
const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * The S3 bucket of uploaded files, without the S3 SDK, which weighs 160 KB in each Lambda (infra/decisions/signed-by-hand.md).
 * Signatures are the SDK's own signer's.
 */
export const createBucket = ({ url, formUrl = url, name, credentials, region, sha256, clock, send = fetch }: Parts) => {
  const signer = new SignatureV4({
    credentials,
    region,
    sha256,
    service: 's3',
    uriEscapePath: false,
    applyChecksum: true,
  });

  const ask = async (
    method: 'PUT' | 'DELETE',
    key: string,
    { expected, more = {} }: { expected: readonly number[]; more?: Record<string, string> },
  ): Promise<{ status: number; text: string }> => {
    const { protocol, host, hostname, port, pathname } = new URL(`${url}/${key}`);
    const request = {
      method,
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      path: pathname,
      headers: { host, ...more },
    };
    const { headers } = await signer.sign(request, { signingDate: clock() });
    const answer = await send(`${url}/${key}`, {
      method,
      headers,
      signal: AbortSignal.timeout(method === 'PUT' ? COPY_MS : ANSWER_MS),
    }).catch((cause: unknown) => {
      throw new BucketUnavailable(`${method} got no answer`, { cause });
    });
    const text = await answer.text();
    if (expected.includes(answer.status)) return { status: answer.status, text };
    throw new BucketUnavailable(`${method} answered ${answer.status}`);
  };

  return {
    /**
     * A form that lets in this one file, of this type, of one byte to `maxBytes`: a POST policy signed with Signature Version 4
     * (docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html). S3 holds each condition, and the file never
     * passes through us.
     */
    form: async (owner: UserId, upload: Upload, maxBytes: number, now: number): Promise<Form> => {
      const { accessKeyId, sessionToken } = await credentials();
      const expiresAt = now + UPLOAD_FORM_MS;
      const at = new Date(now);
      const date = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
      const conditions = {
        key: incomingKey(owner, upload),
        'Content-Type': upload.type,
        'Cache-Control': CACHE_CONTROL,
        success_action_status: '201',
        'X-Amz-Algorithm': ALGORITHM,
        'X-Amz-Credential': `${accessKeyId}/${date.slice(0, 8)}/${await region()}/s3/aws4_request`,
        'X-Amz-Date': date,
        ...(sessionToken !== undefined && { 'X-Amz-Security-Token': sessionToken }),
      };
      const document = {
        expiration: new Date(expiresAt).toISOString(),
        conditions: [{ bucket: name }, ['content-length-range', 1, maxBytes], ...Object.entries(conditions).map(only)],
      };
      const policy = Buffer.from(JSON.stringify(document)).toString('base64');
      const signature = await signer.sign(policy, { signingDate: at });
      return {
        url: `${formUrl}/`,
        fields: { ...conditions, Policy: policy, 'X-Amz-Signature': signature },
        expiresAt,
      };
    },

    /**
     * Puts the file that has come where people see it, once: what is there already stays as it is (`If-None-Match`), whatever its
     * form has brought meanwhile. False where it has not come.
     */
    publish: async (owner: UserId, upload: Upload): Promise<boolean> => {
      const { status, text } = await ask('PUT', uploadKey(owner, upload), {
        expected: [200, 404, 412],
        more: { 'x-amz-copy-source': `/${name}/${incomingKey(owner, upload)}`, 'if-none-match': '*' },
      });
      // S3 has begun to answer 200 before a copy can fail
      if (status === 200 && !text.includes('<CopyObjectResult')) throw new BucketUnavailable('PUT did not copy');
      return status !== 404;
    },

    /** Done as well where there is no such file. */
    remove: async (owner: UserId, upload: Upload): Promise<void> => {
      const gone = { expected: [200, 204, 404] };
      await Promise.all([incomingKey, uploadKey].map((key) => ask('DELETE', key(owner, upload), gone)));
    },
  };
};
export type Bucket = ReturnType<typeof createBucket>;

const only = ([name, value]: [string, string]) => ({ [name]: value });
