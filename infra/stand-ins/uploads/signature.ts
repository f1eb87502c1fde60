import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Refused } from './refused.ts';

/** Whoever signs with these is let in. */
export type Credentials = { accessKeyId: string; secretAccessKey: string };

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** A signed request of an older or younger clock may be one that somebody has kept. */
const SKEW_MS = 15 * 60 * 1000;

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Whether `signature` is Signature Version 4 of a text, in the scope that the credential names. Written from AWS's pages and held to
 * their published examples, apart from the signer of `functions/`: two that had one mistake in common would agree.
 */
export const checkSignature = (
  text: string,
  { credential, signature }: { credential: string; signature: string },
  { accessKeyId, secretAccessKey }: Credentials,
): void => {
  const [keyId, date = '', region = '', service, end] = credential.split('/');
  if (keyId !== accessKeyId)
    throw new Refused('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const wanted = Buffer.from(hmac(key, text).toString('hex'));
  const given = Buffer.from(signature);
  const same = wanted.byteLength === given.byteLength && timingSafeEqual(wanted, given);
  if (!same || service !== 's3' || end !== 'aws4_request')
    throw new Refused(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
};

const AUTHORIZATION = /^AWS4-HMAC-SHA256 Credential=([^, ]+), ?SignedHeaders=([^, ]+), ?Signature=([0-9a-f]{64})$/;

/** `20151229T000000Z` in milliseconds since 1970. */
const parseStamp = (stamp: string): number =>
  Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/**
 * Whether a request without a body or query is signed
 * (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 *
 * @param path as it was sent, not decoded
 */
export const checkRequest = (
  { method, path, headers }: { method: string; path: string; headers: IncomingHttpHeaders },
  credentials: Credentials,
  now: number,
): void => {
  const [, credential, names = '', signature] = AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  if (credential === undefined || signature === undefined) throw new Refused('AccessDenied', 'Access Denied');
  const header = (name: string): string => String(headers[name] ?? '').trim();
  const stamp = header('x-amz-date');
  if (!(Math.abs(parseStamp(stamp) - now) < SKEW_MS))
    throw new Refused(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  const canonical = [
    method,
    path,
    '',
    ...names.split(';').map((name) => `${name}:${header(name)}`),
    '',
    names,
    header('x-amz-content-sha256'),
  ].join('\n');
  const scope = credential.split('/').slice(1).join('/');
  checkSignature([ALGORITHM, stamp, scope, sha256(canonical)].join('\n'), { credential, signature }, credentials);
};
