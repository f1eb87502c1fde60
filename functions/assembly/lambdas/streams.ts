import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { type Context, Hono } from 'hono';
import { counted, latest, onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { buildReportsRoom } from '../rooms/reports.ts';
import { buildRemovalSweep } from '../rooms/users.ts';
import { buildStreamSweep, buildStreamsRoom } from '../rooms/streams.ts';

const room = await startLambda('streams', {
  env: process.env,
  needs: ['MUX_TOKEN_ID', 'MUX_TOKEN_SECRET', 'CURSOR_SECRET'],
  build: (lambda) => {
    const { base, metrics } = lambda;
    const people = createPeople(base);
    const streaming = createStreaming(base, people);
    const sweepStreams = buildStreamSweep(base, streaming);
    const sweepRemovals = buildRemovalSweep(base, people, streaming);
    const streams = buildStreamsRoom(base, people, streaming, base.publish);
    const reports = buildReportsRoom(base, people, streaming);
    const toReports = (c: Context) => reports.fetch(c.req.raw, c.env);
    return {
      // what is reported is taken away here: it needs all that ends a show
      handler: onHttp(
        new Hono()
          .all('/reports', toReports)
          .all('/reports/*', toReports)
          .all('*', (c) => streams.fetch(c.req.raw, c.env)),
        lambda,
      ),
      sweep: () =>
        counted(metrics, async () => {
          const { looked, changed, failed } = await sweepStreams();
          metrics.addMetric('StreamsLookedAt', MetricUnit.Count, looked);
          metrics.addMetric('StreamsSettled', MetricUnit.Count, changed);
          metrics.addMetric('StreamsNotSettled', MetricUnit.Count, failed);
          await sweepRemovals();
        }),
    };
  },
});

/** `/stream` and `/reports`, and below them. */
export const handler = latest(async () => (await room()).handler);

/** What a rule calls every minute. */
export const sweep = latest(async () => (await room()).sweep);
