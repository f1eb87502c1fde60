import * as z from 'zod/mini';
import type { StreamId } from '#domain/ids';
import { PRESENCE } from '#domain/presence';
import { streamId } from './brands.ts';
import type { Table } from './dynamo.ts';
import { aboutAudience, CURVE, curveKey, figuresKey } from './keys.ts';
import { createRecord } from './record.ts';

const STEPS_AN_HOUR = 3_600_000 / PRESENCE.curveStepMs;
const LONGEST_HOURS = 48;

const figures = createRecord({
  kind: 'figures',
  version: 1,
  schema: z.object({
    streamId,
    viewers: z.number(),
    at: z.number(),
    peak: z.number(),
    total: z.number(),
    oneIn: z.number(),
    crowded: z.optional(z.object({ since: z.number(), socketsEach: z.number(), sockets: z.optional(z.number()) })),
  }),
});

/** `points`: step of the hour, viewers, and the number of the last thing that had been told to the audience. */
const hourOf = createRecord({
  kind: 'curve',
  version: 1,
  schema: z.object({ points: z.array(z.array(z.number())) }),
});

/**
 * Since when an audience is so large that it asks, how many sockets it had when it was told, and how many of them for each of its
 * viewers: at least, as far as is known.
 */
export type Crowded = { since: number; socketsEach: number; sockets?: number | undefined };

/**
 * How many watch a show: as last counted at `at`, the most at once, and how many different ones. Of so many as are not all heard,
 * one in `oneIn` tells of itself, and the numbers are estimates.
 */
export type Figures = {
  viewers: number;
  at: number;
  peak: number;
  total: number;
  oneIn: number;
  crowded?: Crowded | undefined;
};

/** How many watched, at a time in milliseconds since the show began. */
export type CurvePoint = { afterMs: number; viewers: number };

/** What is counted of audiences. Whoever delivers to an audience is the only one who writes of it. */
export const createFiguresStore = ({ table }: { table: Table }) => ({
  ofMany: async (ids: readonly StreamId[]): Promise<Map<StreamId, Figures>> => {
    const items = await table.getMany(ids.map(figuresKey));
    return new Map(
      items.map((item) => {
        const { streamId: id, ...counted } = figures.read(item);
        return [id, counted];
      }),
    );
  },

  write: async (id: StreamId, counted: Figures): Promise<void> => {
    await table.put({ ...figuresKey(id), ...figures.write({ streamId: id, ...counted }) });
  },

  /** A point of the curve; one that is there already is left as it is. */
  draw: async (id: StreamId, { afterMs, viewers, told }: CurvePoint & { told: number }): Promise<void> => {
    const step = Math.max(0, Math.floor(afterMs / PRESENCE.curveStepMs));
    const [hour, of] = [Math.floor(step / STEPS_AN_HOUR), step % STEPS_AN_HOUR];
    if (hour >= LONGEST_HOURS) return;
    const item = await table.get(curveKey(id, hour));
    const points = item ? hourOf.read(item).points : [];
    if ((points.at(-1)?.[0] ?? -1) >= of) return;
    await table.put({ ...curveKey(id, hour), ...hourOf.write({ points: [...points, [of, viewers, told]] }) });
  },

  /** The number of the last thing that an audience had been told when the show was `afterMs` old. */
  told: async (id: StreamId, afterMs: number): Promise<number> => {
    const step = Math.floor(afterMs / PRESENCE.curveStepMs);
    for (let hour = Math.min(Math.floor(step / STEPS_AN_HOUR), LONGEST_HOURS); hour >= 0; hour--) {
      const item = await table.get(curveKey(id, hour));
      const last = item && hourOf.read(item).points.findLast(([of = 0]) => hour * STEPS_AN_HOUR + of <= step);
      if (last) return last[2] ?? 0;
    }
    return 0;
  },

  /** From the beginning; nobody was counted where there is no point. */
  curve: async (id: StreamId): Promise<CurvePoint[]> => {
    const { items } = await table.query({ partition: aboutAudience(id), begins: CURVE, limit: LONGEST_HOURS });
    return items.flatMap((item) => {
      const hour = Number((item['sk']?.S ?? '').slice(CURVE.length));
      return hourOf.read(item).points.map(([step = 0, viewers = 0]) => ({
        afterMs: (hour * STEPS_AN_HOUR + step) * PRESENCE.curveStepMs,
        viewers,
      }));
    });
  },
});
export type FiguresStore = ReturnType<typeof createFiguresStore>;
