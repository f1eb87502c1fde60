import { Hono } from 'hono';
import type { Library } from '../library.ts';
import { Refusal } from './refusal.ts';

/** `/video/v1/playback-ids`: what a playback id belongs to. */
export const createPlaybackLookup = (library: Library) =>
  new Hono().get('/:id', (c) => {
    const found = library.findPlayback(c.req.param('id'));
    if (!found) throw Refusal.notFound();
    const id = found.of === 'asset' ? found.asset.id : found.liveStream.id;
    return c.json({ data: { ...found.playbackId, object: { id, type: found.of } } });
  });
