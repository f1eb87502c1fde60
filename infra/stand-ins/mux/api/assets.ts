import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import type { Store } from '../store.ts';
import type { Limits } from '../limits.ts';
import { newAsset } from '../live-streams/live-asset.ts';
import type { Captions } from '../recording/captions.ts';
import type { Clips } from '../recording/clips.ts';
import type { Retention } from '../recording/retention.ts';
import type { AssetRecord } from '../records.ts';
import type { StaticFiles } from '../recording/static-files.ts';
import { toAsset, toStaticFile } from '../views.ts';
import type { Announce } from '../webhooks/events.ts';
import { CreateAsset, CreateStaticRendition, UpdateAsset } from './bodies.ts';
import { createPlaybackIdRoutes } from './playback-ids.ts';
import { Refusal } from './refusal.ts';
import { pageOf, parseBody } from './request.ts';

type Parts = {
  store: Store;
  retention: Retention;
  files: StaticFiles;
  clips: Clips;
  captions: Captions;
  announce: Announce;
  limits: Limits;
  now: () => number;
};

/** `/video/v1/assets`: the recordings of live streams, and parts of them. */
export const createAssetRoutes = ({ store, retention, files, clips, captions, announce, limits, now }: Parts) => {
  const { assets } = store;

  const existing = (id: string): AssetRecord => {
    const record = assets.get(id);
    if (!record) throw Refusal.notFound();
    return record;
  };
  const change = (id: string, how: (record: AssetRecord) => AssetRecord): AssetRecord => {
    const changed = assets.put(how(existing(id)));
    announce('video.asset.updated', { type: 'asset', id }, toAsset(changed, 'webhook'));
    return changed;
  };

  const playbackIds = createPlaybackIdRoutes({
    existing,
    change: (id, how) => void change(id, (record) => ({ ...record, playback_ids: how(record.playback_ids) })),
  });

  return new Hono()
    .post('/', async (c) => {
      const { inputs, playback_policies = [], passthrough, meta, test = false } = await parseBody(c, CreateAsset);
      const { url = '', start_time: from = 0, end_time, generated_subtitles = [] } = inputs[0] ?? {};
      const source = existing(url.split('/').at(-1) ?? '');
      if (source.is_live || source.status !== 'ready') throw Refusal.invalid('The source is not ready.');
      const to = Math.min(end_time ?? source.duration, source.duration);
      if (to <= from) throw Refusal.invalid('start_time: within the source.');
      const record = assets.put({
        ...newAsset({ new_asset_settings: { playback_policies, passthrough, meta }, test }, now()),
        is_live: false,
        clip: { source_asset_id: source.id, from, to },
      });
      announce('video.asset.created', { type: 'asset', id: record.id }, toAsset(record, 'webhook'));
      captions.begin(record.id, generated_subtitles, 'generated_vod');
      clips.begin(record.id);
      return c.json({ data: toAsset(record) }, 201);
    })
    .get('/', (c) => {
      const { live_stream_id } = c.req.query();
      const wanted = assets
        .all()
        .filter((record) => live_stream_id === undefined || record.live_stream_id === live_stream_id);
      return c.json({ data: pageOf(c, wanted, limits).map((record) => toAsset(record)), next_cursor: null });
    })
    .get('/:id', (c) => c.json({ data: toAsset(existing(c.req.param('id'))) }))
    .patch('/:id', async (c) => {
      const { passthrough, meta } = await parseBody(c, UpdateAsset);
      const changed = change(c.req.param('id'), (record) => ({
        ...record,
        ...(passthrough === undefined ? {} : { passthrough }),
        ...(meta === undefined ? {} : { meta: { ...record.meta, ...meta } }),
      }));
      return c.json({ data: toAsset(changed) });
    })
    .delete('/:id', (c) => {
      const { id, is_live } = existing(c.req.param('id'));
      if (is_live) throw Refusal.invalid('The asset is being recorded: complete its live stream first.');
      retention.remove(id);
      return c.body(null, 204);
    })
    .post('/:id/static-renditions', async (c) => {
      const asset = existing(c.req.param('id'));
      const { resolution, passthrough } = await parseBody(c, CreateStaticRendition);
      if (resolution !== 'highest') throw Refusal.invalid('Here a static rendition is the highest one only.');
      if (asset.static_file) throw Refusal.invalid('The asset has a static rendition of this resolution already.');
      if (asset.is_live || asset.status !== 'ready') throw Refusal.invalid('The asset is not ready.');
      const file = files.make(asset.id, passthrough);
      if (!file) throw Refusal.notFound();
      return c.json({ data: toStaticFile(file, asset) }, 201);
    })
    .delete('/:id/static-renditions/:fileId', (c) => {
      const { id, fileId } = c.req.param();
      const { static_file, ...asset } = existing(id);
      if (static_file?.id !== fileId) throw Refusal.notFound();
      if (static_file.status === 'preparing') throw Refusal.invalid('The static rendition is being made.');
      assets.put(asset);
      rmSync(join(store.mediaDir(id), static_file.name), { force: true });
      announce(
        'video.asset.static_rendition.deleted',
        { type: 'asset', id },
        { ...toStaticFile(static_file, asset), asset_id: id },
      );
      return c.body(null, 204);
    })
    .route('/', playbackIds);
};
