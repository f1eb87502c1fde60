import { SignatureV4 } from '@smithy/signature-v4';
import type { UserId } from '#domain/ids';
import { incomingKey, thumbnailKey, type Upload, UPLOAD_FORM_MS, uploadKey } from '#domain/upload';

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

/** A file that has come: its length, and its bytes while they arrive. */
export type Incoming = { bytes: number; body: ReadableStream<Uint8Array<ArrayBuffer>> };
type Body = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;

/** What a browser sends its file with. */
export type Form = { url: string; fields: Record<string, string>; expiresAt: number };

const ANSWER_MS = 5_000;
/** 200 MB through a function. Less than API Gateway waits; what we no longer wait for is found done at the next try. */
const FILM_MS = 22_000;
/** How long a cache may still show a file that was taken down; a file never changes. */
export const CACHE_CONTROL = 'public, max-age=300';
const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * The S3 bucket of uploaded files, without the S3 SDK, which weighs 160 KB in each Lambda (infra/decisions/signed-by-hand.md).
 * Signatures are the SDK's own signer's.
 */
export const createBucket = ({
  url,
  formUrl = url,
  name,
  credentials,
  region,
  sha256,
  clock,
  send: fetchOne = fetch,
}: Parts) => {
  const signer = new SignatureV4({
    credentials,
    region,
    sha256,
    service: 's3',
    uriEscapePath: false,
    applyChecksum: true,
  });

  /** One signed request. What it answers is the caller's to read. */
  const send = async (
    method: 'GET' | 'PUT' | 'DELETE',
    key: string,
    { headers: more = {}, body, ms = ANSWER_MS }: { headers?: Record<string, string>; body?: Body; ms?: number } = {},
  ): Promise<Response> => {
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
    return fetchOne(`${url}/${key}`, {
      method,
      headers,
      signal: AbortSignal.timeout(ms),
      ...(body && { body, duplex: 'half' }),
    }).catch((cause: unknown) => {
      throw new BucketUnavailable(`${method} got no answer`, { cause });
    });
  };

  /** As `send`, for answers of which the status is all. */
  const ask = async (
    method: 'PUT' | 'DELETE',
    key: string,
    expected: readonly number[],
    more?: Parameters<typeof send>[2],
  ): Promise<number> => {
    const answer = await send(method, key, more);
    await answer.text();
    if (expected.includes(answer.status)) return answer.status;
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

    /** What has come by a form, as it came; undefined where nothing has. */
    incoming: async (owner: UserId, upload: Upload): Promise<Incoming | undefined> => {
      const answer = await send('GET', incomingKey(owner, upload), { ms: FILM_MS });
      const bytes = Number(answer.headers.get('content-length'));
      if (answer.status === 200 && answer.body) return { bytes, body: answer.body };
      await answer.body?.cancel();
      if (answer.status === 404) return undefined;
      throw new BucketUnavailable(`GET answered ${answer.status}`);
    },

    /**
     * Puts a file where people see it, once: what is there already stays as it is (`If-None-Match`).
     *
     * @param bytes the length of the body, which may come as a stream; one that fails leaves nothing
     */
    putOnce: async (key: string, body: Body, { bytes, type }: { bytes: number; type: string }): Promise<void> => {
      await ask('PUT', key, [200, 412], {
        body,
        ms: FILM_MS,
        headers: {
          'content-type': type,
          'content-length': String(bytes),
          'cache-control': CACHE_CONTROL,
          'if-none-match': '*',
          // a stream cannot be read twice, once for its hash; the connection is what keeps it whole
          'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
        },
      });
    },

    /** Done as well where there is no such file. */
    remove: async (owner: UserId, upload: Upload): Promise<void> => {
      const keys = [incomingKey, uploadKey, thumbnailKey].map((key) => key(owner, upload));
      await Promise.all(keys.map((key) => ask('DELETE', key, [200, 204, 404])));
    },
  };
};
export type Bucket = ReturnType<typeof createBucket>;

const only = ([name, value]: [string, string]) => ({ [name]: value });
