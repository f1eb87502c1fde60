import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { UPLOAD_CONTENT_POLICY } from '#domain/upload';
import { type Files, openFiles } from './files.ts';
import { readForm } from './form.ts';
import { admitForm } from './policy.ts';
import { parseRange } from './range.ts';
import { Refused, toXml } from './refused.ts';
import { checkRequest, type Credentials } from './signature.ts';

type Settings = {
  /** Everything that is uploaded is in here. */
  dir: string;
  bucket: string;
  credentials: Credentials;
  /** @default Date.now */
  now?: () => number;
};

const HARMLESS = { 'x-content-type-options': 'nosniff', 'content-security-policy': UPLOAD_CONTENT_POLICY };

/**
 * Stands in for the bucket of uploaded files, and for CloudFront before it: the POST form of S3 with its policy and signature
 * checked, signed HEAD, GET, DELETE and PUT that may write once, and the files served under `/media/`. What it leaves out of S3 is all the rest.
 */
export const openUploads = ({ dir, bucket, credentials, now = Date.now }: Settings) => {
  const files: Files = openFiles(dir);

  const post = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { key, status, etag } = await readForm(request, async (fields, file) => {
      const form = admitForm(fields, { bucket, credentials, now: now() });
      return { ...form, ...(await files.put(form.key, file, form)) };
    });
    const location = `http://${request.headers.host ?? ''}${request.url ?? ''}${key}`;
    response.writeHead(status, { etag, location, ...(status === 201 && { 'content-type': 'application/xml' }) });
    response.end(
      status === 201 ? toXml('PostResponse', { Location: location, Bucket: bucket, Key: key, ETag: etag }) : undefined,
    );
  };

  /** `/{bucket}/{key}` as S3 answers it, path-style. */
  const answer = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const [, name, ...rest] = path.split('/');
    const key = rest.join('/');
    if (name !== bucket) throw new Refused('NoSuchBucket', 'The specified bucket does not exist');
    if (key === '' && request.method === 'POST') return post(request, response);
    if (key === '' || !['HEAD', 'GET', 'DELETE', 'PUT'].includes(request.method ?? ''))
      throw new Refused('MethodNotAllowed', 'The specified method is not allowed against this resource.');
    const { method, url = '', headers } = request;
    checkRequest({ method: method ?? '', path: url, headers }, credentials, now());
    if (method === 'PUT') {
      const bytes = Number(headers['content-length']);
      if (headers['content-length'] === undefined || !Number.isSafeInteger(bytes))
        throw new Refused('MissingContentLength', 'You must provide the Content-Length HTTP header.');
      const { etag } = await files.put(key, request, {
        minBytes: bytes,
        maxBytes: bytes,
        contentType: headers['content-type'] ?? 'binary/octet-stream',
        cacheControl: headers['cache-control'],
        once: headers['if-none-match'] === '*',
      });
      response.writeHead(200, { etag }).end();
      return undefined;
    }
    if (method === 'DELETE') {
      await files.remove(key);
      response.writeHead(204).end();
      return undefined;
    }
    const found = await files.open(key);
    if (!found) throw new Refused('NoSuchKey', 'The specified key does not exist.');
    try {
      response.writeHead(200, {
        'content-type': found.contentType,
        'content-length': found.size,
        etag: found.etag,
      });
      if (method === 'HEAD') response.end();
      else await pipeline(found.handle.createReadStream({ autoClose: false }), response).catch(gone);
    } finally {
      await found.handle.close();
    }
    return undefined;
  };

  const refuse = (request: IncomingMessage, response: ServerResponse, cause: unknown): void => {
    if (!(cause instanceof Refused)) {
      // who sends a file and goes in the middle hears no answer
      if (request.destroyed && !request.complete) return;
      throw cause;
    }
    request.resume();
    response.writeHead(cause.status, { 'content-type': 'application/xml' });
    response.end(request.method === 'HEAD' ? undefined : cause.xml);
  };

  return {
    /** Requests to the bucket itself. */
    bucket: (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> =>
      answer(request, response, path).catch((cause: unknown) => refuse(request, response, cause)),

    /** A file as everybody may see it, whole or a range of it. @param path decoded: `/media/…` */
    serve: async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
      const head = request.method === 'HEAD';
      if (request.method !== 'GET' && !head)
        return refuse(
          request,
          response,
          new Refused('MethodNotAllowed', 'The specified method is not allowed against this resource.'),
        );
      const found = await files.open(path.slice(1));
      if (!found) return refuse(request, response, new Refused('AccessDenied', 'Access Denied'));
      const { handle, size, etag, contentType, cacheControl } = found;
      try {
        const facts = {
          ...HARMLESS,
          etag,
          'accept-ranges': 'bytes',
          ...(cacheControl !== undefined && { 'cache-control': cacheControl }),
        };
        if (request.headers['if-none-match'] === etag) {
          response.writeHead(304, facts).end();
          return undefined;
        }
        const since = request.headers['if-range'];
        const range = since === undefined || since === etag ? parseRange(request.headers.range, size) : 'whole';
        if (range === 'unsatisfiable') {
          response.writeHead(416, { ...facts, 'content-range': `bytes */${size}` }).end();
          return undefined;
        }
        const { start, end } = range === 'whole' ? { start: 0, end: size - 1 } : range;
        response.writeHead(range === 'whole' ? 200 : 206, {
          ...facts,
          'content-type': contentType,
          'content-length': end - start + 1,
          ...(range !== 'whole' && { 'content-range': `bytes ${start}-${end}/${size}` }),
        });
        if (head || size === 0) response.end();
        else await pipeline(handle.createReadStream({ start, end, autoClose: false }), response).catch(gone);
        return undefined;
      } finally {
        await handle.close();
      }
    },
  };
};
export type Uploads = ReturnType<typeof openUploads>;

/** Who seeks in a film leaves the answer to the last seek half read. */
const gone = (cause: unknown): void => {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_STREAM_PREMATURE_CLOSE')) throw cause;
};
