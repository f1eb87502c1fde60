import * as z from 'zod';
import { EmbeddedSubtitles, GeneratedSubtitles, PlaybackPolicy } from '../records.ts';

/** Request bodies, with all that Mux's description allows and nothing else: a misspelt name is refused, not ignored. */

const Policies = z.union([z.array(PlaybackPolicy), PlaybackPolicy.transform((policy) => [policy])]);
const AdvancedPolicies = z.array(z.strictObject({ policy: PlaybackPolicy }));

const AssetMeta = z.strictObject({
  title: z.string().max(512).optional(),
  creator_id: z.string().max(128).optional(),
  external_id: z.string().max(128).optional(),
});
const LiveMeta = z.strictObject({ title: z.string().max(512).optional() });
const Passthrough = z.string().max(255);
const Mp4Support = z.enum(['none', 'standard', 'capped-1080p', 'audio-only', 'audio-only,capped-1080p']);
const StaticRenditions = z.array(
  z.strictObject({
    resolution: z.enum(['highest', 'audio-only', '2160p', '1440p', '1080p', '720p', '540p', '480p', '360p', '270p']),
    passthrough: Passthrough.optional(),
  }),
);

const NewAssetSettings = z
  .strictObject({
    playback_policy: Policies.optional(),
    playback_policies: Policies.optional(),
    advanced_playback_policies: AdvancedPolicies.optional(),
    passthrough: Passthrough.optional(),
    mp4_support: Mp4Support.optional(),
    normalize_audio: z.boolean().optional(),
    master_access: z.enum(['none', 'temporary']).optional(),
    max_resolution_tier: z.enum(['1080p', '1440p', '2160p']).optional(),
    /** Deprecated, and without effect here. */
    encoding_tier: z.enum(['smart', 'baseline', 'premium']).optional(),
    video_quality: z.enum(['basic', 'plus', 'premium']).optional(),
    static_renditions: StaticRenditions.optional(),
    meta: AssetMeta.optional(),
    generate_shots: z.boolean().optional(),
  })
  .transform(({ playback_policy, playback_policies, advanced_playback_policies, ...rest }) => ({
    ...rest,
    playback_policies:
      playback_policies ?? playback_policy ?? advanced_playback_policies?.map(({ policy }) => policy) ?? [],
  }));

const ReconnectWindow = z.number().min(0).max(1_800);
const MaxContinuousDuration = z.number().int().min(60).max(43_200);
const LatencyMode = z.enum(['low', 'reduced', 'standard']);

const EmbeddedRequest = z
  .array(z.strictObject({ ...EmbeddedSubtitles.partial().shape, language_code: z.string().default('en') }))
  .transform((all) =>
    all.map(({ name, language_channel = 'cc1', ...rest }) => ({
      ...rest,
      name: name ?? rest.language_code,
      language_channel,
    })),
  );
const GeneratedRequest = z
  .array(
    z.strictObject({
      ...GeneratedSubtitles.partial().shape,
      language_code: GeneratedSubtitles.shape.language_code.default('en'),
    }),
  )
  .transform((all) => all.map(({ name, ...rest }) => ({ ...rest, name: name ?? rest.language_code })));

export const CreateSimulcastTarget = z.strictObject({
  url: z.string().regex(/^(rtmps?|srt):\/\/\S+$/, 'must be an rtmp://, rtmps:// or srt:// address'),
  stream_key: z.string().max(255).optional(),
  passthrough: Passthrough.optional(),
});

export const CreateLiveStream = z.strictObject({
  playback_policy: Policies.optional(),
  playback_policies: Policies.optional(),
  advanced_playback_policies: AdvancedPolicies.optional(),
  new_asset_settings: NewAssetSettings.optional(),
  reconnect_window: ReconnectWindow.optional(),
  use_slate_for_standard_latency: z.boolean().optional(),
  reconnect_slate_url: z.url().optional(),
  passthrough: Passthrough.optional(),
  audio_only: z.boolean().optional(),
  embedded_subtitles: EmbeddedRequest.optional(),
  generated_subtitles: GeneratedRequest.optional(),
  reduced_latency: z.boolean().optional(),
  low_latency: z.boolean().optional(),
  latency_mode: LatencyMode.optional(),
  test: z.boolean().optional(),
  simulcast_targets: z.array(CreateSimulcastTarget).optional(),
  max_continuous_duration: MaxContinuousDuration.optional(),
  meta: LiveMeta.optional(),
});

export const UpdateLiveStream = z.strictObject({
  passthrough: Passthrough.optional(),
  latency_mode: LatencyMode.optional(),
  reconnect_window: ReconnectWindow.optional(),
  use_slate_for_standard_latency: z.boolean().optional(),
  reconnect_slate_url: z.url().optional(),
  max_continuous_duration: MaxContinuousDuration.optional(),
  new_asset_settings: z
    .strictObject({
      mp4_support: Mp4Support.optional(),
      master_access: z.enum(['none', 'temporary']).optional(),
      video_quality: z.enum(['plus', 'premium']).optional(),
      meta: AssetMeta.optional(),
    })
    .optional(),
  meta: LiveMeta.optional(),
});

/** A part of an asset that there is. Nothing else is fetched from anywhere. */
const ClipInput = z
  .strictObject({
    url: z.string().regex(/^mux:\/\/assets\/[A-Za-z0-9]+$/, 'here only mux://assets/{id}'),
    start_time: z.number().min(0).optional(),
    end_time: z.number().min(0).optional(),
    generated_subtitles: GeneratedRequest.optional(),
  })
  .refine(({ start_time = 0, end_time = Infinity }) => end_time > start_time, 'end_time: after start_time');
export const CreateAsset = z.strictObject({
  inputs: z.array(ClipInput).length(1, 'here exactly one'),
  playback_policies: Policies.optional(),
  passthrough: Passthrough.optional(),
  meta: AssetMeta.optional(),
  test: z.boolean().optional(),
});

export const CreateStaticRendition = StaticRenditions.element;
export const CreatePlaybackId = z.strictObject({ policy: PlaybackPolicy.default('public') });
export const UpdateEmbeddedSubtitles = z.strictObject({ embedded_subtitles: EmbeddedRequest.default([]) });
export const UpdateGeneratedSubtitles = z.strictObject({ generated_subtitles: GeneratedRequest.default([]) });
export const UpdateStaticRenditions = z.strictObject({ static_renditions: StaticRenditions });
export const UpdateAsset = z.strictObject({
  passthrough: Passthrough.optional(),
  meta: AssetMeta.optional(),
  thumbnail_time: z.number().min(0).optional(),
});
export const CreateEndpoint = z.strictObject({ address: z.url({ protocol: /^https?$/ }) });
export const UpdateEndpoint = z
  .strictObject({ address: z.url({ protocol: /^https?$/ }).optional(), enabled: z.boolean().optional() })
  .refine(({ address, enabled }) => address !== undefined || enabled !== undefined, 'address or enabled must be given');
