import type Mux from '@mux/mux-node';
import { NotFoundError } from '@mux/mux-node';
import * as z from 'zod/mini';
import type { AssetNews, AssetStatus } from '#domain/asset';
import { SIMULCAST_STATUSES } from '#domain/channel';
import { parseStreamId, type StreamId } from '#domain/ids';
import { STREAM_LIMITS } from '#domain/stream-limits';
import type { Effect, MuxEvent } from '#store/events';

/** What we read of an event. Mux sends far more, stream keys among it: the rest is neither kept nor logged. */
const Event = z.object({
  type: z.string(),
  id: z.string().check(z.minLength(1), z.maxLength(255)),
  created_at: z.string(),
  data: z.record(z.string(), z.unknown()),
});

const LiveStreamData = z.object({
  id: z.string(),
  active_asset_id: z.optional(z.string()),
  recent_asset_ids: z.optional(z.array(z.string())),
});

const TargetData = z.object({ id: z.string(), live_stream_id: z.string() });

const AssetData = z.object({
  id: z.string(),
  /** Seconds: a number in a webhook, a text in an answer. */
  created_at: z.coerce.number(),
  status: z.enum(['preparing', 'ready', 'errored']),
  live_stream_id: z.optional(z.string()),
  duration: z.optional(z.number()),
  playback_ids: z.optional(z.array(z.object({ id: z.string() }))),
  passthrough: z.optional(z.string()),
});
type AssetData = z.infer<typeof AssetData>;

const MICROS = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:?\d\d)$/;

/** A stamp of Mux's in microseconds since 1970; undefined where it is none. */
const micros = (text: string): number | undefined => {
  const [, seconds, fraction = '', zone = ''] = MICROS.exec(text) ?? [];
  const ms = seconds === undefined ? Number.NaN : Date.parse(`${seconds}${zone}`);
  return Number.isNaN(ms) ? undefined : ms * 1_000 + Number(fraction.padEnd(6, '0'));
};

/**
 * What a webhook's body says to us; undefined where it is not an event at all. Whatever Mux adds one day is `nothing`.
 *
 * | `video.live_stream.` | says |
 * | --- | --- |
 * | `connected`, `recording` | the asset is fed again (the first time it is not known yet, and says nothing) |
 * | `active` | the asset is playable, and fed |
 * | `disconnected` | the encoder has gone; the reconnect window runs |
 * | `idle` | the asset's recording is closed |
 * | `disabled`, `enabled`, `deleted` | whether the channel takes an encoder |
 * | `simulcast_target.` `idle`, `starting`, `broadcasting`, `errored` | how that place elsewhere gets the show |
 * | `created`, `updated`, `warning`, `simulcast_target.` `created`, `updated`, `deleted` | nothing: we asked for it, or cannot help it |
 *
 * | `video.asset.` | says |
 * | --- | --- |
 * | `created`, `updated`, `ready`, `errored`, `warning`, `non_standard_input_detected` | what there is to play of it |
 * | `live_stream_completed` | that too, and that its recording is closed |
 * | `deleted` | that there is nothing any more |
 * | `static_renditions.*`, `static_rendition.*`, `master.*`, `track.*`, `shots.*` | nothing: we use none of them |
 *
 * Of an asset that bears the name of a trim (`domain/trim.ts`) they say the same to the show that was trimmed.
 *
 * `video.upload.*`, `video.delivery.*` and the rest of the 117 types say nothing: we make no such things.
 */
export const readEvent = (body: unknown): { event: MuxEvent; effect: Effect } | undefined => {
  const parsed = z.safeParse(Event, body);
  if (!parsed.success) return undefined;
  const { id, type, created_at, data } = parsed.data;
  const at = micros(created_at);
  if (at === undefined) return undefined;
  return { event: { id, type, at }, effect: effectOf(type, data, at) };
};

const NOTHING: Effect = { on: 'nothing' };

const effectOf = (type: string, data: unknown, at: number): Effect => {
  const [, target] = /^video\.live_stream\.simulcast_target\.([a-z]+)$/.exec(type) ?? [];
  if (target !== undefined) return simulcastEffect(target, data, at);
  const [, thing = '', what = ''] = /^video\.(live_stream|asset)\.([a-z_]+)$/.exec(type) ?? [];
  if (thing === 'live_stream') return liveStreamEffect(what, data, at);
  if (thing === 'asset' && ASSET_TYPES.has(what)) return assetEffect(what, data, at);
  return NOTHING;
};

const ASSET_TYPES = new Set([
  'created',
  'updated',
  'ready',
  'errored',
  'deleted',
  'live_stream_completed',
  'warning',
  'non_standard_input_detected',
]);

const liveStreamEffect = (what: string, data: unknown, at: number): Effect => {
  const parsed = z.safeParse(LiveStreamData, data);
  if (!parsed.success) return NOTHING;
  const { id: liveStreamId, active_asset_id, recent_asset_ids } = parsed.data;
  switch (what) {
    case 'disabled':
      return { on: 'channel', liveStreamId, word: { is: 'nothing', at } };
    case 'enabled':
      return { on: 'channel', liveStreamId, word: { is: 'encoder', at } };
    case 'deleted':
      return { on: 'channel', liveStreamId, word: { is: 'deleted', at } };
    default:
  }
  // what has just ended is the newest of the recent ones; what begins has to be named
  const last = what === 'idle' || what === 'disconnected' || what === 'active' ? recent_asset_ids?.at(-1) : undefined;
  const id = active_asset_id ?? last;
  if (id === undefined) return NOTHING;
  const known = { id, seenAt: at };
  const tell = (news: AssetNews, bornAtMs?: number): Effect => ({ on: 'asset', liveStreamId, news, bornAtMs });
  switch (what) {
    case 'connected':
      return tell({ ...known, link: { is: 'up', at } });
    case 'recording':
      return tell({ ...known, link: { is: 'up', at } }, at / 1_000);
    case 'active':
      return tell({ ...known, activeAt: at, link: { is: 'up', at } }, at / 1_000);
    case 'disconnected':
      return tell({ ...known, link: { is: 'down', at } });
    case 'idle':
      return tell({ ...known, overAt: at });
    default:
      return NOTHING;
  }
};

const simulcastEffect = (what: string, data: unknown, at: number): Effect => {
  const parsed = z.safeParse(TargetData, data);
  const is = SIMULCAST_STATUSES.find((status) => status === what);
  if (!parsed.success || !is) return NOTHING;
  const { id, live_stream_id } = parsed.data;
  return { on: 'simulcast', liveStreamId: live_stream_id, targetId: id, word: { is, at } };
};

const assetEffect = (what: string, data: unknown, at: number): Effect => {
  const parsed = z.safeParse(AssetData, data);
  if (!parsed.success) return NOTHING;
  const asset = parsed.data;
  const trim = trimOf(asset);
  if (trim) return { on: 'trim', streamId: trim.streamId, news: trimNews(asset, trim.at, at, what === 'deleted') };
  // an upload, or another's clip: none of ours, whatever says so
  if (asset.live_stream_id === undefined && what !== 'deleted') return NOTHING;
  const news = assetNews(asset, at, what === 'deleted' ? 'deleted' : asset.status);
  return {
    on: 'asset',
    liveStreamId: asset.live_stream_id,
    news: what === 'live_stream_completed' ? { ...news, overAt: at } : news,
    bornAtMs: asset.created_at * 1_000,
  };
};

const assetNews = (asset: AssetData, at: number, status: AssetStatus): AssetNews => {
  const playbackId = asset.playback_ids?.[0]?.id;
  return {
    id: asset.id,
    seenAt: Math.min(at, asset.created_at * 1_000_000),
    status: { is: status, at },
    ...(playbackId !== undefined && { playback: { is: playbackId, at } }),
    ...(asset.duration !== undefined && { duration: { is: asset.duration, at } }),
  };
};

const TRIM = /^vybzz:trim:(str_[0-9A-Za-z]+):(\d{1,16})$/;

/** Which trim of which show an asset is, by what we have called it. */
const trimOf = ({ passthrough = '' }: AssetData): { streamId: StreamId; at: number } | undefined => {
  const [, id = '', at = ''] = TRIM.exec(passthrough) ?? [];
  const streamId = parseStreamId(id);
  return streamId && { streamId, at: Number(at) };
};

/** Nothing ever grew in it: it was closed when it was made. */
const trimNews = (asset: AssetData, trimAt: number, at: number, isDeleted: boolean): AssetNews => ({
  ...assetNews(asset, at, isDeleted ? 'deleted' : asset.status),
  overAt: asset.created_at * 1_000_000,
  trimAt,
});

/**
 * What Mux's API tells of an asset that it makes, or has made, for a trim; undefined where it has gone, or is none.
 *
 * @param askedAt when it was asked; that it has just been made is as old as the asset itself, so that every webhook is newer
 */
export const readTrim = (answer: unknown, askedAt?: number): AssetNews | undefined => {
  const asset = z.safeParse(AssetData, answer).data;
  const trim = asset && trimOf(asset);
  if (!asset || !trim) return undefined;
  const at = askedAt === undefined ? asset.created_at * 1_000_000 : (askedAt - STREAM_LIMITS.clockSkewMs) * 1_000;
  return trimNews(asset, trim.at, at, false);
};

/** The facts that Mux's API tells of a live stream's newest assets, as its webhooks would. */
export const lookAt = async (
  mux: Mux,
  liveStreamId: string,
  now: number,
  timeout: number,
): Promise<{ news: AssetNews; bornAtMs: number }[]> => {
  const live = await mux.video.liveStreams.retrieve(liveStreamId, { timeout }).catch(nothingIfGone);
  if (!live) return [];
  const at = now * 1_000;
  const ids = new Set([live.recent_asset_ids?.at(-1), live.active_asset_id].filter((id) => id !== undefined));
  const looks = [...ids].map(async (id) => {
    const answer = await mux.video.assets.retrieve(id, { timeout }).catch(nothingIfGone);
    const parsed = z.safeParse(AssetData, answer);
    if (!parsed.success) return [];
    const asset = parsed.data;
    // one that is recorded and cannot be played yet is neither: taken for closed, it would be left open at the end of its show
    const isOpen = id === live.active_asset_id;
    const news: AssetNews = {
      ...assetNews(asset, at, asset.status),
      ...(isOpen && live.status === 'active' && { activeAt: at, link: { is: 'up', at } }),
      ...(!isOpen && { overAt: at }),
    };
    return [{ news, bornAtMs: asset.created_at * 1_000 }];
  });
  return (await Promise.all(looks)).flat();
};

const nothingIfGone = (error: unknown): undefined => {
  if (error instanceof NotFoundError) return undefined;
  throw error;
};
