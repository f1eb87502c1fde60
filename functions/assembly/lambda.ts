import { isDeepStrictEqual } from 'node:util';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Env, Hono, Schema } from 'hono';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { ErrorBody } from '#contract/errors';
import { type Base, createBase } from './base.ts';
import { type Config, parseConfig, type SecretName } from './config.ts';
import { cameThroughEdge } from './edge.ts';
import { createLog } from './log.ts';
import { type ReadSecret, SECRETS_MS, withSecrets } from './secrets.ts';

export type Lambda = { base: Base; metrics: Metrics };

type Parts<Handlers> = {
  /** The environment that names its secrets. */
  env: Readonly<Record<string, string | undefined>>;
  /** The secrets that this room works with; it is given no others (`infra/stacks/control-plane.ts`). */
  needs: readonly SecretName[];
  build: (lambda: Lambda) => Handlers;
  /** @default from Secrets Manager */
  read?: ReadSecret;
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
};

/**
 * What a Lambda answers with, made while it starts: whatever is missing stops it there, and not at somebody's request. It looks at
 * its secrets again at the first invocation after `SECRETS_MS`, and where they are others it is made anew; where they cannot be
 * read, it goes on with those that it has. A restart would want another version of the function, and with it a deployment.
 */
export const startLambda = async <Handlers>(
  room: string,
  { env, needs, build, read, now = Date.now }: Parts<Handlers>,
): Promise<() => Promise<Handlers>> => {
  const log = createLog(room);
  const readAll = () => withSecrets(env, read && { read });
  let known = await readAll();
  const { DEPLOYMENT: deployment } = parseConfig(known, needs);
  const metrics = new Metrics({ namespace: 'Vybzz', serviceName: room, defaultDimensions: { deployment } });
  const make = () => build({ base: createBase({ config: parseConfig(known, needs), log }), metrics });
  let handlers = make();
  let lookedAt = now();
  return async () => {
    if (now() - lookedAt < SECRETS_MS) return handlers;
    lookedAt = now();
    try {
      const found = await readAll();
      if (isDeepStrictEqual(found, known)) return handlers;
      known = found;
      handlers = make();
    } catch (error) {
      log.warn('secrets could not be read again', { error });
    }
    return handlers;
  };
};

/** The handler that always is the latest. */
export const latest =
  <Arguments extends unknown[], Result>(handlerNow: () => Promise<(...given: Arguments) => Promise<Result>>) =>
  async (...given: Arguments): Promise<Result> =>
    (await handlerNow())(...given);

/** The secrets by which a request shows that it has come through our distribution. */
export const edgeSecrets = ({ EDGE_SECRET: now, EDGE_SECRET_BEFORE: before }: Config): string[] =>
  [now, before].filter((secret) => secret !== undefined);

const NOT_THROUGH_EDGE = {
  statusCode: 403,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify({ error: 'not-allowed', message: 'Call the site, not this address.' } satisfies ErrorBody),
};

/**
 * A room as the handler of an HTTP API: of what has come through the distribution. What it counts leaves with each answer, as
 * CloudWatch's embedded metrics.
 */
export const onHttp = <E extends Env, S extends Schema, Path extends string>(
  room: Hono<E, S, Path>,
  { base, metrics }: Lambda,
) => {
  const answer = handle(room);
  const secrets = edgeSecrets(base.config);
  return async (event: LambdaEvent, context?: LambdaContext) =>
    counted(metrics, async () => {
      if (!cameThroughEdge(event.headers, secrets)) return NOT_THROUGH_EDGE;
      const answered = await answer(event, context);
      metrics.addMetric(`Answered${Math.floor(answered.statusCode / 100)}xx`, MetricUnit.Count, 1);
      return answered;
    });
};

/** Runs one invocation and lets its metrics out, whatever becomes of it. */
export const counted = async <Value>(metrics: Metrics, run: () => Promise<Value>): Promise<Value> => {
  try {
    return await run();
  } finally {
    metrics.publishStoredMetrics();
  }
};
