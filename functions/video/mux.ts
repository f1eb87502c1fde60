import Mux, { BadRequestError, NotFoundError } from '@mux/mux-node';
import type { LiveStream } from '#domain/channel';
import type { CaptionLanguage } from '#domain/stream-limits';
import type { Visibility } from '#domain/stream';
import type { LiveVideo, Playback, RecordingFile, WantedLiveStream } from './live-video.ts';
import { VideoFault } from './live-video.ts';
import { lookAt, readTrim } from './mux-facts.ts';
import type { Patiently } from './patience.ts';

/** A lost create is among the newest live streams: Mux lists those first. */
const FIND_AMONG = 100;
/** What Mux calls the file of the best picture. */
const FILE = 'highest.mp4';
/** Longest show that Mux takes. */
const SHOW_SECONDS = 43_200;
/**
 * A signed address is good for so long: whoever loses access has lost the picture by then. A channel has one playback id for all of
 * its shows, so that a token of one show must not live until the next.
 */
const TOKEN_MS = 60_000;

type Parts = {
  /** Made with `maxRetries: 0`: repeating is ours, as a repeated create would make two. */
  mux: Mux;
  patiently: Patiently;
  streamUrl: string;
  imageUrl: string;
  signingKey?: { id: string; privateKey: string } | undefined;
};

/** Mux as our video provider: with `mux-facts.ts` the one place that speaks Mux. */
export const createMuxVideo = ({ mux, patiently, streamUrl, imageUrl, signingKey }: Parts): LiveVideo => {
  const find = (passthrough: string): Promise<LiveStream | undefined> =>
    patiently(async (timeout) => {
      const page = await mux.video.liveStreams.list({ limit: FIND_AMONG }, { timeout });
      const found = page.data.filter(
        // one for encoders is shut while no show has it; another that is shut is used up
        (live) => live.passthrough === passthrough && (live.status !== 'disabled' || passthrough.includes(':encoder-')),
      );
      const [newest] = found.sort((a, b) => Number(b.created_at) - Number(a.created_at));
      return newest && toLiveStream(newest);
    });

  const posterUrl = (playbackId: string, kind: 'live' | 'recording', token?: string): string => {
    const url = new URL(`${imageUrl}/${playbackId}/thumbnail.jpg`);
    // what may be asked of a signed picture is in its token
    if (token !== undefined) url.searchParams.set('token', token);
    else if (kind === 'live') url.searchParams.set('latest', 'true');
    return url.href;
  };

  const sign = (playbackId: string, type: 'video' | 'thumbnail', params: Record<string, string> = {}) => {
    if (!signingKey) throw new VideoFault('refused', { doubtful: false, cause: new Error('no signing key') });
    return mux.jwt.signPlaybackId(playbackId, {
      keyId: signingKey.id,
      keySecret: signingKey.privateKey,
      type,
      expiration: `${TOKEN_MS / 1_000}s`,
      params,
    });
  };

  return {
    canSign: signingKey !== undefined,
    find,

    make: async (wanted) => {
      let lost: LiveStream | undefined;
      const made = await patiently(
        async (timeout) => lost ?? toLiveStream(await mux.video.liveStreams.create(createParams(wanted), { timeout })),
        async () => {
          lost = await find(wanted.passthrough);
          return true;
        },
      );
      return made;
    },

    set: (liveStreamId, { latency, reconnectWindowSeconds }) =>
      orGone(() =>
        patiently((timeout) =>
          mux.video.liveStreams.update(
            liveStreamId,
            { latency_mode: latency, reconnect_window: reconnectWindowSeconds },
            { timeout },
          ),
        ),
      ),

    caption: (liveStreamId, language) =>
      orGone(() =>
        patiently((timeout) =>
          mux.video.liveStreams.updateGeneratedSubtitles(
            liveStreamId,
            { generated_subtitles: language === undefined ? [] : [captionsIn(language)] },
            { timeout },
          ),
        ),
      ),

    complete: (liveStreamId) =>
      orGone(async () => {
        try {
          await patiently((timeout) => mux.video.liveStreams.complete(liveStreamId, { timeout }));
        } catch (error) {
          // what Mux answers where nothing is open is not documented: then there was nothing to complete
          if (!(error instanceof VideoFault) || !(error.cause instanceof BadRequestError)) throw error;
          const live = await patiently((timeout) => mux.video.liveStreams.retrieve(liveStreamId, { timeout }));
          if (live.active_asset_id !== undefined) throw error;
        }
      }),

    remove: (liveStreamId) =>
      orGone(() => patiently((timeout) => mux.video.liveStreams.delete(liveStreamId, { timeout }))),

    open: (liveStreamId) =>
      orGone(() => patiently((timeout) => mux.video.liveStreams.enable(liveStreamId, { timeout }))),

    shut: (liveStreamId) =>
      orGone(() => patiently((timeout) => mux.video.liveStreams.disable(liveStreamId, { timeout }))),

    newKey: async (liveStreamId) => {
      try {
        // once more where the answer was lost: the key that nobody has seen is no loss
        const live = await patiently((timeout) => mux.video.liveStreams.resetStreamKey(liveStreamId, { timeout }));
        return { streamKey: live.stream_key, srtPassphrase: live.srt_passphrase };
      } catch (error) {
        if (error instanceof VideoFault && error.cause instanceof NotFoundError) return undefined;
        throw error;
      }
    },

    addTarget: async (liveStreamId, { url, streamKey, reference }) => {
      let lost: { id: string } | undefined;
      return patiently(
        async (timeout) => {
          if (lost) return lost;
          const body = { url, stream_key: streamKey, passthrough: reference };
          const { id } = await mux.video.liveStreams.createSimulcastTarget(liveStreamId, body, { timeout });
          return { id };
        },
        async () => {
          const live = await patiently((timeout) => mux.video.liveStreams.retrieve(liveStreamId, { timeout }));
          lost = live.simulcast_targets?.find(({ passthrough }) => passthrough === reference);
          return true;
        },
      );
    },

    removeTarget: (liveStreamId, targetId) =>
      orGone(() =>
        patiently((timeout) => mux.video.liveStreams.deleteSimulcastTarget(liveStreamId, targetId, { timeout })),
      ),

    openTo: async (assetId, visibility) => {
      const policy = policyOf(visibility);
      const known = async () =>
        (await patiently((timeout) => mux.video.assets.retrieve(assetId, { timeout }))).playback_ids ?? [];
      try {
        const there = await known();
        let wanted = there.find((one) => one.policy === policy);
        wanted ??= await patiently(
          (timeout) => mux.video.assets.createPlaybackId(assetId, { policy }, { timeout }),
          // made although the answer was lost: the caller asks again, and it is found above
          () => false,
        );
        for (const { id } of there.filter((one) => one.policy !== policy))
          await orGone(() => patiently((timeout) => mux.video.assets.deletePlaybackId(assetId, id, { timeout })));
        return { playbackId: wanted.id };
      } catch (error) {
        if (error instanceof VideoFault && error.cause instanceof NotFoundError) return undefined;
        throw error;
      }
    },

    file: async ({ assetId, playbackId, signed, name }): Promise<RecordingFile> => {
      const known = () => patiently((timeout) => mux.video.assets.retrieve(assetId, { timeout }));
      try {
        const find = ({ static_renditions }: Mux.Video.Asset) =>
          static_renditions?.files?.find((file) => file.name === FILE);
        let file = find(await known());
        if (!file) {
          await patiently(
            (timeout) => mux.video.assets.createStaticRendition(assetId, { resolution: 'highest' }, { timeout }),
            // made although the answer was lost: a second is refused, and what there is is looked at below
            async () => true,
          ).catch((error: unknown) => {
            if (!(error instanceof VideoFault) || !(error.cause instanceof BadRequestError)) throw error;
          });
          file = find(await known());
        }
        if (file?.status === 'errored' || file?.status === 'skipped') return { is: 'none' };
        if (file?.status !== 'ready') return { is: 'preparing' };
      } catch (error) {
        if (error instanceof VideoFault && error.cause instanceof NotFoundError) return { is: 'none' };
        throw error;
      }
      const url = new URL(`${streamUrl}/${playbackId}/${FILE}`);
      url.searchParams.set('download', name);
      if (signed) url.searchParams.set('token', await sign(playbackId, 'video'));
      return { is: 'ready', url: url.href };
    },

    trim: async ({ assetId, from, to, passthrough, visibility, captions, test }) => {
      const source = { url: `mux://assets/${assetId}`, start_time: from, end_time: to };
      const body: Mux.Video.AssetCreateParams = {
        // the tracks of the whole are not taken over
        inputs: [{ ...source, ...(captions && { generated_subtitles: [captionsIn(captions)] }) }],
        playback_policies: [policyOf(visibility)],
        passthrough,
        ...(test && { test: true }),
      };
      try {
        const made = await patiently(
          (timeout) => mux.video.assets.create(body, { timeout }),
          // a second one would be paid for: its webhooks tell of the first
          () => false,
        );
        return readTrim(made);
      } catch (error) {
        if (error instanceof VideoFault && error.cause instanceof NotFoundError) return undefined;
        throw error;
      }
    },

    lookAtTrim: async (assetId, now) => {
      try {
        return readTrim(await patiently((timeout) => mux.video.assets.retrieve(assetId, { timeout })), now);
      } catch (error) {
        if (error instanceof VideoFault && error.cause instanceof NotFoundError) return undefined;
        throw error;
      }
    },

    removeRecording: (assetId) => orGone(() => patiently((timeout) => mux.video.assets.delete(assetId, { timeout }))),

    look: (liveStreamId, now) => patiently((timeout) => lookAt(mux, liveStreamId, now, timeout)),

    posterUrl,

    playback: async ({ playbackId, kind, signed }): Promise<Playback> => {
      const hls = new URL(`${streamUrl}/${playbackId}.m3u8`);
      if (!signed) return { hls: hls.href, poster: posterUrl(playbackId, kind) };
      const [token, picture] = await Promise.all([
        sign(playbackId, 'video'),
        sign(playbackId, 'thumbnail', kind === 'live' ? { latest: 'true' } : {}),
      ]);
      hls.searchParams.set('token', token);
      return { hls: hls.href, poster: posterUrl(playbackId, kind, picture), token, goodForMs: TOKEN_MS };
    },
  };
};

/** As their speakers call it: players show it so. */
const LANGUAGE_NAMES = {
  en: 'English',
  es: 'Español',
  it: 'Italiano',
  pt: 'Português',
  de: 'Deutsch',
  fr: 'Français',
} as const satisfies Record<CaptionLanguage, string>;
const captionsIn = (language: CaptionLanguage) => ({ name: LANGUAGE_NAMES[language], language_code: language });

const policyOf = (visibility: Visibility): 'public' | 'signed' => (visibility === 'public' ? 'public' : 'signed');

const createParams = (wanted: WantedLiveStream): Mux.Video.LiveStreamCreateParams => {
  const policies = [policyOf(wanted.visibility)];
  return {
    passthrough: wanted.passthrough,
    playback_policies: policies,
    // its recordings are for the same people; there is no changing this later
    new_asset_settings: { playback_policies: policies },
    latency_mode: wanted.latency,
    reconnect_window: wanted.reconnectWindowSeconds,
    max_continuous_duration: SHOW_SECONDS,
    ...(wanted.test && { test: true }),
  };
};

const toLiveStream = (live: Mux.Video.LiveStream): LiveStream => {
  const playbackId = live.playback_ids?.[0]?.id;
  if (playbackId === undefined)
    throw new VideoFault('down', { doubtful: false, cause: new Error(`live stream ${live.id} cannot be played`) });
  return {
    id: live.id,
    muxStreamKey: live.stream_key,
    playbackId,
    latency: live.latency_mode,
    reconnectWindowSeconds: live.reconnect_window ?? 0,
  };
};

const orGone = async (call: () => Promise<unknown>): Promise<'done' | 'gone'> => {
  try {
    await call();
    return 'done';
  } catch (error) {
    if (error instanceof VideoFault && error.cause instanceof NotFoundError) return 'gone';
    throw error;
  }
};
