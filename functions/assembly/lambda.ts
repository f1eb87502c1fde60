import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Env, Hono, Schema } from 'hono';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { ErrorBody } from '#contract/errors';
import { type Base, createBase } from './base.ts';
import { type Config, parseConfig, type SecretName } from './config.ts';
import { cameThroughEdge } from './edge.ts';
import { createLog } from './log.ts';
import { withSecrets } from './secrets.ts';

export type Lambda = { base: Base; metrics: Metrics };

/**
 * The base of a Lambda, made once while it starts: whatever is missing stops it there, and not at somebody's request.
 *
 * @param needs the secrets that this room works with; it is given no others (`infra/stacks/control-plane.ts`)
 */
export const startLambda = async (
  room: string,
  env: Readonly<Record<string, string | undefined>>,
  needs: readonly SecretName[],
): Promise<Lambda> => {
  const config = parseConfig(await withSecrets(env), needs);
  const metrics = new Metrics({
    namespace: 'Vybzz',
    serviceName: room,
    defaultDimensions: { deployment: config.DEPLOYMENT },
  });
  return { base: createBase({ config, log: createLog(room) }), metrics };
};

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
