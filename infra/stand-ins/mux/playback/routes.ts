import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import * as z from 'zod';
import type { LiveStreams } from '../live-streams/live-streams.ts';
import type { Store } from '../store.ts';
import type { Limits } from '../limits.ts';
import { cuesOf } from '../recording/captions.ts';
import { openTimeline, type Timeline } from '../recording/timeline.ts';
import type { AssetRecord } from '../records.ts';
import { createAdmission, NotPlayed, REFUSED } from './admission.ts';
import { FORMATS, type Format, type Pictures } from './pictures.ts';
import { mediaPlaylist, multivariantPlaylist } from './playlists.ts';

type Parts = { store: Store; live: LiveStreams; pictures: Pictures; limits: Limits; now: () => number };

const PLAYLIST = { 'content-type': 'application/vnd.apple.mpegurl', 'cache-control': 'no-cache' };
const PictureQuery = z.object({
  time: z.coerce.number().min(0).optional(),
  width: z.coerce.number().int().min(1).optional(),
  height: z.coerce.number().int().min(1).optional(),
  latest: z.enum(['true', 'false']).optional(),
});

/** What `stream.mux.com` (`/play`) and `image.mux.com` (`/image`) are to a viewer. */
export const createPlaybackRoutes = ({ store, live, pictures, limits, now }: Parts) => {
  const { find, assetOf, bySecret, withText, passOf, admitted } = createAdmission({ store, limits, now });
  const timelines = new Map<string, Timeline>();

  /** Of a live stream that runs, the one that grows; of a recording, what is on disk. */
  const timelineOf = (asset: AssetRecord): Timeline => {
    const growing =
      asset.is_live && asset.live_stream_id !== undefined ? live.get(asset.live_stream_id).timeline() : undefined;
    if (growing) return growing;
    const known = timelines.get(asset.id) ?? openTimeline(store.mediaDir(asset.id));
    // Only what grows no more may be remembered.
    if (!asset.is_live) timelines.set(asset.id, known);
    return known;
  };

  const anyOrigin = cors({
    origin: '*',
    allowMethods: ['GET', 'HEAD', 'OPTIONS'],
    exposeHeaders: ['content-length'],
    maxAge: 86_400,
  });
  return new Hono()
    .use('/play/*', anyOrigin)
    .use('/image/*', anyOrigin)
    .onError((cause, c) => {
      if (!(cause instanceof NotPlayed)) throw cause;
      const [status, message] = REFUSED[cause.because];
      return c.json({ error: { type: cause.because.replaceAll('-', '_'), messages: [message] } }, status, {
        'cache-control': 'no-store',
      });
    })

    .get('/play/:file{[A-Za-z0-9]+\\.m3u8}', async (c) => {
      const found = await find(c.req.param('file').replace('.m3u8', ''), c.req.query('token'), 'v');
      const asset = assetOf(found);
      const view = found.of === 'asset' ? 'all' : 'live';
      const rendition = `rendition/${asset.secret}`;
      const pass = passOf(found, c.req.query('token'));
      return c.body(
        multivariantPlaylist(
          asset,
          `${rendition}/${view}.m3u8${pass}`,
          (track) => `${rendition}/text/${track}/${view}.m3u8${pass}`,
        ),
        200,
        PLAYLIST,
      );
    })
    .get('/play/:id{[A-Za-z0-9]+}/highest.mp4', async (c) => {
      const found = await find(c.req.param('id'), c.req.query('token'), 'v');
      const asset = assetOf(found);
      const { static_file: file } = asset;
      if (found.of !== 'asset' || file?.status !== 'ready') throw new NotPlayed('not-found');
      const name = c.req.query('download');
      const media = createReadStream(join(store.mediaDir(asset.id), file.name));
      return c.body(Readable.toWeb(media) as ReadableStream, 200, {
        'content-type': 'video/mp4',
        'content-length': String(file.bytes),
        ...(name === undefined
          ? {}
          : { 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}.mp4` }),
      });
    })
    .get('/play/rendition/:secret/:view{(?:all|live)\\.m3u8}', async (c) => {
      const asset = bySecret(c.req.param('secret'));
      const pass = await admitted(asset, c.req.query());
      const window = c.req.param('view') === 'live.m3u8' ? { windowSeconds: limits.windowSeconds } : {};
      return c.body(
        mediaPlaylist({ segments: timelineOf(asset).segments, ended: !asset.is_live, pass, ...window }),
        200,
        PLAYLIST,
      );
    })
    .get('/play/rendition/:secret/text/:track/:view{(?:all|live)\\.m3u8}', async (c) => {
      const asset = bySecret(c.req.param('secret'));
      const pass = await admitted(asset, c.req.query());
      withText(asset, c.req.param('track'));
      const window = c.req.param('view') === 'live.m3u8' ? { windowSeconds: limits.windowSeconds } : {};
      const { segments } = timelineOf(asset);
      return c.body(mediaPlaylist({ segments, ended: !asset.is_live, text: true, pass, ...window }), 200, PLAYLIST);
    })
    .get('/play/rendition/:secret/text/:track/:segment{\\d+-\\d+\\.vtt}', async (c) => {
      const asset = bySecret(c.req.param('secret'));
      await admitted(asset, c.req.query());
      withText(asset, c.req.param('track'));
      const { segments } = timelineOf(asset);
      const index = segments.findIndex(({ file }) => file === c.req.param('segment').replace('.vtt', '.ts'));
      if (index < 0) throw new NotPlayed('not-found');
      return c.body(cuesOf(segments, index), 200, {
        'content-type': 'text/vtt',
        'cache-control': 'public, max-age=300',
      });
    })
    .get('/play/rendition/:secret/:segment{\\d+-\\d+\\.ts}', async (c) => {
      const asset = bySecret(c.req.param('secret'));
      await admitted(asset, c.req.query());
      const segment = timelineOf(asset).segments.find(({ file }) => file === c.req.param('segment'));
      if (!segment) throw new NotPlayed('not-found');
      const media = await readFile(join(store.mediaDir(asset.id), segment.file));
      return c.body(new Uint8Array(media), 200, {
        'content-type': 'video/mp2t',
        'cache-control': 'public, max-age=31536000, immutable',
      });
    })

    .get('/image/:id/:name{thumbnail\\.(?:jpg|png|webp)}', async (c) => {
      const found = await find(c.req.param('id'), c.req.query('token'), 't');
      const asset = assetOf(found);
      const query = PictureQuery.safeParse(c.req.query());
      if (!query.success) throw new NotPlayed('bad-request');
      const { time, latest, width, height } = query.data;
      const { segments } = timelineOf(asset);
      const total = segments.reduce((sum, { seconds }) => sum + seconds, 0);
      // As Mux: the middle of a recording; what is now of a live stream that runs.
      const wanted =
        latest === 'true' || (found.of === 'live_stream' && time === undefined) ? total : (time ?? total / 2);
      const at = locate(segments, Math.min(wanted, total));
      if (!at) throw new NotPlayed('no-picture');
      const format = formatOf(c.req.param('name'));
      const taken = await pictures.take({
        dir: store.mediaDir(asset.id),
        ...at,
        format,
        ...(width === undefined ? {} : { width: Math.min(width, limits.imagePixels) }),
        ...(height === undefined ? {} : { height: Math.min(height, limits.imagePixels) }),
      });
      if (!taken.taken) throw new NotPlayed(taken.because);
      return c.body(new Uint8Array(taken.bytes), 200, {
        'content-type': FORMATS[format].type,
        'cache-control': asset.is_live ? 'public, max-age=2' : 'public, max-age=300',
      });
    })
    .all('/play/*', () => {
      throw new NotPlayed('not-found');
    })
    .all('/image/*', () => {
      throw new NotPlayed('not-found');
    });
};

const formatOf = (name: string): Format => (name.endsWith('.png') ? 'png' : name.endsWith('.webp') ? 'webp' : 'jpg');

/** The segment that shows this second, and where in it. At the very end, the beginning of the last segment: it surely holds a picture. */
const locate = (
  segments: Timeline['segments'],
  second: number,
): { file: string; offsetSeconds: number } | undefined => {
  let from = 0;
  for (const { file, seconds } of segments) {
    if (second < from + seconds) return { file, offsetSeconds: second - from };
    from += seconds;
  }
  const last = segments.at(-1);
  return last && { file: last.file, offsetSeconds: 0 };
};
