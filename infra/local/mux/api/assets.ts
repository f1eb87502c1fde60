import { Hono } from 'hono';
import { newId } from '../ids.ts';
import type { Library } from '../library.ts';
import type { Limits } from '../limits.ts';
import type { Shelf } from '../recording/shelf.ts';
import type { AssetRecord } from '../records.ts';
import { toAsset } from '../views.ts';
import type { Announce } from '../webhooks/events.ts';
import { CreatePlaybackId, UpdateAsset } from './bodies.ts';
import { Refusal } from './refusal.ts';
import { pageOf, parseBody } from './request.ts';

type Parts = { library: Library; shelf: Shelf; announce: Announce; limits: Limits };

/** `/video/v1/assets`: the recordings of live streams. */
export const createAssetRoutes = ({ library, shelf, announce, limits }: Parts) => {
  const { assets } = library;

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

  return new Hono()
    .post('/', () => {
      throw Refusal.invalid('Here an asset comes from a live stream only.');
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
      shelf.remove(id);
      return c.body(null, 204);
    })
    .post('/:id/playback-ids', async (c) => {
      const { id } = existing(c.req.param('id'));
      const playbackId = { id: newId(), policy: (await parseBody(c, CreatePlaybackId)).policy };
      change(id, (record) => ({ ...record, playback_ids: [...record.playback_ids, playbackId] }));
      return c.json({ data: playbackId }, 201);
    })
    .get('/:id/playback-ids/:playbackId', (c) => {
      const found = existing(c.req.param('id')).playback_ids.find(({ id }) => id === c.req.param('playbackId'));
      if (!found) throw Refusal.notFound();
      return c.json({ data: found });
    })
    .delete('/:id/playback-ids/:playbackId', (c) => {
      const { id, playback_ids } = existing(c.req.param('id'));
      const kept = playback_ids.filter((one) => one.id !== c.req.param('playbackId'));
      if (kept.length === playback_ids.length) throw Refusal.notFound();
      change(id, (record) => ({ ...record, playback_ids: kept }));
      return c.body(null, 204);
    });
};
