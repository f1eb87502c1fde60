import type { StreamId, UserId } from './ids.ts';
import type { Latency, Stream, Visibility } from './stream.ts';

/**
 * A creator's long-lived Mux live stream, made on first use and reused: Mux allows about one create a second. One of each kind,
 * because who may play it is fixed when it is made (`new_asset_settings.playback_policies` cannot be changed) and a playback id that
 * was once public stays known; test streams are apart because Mux disables them after five minutes.
 */
export type Channel = {
  creatorId: UserId;
  kind: ChannelKind;
  liveStreamId: string;
  /** Mux's own key: read by the worker that holds the lease, and by nobody else. */
  streamKey: string;
  playbackId: string;
  latency: Latency;
  reconnectWindowSeconds: number;
  /** Whether Mux refuses its encoder, and since when (microseconds): the newest word wins. */
  disabled?: { is: boolean; at: number } | undefined;
  /** The newest shows on it, oldest first: tells of which of them an asset is. */
  shows: readonly { streamId: StreamId; at: number }[];
};

export const CHANNEL_KINDS = ['public', 'followers', 'test-public', 'test-followers'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

const SHOWS_KEPT = 40;
/** How far Mux's clock may be behind ours. Nothing that speaks of a show is stamped within it: FFmpeg takes longer to start. */
const CLOCK_SKEW_MS = 2_000;

/** The kind of channel that a stream needs. */
export const channelKind = ({ visibility, test }: { visibility: Visibility; test: boolean }): ChannelKind =>
  test ? `test-${visibility}` : visibility;

/** What the live stream says of itself at Mux, by which it is found again when the answer of its making was lost. */
export const channelPassthrough = (creatorId: UserId, kind: ChannelKind): string => `vybzz:${creatorId}:${kind}`;

/** The channel with a show begun on it. */
export const withShow = (channel: Channel, { id }: Pick<Stream, 'id'>, at: number): Channel =>
  channel.shows.some(({ streamId }) => streamId === id)
    ? channel
    : { ...channel, shows: [...channel.shows, { streamId: id, at }].slice(-SHOWS_KEPT) };

/** The show that was on at a time, by Mux's clock: that which began last before it. */
export const showAt = (channel: Channel, atMs: number): StreamId | undefined =>
  channel.shows.findLast((show) => show.at <= atMs + CLOCK_SKEW_MS)?.streamId;

/** The channel with the newest word on whether Mux takes its encoder. */
export const withDisabled = (channel: Channel, is: boolean, at: number): Channel =>
  channel.disabled && channel.disabled.at >= at ? channel : { ...channel, disabled: { is, at } };
