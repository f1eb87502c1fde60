import type { AssetNews } from '#domain/asset';
import type { LiveStream } from '#domain/channel';
import type { LiveVideo, WantedLiveStream, WantedTrim } from './live-video.ts';

/** A video provider in memory. Each method is a field, so that a test puts its own in its place. */
export const createFakeVideo = () => {
  const made: (LiveStream & WantedLiveStream)[] = [];
  const completed: string[] = [];
  const removed: string[] = [];
  /** Live streams that take no encoder. */
  const shut = new Set<string>();
  let keys = 0;
  const files = new Set<string>();
  const trims: WantedTrim[] = [];
  const targets: { id: string; liveStreamId: string; url: string; streamKey: string }[] = [];
  const recordings: Record<string, { news: AssetNews; bornAtMs: number }[]> = {};

  /** Makes one whatever is asked; what the fault tests wrap. */
  const make = async (wanted: WantedLiveStream): Promise<LiveStream> => {
    const number = made.length + 1;
    const live = { id: `live${number}`, muxStreamKey: `mux-key-${number}`, playbackId: `play${number}`, ...wanted };
    made.push(live);
    const { id, muxStreamKey, playbackId, latency, reconnectWindowSeconds } = live;
    return { id, muxStreamKey, playbackId, latency, reconnectWindowSeconds };
  };

  const video: LiveVideo = {
    canSign: true,
    make,
    find: async (passthrough) => {
      const found = made.findLast((live) => live.passthrough === passthrough && !removed.includes(live.id));
      if (!found) return undefined;
      const { id, muxStreamKey, playbackId, latency, reconnectWindowSeconds } = found;
      return { id, muxStreamKey, playbackId, latency, reconnectWindowSeconds };
    },
    set: async (id, settings) => {
      const live = made.find((one) => one.id === id);
      if (!live || removed.includes(id)) return 'gone';
      if (settings.latency === 'low' && live.captions) throw new Error('no low delay with captions');
      Object.assign(live, settings);
      return 'done';
    },
    caption: async (id, language) => {
      const live = made.find((one) => one.id === id);
      if (!live || removed.includes(id)) return 'gone';
      if (language !== undefined && live.latency === 'low') throw new Error('no captions with low delay');
      live.captions = language;
      return 'done';
    },
    complete: async (id) => {
      completed.push(id);
      return removed.includes(id) ? 'gone' : 'done';
    },
    open: async (id) => {
      shut.delete(id);
      return removed.includes(id) ? 'gone' : 'done';
    },
    shut: async (id) => {
      shut.add(id);
      return removed.includes(id) ? 'gone' : 'done';
    },
    newKey: async (id) => {
      const live = made.find((one) => one.id === id);
      if (!live || removed.includes(id)) return undefined;
      keys++;
      Object.assign(live, { muxStreamKey: `mux-key-${live.id}-${keys}` });
      return { streamKey: `mux-key-${live.id}-${keys}`, srtPassphrase: `passphrase-${keys}` };
    },
    remove: async (id) => {
      removed.push(id);
      return 'done';
    },
    openTo: async (assetId, visibility) => ({ playbackId: `${assetId}-${visibility}` }),
    file: async ({ assetId, name }) => {
      const asked = files.has(assetId);
      files.add(assetId);
      return asked ? { is: 'ready', url: `https://play.test/${assetId}/${name}.mp4` } : { is: 'preparing' };
    },
    trim: async (wanted) => {
      const id = `trim${trims.push(wanted)}`;
      const trimAt = Number(wanted.passthrough.split(':').at(-1));
      // in whole seconds, as Mux has it
      const at = Math.floor(trimAt / 1_000) * 1_000_000 - 1;
      return { id, seenAt: at, overAt: at, trimAt, status: { is: 'preparing', at } };
    },
    lookAtTrim: async (id) => recordings[id]?.[0]?.news,
    removeRecording: async (id) => {
      removed.push(id);
      return 'done';
    },
    addTarget: async (id, { url, streamKey }) => {
      targets.push({ id: `target${targets.length + 1}`, liveStreamId: id, url, streamKey });
      return { id: `target${targets.length}` };
    },
    removeTarget: async (liveStreamId, id) => {
      const at = targets.findIndex((target) => target.id === id && target.liveStreamId === liveStreamId);
      if (at < 0) return 'gone';
      targets[at] = { id, liveStreamId, url: '', streamKey: 'removed' };
      return 'done';
    },
    look: async (id) => recordings[id] ?? [],
    posterUrl: (playbackId, kind) => `https://images.test/${playbackId}/${kind}.jpg`,
    playback: async ({ playbackId, kind, signed }) => ({
      hls: `https://play.test/${playbackId}.m3u8${signed ? '?token=signed' : ''}`,
      poster: `https://images.test/${playbackId}/${kind}.jpg`,
      ...(signed && { token: 'signed', goodForMs: signed.goodForMs }),
    }),
  };
  return { video, make, made, targets, completed, shut, trims, removed, recordings };
};
