import type { StreamId, UserId } from './ids.ts';
import { type CaptionLanguage, type Latency, STREAM_LIMITS } from './stream-limits.ts';
import type { Stream, Visibility } from './stream.ts';

/**
 * A creator's long-lived place at Mux, made on first use and reused: Mux allows about one create a second. One of each kind,
 * because who may play it is fixed when it is made (`new_asset_settings.playback_policies` cannot be changed) and a playback id that
 * was once public stays known; test streams are apart because Mux disables them after five minutes. Those for encoders have keys that
 * their creator knows, and let an encoder in only while a show waits for it or has it.
 */
export type Channel = {
  creatorId: UserId;
  kind: ChannelKind;
  /** Absent until it has been made for the first time. */
  live?: LiveStream | undefined;
  /** The newest shows on it, oldest first: by their times an asset is given to its show. */
  shows: readonly { streamId: StreamId; at: number }[];
};

/** What we know of a live stream at Mux. */
export type LiveStream = {
  id: string;
  /** Mux's own key: read by the worker that holds the lease, and by nobody else. Of a channel for encoders we keep none. */
  muxStreamKey?: string | undefined;
  playbackId: string;
  latency: Latency;
  reconnectWindowSeconds: number;
  /** In which language Mux writes along what is said; absent where it does not. */
  captions?: CaptionLanguage | undefined;
  /**
   * Whether Mux takes its encoder, and since when (microseconds): the newest word wins, `deleted` for ever. `rests`: we have shut it,
   * until the next show; `nothing`: somebody else has, at Mux.
   */
  takes?: { is: 'encoder' | 'nothing' | 'rests' | 'deleted'; at: number } | undefined;
  /** When the key of a channel for encoders was last shown to its creator, in milliseconds. */
  keyShownAt?: number | undefined;
  /** Where Mux sends the show besides. Their keys are with Mux alone. */
  simulcast?: readonly SimulcastTarget[] | undefined;
};

/** A place elsewhere that gets the show too, and how that does: the newest word of Mux's wins (microseconds). */
export type SimulcastTarget = {
  id: string;
  name: string;
  url: string;
  status?: { is: SimulcastStatus; at: number } | undefined;
};
export const SIMULCAST_STATUSES = ['idle', 'starting', 'broadcasting', 'errored'] as const;
export type SimulcastStatus = (typeof SIMULCAST_STATUSES)[number];
/** Mux's own limit. */
export const SIMULCAST_TARGETS = 6;

export const CHANNEL_KINDS = [
  'public',
  'followers',
  'test-public',
  'test-followers',
  'encoder-public',
  'encoder-followers',
] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

const SHOWS_KEPT = 40;

/** The kind of channel that a stream needs. */
export const channelKind = ({
  visibility,
  test,
  encoder,
}: Pick<Stream, 'visibility' | 'test' | 'encoder'>): ChannelKind => {
  if (encoder) return encoderKind(visibility);
  return test ? `test-${visibility}` : visibility;
};

/** The kind of channel whose key a creator puts into an encoder. */
export const encoderKind = (visibility: Visibility) => `encoder-${visibility}` as const;

/** What the live stream says of itself at Mux, by which it is found again when the answer of its making was lost. */
export const channelPassthrough = (creatorId: UserId, kind: ChannelKind): string => `vybzz:${creatorId}:${kind}`;

/** The channel with a show begun on it. */
export const withShow = (channel: Channel, id: StreamId, at: number): Channel =>
  channel.shows.some(({ streamId }) => streamId === id)
    ? channel
    : { ...channel, shows: [...channel.shows, { streamId: id, at }].slice(-SHOWS_KEPT) };

/** The show that is, or would be, before this one on the channel. */
export const showBefore = ({ shows }: Channel, id: StreamId): StreamId | undefined => {
  const at = shows.findIndex(({ streamId }) => streamId === id);
  return (at < 0 ? shows : shows.slice(0, at)).at(-1)?.streamId;
};

/** The show that was on at a time, by Mux's clock: the one that began last before it. */
export const showAt = (channel: Channel, atMs: number): StreamId | undefined =>
  channel.shows.findLast((show) => show.at <= atMs + STREAM_LIMITS.clockSkewMs)?.streamId;

/** The channel with Mux's newest word on its live stream. A word on another one, since replaced, changes nothing. */
export const withWord = (
  channel: Channel,
  liveStreamId: string,
  word: { is: 'encoder' | 'nothing' | 'rests' | 'deleted'; at: number },
): Channel => {
  const { live } = channel;
  if (live?.id !== liveStreamId || live.takes?.is === 'deleted') return channel;
  // that Mux says so too is no news; and what somebody else has switched off is not ours to call at rest
  if (word.is === 'nothing' && live.takes?.is === 'rests') return channel;
  if (word.is === 'rests' && live.takes?.is === 'nothing') return channel;
  if (word.is !== 'deleted' && live.takes && live.takes.at >= word.at) return channel;
  return { ...channel, live: { ...live, takes: word } };
};

/** The channel with what we tell Mux of it ourselves: newer than all that has been told, by whatever clock. */
export const withOwnWord = (channel: Channel, liveStreamId: string, is: 'encoder' | 'rests', now: number): Channel =>
  withWord(channel, liveStreamId, { is, at: Math.max(now * 1_000, (channel.live?.takes?.at ?? 0) + 1) });

/** Whether the live stream can carry a show; a test one that Mux has disabled is used up. */
export const isUsable = ({ live }: Channel): boolean =>
  live !== undefined && live.takes?.is !== 'nothing' && live.takes?.is !== 'deleted';

/** The channel with the newest word on one of its simulcast targets. */
export const withTargetWord = (
  channel: Channel,
  liveStreamId: string,
  targetId: string,
  word: { is: SimulcastStatus; at: number },
): Channel => {
  const { live } = channel;
  const known = live?.simulcast?.find(({ id }) => id === targetId);
  if (live?.id !== liveStreamId || !known || (known.status && known.status.at >= word.at)) return channel;
  const simulcast = live.simulcast?.map((target) => (target === known ? { ...target, status: word } : target));
  return { ...channel, live: { ...live, simulcast } };
};
