import type { AssetNews } from '#domain/asset';
import type { LiveStream } from '#domain/channel';
import type { Visibility } from '#domain/stream';
import type { CaptionLanguage } from '#domain/stream-limits';

/** What the control plane needs of a video provider. The adapter is `mux.ts`; tests have one made of fields. */
export type LiveVideo = {
  /** Makes a live stream. Where its answer is lost it may be there all the same: then the fault is `doubtful`. */
  make: (wanted: WantedLiveStream) => Promise<LiveStream>;
  /** The newest live stream that bears this passthrough, among the newest that there are. */
  find: (passthrough: string) => Promise<LiveStream | undefined>;
  set: (
    liveStreamId: string,
    settings: Pick<LiveStream, 'latency' | 'reconnectWindowSeconds'>,
  ) => Promise<'done' | 'gone'>;
  /** Has what is said written along from the next show on, in this language; only while it is idle, and not with low delay. */
  caption: (liveStreamId: string, language: CaptionLanguage | undefined) => Promise<'done' | 'gone'>;
  /** Ends the recording now. Only once the encoder has left: Mux keeps its connection for a minute and would record anew. */
  complete: (liveStreamId: string) => Promise<'done' | 'gone'>;
  remove: (liveStreamId: string) => Promise<'done' | 'gone'>;
  /** Lets an encoder in from now on. */
  open: (liveStreamId: string) => Promise<'done' | 'gone'>;
  /** Lets no encoder in from now on: one that is in is sent away, and the recording ended. */
  shut: (liveStreamId: string) => Promise<'done' | 'gone'>;
  /** Another key: the one before opens nothing any more, and whoever came in with it is sent away. Undefined where it has gone. */
  newKey: (liveStreamId: string) => Promise<EncoderKey | undefined>;
  /**
   * Lets a recording be played by this kind of address alone: the other kind is good no longer. Asked again it does what is left.
   * Undefined where it has gone.
   */
  openTo: (assetId: string, visibility: Visibility) => Promise<{ playbackId: string } | undefined>;
  /** A recording as one file: made on the first asking, which takes Mux a while; asked again it tells how far it is. */
  file: (wanted: { assetId: string; playbackId: string; signed: boolean; name: string }) => Promise<RecordingFile>;
  /** Makes another recording of a part of one. Where its answer is lost it may be there all the same: then the fault is `doubtful`. */
  trim: (wanted: WantedTrim) => Promise<AssetNews | undefined>;
  /** What has become of a trimmed recording; undefined where it has gone. */
  lookAtTrim: (assetId: string, now: number) => Promise<AssetNews | undefined>;
  removeRecording: (assetId: string) => Promise<'done' | 'gone'>;
  /** Sends the live stream's shows elsewhere too; only while it is idle. `reference` is ours, to find it by when an answer is lost. */
  addTarget: (
    liveStreamId: string,
    target: { url: string; streamKey: string; reference: string },
  ) => Promise<{ id: string }>;
  removeTarget: (liveStreamId: string, targetId: string) => Promise<'done' | 'gone'>;
  /** What the provider says of a live stream's newest recordings, for the day its webhooks do not come. */
  look: (liveStreamId: string, now: number) => Promise<{ news: AssetNews; bornAtMs: number }[]>;
  /** Where to play a playback id; where not everybody may, signed for `goodForMs`. */
  playback: (wanted: {
    playbackId: string;
    kind: 'live' | 'recording';
    signed?: { goodForMs: number } | undefined;
  }) => Promise<Playback>;
  /** A picture of it, where everybody may see one. */
  posterUrl: (playbackId: string, kind: 'live' | 'recording') => string;
  /** Whether shows for followers only are possible here. */
  canSign: boolean;
};

export type WantedLiveStream = Pick<LiveStream, 'latency' | 'reconnectWindowSeconds'> & {
  passthrough: string;
  visibility: Visibility;
  test: boolean;
};

/** `from` and `to` in seconds of the asset. */
export type WantedTrim = {
  assetId: string;
  from: number;
  to: number;
  passthrough: string;
  visibility: Visibility;
  captions: CaptionLanguage | undefined;
  test: boolean;
};

/** What opens a live stream to an encoder. Never logged, and kept nowhere. */
type EncoderKey = { streamKey: string; srtPassphrase: string | undefined };

/** `none`: the recording has gone at Mux, or cannot be made a file. */
export type RecordingFile = { is: 'preparing' } | { is: 'ready'; url: string } | { is: 'none' };

/** A signed one is good for `goodForMs`, and is to be asked for again before that. */
export type Playback = { hls: string; poster: string; token?: string; goodForMs?: number };

/**
 * The provider does not do what it should: `busy` asks us to slow down, `down` does not answer or answers nonsense, `refused` will
 * not have it (our credentials, our request). `doubtful`: what was asked for may have happened all the same.
 */
export class VideoFault extends Error {
  override name = 'VideoFault';
  readonly because: 'busy' | 'down' | 'refused';
  readonly doubtful: boolean;

  constructor(because: 'busy' | 'down' | 'refused', { doubtful, cause }: { doubtful: boolean; cause: unknown }) {
    super(`the video provider is ${because}`, { cause });
    this.because = because;
    this.doubtful = doubtful;
  }
}
