import type Mux from '@mux/mux-node';
import { type LiveVideo, type Playback, VideoFault } from './live-video.ts';
import { createMuxLiveStreams } from './mux-live-streams.ts';
import { createMuxRecordings } from './mux-recordings.ts';
import type { Patiently } from './patience.ts';

/** How long the address of a file is good, which is fetched at once. */
const FILE_MS = 60_000;

type Signed = { type: 'video' | 'thumbnail'; goodForMs: number; params?: Record<string, string> };

type Parts = {
  /** Made with `maxRetries: 0`: repeating is ours, as a repeated create would make two. */
  mux: Mux;
  patiently: Patiently;
  streamUrl: string;
  imageUrl: string;
  signingKey?: { id: string; privateKey: string } | undefined;
};

/** Mux as our video provider: with the other `mux-*` files of this folder the one place that speaks Mux. */
export const createMuxVideo = ({ mux, patiently, streamUrl, imageUrl, signingKey }: Parts): LiveVideo => {
  const posterUrl = (playbackId: string, kind: 'live' | 'recording', token?: string): string => {
    const url = new URL(`${imageUrl}/${playbackId}/thumbnail.jpg`);
    // what may be asked of a signed picture is in its token
    if (token !== undefined) url.searchParams.set('token', token);
    else if (kind === 'live') url.searchParams.set('latest', 'true');
    return url.href;
  };

  const sign = (playbackId: string, { type, goodForMs, params = {} }: Signed) => {
    if (!signingKey) throw new VideoFault('refused', { doubtful: false, cause: new Error('no signing key') });
    return mux.jwt.signPlaybackId(playbackId, {
      keyId: signingKey.id,
      keySecret: signingKey.privateKey,
      type,
      expiration: `${goodForMs / 1_000}s`,
      params,
    });
  };

  return {
    ...createMuxLiveStreams({ mux, patiently }),
    ...createMuxRecordings({
      mux,
      patiently,
      streamUrl,
      sign: (playbackId) => sign(playbackId, { type: 'video', goodForMs: FILE_MS }),
    }),
    canSign: signingKey !== undefined,
    posterUrl,

    playback: async ({ playbackId, kind, signed }): Promise<Playback> => {
      const hls = new URL(`${streamUrl}/${playbackId}.m3u8`);
      if (!signed) return { hls: hls.href, poster: posterUrl(playbackId, kind) };
      const { goodForMs } = signed;
      const [token, picture] = await Promise.all([
        sign(playbackId, { type: 'video', goodForMs }),
        sign(playbackId, { type: 'thumbnail', goodForMs, params: kind === 'live' ? { latest: 'true' } : {} }),
      ]);
      hls.searchParams.set('token', token);
      return { hls: hls.href, poster: posterUrl(playbackId, kind, picture), token, goodForMs };
    },
  };
};
