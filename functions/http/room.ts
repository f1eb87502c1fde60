import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { TableUnavailable } from '#store/dynamo';
import { BucketUnavailable } from '../uploads/bucket.ts';
import { VideoFault } from '../video/live-video.ts';
import type { Log } from './log.ts';
import { Refusal } from './refusal.ts';
import type { RoomEnv } from './caller.ts';

export const BODY_LIMIT_BYTES = 64 * 1024;

/** What a room needs of the world to speak HTTP. */
export type RoomParts = {
  log: Log;
  /** Origins, besides our own, whose pages may call us. */
  corsOrigins?: readonly string[];
  bodyLimitBytes?: number;
};

/**
 * The shell of every room: a request id on each answer, security headers, a limit on bodies, and one form for all refusals and
 * faults. A fault's cause is logged under the request's id, never sent.
 */
export const createRoom = ({ log, corsOrigins = [], bodyLimitBytes = BODY_LIMIT_BYTES }: RoomParts) => {
  const room = new Hono<RoomEnv>();
  room.use(requestId());
  room.use(
    secureHeaders({
      // an API answers with JSON alone: whatever a browser is talked into showing of it may load nothing
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      crossOriginResourcePolicy: corsOrigins.length > 0 ? 'cross-origin' : 'same-origin',
    }),
  );
  if (corsOrigins.length > 0)
    room.use(
      cors({
        origin: [...corsOrigins],
        allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        allowHeaders: ['authorization', 'content-type'],
        exposeHeaders: ['x-request-id', 'retry-after'],
        maxAge: 7_200,
      }),
    );
  room.use(
    methodNotAllowed({
      app: room,
      onMethodNotAllowed: (c, allowed) => {
        // An address that has a name of its own is not one of those that have a parameter in its place.
        const named = room.routes.flatMap(({ path, method }) => (path === c.req.path ? [method] : []));
        const takes =
          named.length > 0 ? allowed.filter((method) => named.includes(method === 'HEAD' ? 'GET' : method)) : allowed;
        const refusal = new Refusal('method-not-allowed', `This address takes ${takes.join(', ')}.`);
        return answer(c, refusal, { Allow: takes.join(', ') });
      },
    }),
  );
  room.use(
    bodyLimit({
      maxSize: bodyLimitBytes,
      onError: () => {
        throw new Refusal('body-too-large', `A body may have ${bodyLimitBytes / 1024} KB here.`);
      },
    }),
  );
  // What is shown depends on who asks: an answer that may be kept says so itself.
  room.use(async (c, next) => {
    await next();
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
  });
  room.notFound((c) => answer(c, new Refusal('not-found', 'There is nothing at this address.')));
  room.onError((error, c) => {
    const refusal = toRefusal(error);
    const facts = { requestId: c.get('requestId'), method: c.req.method, path: c.req.routePath, code: refusal.code };
    if (refusal.code === 'internal') log.error('request failed', { ...facts, error: refusal.cause });
    else if (refusal.status >= 500) log.warn('request refused', { ...facts, error: refusal.cause });
    else log.debug('request refused', facts);
    return answer(c, refusal);
  });
  return room;
};

const toRefusal = (error: Error): Refusal => {
  if (error instanceof Refusal) return error;
  if (error instanceof TableUnavailable || error instanceof BucketUnavailable)
    return new Refusal('temporarily-unavailable', 'Too busy just now. Try again in a moment.', {
      headers: { 'Retry-After': '1' },
      cause: error,
    });
  if (error instanceof VideoFault)
    return error.because === 'busy'
      ? new Refusal('video-provider-busy', 'The video service is busy. Try again in a moment.', {
          headers: { 'Retry-After': '2' },
          cause: error,
        })
      : new Refusal('video-provider-down', 'The video service does not answer. Try again in a moment.', {
          cause: error,
        });
  // Hono's own: a body that says it is JSON and is not
  if (error instanceof HTTPException && error.status === 400)
    return new Refusal('invalid-request', 'The body is not JSON.', { cause: error });
  return new Refusal('internal', 'Something went wrong on our side.', { cause: error });
};

const answer = (c: Context, refusal: Refusal, headers: Record<string, string> = {}): Response =>
  c.json(refusal.body, refusal.status, { ...refusal.headers, ...headers });
