import Mux, { BadRequestError } from '@mux/mux-node';
import { type LiveVideo, type RecordingFile, VideoFault } from './live-video.ts';
import { readTrim } from './mux-facts.ts';
import { isGone, orGone, unlessGone } from './mux-gone.ts';
import { captionsIn, policyOf } from './mux-words.ts';
import type { Patiently } from './patience.ts';

/** What Mux calls the file of the best picture. */
const FILE = 'highest.mp4';

type Parts = {
  mux: Mux;
  patiently: Patiently;
  streamUrl: string;
  /** A token that opens the video of a playback id. */
  sign: (playbackId: string) => Promise<string>;
};

/** What is asked of Mux about recordings, which it calls assets. */
export const createMuxRecordings = ({
  mux,
  patiently,
  streamUrl,
  sign,
}: Parts): Pick<LiveVideo, 'openTo' | 'file' | 'trim' | 'lookAtTrim' | 'removeRecording'> => ({
  openTo: async (assetId, visibility) => {
    const policy = policyOf(visibility);
    const known = async () =>
      (await patiently((timeout) => mux.video.assets.retrieve(assetId, { timeout }))).playback_ids ?? [];
    return unlessGone(async () => {
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
    });
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
      if (isGone(error)) return { is: 'none' };
      throw error;
    }
    const url = new URL(`${streamUrl}/${playbackId}/${FILE}`);
    url.searchParams.set('download', name);
    if (signed) url.searchParams.set('token', await sign(playbackId));
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
    return unlessGone(async () => {
      const made = await patiently(
        (timeout) => mux.video.assets.create(body, { timeout }),
        // a second one would be paid for: its webhooks tell of the first
        () => false,
      );
      return readTrim(made);
    });
  },

  lookAtTrim: (assetId, now) =>
    unlessGone(async () =>
      readTrim(await patiently((timeout) => mux.video.assets.retrieve(assetId, { timeout })), now),
    ),

  removeRecording: (assetId) => orGone(() => patiently((timeout) => mux.video.assets.delete(assetId, { timeout }))),
});
