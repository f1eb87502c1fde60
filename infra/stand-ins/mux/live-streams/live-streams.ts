import type { Admit } from '../rtmp/encoder-session.ts';
import type { FaultSwitch } from '../faults.ts';
import { toLiveStream } from '../views.ts';
import { createLiveStream, type LiveStream, type LiveStreamParts } from './live-stream.ts';

/** RTMP's application, as in `rtmps://global-live.mux.com:443/app`. */
const APPLICATION = 'app';

/** All live streams, each made when it is first asked for. */
export type LiveStreams = {
  admit: Admit;
  get: (liveStreamId: string) => LiveStream;
  disable: (liveStreamId: string) => void;
  enable: (liveStreamId: string) => void;
  remove: (liveStreamId: string) => void;
  close: () => Promise<void>;
};

export const createLiveStreams = (parts: LiveStreamParts & { faults: FaultSwitch }): LiveStreams => {
  const { store, announce, faults, log } = parts;
  const running = new Map<string, LiveStream>();

  const get = (id: string): LiveStream => {
    const known =
      running.get(id) ?? createLiveStream(id, { ...parts, log: (line) => log(`live stream ${id}: ${line}`) });
    running.set(id, known);
    return known;
  };
  const tell = (id: string, event: 'video.live_stream.enabled' | 'video.live_stream.deleted'): void => {
    const record = store.liveStreams.get(id);
    if (record) announce(event, { type: 'live', id }, toLiveStream(record, 'webhook'));
  };

  // Whatever was on the air when the last process ended is settled now, asked for or not.
  for (const { id } of store.liveStreams.all()) get(id);
  for (const { id, is_live, live_stream_id } of store.assets.all())
    if (is_live && store.liveStreams.get(live_stream_id ?? '')?.active_asset_id !== id)
      store.assets.update(id, (asset) => ({
        ...asset,
        is_live: false,
        status: asset.duration > 0 ? 'ready' : 'errored',
      }));

  return {
    get,
    admit({ app, key, encoder }) {
      const record = app === APPLICATION ? store.findByKey(key) : undefined;
      if (!record) return { admitted: false, because: 'unknown-key' };
      if (record.status === 'disabled') return { admitted: false, because: 'disabled' };
      const mine = get(record.id);
      const taken = mine.at !== 'idle' && mine.at !== 'disconnected';
      if (taken && faults.now.rtmps?.second === 'refuse') return { admitted: false, because: 'in-use' };
      return { admitted: true, ingest: mine.connect(encoder) };
    },
    disable: (id) => get(id).disable(),
    enable(id) {
      if (store.liveStreams.get(id)?.status !== 'disabled') return;
      store.liveStreams.update(id, (record) => ({ ...record, status: 'idle' }));
      tell(id, 'video.live_stream.enabled');
    },
    remove(id) {
      get(id).shut();
      tell(id, 'video.live_stream.deleted');
      store.liveStreams.remove(id);
    },
    async close() {
      await Promise.all([...running.values()].map((one) => one.close()));
    },
  };
};
