import { Hono } from 'hono';
import type { LiveStreams } from '../live-streams/live-streams.ts';
import { newId, newStreamKey } from '../ids.ts';
import type { Store } from '../store.ts';
import type { Limits } from '../limits.ts';
import type { LiveStreamRecord, SimulcastTarget } from '../records.ts';
import { toLiveStream } from '../views.ts';
import type { Announce, EventType } from '../webhooks/events.ts';
import {
  CreateLiveStream,
  CreateSimulcastTarget,
  UpdateEmbeddedSubtitles,
  UpdateGeneratedSubtitles,
  UpdateLiveStream,
  UpdateStaticRenditions,
} from './bodies.ts';
import { createPlaybackIdRoutes } from './playback-ids.ts';
import { Refusal } from './refusal.ts';
import { pageOf, parseBody } from './request.ts';

type Parts = { store: Store; live: LiveStreams; announce: Announce; limits: Limits; now: () => number };

const DEFAULT_WINDOW_SECONDS = { standard: 60, reduced: 0, low: 0 } as const;
const DEFAULT_MAX_SECONDS = 43_200;

/** `/video/v1/live-streams` */
export const createLiveStreamRoutes = ({ store, live, announce, limits, now }: Parts) => {
  const { liveStreams } = store;

  const existing = (id: string): LiveStreamRecord => {
    const record = liveStreams.get(id);
    if (!record) throw Refusal.notFound();
    return record;
  };
  const tell = (event: EventType, record: LiveStreamRecord): void =>
    announce(event, { type: 'live', id: record.id }, toLiveStream(record, 'webhook'));
  const tellTarget = (event: EventType, target: SimulcastTarget, liveStreamId: string): void =>
    announce(event, { type: 'simulcast_target', id: target.id }, { ...target, live_stream_id: liveStreamId });
  const change = (id: string, how: (record: LiveStreamRecord) => LiveStreamRecord): LiveStreamRecord => {
    const changed = liveStreams.put(how(existing(id)));
    tell('video.live_stream.updated', changed);
    return changed;
  };
  const whileIdle = (id: string, what: string): void => {
    const { at } = live.get(existing(id).id);
    if (at !== 'idle') throw Refusal.invalid(`${what} can only be changed while the live stream is idle.`);
  };

  const playbackIds = createPlaybackIdRoutes({
    existing,
    change: (id, how) => void change(id, (record) => ({ ...record, playback_ids: how(record.playback_ids) })),
  });

  return new Hono()
    .post('/', async (c) => {
      const {
        playback_policy,
        playback_policies,
        advanced_playback_policies,
        low_latency,
        reduced_latency,
        simulcast_targets = [],
        ...body
      } = await parseBody(c, CreateLiveStream);
      if (liveStreams.all().length >= limits.liveStreams)
        throw Refusal.invalid(`More than ${limits.liveStreams} live streams.`);
      if (simulcast_targets.length > limits.simulcastTargets)
        throw Refusal.invalid(`At most ${limits.simulcastTargets} simulcast targets.`);
      const latency_mode = body.latency_mode ?? (low_latency ? 'low' : reduced_latency ? 'reduced' : 'standard');
      if (body.generated_subtitles?.length && (latency_mode === 'low' || body.audio_only))
        throw Refusal.invalid('generated_subtitles: not with low latency and not with audio only.');
      const policies =
        playback_policies ?? playback_policy ?? advanced_playback_policies?.map(({ policy }) => policy) ?? [];
      const record = liveStreams.put({
        ...body,
        id: newId(),
        created_at: Math.floor(now() / 1_000),
        stream_key: newStreamKey(),
        srt_passphrase: newId(),
        status: 'idle',
        recent_asset_ids: [],
        playback_ids: policies.map((policy) => ({ id: newId(), policy })),
        new_asset_settings: body.new_asset_settings ?? {},
        latency_mode,
        reconnect_window: body.reconnect_window ?? DEFAULT_WINDOW_SECONDS[latency_mode],
        max_continuous_duration: body.max_continuous_duration ?? DEFAULT_MAX_SECONDS,
        simulcast_targets: simulcast_targets.map((target) => ({ ...target, id: newId(), status: 'idle' })),
      });
      tell('video.live_stream.created', record);
      for (const target of record.simulcast_targets)
        tellTarget('video.live_stream.simulcast_target.created', target, record.id);
      return c.json({ data: toLiveStream(record) }, 201);
    })
    .get('/', (c) => {
      const { stream_key, status } = c.req.query();
      const wanted = liveStreams
        .all()
        .filter(
          (record) =>
            (stream_key === undefined || record.stream_key === stream_key) &&
            (status === undefined || record.status === status),
        );
      return c.json({ data: pageOf(c, wanted, limits).map((record) => toLiveStream(record)) });
    })
    .get('/:id', (c) => c.json({ data: toLiveStream(existing(c.req.param('id'))) }))
    .patch('/:id', async (c) => {
      const { id } = existing(c.req.param('id'));
      const { new_asset_settings, ...body } = await parseBody(c, UpdateLiveStream);
      if (body.latency_mode !== undefined) whileIdle(id, 'The latency mode');
      const changed = change(id, (record) => ({
        ...record,
        ...body,
        latency_mode: body.latency_mode ?? record.latency_mode,
        reconnect_window: body.reconnect_window ?? record.reconnect_window,
        max_continuous_duration: body.max_continuous_duration ?? record.max_continuous_duration,
        new_asset_settings: { ...record.new_asset_settings, ...new_asset_settings },
      }));
      return c.json({ data: toLiveStream(changed) });
    })
    .delete('/:id', (c) => {
      live.remove(existing(c.req.param('id')).id);
      return c.body(null, 204);
    })

    .route('/', playbackIds)

    .post('/:id/reset-stream-key', (c) => {
      const changed = change(c.req.param('id'), (record) => ({ ...record, stream_key: newStreamKey() }));
      live.get(changed.id).dismiss('its stream key was reset');
      return c.json({ data: toLiveStream(liveStreams.get(changed.id) ?? changed) }, 201);
    })
    .put('/:id/complete', (c) => {
      live.get(existing(c.req.param('id')).id).complete();
      return c.json({ data: {} });
    })
    .put('/:id/disable', (c) => {
      live.disable(existing(c.req.param('id')).id);
      return c.json({ data: {} });
    })
    .put('/:id/enable', (c) => {
      live.enable(existing(c.req.param('id')).id);
      return c.json({ data: {} });
    })

    .put('/:id/embedded-subtitles', async (c) => {
      const body = await parseBody(c, UpdateEmbeddedSubtitles);
      return c.json({ data: toLiveStream(change(c.req.param('id'), (record) => ({ ...record, ...body }))) });
    })
    .put('/:id/generated-subtitles', async (c) => {
      whileIdle(c.req.param('id'), 'Generated subtitles');
      const body = await parseBody(c, UpdateGeneratedSubtitles);
      if (body.generated_subtitles.length > 0 && existing(c.req.param('id')).latency_mode === 'low')
        throw Refusal.invalid('generated_subtitles: not with low latency.');
      return c.json({ data: toLiveStream(change(c.req.param('id'), (record) => ({ ...record, ...body }))) });
    })
    .put('/:id/new-asset-settings/static-renditions', async (c) => {
      const { static_renditions } = await parseBody(c, UpdateStaticRenditions);
      const changed = change(c.req.param('id'), (record) => ({
        ...record,
        new_asset_settings: { ...record.new_asset_settings, static_renditions },
      }));
      return c.json({ data: toLiveStream(changed) });
    })
    .delete('/:id/new-asset-settings/static-renditions', (c) => {
      change(c.req.param('id'), (record) => ({
        ...record,
        new_asset_settings: { ...record.new_asset_settings, static_renditions: undefined },
      }));
      return c.body(null, 204);
    })

    .post('/:id/simulcast-targets', async (c) => {
      const { id, simulcast_targets } = existing(c.req.param('id'));
      whileIdle(id, 'Simulcast targets');
      if (simulcast_targets.length >= limits.simulcastTargets)
        throw Refusal.invalid(`At most ${limits.simulcastTargets} simulcast targets.`);
      const target = { ...(await parseBody(c, CreateSimulcastTarget)), id: newId(), status: 'idle' as const };
      liveStreams.update(id, (record) => ({ ...record, simulcast_targets: [...record.simulcast_targets, target] }));
      tellTarget('video.live_stream.simulcast_target.created', target, id);
      return c.json({ data: target }, 201);
    })
    .get('/:id/simulcast-targets/:target', (c) => {
      const found = existing(c.req.param('id')).simulcast_targets.find(({ id }) => id === c.req.param('target'));
      if (!found) throw Refusal.notFound();
      return c.json({ data: found });
    })
    .delete('/:id/simulcast-targets/:target', (c) => {
      const { id, simulcast_targets } = existing(c.req.param('id'));
      const target = simulcast_targets.find((one) => one.id === c.req.param('target'));
      if (!target) throw Refusal.notFound();
      whileIdle(id, 'Simulcast targets');
      liveStreams.update(id, (record) => ({
        ...record,
        simulcast_targets: record.simulcast_targets.filter((one) => one !== target),
      }));
      tellTarget('video.live_stream.simulcast_target.deleted', target, id);
      return c.body(null, 204);
    });
};
