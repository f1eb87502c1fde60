import { newId } from '../ids.ts';
import type { Store } from '../store.ts';
import type { Limits } from '../limits.ts';
import { kindOf, type MediaMessage, type Tracks } from '../recording/flv.ts';
import { openRecording } from '../recording/recording.ts';
import type { Timeline } from '../recording/timeline.ts';
import type { AssetRecord, LiveStreamRecord } from '../records.ts';
import type { Encoder } from '../rtmp/encoder-session.ts';

/** What a live stream records from its encoder's arrival to its end: one asset. */
export type LiveAsset = {
  assetId: string;
  timeline: Timeline;
  asset: () => AssetRecord | undefined;
  /** Something of it can be played. True once: when it could not before. */
  becomeReady: () => boolean;
  /** An encoder's connection begins: the media that follows is all its own. */
  begin: (encoder: Encoder, tracks: () => Tracks) => void;
  write: (message: MediaMessage) => void;
  /** Resolves when all of this connection is on disk. */
  endRun: () => Promise<void>;
  /** It is over; resolves when the asset is a video on demand, or is nothing. */
  finish: () => Promise<AssetRecord | undefined>;
};

type Parts = {
  store: Store;
  ffmpegPath: string;
  limits: Limits;
  closing: AbortSignal;
  now: () => number;
  log: (line: string) => void;
  /** A segment more can be played. */
  grown: () => void;
  /** It cannot be recorded: FFmpeg fails again and again. */
  failed: () => void;
};

/** The asset that settings ask for, a live stream's as a rule; still empty. */
export const newAsset = (
  {
    id,
    new_asset_settings: options,
    passthrough,
    meta,
    test = false,
  }: Pick<LiveStreamRecord, 'new_asset_settings' | 'passthrough' | 'meta' | 'test'> & { id?: string },
  now: number,
): AssetRecord => ({
  id: newId(),
  created_at: Math.floor(now / 1_000),
  status: 'preparing',
  live_stream_id: id,
  is_live: true,
  secret: newId(),
  playback_ids: (options.playback_policies ?? []).map((policy) => ({ id: newId(), policy })),
  options,
  passthrough: options.passthrough ?? passthrough,
  meta: options.meta ?? meta,
  test,
  recording_times: [],
  duration: 0,
  frames: 0,
  bytes: 0,
  track_ids: { video: newId(), audio: newId() },
});

const totalOf = (timeline: Timeline): { duration: number; bytes: number } => ({
  duration: timeline.segments.reduce((sum, { seconds }) => sum + seconds, 0),
  bytes: timeline.segments.reduce((sum, { bytes }) => sum + bytes, 0),
});

/** Opens the recording of an asset; what was recorded of it before a restart is in it. */
export const openLiveAsset = (assetId: string, { store, grown, failed, ...parts }: Parts): LiveAsset => {
  const { assets } = store;
  const recording = openRecording({ ...parts, dir: store.mediaDir(assetId), failed });
  const { timeline } = recording;
  const before = assets.update(assetId, (asset) => ({ ...asset, ...totalOf(timeline) }));
  let frames = before?.frames ?? 0;

  return {
    assetId,
    timeline,
    asset: () => assets.get(assetId),
    becomeReady() {
      if (assets.get(assetId)?.status !== 'preparing') return false;
      assets.update(assetId, (asset) => ({ ...asset, status: 'ready' }));
      return true;
    },
    begin(encoder, tracks) {
      const { video, audio } = tracks();
      const connection = assets.get(assetId)?.recording_times.length ?? 0;
      assets.update(assetId, (asset) => ({
        ...asset,
        ...(video ? { video: { codec: video.codec, width: video.width, height: video.height } } : {}),
        ...(audio ? { audio: { codec: audio.codec, channels: audio.channels, sampleRate: audio.sampleRate } } : {}),
        recording_times: [...asset.recording_times, { started_at_ms: parts.now(), duration: 0 }],
      }));
      recording.begin({
        tracks,
        hold: () => encoder.hold('recorder'),
        release: () => encoder.release('recorder'),
        grown({ seconds, bytes }) {
          assets.update(assetId, (asset) => ({
            ...asset,
            duration: asset.duration + seconds,
            bytes: asset.bytes + bytes,
            frames,
            recording_times: asset.recording_times.map((time, index) =>
              index === connection ? { ...time, duration: time.duration + seconds } : time,
            ),
          }));
          grown();
        },
      });
    },
    write(message) {
      const kind = kindOf(message);
      if (kind === 'key-frame' || kind === 'frame') frames += 1;
      recording.write(message);
    },
    endRun: recording.endRun,
    async finish() {
      await recording.endRun();
      const nothing = timeline.segments.length === 0;
      return assets.update(assetId, (asset) => ({
        ...asset,
        is_live: false,
        frames,
        ended_at_ms: parts.now(),
        ...(nothing
          ? { status: 'errored', errors: { type: 'invalid_input', messages: ['No media could be recorded.'] } }
          : {}),
      }));
    },
  };
};
