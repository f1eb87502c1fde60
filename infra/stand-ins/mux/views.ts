import type {
  AssetRecord,
  EndpointRecord,
  LiveStreamRecord,
  SigningKeyRecord,
  StaticFile,
  TextTrack,
} from './records.ts';

/** In the REST API a time is a string of seconds; in webhooks it is a number. */
type Times = 'rest' | 'webhook';

const seconds = (value: number, times: Times): string | number => (times === 'rest' ? String(value) : value);

export const toLiveStream = (record: LiveStreamRecord, times: Times = 'rest'): Record<string, unknown> => {
  const { created_at, simulcast_targets, active_asset_id, recent_asset_ids, ...rest } = record;
  return {
    ...rest,
    created_at: seconds(created_at, times),
    ...(active_asset_id === undefined ? {} : { active_asset_id, active_ingest_protocol: 'rtmp' }),
    ...(recent_asset_ids.length > 0 ? { recent_asset_ids } : {}),
    ...(simulcast_targets.length > 0 ? { simulcast_targets } : {}),
  };
};

const tierOf = (height: number): { max_stored_resolution: string; resolution_tier: string } => {
  if (height === 0) return { max_stored_resolution: 'Audio only', resolution_tier: 'audio-only' };
  if (height <= 720) return { max_stored_resolution: height < 720 ? 'SD' : 'HD', resolution_tier: '720p' };
  if (height <= 1_080) return { max_stored_resolution: 'FHD', resolution_tier: '1080p' };
  return { max_stored_resolution: 'UHD', resolution_tier: height <= 1_440 ? '1440p' : '2160p' };
};

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

const round = (value: number): number => Math.round(value * 1_000) / 1_000;

const progressOf = ({ status, is_live, clip }: AssetRecord): { state: string; progress: number } => {
  if (clip && status === 'preparing') return { state: 'transcoding', progress: 0 };
  if (status === 'errored') return { state: 'errored', progress: -1 };
  return is_live ? { state: 'live', progress: -1 } : { state: 'completed', progress: 100 };
};

const toRecordingTime = ({ started_at_ms, duration }: AssetRecord['recording_times'][number], times: Times) => ({
  started_at:
    times === 'rest'
      ? new Date(started_at_ms).toISOString()
      : { seconds: Math.floor(started_at_ms / 1_000), nanos: (started_at_ms % 1_000) * 1_000_000 },
  duration: round(duration),
  type: 'content',
});

export const toTextTrack = (track: TextTrack): Record<string, unknown> => ({
  ...track,
  type: 'text',
  text_type: 'subtitles',
});

const toTracks = ({
  video,
  audio,
  track_ids,
  text_tracks = [],
  frames,
  duration,
}: AssetRecord): Record<string, unknown>[] => {
  const rate = duration > 0 ? round(frames / duration) : -1;
  return [
    ...(video
      ? [
          {
            type: 'video',
            id: track_ids.video,
            max_width: video.width,
            max_height: video.height,
            max_frame_rate: rate,
            duration: round(duration),
          },
        ]
      : []),
    ...(audio
      ? [
          {
            type: 'audio',
            id: track_ids.audio,
            status: 'ready',
            primary: true,
            max_channels: audio.channels,
            duration: round(duration),
          },
        ]
      : []),
    ...text_tracks.map(toTextTrack),
  ];
};

export const toAsset = (record: AssetRecord, times: Times = 'rest'): Record<string, unknown> => {
  const {
    id,
    created_at,
    status,
    live_stream_id,
    clip,
    is_live,
    playback_ids,
    passthrough,
    meta,
    options,
    video,
    duration,
    errors,
  } = record;
  const playable = duration > 0;
  return {
    id,
    created_at: seconds(created_at, times),
    status,
    ...(live_stream_id === undefined ? {} : { live_stream_id }),
    ...(clip === undefined ? {} : { source_asset_id: clip.source_asset_id }),
    ...(is_live ? { is_live } : {}),
    playback_ids,
    ...(passthrough === undefined ? {} : { passthrough }),
    ...(meta === undefined ? {} : { meta }),
    ...(record.test ? { test: true } : {}),
    ...(errors === undefined ? {} : { errors }),
    ...(playable ? { duration: round(duration), tracks: toTracks(record), ...tierOf(video?.height ?? 0) } : {}),
    ...(playable && video && video.height > 0
      ? {
          aspect_ratio: `${video.width / greatestDivisor(video.width, video.height)}:${video.height / greatestDivisor(video.width, video.height)}`,
          max_stored_frame_rate: round(record.frames / duration),
        }
      : {}),
    recording_times: record.recording_times.map((time) => toRecordingTime(time, times)),
    progress: progressOf(record),
    ingest_type: clip ? 'on_demand_clip' : 'live_rtmp',
    max_resolution_tier: options.max_resolution_tier ?? '1080p',
    encoding_tier: 'smart',
    video_quality: options.video_quality ?? 'plus',
    ...(record.static_file ? { static_renditions: { files: [toStaticFile(record.static_file, record)] } } : {}),
    master_access: options.master_access ?? 'none',
    mp4_support: options.mp4_support ?? 'none',
    normalize_audio: options.normalize_audio ?? false,
  };
};

export const toStaticFile = (
  { bytes, ...file }: StaticFile,
  { duration, video }: AssetRecord,
): Record<string, unknown> => ({
  ...file,
  type: 'standard',
  ext: 'mp4',
  ...(file.status === 'ready'
    ? {
        filesize: String(bytes),
        ...(duration > 0 ? { bitrate: Math.round((bytes * 8) / duration) } : {}),
        ...(video ? { width: video.width, height: video.height } : {}),
      }
    : {}),
});

export const toSigningKey = ({ id, created_at }: SigningKeyRecord): Record<string, unknown> => ({
  id,
  created_at: String(created_at),
});

export const toEndpoint = ({ id, address, created_at, enabled }: EndpointRecord): Record<string, unknown> => ({
  id,
  address,
  created_at: new Date(created_at * 1_000).toISOString(),
  enabled,
});
