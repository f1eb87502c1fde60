import type { Admit } from '../rtmp/encoder-session.ts';
import type { FaultSwitch } from '../faults.ts';
import { toLiveStream } from '../views.ts';
import { createDesk, type Desk, type DeskParts } from './desk.ts';

/** RTMP's application, as in `rtmps://global-live.mux.com:443/app`. */
const APPLICATION = 'app';

/** All broadcasts. */
export type Studio = {
  admit: Admit;
  desk: (liveStreamId: string) => Desk;
  disable: (liveStreamId: string) => void;
  enable: (liveStreamId: string) => void;
  remove: (liveStreamId: string) => void;
  close: () => Promise<void>;
};

export const createStudio = (parts: DeskParts & { faults: FaultSwitch }): Studio => {
  const { library, announce, faults, log } = parts;
  const desks = new Map<string, Desk>();

  const desk = (id: string): Desk => {
    const known = desks.get(id) ?? createDesk(id, { ...parts, log: (line) => log(`live stream ${id}: ${line}`) });
    desks.set(id, known);
    return known;
  };
  const tell = (id: string, event: 'video.live_stream.enabled' | 'video.live_stream.deleted'): void => {
    const record = library.liveStreams.get(id);
    if (record) announce(event, { type: 'live', id }, toLiveStream(record, 'webhook'));
  };

  // Whatever was on the air when the last process ended is settled now, asked for or not.
  for (const { id } of library.liveStreams.all()) desk(id);
  for (const { id, is_live, live_stream_id } of library.assets.all())
    if (is_live && library.liveStreams.get(live_stream_id)?.active_asset_id !== id)
      library.assets.update(id, (asset) => ({
        ...asset,
        is_live: false,
        status: asset.duration > 0 ? 'ready' : 'errored',
      }));

  return {
    desk,
    admit({ app, key, encoder }) {
      const record = app === APPLICATION ? library.findByKey(key) : undefined;
      if (!record) return { admitted: false, because: 'unknown-key' };
      if (record.status === 'disabled') return { admitted: false, because: 'disabled' };
      const mine = desk(record.id);
      const taken = mine.at !== 'idle' && mine.at !== 'disconnected';
      if (taken && faults.now.rtmps?.second === 'refuse') return { admitted: false, because: 'in-use' };
      return { admitted: true, feed: mine.seat(encoder) };
    },
    disable: (id) => desk(id).disable(),
    enable(id) {
      if (library.liveStreams.get(id)?.status !== 'disabled') return;
      library.liveStreams.update(id, (record) => ({ ...record, status: 'idle' }));
      tell(id, 'video.live_stream.enabled');
    },
    remove(id) {
      desk(id).shut();
      tell(id, 'video.live_stream.deleted');
      library.liveStreams.remove(id);
    },
    async close() {
      await Promise.all([...desks.values()].map((one) => one.close()));
    },
  };
};
