import type { Library } from '../library.ts';
import type { Limits } from '../limits.ts';
import { kindOf, learn, type MediaMessage, type Tracks } from '../recording/flv.ts';
import type { Shelf } from '../recording/shelf.ts';
import type { Timeline } from '../recording/timeline.ts';
import type { AssetRecord, LiveStreamRecord } from '../records.ts';
import type { Encoder, Feed } from '../rtmp/encoder-session.ts';
import type { IngestStatistics } from '../rtmp/ingest-statistics.ts';
import { toAsset, toLiveStream } from '../views.ts';
import type { Announce, EventType } from '../webhooks/events.ts';
import { step, type Broadcast, type BroadcastEvent, type Effect } from './broadcast.ts';
import { newAsset, openShow, type Show } from './show.ts';
import type { Relay } from './simulcast.ts';

export type DeskParts = {
  library: Library;
  shelf: Shelf;
  announce: Announce;
  relay: Relay;
  ffmpegPath: string;
  limits: Limits;
  /** Aborted when the stand-in stops. */
  closing: AbortSignal;
  now: () => number;
  log: (line: string) => void;
};

/** One live stream's place in the studio: what its broadcast does to the world. */
export type Desk = {
  readonly at: Broadcast;
  /** The newest encoder takes the seat. */
  seat: (encoder: Encoder) => Feed;
  /** `complete` of the API: the show is over, the encoder may stay a while. */
  complete: () => void;
  /** The show is over and the encoder goes, at once; nobody comes in until it is enabled. */
  disable: () => void;
  /** The same, for good. */
  shut: () => void;
  /** Only the encoder goes: it may come back. */
  dismiss: (because: string) => void;
  /** Of the encoder that is in, or was in last. */
  statistics: () => IngestStatistics | undefined;
  /** Of the show that is being recorded. */
  timeline: () => Timeline | undefined;
  /** Ends what runs, and announces nothing: the next start settles it. */
  close: () => Promise<void>;
};

const RECENT_ASSETS = 100;

export const createDesk = (liveStreamId: string, parts: DeskParts): Desk => {
  const { library, shelf, announce, relay, limits, closing, now, log } = parts;
  const { liveStreams, assets } = library;
  let broadcast: Broadcast = 'idle';
  let seat: { encoder: Encoder; tracks: Tracks } | undefined;
  let show: Show | undefined;
  let lastStatistics: IngestStatistics | undefined;
  const finishing = new Set<Promise<unknown>>();
  const timers: Partial<Record<'window' | 'grace' | 'duration' | 'test', NodeJS.Timeout>> = {};

  const tell = (event: EventType): void => {
    const record = liveStreams.get(liveStreamId);
    if (!record) return;
    const connected = broadcast !== 'idle' && broadcast !== 'disconnected';
    const recording = broadcast === 'recording' || broadcast === 'active';
    announce(event, { type: 'live', id: liveStreamId }, { ...toLiveStream(record, 'webhook'), connected, recording });
  };
  const tellAsset = (event: EventType, asset: AssetRecord | undefined): void => {
    if (asset) announce(event, { type: 'asset', id: asset.id }, toAsset(asset, 'webhook'));
  };
  const change = (how: (record: LiveStreamRecord) => LiveStreamRecord): LiveStreamRecord | undefined =>
    liveStreams.update(liveStreamId, how);
  const later = (name: keyof typeof timers, seconds: number, act: () => void): void => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(act, seconds * limits.secondMs);
  };
  const stop = (name: keyof typeof timers): void => {
    clearTimeout(timers[name]);
    delete timers[name];
  };

  const open = (assetId: string): Show => {
    const opened = openShow(assetId, {
      ...parts,
      grown() {
        if (show !== opened) return;
        happened('became-playable');
        shelf.tidy();
        if (!shelf.full()) return;
        log('the recordings of running shows fill the shelf: this one ends');
        happened('completed');
      },
      failed: () => seat?.encoder.close('what it sends cannot be recorded'),
    });
    return opened;
  };

  const beginAsset = (): void => {
    const record = liveStreams.get(liveStreamId);
    if (!record) return;
    const { id } = assets.put(newAsset(record, now()));
    change((stream) => ({
      ...stream,
      active_asset_id: id,
      recent_asset_ids: [...stream.recent_asset_ids, id].slice(-RECENT_ASSETS),
    }));
    show = open(id);
    later('duration', record.max_continuous_duration, () => happened('completed'));
    if (record.reconnect_slate_url !== undefined) void lookForSlate(record.reconnect_slate_url);
  };

  /** Mux loads the slate when a show begins, and warns when it cannot. */
  const lookForSlate = async (url: string): Promise<void> => {
    const found = await fetch(url, { signal: AbortSignal.timeout(limits.slateMs) }).catch(() => undefined);
    await found?.body?.cancel();
    const record = liveStreams.get(liveStreamId);
    if (closing.aborted || found?.ok || !record) return;
    const { id, stream_key, status, active_asset_id, passthrough } = record;
    const message = `Unable to download custom reconnect slate image from URL '${url}' -- using black frames for slate if needed.`;
    const warning = { type: 'custom_slate_unavailable', message };
    announce(
      'video.live_stream.warning',
      { type: 'live', id },
      { id, stream_key, status, active_asset_id, passthrough, warning },
    );
  };

  const beginRun = (): void => {
    const mine = seat;
    if (mine) show?.begin(mine.encoder, () => mine.tracks);
  };

  const goOnAir = (): void => {
    const record = change((stream) => ({ ...stream, status: 'active' }));
    tell('video.live_stream.active');
    if (show?.becomeReady()) tellAsset('video.asset.ready', show.asset());
    if (record?.test && timers.test === undefined) later('test', limits.testSeconds, disable);
  };

  /** What is recorded becomes a video on demand once all of it is on disk. */
  const finishAsset = (): void => {
    const over = show;
    show = undefined;
    stop('duration');
    stop('test');
    change((stream) => ({
      ...stream,
      active_asset_id: undefined,
      status: stream.status === 'disabled' ? 'disabled' : 'idle',
    }));
    tell('video.live_stream.idle');
    if (!over) return;
    const finished = over.finish().then((asset) => {
      finishing.delete(finished);
      if (asset?.status === 'errored') tellAsset('video.asset.errored', asset);
      else {
        // A show too short to go on the air.
        if (over.becomeReady()) tellAsset('video.asset.ready', over.asset());
        tellAsset('video.asset.live_stream_completed', over.asset());
      }
      shelf.tidy();
    });
    finished.catch((cause: unknown) => log(`the recording is not settled: ${String(cause)}`));
    finishing.add(finished);
  };

  const perform: Record<Effect, () => void> = {
    'announce-connected'() {
      tell('video.live_stream.connected');
      relay.starting(liveStreamId);
    },
    'announce-disconnected'() {
      tell('video.live_stream.disconnected');
      relay.ended(liveStreamId);
    },
    'announce-recording': () => tell('video.live_stream.recording'),
    'announce-active': goOnAir,
    'begin-asset': beginAsset,
    'announce-asset': () => tellAsset('video.asset.created', show?.asset()),
    'begin-run': beginRun,
    'end-run': () => void show?.endRun(),
    'finish-asset': finishAsset,
    'begin-window': () =>
      later('window', liveStreams.get(liveStreamId)?.reconnect_window ?? 0, () => happened('window-elapsed')),
    'end-window': () => stop('window'),
    'begin-grace': () => later('grace', limits.completeGraceSeconds, () => happened('grace-elapsed')),
    'end-grace': () => stop('grace'),
    'close-encoder': () => seat?.encoder.close('its live stream is over'),
  };

  /** One that fails (a full disk) does not keep the others from happening. */
  const attempt = (effect: Effect): void => {
    try {
      perform[effect]();
    } catch (cause) {
      log(`${effect} failed: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  };

  const happened = (event: BroadcastEvent): void => {
    if (closing.aborted) return;
    const [next, effects] = step(broadcast, event);
    broadcast = next;
    for (const effect of effects) attempt(effect);
  };

  const disable = (): void => {
    happened('shut');
    change((stream) => ({ ...stream, status: 'disabled' }));
    tell('video.live_stream.disabled');
  };

  const take = (message: MediaMessage): void => {
    if (!seat) return;
    const kind = kindOf(message);
    if (kind === 'unsupported') {
      seat.encoder.close('it sends a codec other than H.264 and AAC');
      return;
    }
    seat.tracks = learn(seat.tracks, message);
    if (broadcast === 'connected' && (kind === 'key-frame' || kind === 'frame' || kind === 'audio'))
      happened('media-began');
    if (broadcast !== 'recording' && broadcast !== 'active') return;
    show?.write(message);
    relay.media(liveStreamId, message, seat.tracks);
  };

  // A show that was on the air when the process ended: its encoder has its window to come back in.
  const interrupted = liveStreams.get(liveStreamId)?.active_asset_id;
  if (interrupted !== undefined && assets.get(interrupted)) {
    broadcast = 'disconnected';
    show = open(interrupted);
    attempt('announce-disconnected');
    attempt('begin-window');
  }

  return {
    get at() {
      return broadcast;
    },
    seat(encoder) {
      if (seat) {
        const before = seat.encoder;
        seat = undefined;
        happened('encoder-left');
        before.close('a newer encoder took its place');
      }
      const mine = { encoder, tracks: {} };
      seat = mine;
      lastStatistics = encoder.statistics();
      happened('encoder-arrived');
      return {
        media(message) {
          if (seat === mine) take(message);
        },
        left() {
          if (seat !== mine) return;
          happened('encoder-left');
          seat = undefined;
        },
      };
    },
    complete: () => happened('completed'),
    disable,
    shut: () => happened('shut'),
    dismiss: (because) => seat?.encoder.close(because),
    statistics: () => lastStatistics,
    timeline: () => show?.timeline,
    async close() {
      for (const timer of Object.values(timers)) clearTimeout(timer);
      seat = undefined;
      await Promise.all([show?.endRun(), ...finishing]);
    },
  };
};
