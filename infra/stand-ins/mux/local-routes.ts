import { Hono } from 'hono';
import type { Env } from './api/app.ts';
import { Refusal } from './api/refusal.ts';
import { parseBody } from './api/request.ts';
import type { IngestStatistics } from './rtmp/ingest-statistics.ts';
import type { LiveStreams } from './live-streams/live-streams.ts';
import { Faults, type FaultSwitch } from './faults.ts';
import type { Store } from './store.ts';
import type { EventLog } from './webhooks/events.ts';

type Parts = { store: Store; live: LiveStreams; faults: FaultSwitch; events: EventLog; resetEncoders: () => void };

/** What no Mux has: faults on demand and a look inside, for tests and scripts against a running platform. */
export const createLocalRoutes = ({ store, live, faults, events, resetEncoders }: Parts) =>
  new Hono<Env>()
    .get('/faults', (c) => c.json(faults.now))
    .put('/faults', async (c) => {
      const wanted = await parseBody(c, Faults);
      faults.clear();
      faults.set(wanted);
      return c.json(faults.now);
    })
    .delete('/faults', (c) => {
      faults.clear();
      return c.body(null, 204);
    })
    .post('/encoders/reset', (c) => {
      resetEncoders();
      return c.body(null, 204);
    })
    .get('/events', (c) => c.text(events.jsonl(), 200, { 'content-type': 'application/jsonl' }))
    .get('/live-streams/:id', (c) => {
      const record = store.liveStreams.get(c.req.param('id'));
      if (!record) throw Refusal.notFound();
      const running = live.get(record.id);
      const withTimes = c.req.query('timestamps') !== undefined;
      const told = running.statistics().map((statistics) => (withTimes ? statistics : withoutTimes(statistics)));
      const ingest = told.at(-1);
      return c.json({
        id: record.id,
        at: running.at,
        status: record.status,
        ...(record.active_asset_id === undefined ? {} : { assetId: record.active_asset_id }),
        segments: running.timeline()?.segments.length ?? 0,
        // Of the encoder that is in, or was in last; and of those before it, the oldest first.
        ...(ingest && { ingest, earlier: told.slice(0, -1) }),
      });
    });

const withoutTimes = (statistics: IngestStatistics) => ({
  ...statistics,
  video: { ...statistics.video, timestampsMs: undefined },
  audio: { ...statistics.audio, timestampsMs: undefined },
});
