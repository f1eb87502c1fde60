import type { Library } from '../library.ts';
import { newId } from '../ids.ts';
import type { Limits } from '../limits.ts';
import { kindOf, learn, type MediaMessage, type Tracks } from '../recording/flv.ts';
import { openRecording, type Recording } from '../recording/recording.ts';
import type { Shelf } from '../recording/shelf.ts';
import type { AssetRecord, LiveStreamRecord } from '../records.ts';
import type { Encoder, Feed } from '../rtmp/encoder-session.ts';
import type { IngestStatistics } from '../rtmp/ingest-statistics.ts';
import { toAsset, toLiveStream } from '../views.ts';
import type { Announce, EventType } from '../webhooks/events.ts';
import { step, type Broadcast, type BroadcastEvent, type Effect } from './broadcast.ts';
import type { Relay } from './simulcast.ts';

export type DeskParts = {
  library: Library;
  shelf: Shelf;
  announce: Announce;
  relay: Relay;
  ffmpegPath: string;
  limits: Limits;
  now: () => number;
  log: (line: string) => void;
};

/** One live stream's place in the studio: what its broadcast does to the world. */
export type Desk = {
  readonly at: Broadcast['at'];
  /** The newest encoder takes the seat. */
  seat: (encoder: Encoder) => Feed;
  /** `complete` of the API: the show is over, the encoder may stay a while. */
  complete: () => void;
  /** The encoder goes, the show is over, at once. */
  shut: () => void;
  statistics: () => IngestStatistics | undefined;
  /** The segments of the show that is being recorded. */
  recording: () => Recording | undefined;
  /** Only the encoder goes: it may come back. */
  dismiss: (because: string) => void;
  /** Ends what runs, and announces nothing: the next start settles it. */
  close: () => Promise<void>;
};

type Show = { assetId: string; recording: Recording; frames: number };

const RECENT_ASSETS = 100;

export const createDesk = (liveStreamId: string, parts: DeskParts): Desk => {
  const { library, shelf, announce, relay, ffmpegPath, limits, now, log } = parts;
  let broadcast: Broadcast = { at: 'idle' };
  let seat: { encoder: Encoder; tracks: Tracks } | undefined;
  let show: Show | undefined;
  let closing = false;
  const finishing = new Set<Promise<void>>();
  const timers: Partial<Record<'window' | 'grace' | 'duration' | 'test', NodeJS.Timeout>> = {};
  let lastStatistics: IngestStatistics | undefined;

  const stream = (): LiveStreamRecord | undefined => library.liveStreams.get(liveStreamId);
  const tell = (event: EventType): void => {
    const record = stream();
    if (!record) return;
    const connected = broadcast.at !== 'idle' && broadcast.at !== 'disconnected';
    const recording = broadcast.at === 'recording' || broadcast.at === 'active';
    announce(event, { type: 'live', id: liveStreamId }, { ...toLiveStream(record, 'webhook'), connected, recording });
  };
  const tellAsset = (event: EventType, asset: AssetRecord | undefined): void => {
    if (asset) announce(event, { type: 'asset', id: asset.id }, toAsset(asset, 'webhook'));
  };
  const later = (name: keyof typeof timers, seconds: number, act: () => void): void => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(act, seconds * limits.secondMs);
  };
  const stop = (name: keyof typeof timers): void => {
    clearTimeout(timers[name]);
    delete timers[name];
  };

  const openShow = (assetId: string): Show => ({
    assetId,
    frames: library.assets.get(assetId)?.frames ?? 0,
    recording: openRecording({
      ffmpegPath,
      dir: library.mediaDir(assetId),
      limits,
      now,
      log,
      grown({ seconds, bytes }) {
        library.assets.update(assetId, (asset) => ({
          ...asset,
          duration: asset.duration + seconds,
          bytes: asset.bytes + bytes,
          frames: show?.assetId === assetId ? show.frames : asset.frames,
          recording_times: asset.recording_times.map((time, index, all) =>
            index === all.length - 1 ? { ...time, duration: time.duration + seconds } : time,
          ),
        }));
        if (show?.assetId !== assetId) return;
        happened('became-playable');
        shelf.tidy();
        if (shelf.full()) {
          log('the recordings of running shows fill the shelf: this one ends');
          happened('completed');
        }
      },
      failed: () => seat?.encoder.close('what it sends cannot be recorded'),
    }),
  });

  const beginAsset = (record: LiveStreamRecord): void => {
    const { new_asset_settings: options, passthrough } = record;
    const id = newId();
    const meta = options.meta ?? (record.meta?.title === undefined ? undefined : { title: record.meta.title });
    const inherited = options.passthrough ?? passthrough;
    library.assets.put({
      id,
      created_at: Math.floor(now() / 1_000),
      status: 'preparing',
      live_stream_id: liveStreamId,
      is_live: true,
      secret: newId(),
      playback_ids: (options.playback_policies ?? []).map((policy) => ({ id: newId(), policy })),
      options,
      ...(inherited === undefined ? {} : { passthrough: inherited }),
      ...(meta === undefined ? {} : { meta }),
      test: record.test ?? false,
      recording_times: [],
      duration: 0,
      frames: 0,
      bytes: 0,
      track_ids: { video: newId(), audio: newId() },
    });
    library.liveStreams.update(liveStreamId, (stream) => ({
      ...stream,
      active_asset_id: id,
      recent_asset_ids: [...stream.recent_asset_ids, id].slice(-RECENT_ASSETS),
    }));
    show = openShow(id);
    later('duration', record.max_continuous_duration, () => happened('completed'));
    tellAsset('video.asset.created', library.assets.get(id));
  };

  /** A run begins with what the encoder has announced. */
  const beginRun = (): void => {
    if (!show || !seat) return;
    const { encoder, tracks } = seat;
    const mine = seat;
    library.assets.update(show.assetId, (asset) => ({
      ...asset,
      ...(tracks.video
        ? { video: { codec: tracks.video.codec, width: tracks.video.width, height: tracks.video.height } }
        : {}),
      ...(tracks.audio
        ? { audio: { codec: tracks.audio.codec, channels: tracks.audio.channels, sampleRate: tracks.audio.sampleRate } }
        : {}),
      recording_times: [...asset.recording_times, { started_at_ms: now(), duration: 0 }],
    }));
    show.recording.begin({
      tracks: () => mine.tracks,
      hold: () => encoder.hold('recorder'),
      release: () => encoder.release('recorder'),
    });
  };

  /** The show is over: what is recorded becomes a video on demand once all of it is on disk. */
  const finishAsset = (): void => {
    const over = show;
    show = undefined;
    stop('duration');
    stop('test');
    library.liveStreams.update(liveStreamId, (stream) => ({
      ...stream,
      active_asset_id: undefined,
      status: stream.status === 'disabled' ? 'disabled' : 'idle',
    }));
    tell('video.live_stream.idle');
    if (!over) return;
    const finished = over.recording.endRun().then(() => {
      const asset = library.assets.update(over.assetId, (record) => ({
        ...record,
        is_live: false,
        frames: over.frames,
        ended_at_ms: now(),
        status: record.duration > 0 ? 'ready' : 'errored',
        ...(record.duration > 0
          ? {}
          : { errors: { type: 'invalid_input', messages: ['No media could be recorded.'] } }),
      }));
      tellAsset(asset?.status === 'errored' ? 'video.asset.errored' : 'video.asset.live_stream_completed', asset);
      shelf.tidy();
    });
    finishing.add(finished);
    void finished.finally(() => finishing.delete(finished));
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
    'announce-active'() {
      const record = library.liveStreams.update(liveStreamId, (stream) => ({ ...stream, status: 'active' }));
      const asset = show && library.assets.get(show.assetId);
      if (show && asset?.status === 'preparing')
        tellAsset(
          'video.asset.ready',
          library.assets.update(show.assetId, (asset) => ({ ...asset, status: 'ready' })),
        );
      tell('video.live_stream.active');
      if (record?.test && timers.test === undefined) later('test', limits.testSeconds, disableTest);
    },
    'begin-asset'() {
      const record = stream();
      if (record) beginAsset(record);
      beginRun();
    },
    'continue-asset': beginRun,
    'end-run': () => void show?.recording.endRun(),
    'finish-asset': finishAsset,
    'begin-window': () => later('window', stream()?.reconnect_window ?? 0, () => happened('window-elapsed')),
    'end-window': () => stop('window'),
    'begin-grace': () => later('grace', limits.completeGraceSeconds, () => happened('grace-elapsed')),
    'end-grace': () => stop('grace'),
    'close-encoder': () => seat?.encoder.close('its live stream is over'),
  };

  const happened = (event: BroadcastEvent): void => {
    if (closing) return;
    const [next, effects] = step(broadcast, event);
    broadcast = next;
    for (const effect of effects) perform[effect]();
  };

  const disableTest = (): void => {
    happened('shut');
    library.liveStreams.update(liveStreamId, (stream) => ({ ...stream, status: 'disabled' }));
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
    if (broadcast.at === 'connected' && (kind === 'key-frame' || kind === 'frame' || kind === 'audio'))
      happened('media-began');
    if (broadcast.at !== 'recording' && broadcast.at !== 'active') return;
    if (show) show.frames += kind === 'key-frame' || kind === 'frame' ? 1 : 0;
    show?.recording.write(message);
    relay.media(liveStreamId, message, seat.tracks);
  };

  // A show that was on the air when the process ended: its encoder has its window to come back in.
  const interrupted = stream()?.active_asset_id;
  if (interrupted !== undefined && library.assets.get(interrupted)) {
    broadcast = { at: 'disconnected' };
    show = openShow(interrupted);
    const recorded = show.recording.timeline.segments;
    library.assets.update(interrupted, (asset) => ({
      ...asset,
      duration: recorded.reduce((sum, { seconds }) => sum + seconds, 0),
      bytes: recorded.reduce((sum, { bytes }) => sum + bytes, 0),
    }));
    perform['announce-disconnected']();
    perform['begin-window']();
  } else if (stream()?.status === 'active')
    library.liveStreams.update(liveStreamId, (stream) => ({ ...stream, status: 'idle' }));

  return {
    get at() {
      return broadcast.at;
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
    shut: () => happened('shut'),
    statistics: () => lastStatistics,
    recording: () => show?.recording,
    dismiss: (because) => seat?.encoder.close(because),
    async close() {
      closing = true;
      for (const timer of Object.values(timers)) clearTimeout(timer);
      seat = undefined;
      await Promise.all([show?.recording.endRun(), ...finishing]);
    },
  };
};
