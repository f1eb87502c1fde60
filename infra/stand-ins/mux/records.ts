import * as z from 'zod';

/**
 * What is kept on disk. Fields that Mux's API shows have Mux's own names, so that a view is a selection and not a translation.
 */
export const PlaybackPolicy = z.enum(['public', 'signed']);

export const PlaybackId = z.object({ id: z.string(), policy: PlaybackPolicy });
export type PlaybackId = z.infer<typeof PlaybackId>;

const Meta = z.object({
  title: z.string().optional(),
  creator_id: z.string().optional(),
  external_id: z.string().optional(),
});

const StaticRendition = z.object({ resolution: z.string(), passthrough: z.string().optional() });

/** `new_asset_settings` of a live stream. */
const AssetOptions = z.object({
  playback_policies: z.array(PlaybackPolicy).optional(),
  passthrough: z.string().optional(),
  mp4_support: z.string().optional(),
  normalize_audio: z.boolean().optional(),
  master_access: z.enum(['none', 'temporary']).optional(),
  max_resolution_tier: z.enum(['1080p', '1440p', '2160p']).optional(),
  video_quality: z.enum(['basic', 'plus', 'premium']).optional(),
  static_renditions: z.array(StaticRendition).optional(),
  meta: Meta.optional(),
  generate_shots: z.boolean().optional(),
});

export const SimulcastTarget = z.object({
  id: z.string(),
  url: z.string(),
  stream_key: z.string().optional(),
  passthrough: z.string().optional(),
  status: z.enum(['idle', 'starting', 'broadcasting', 'errored']),
  error_severity: z.enum(['normal', 'fatal']).optional(),
});
export type SimulcastTarget = z.infer<typeof SimulcastTarget>;

export const EmbeddedSubtitles = z.object({
  name: z.string(),
  passthrough: z.string().optional(),
  language_code: z.string(),
  language_channel: z.enum(['cc1', 'cc2', 'cc3', 'cc4']),
});

export const GeneratedSubtitles = z.object({
  name: z.string(),
  passthrough: z.string().optional(),
  language_code: z.enum(['en', 'en-US', 'es', 'fr', 'de', 'pt', 'it']),
  transcription_vocabulary_ids: z.array(z.string()).optional(),
});

export const LiveStreamRecord = z.object({
  id: z.string(),
  /** Unix seconds. */
  created_at: z.number(),
  stream_key: z.string(),
  srt_passphrase: z.string(),
  status: z.enum(['idle', 'active', 'disabled']),
  active_asset_id: z.string().optional(),
  recent_asset_ids: z.array(z.string()),
  playback_ids: z.array(PlaybackId),
  new_asset_settings: AssetOptions,
  reconnect_window: z.number(),
  latency_mode: z.enum(['low', 'reduced', 'standard']),
  max_continuous_duration: z.number(),
  passthrough: z.string().optional(),
  meta: z.object({ title: z.string().optional() }).optional(),
  test: z.boolean().optional(),
  audio_only: z.boolean().optional(),
  use_slate_for_standard_latency: z.boolean().optional(),
  reconnect_slate_url: z.string().optional(),
  embedded_subtitles: z.array(EmbeddedSubtitles).optional(),
  generated_subtitles: z.array(GeneratedSubtitles).optional(),
  simulcast_targets: z.array(SimulcastTarget),
});
export type LiveStreamRecord = z.infer<typeof LiveStreamRecord>;

/** A recording as one file. */
export const StaticFile = z.object({
  id: z.string(),
  name: z.literal('highest.mp4'),
  resolution: z.literal('highest'),
  status: z.enum(['preparing', 'ready', 'errored']),
  passthrough: z.string().optional(),
  bytes: z.number(),
});
export type StaticFile = z.infer<typeof StaticFile>;

export type GeneratedSubtitles = z.infer<typeof GeneratedSubtitles>;

/** What is said in an asset, written along. */
export const TextTrack = z.object({
  id: z.string(),
  name: z.string(),
  language_code: z.string(),
  passthrough: z.string().optional(),
  text_source: z.enum(['generated_live', 'generated_vod']),
  status: z.enum(['preparing', 'ready']),
});
export type TextTrack = z.infer<typeof TextTrack>;

const VideoTrack = z.object({ codec: z.string(), width: z.number(), height: z.number() });
const AudioTrack = z.object({ codec: z.string(), channels: z.number(), sampleRate: z.number() });

export const AssetRecord = z.object({
  id: z.string(),
  created_at: z.number(),
  status: z.enum(['preparing', 'ready', 'errored']),
  /** Of a recording; of a part of one there is none. */
  live_stream_id: z.string().optional(),
  /** Of what it is a part, in seconds. */
  clip: z.object({ source_asset_id: z.string(), from: z.number(), to: z.number() }).optional(),
  is_live: z.boolean(),
  /** The part of its media's address that nobody guesses. */
  secret: z.string(),
  playback_ids: z.array(PlaybackId),
  options: AssetOptions,
  passthrough: z.string().optional(),
  meta: Meta.optional(),
  test: z.boolean(),
  /** One of the encoder's connections each: when it began, and how many seconds of it are recorded. */
  recording_times: z.array(z.object({ started_at_ms: z.number(), duration: z.number() })),
  duration: z.number(),
  frames: z.number(),
  bytes: z.number(),
  video: VideoTrack.optional(),
  audio: AudioTrack.optional(),
  track_ids: z.object({ video: z.string(), audio: z.string() }),
  text_tracks: z.array(TextTrack).optional(),
  static_file: StaticFile.optional(),
  errors: z.object({ type: z.string(), messages: z.array(z.string()) }).optional(),
  ended_at_ms: z.number().optional(),
});
export type AssetRecord = z.infer<typeof AssetRecord>;

/** The private half is given away once and kept nowhere. */
export const SigningKeyRecord = z.object({ id: z.string(), created_at: z.number(), public_key: z.string() });
export type SigningKeyRecord = z.infer<typeof SigningKeyRecord>;

export const EndpointRecord = z.object({
  id: z.string(),
  address: z.string(),
  /** Unix seconds. */
  created_at: z.number(),
  enabled: z.boolean(),
  secret: z.string(),
});
export type EndpointRecord = z.infer<typeof EndpointRecord>;

/** A webhook that one endpoint has not taken yet. */
export const DeliveryRecord = z.object({
  id: z.string(),
  endpoint_id: z.string(),
  type: z.string(),
  body: z.string(),
  /** Order among the deliveries. */
  serial: z.number(),
  since_ms: z.number(),
  attempts: z.number(),
  due_ms: z.number(),
});
export type DeliveryRecord = z.infer<typeof DeliveryRecord>;
