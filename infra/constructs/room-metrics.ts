import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { EVERY_MINUTE } from './alarms.ts';
import type { RoomFunction } from './room-function.ts';

type Name = 'Errors' | 'Throttles' | 'Invocations';
/** Of all rooms, those to which it says true: an alarm adds up at most ten metrics. */
type Wanted = (room: string) => boolean;

/** Fewer calls than this in a minute say nothing of a share. */
const LEAST_CALLS = 20;

/** Per cent of all; nothing where there are too few of them to say. */
export const share = (
  of: readonly IMetric[],
  all: readonly IMetric[],
  { least, label }: { least: number; label: string },
): MathExpression => {
  const metrics = [...new Set([...of, ...all])];
  const added = (some: readonly IMetric[]) => some.map((metric) => `FILL(m${metrics.indexOf(metric)}, 0)`).join(' + ');
  return new MathExpression({
    expression: `IF((${added(all)}) >= ${least}, 100 * (${added(of)}) / (${added(all)}), 0)`,
    usingMetrics: Object.fromEntries(metrics.map((metric, i) => [`m${i}`, metric])),
    period: EVERY_MINUTE,
    label,
  });
};

const sum = (metrics: readonly IMetric[], label: string): MathExpression =>
  new MathExpression({
    expression: metrics.map((_, i) => `m${i}`).join(' + '),
    usingMetrics: Object.fromEntries(metrics.map((metric, i) => [`m${i}`, metric])),
    period: EVERY_MINUTE,
    label,
  });

/** What Lambda tells of the rooms, one by one and together. */
export const roomMetrics = (rooms: Readonly<Record<string, RoomFunction>>) => {
  const of = (name: Name) => (room: string) => {
    const lambda = rooms[room]?.function;
    if (!lambda) throw new Error(`no room ${room}`);
    return lambda.metric(name, { period: EVERY_MINUTE, statistic: Stats.SUM, label: room });
  };
  return {
    errors: of('Errors'),
    all: (name: Name): IMetric[] => Object.keys(rooms).map(of(name)),
    throttled: (wanted: Wanted): MathExpression =>
      sum(Object.keys(rooms).filter(wanted).map(of('Throttles')), 'throttles'),
    /** Of errors and calls: five rooms at most. */
    failed: (wanted: Wanted): MathExpression => {
      const some = Object.keys(rooms).filter(wanted);
      const label = '% of calls that failed';
      return share(some.map(of('Errors')), some.map(of('Invocations')), { least: LEAST_CALLS, label });
    },
  };
};
export type RoomMetrics = ReturnType<typeof roomMetrics>;
