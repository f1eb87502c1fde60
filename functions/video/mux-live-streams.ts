import Mux, { BadRequestError } from '@mux/mux-node';
import type { LiveStream } from '#domain/channel';
import { type LiveVideo, VideoFault, type WantedLiveStream } from './live-video.ts';
import { lookAt } from './mux-facts.ts';
import { orGone, unlessGone } from './mux-gone.ts';
import { captionsIn, policyOf } from './mux-words.ts';
import type { Patiently } from './patience.ts';

/** A lost create is among the newest live streams: Mux lists those first. */
const FIND_AMONG = 100;
/** Longest show that Mux takes. */
const SHOW_SECONDS = 43_200;

type Calls = Pick<
  LiveVideo,
  | 'find'
  | 'make'
  | 'set'
  | 'caption'
  | 'complete'
  | 'remove'
  | 'open'
  | 'shut'
  | 'newKey'
  | 'addTarget'
  | 'removeTarget'
  | 'look'
>;

/** What is asked of Mux about live streams: each is a creator's channel. */
export const createMuxLiveStreams = ({ mux, patiently }: { mux: Mux; patiently: Patiently }): Calls => {
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

  return {
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

    newKey: (liveStreamId) =>
      unlessGone(async () => {
        // once more where the answer was lost: the key that nobody has seen is no loss
        const live = await patiently((timeout) => mux.video.liveStreams.resetStreamKey(liveStreamId, { timeout }));
        return { streamKey: live.stream_key, srtPassphrase: live.srt_passphrase };
      }),

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

    look: (liveStreamId, now) => patiently((timeout) => lookAt(mux, liveStreamId, now, timeout)),
  };
};

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
