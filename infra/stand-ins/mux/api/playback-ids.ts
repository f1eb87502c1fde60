import { Hono } from 'hono';
import { newId } from '../ids.ts';
import type { Store } from '../store.ts';
import type { PlaybackId } from '../records.ts';
import { CreatePlaybackId } from './bodies.ts';
import { Refusal } from './refusal.ts';
import { parseBody } from './request.ts';

/** `/video/v1/playback-ids`: what a playback id belongs to. */
export const createPlaybackLookup = (store: Store) =>
  new Hono().get('/:id', (c) => {
    const found = store.findPlayback(c.req.param('id'));
    if (!found) throw Refusal.notFound();
    const id = found.of === 'asset' ? found.asset.id : found.liveStream.id;
    return c.json({ data: { ...found.playbackId, object: { id, type: found.of } } });
  });

type Owner = {
  /** Refuses an id that is nobody's. */
  existing: (id: string) => { playback_ids: readonly PlaybackId[] };
  /** Keeps the changed list, and says so by webhook. */
  change: (id: string, how: (before: readonly PlaybackId[]) => PlaybackId[]) => void;
};

/** `/{id}/playback-ids`, of a live stream and of an asset alike. */
export const createPlaybackIdRoutes = ({ existing, change }: Owner) =>
  new Hono()
    .post('/:id/playback-ids', async (c) => {
      const id = c.req.param('id');
      existing(id);
      const playbackId = { id: newId(), policy: (await parseBody(c, CreatePlaybackId)).policy };
      change(id, (before) => [...before, playbackId]);
      return c.json({ data: playbackId }, 201);
    })
    .get('/:id/playback-ids/:playbackId', (c) => {
      const found = existing(c.req.param('id')).playback_ids.find(({ id }) => id === c.req.param('playbackId'));
      if (!found) throw Refusal.notFound();
      return c.json({ data: found });
    })
    .delete('/:id/playback-ids/:playbackId', (c) => {
      const { id, playbackId } = c.req.param();
      if (!existing(id).playback_ids.some((one) => one.id === playbackId)) throw Refusal.notFound();
      change(id, (before) => before.filter((one) => one.id !== playbackId));
      return c.body(null, 204);
    });
