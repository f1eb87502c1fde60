import type { Store } from '../store.ts';
import type { Limits } from '../limits.ts';
import { kindOf, learn, type MediaMessage, type Tracks } from '../recording/flv.ts';
import type { Captions } from '../recording/captions.ts';
import type { Retention } from '../recording/retention.ts';
import type { Timeline } from '../recording/timeline.ts';
import type { AssetRecord, LiveStreamRecord } from '../records.ts';
import type { Encoder, IngestSession } from '../rtmp/encoder-session.ts';
import type { IngestStatistics } from '../rtmp/ingest-statistics.ts';
import { toAsset, toLiveStream } from '../views.ts';
import type { Announce, EventType } from '../webhooks/events.ts';
import { step, type LiveStreamState, type LiveStreamEvent, type Effect } from './live-stream-state.ts';
import { newAsset, openLiveAsset, type LiveAsset } from './live-asset.ts';
import type { Relay } from './simulcast.ts';

export type LiveStreamParts = {
  store: Store;
  retention: Retention;
  announce: Announce;
  relay: Relay;
  captions: Captions;
  ffmpegPath: string;
  limits: Limits;
  /** Aborted when the stand-in stops. */
  closing: AbortSignal;
  now: () => number;
  log: (line: string) => void;
};

/** One live stream: takes an encoder in, records what it sends, and announces what becomes of it. */
export type LiveStream = {
  readonly at: LiveStreamState;
  /** The newest encoder takes the place of the one before. */
  connect: (encoder: Encoder) => IngestSession;
  /** `complete` of the API: the asset is done, the encoder may stay a while. */
  complete: () => void;
  /** The asset is done and the encoder goes, at once; nobody comes in until the live stream is enabled. */
  disable: () => void;
  /** As `disable`, for good: the live stream is about to be deleted. */
  shut: () => void;
  /** Only the encoder goes: it may come back. */
  dismiss: (because: string) => void;
  /** Of each connection that an encoder has had, the newest last; the oldest are forgotten. */
  statistics: () => readonly IngestStatistics[];
  /** Of the asset that is being recorded. */
  timeline: () => Timeline | undefined;
  /** Ends what runs, and announces nothing: the next start settles it. */
  close: () => Promise<void>;
};

const RECENT_ASSETS = 100;

export const createLiveStream = (liveStreamId: string, parts: LiveStreamParts): LiveStream => {
  const { store, retention, announce, relay, captions, limits, closing, now, log } = parts;
  const { liveStreams, assets } = store;
  let state: LiveStreamState = 'idle';
  let ingest: { encoder: Encoder; tracks: Tracks } | undefined;
  let liveAsset: LiveAsset | undefined;
  let statistics: readonly IngestStatistics[] = [];
  const finishing = new Set<Promise<unknown>>();
  const timers: Partial<Record<'window' | 'grace' | 'duration' | 'test', NodeJS.Timeout>> = {};

  const tell = (event: EventType): void => {
    const record = liveStreams.get(liveStreamId);
    if (!record) return;
    const connected = state !== 'idle' && state !== 'disconnected';
    const recording = state === 'recording' || state === 'active';
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

  const open = (assetId: string): LiveAsset => {
    const opened = openLiveAsset(assetId, {
      ...parts,
      grown() {
        if (liveAsset !== opened) return;
        happened('became-playable');
        retention.tidy();
        if (!retention.full()) return;
        log('the assets of active live streams fill the disk that recordings may have: this one ends');
        happened('completed');
      },
      failed: () => ingest?.encoder.close('what it sends cannot be recorded'),
    });
    return opened;
  };

  const beginAsset = (): void => {
    const record = liveStreams.get(liveStreamId);
    if (!record) return;
    const { id } = assets.put(newAsset(record, now()));
    captions.begin(id, record.generated_subtitles ?? [], 'generated_live');
    change((stream) => ({
      ...stream,
      active_asset_id: id,
      recent_asset_ids: [...stream.recent_asset_ids, id].slice(-RECENT_ASSETS),
    }));
    liveAsset = open(id);
    later('duration', record.max_continuous_duration, () => happened('completed'));
    if (record.reconnect_slate_url !== undefined) void lookForSlate(record.reconnect_slate_url);
  };

  /** Mux loads the slate when a live stream begins to record, and warns when it cannot. */
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
    const mine = ingest;
    if (mine) liveAsset?.begin(mine.encoder, () => mine.tracks);
  };

  const goOnAir = (): void => {
    const record = change((stream) => ({ ...stream, status: 'active' }));
    tell('video.live_stream.active');
    if (liveAsset?.becomeReady()) tellAsset('video.asset.ready', liveAsset.asset());
    if (liveAsset) captions.heard(liveAsset.assetId);
    if (record?.test && timers.test === undefined) later('test', limits.testSeconds, disable);
  };

  /** What is recorded becomes a video on demand once all of it is on disk. */
  const finishAsset = (): void => {
    const over = liveAsset;
    liveAsset = undefined;
    stop('duration');
    stop('test');
    change((stream) => ({
      ...stream,
      active_asset_id: undefined,
      status: stream.status === 'disabled' ? 'disabled' : 'idle',
    }));
    tell('video.live_stream.idle');
    if (!over) return;
    const settle = async (): Promise<void> => {
      const asset = await over.finish();
      if (asset?.status === 'errored') tellAsset('video.asset.errored', asset);
      else {
        // It was too short to go on the air.
        if (over.becomeReady()) tellAsset('video.asset.ready', over.asset());
        tellAsset('video.asset.live_stream_completed', over.asset());
      }
      retention.tidy();
    };
    const finished = settle()
      .catch((cause: unknown) => log(`the recording is not settled: ${String(cause)}`))
      .finally(() => finishing.delete(finished));
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
    'announce-asset': () => tellAsset('video.asset.created', liveAsset?.asset()),
    'begin-run': beginRun,
    'end-run': () => void liveAsset?.endRun(),
    'finish-asset': finishAsset,
    'begin-window': () =>
      later('window', liveStreams.get(liveStreamId)?.reconnect_window ?? 0, () => happened('window-elapsed')),
    'end-window': () => stop('window'),
    'begin-grace': () => later('grace', limits.completeGraceSeconds, () => happened('grace-elapsed')),
    'end-grace': () => stop('grace'),
    'close-encoder': () => ingest?.encoder.close('its live stream is over'),
  };

  /** One that fails (a full disk) does not keep the others from happening. */
  const attempt = (effect: Effect): void => {
    try {
      perform[effect]();
    } catch (cause) {
      log(`${effect} failed: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  };

  const happened = (event: LiveStreamEvent): void => {
    if (closing.aborted) return;
    const [next, effects] = step(state, event);
    state = next;
    for (const effect of effects) attempt(effect);
  };

  const disable = (): void => {
    happened('shut');
    change((stream) => ({ ...stream, status: 'disabled' }));
    tell('video.live_stream.disabled');
  };

  const take = (message: MediaMessage): void => {
    if (!ingest) return;
    const kind = kindOf(message);
    if (kind === 'unsupported') {
      ingest.encoder.close('it sends a codec other than H.264 and AAC');
      return;
    }
    ingest.tracks = learn(ingest.tracks, message);
    if (state === 'connected' && (kind === 'key-frame' || kind === 'frame' || kind === 'audio'))
      happened('media-began');
    if (state !== 'recording' && state !== 'active') return;
    liveAsset?.write(message);
    relay.media(liveStreamId, message, ingest.tracks);
  };

  // It was on the air when the process ended: its encoder has its window to come back in.
  const interrupted = liveStreams.get(liveStreamId)?.active_asset_id;
  if (interrupted !== undefined && assets.get(interrupted)) {
    state = 'disconnected';
    liveAsset = open(interrupted);
    attempt('announce-disconnected');
    attempt('begin-window');
  }

  return {
    get at() {
      return state;
    },
    connect(encoder) {
      if (ingest) {
        const before = ingest.encoder;
        ingest = undefined;
        happened('encoder-left');
        before.close('a newer encoder took its place');
      }
      const mine = { encoder, tracks: {} };
      ingest = mine;
      statistics = [...statistics, encoder.statistics()].slice(-limits.connections);
      happened('encoder-arrived');
      return {
        media(message) {
          if (ingest === mine) take(message);
        },
        left() {
          if (ingest !== mine) return;
          happened('encoder-left');
          ingest = undefined;
        },
      };
    },
    complete: () => happened('completed'),
    disable,
    shut: () => happened('shut'),
    dismiss: (because) => ingest?.encoder.close(because),
    statistics: () => statistics,
    timeline: () => liveAsset?.timeline,
    async close() {
      for (const timer of Object.values(timers)) clearTimeout(timer);
      ingest = undefined;
      await Promise.all([liveAsset?.endRun(), ...finishing]);
    },
  };
};
