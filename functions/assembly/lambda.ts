import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Env, Hono, Schema } from 'hono';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { type Base, createBase } from './base.ts';
import { parseConfig, type SecretName } from './config.ts';
import { createLog } from './log.ts';
import { withSecrets } from './secrets.ts';

/**
 * The base of a Lambda, made once while it starts: whatever is missing stops it there, and not at somebody's request.
 *
 * @param needs the secrets that this room works with; it is given no others (`infra/stacks/control-plane.ts`)
 */
export const startLambda = async (
  room: string,
  env: Readonly<Record<string, string | undefined>>,
  needs: readonly SecretName[],
): Promise<{ base: Base; metrics: Metrics }> => {
  const config = parseConfig(await withSecrets(env), needs);
  const metrics = new Metrics({ namespace: 'Vybzz', serviceName: room });
  return { base: createBase({ config, log: createLog(room) }), metrics };
};

/** A room as the handler of an HTTP API. What it counts leaves with each answer, as CloudWatch's embedded metrics. */
export const onHttp = <E extends Env, S extends Schema, Path extends string>(
  room: Hono<E, S, Path>,
  metrics: Metrics,
) => {
  const answer = handle(room);
  return (event: LambdaEvent, context?: LambdaContext) =>
    counted(metrics, async () => {
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
