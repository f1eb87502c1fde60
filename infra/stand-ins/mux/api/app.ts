import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import type { FaultSwitch } from '../faults.ts';
import { MISDIRECTED } from '../../hosts.ts';
import { Refusal, STATUS, toErrorBody } from './refusal.ts';

export type Env = { Bindings: HttpBindings };
type Token = { id: string; secret: string };

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Basic or Bearer, as Mux takes them. */
const authenticate = ({ id, secret }: Token): MiddlewareHandler<Env> => {
  const basic = digest(`Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`);
  const bearer = digest(`Bearer ${secret}`);
  return async (c, next) => {
    const given = digest(c.req.header('authorization') ?? '');
    // Both compared whole, so that time tells nothing.
    const [isBasic, isBearer] = [timingSafeEqual(given, basic), timingSafeEqual(given, bearer)];
    if (!isBasic && !isBearer) throw new Refusal('unauthorized', ['Unauthorized request']);
    await next();
  };
};

/** Calls go wrong when a test wants them to. */
const failOnDemand =
  (faults: FaultSwitch): MiddlewareHandler<Env> =>
  async (c, next) => {
    const fault = faults.takeApiFault(`${c.req.method} ${c.req.path}`);
    if (fault === 'rate-limited') throw new Refusal('rate_limited', ['Too many requests']);
    if (fault === 'error') throw new Refusal('server_error', ['Something went wrong']);
    if (fault === 'never') await new Promise((resolve) => c.env.outgoing.once('close', resolve));
    else await next();
    if (fault === 'lost') c.env.outgoing.destroy();
  };

type Parts = {
  token: Token;
  faults: FaultSwitch;
  log: (line: string) => void;
  /** Whether this `Host` is one of ours. */
  isForUs: (host: string | undefined) => boolean;
  /** By path. */
  rooms: Record<string, Hono>;
  /** Answered to anyone. */
  open: Hono;
  local: Hono<Env>;
};

/** The whole HTTP side: Mux's API behind its token, playback for all, and our own switches under `/_local`. */
export const createMuxApp = ({ token, faults, log, isForUs, rooms, open, local }: Parts) => {
  const app = new Hono<Env>();
  app.onError((cause, c) => {
    const refusal = cause instanceof Refusal ? cause : new Refusal('server_error', ['Something went wrong']);
    if (!(cause instanceof Refusal)) log(`${c.req.method} ${c.req.path} failed: ${cause.stack ?? cause.message}`);
    const headers = refusal.reason === 'rate_limited' ? { 'retry-after': '1' } : {};
    // Mux's own description has a second shape for 429.
    const body =
      refusal.reason === 'rate_limited' ? { ...toErrorBody(refusal), errors: refusal.messages } : toErrorBody(refusal);
    return c.json(body, STATUS[refusal.reason], headers);
  });
  app.notFound((c) => c.json(toErrorBody(Refusal.notFound()), STATUS.not_found));
  app.use(async (c, next) => {
    if (!isForUs(c.req.header('host'))) return c.body(null, MISDIRECTED);
    return next();
  });
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.route('/', open);
  app.use(authenticate(token));
  app.route('/_local', local);
  app.use(failOnDemand(faults));
  for (const [path, room] of Object.entries(rooms)) app.route(path, room);
  return app;
};
