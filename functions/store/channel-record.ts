import * as z from 'zod/mini';
import { CHANNEL_KINDS, type Channel, type ChannelKind, type LiveStream, SIMULCAST_STATUSES } from '#domain/channel';
import type { UserId } from '#domain/ids';
import { CAPTION_LANGUAGES, LATENCIES } from '#domain/stream-limits';
import { streamId, userId } from './brands.ts';
import { absent, atRevision, type Part, type Table } from './dynamo.ts';
import type { Item } from './item.ts';
import { channelKey, liveStreamKey } from './keys.ts';
import { createRecord } from './record.ts';

const record = createRecord({
  kind: 'channel',
  version: 1,
  schema: z.object({
    creatorId: userId,
    kind: z.enum(CHANNEL_KINDS),
    live: z.optional(
      z.object({
        id: z.string(),
        /** Mux's, under the name that every version of us has read; none of a channel for encoders. */
        streamKey: z.optional(z.string()),
        playbackId: z.string(),
        latency: z.enum(LATENCIES),
        reconnectWindowSeconds: z.number(),
        captions: z.optional(z.enum(CAPTION_LANGUAGES)),
        takes: z.optional(z.object({ is: z.enum(['encoder', 'nothing', 'rests', 'deleted']), at: z.number() })),
        keyShownAt: z.optional(z.number()),
        simulcast: z.optional(
          z.readonly(
            z.array(
              z.object({
                id: z.string(),
                name: z.string(),
                url: z.string(),
                status: z.optional(z.object({ is: z.enum(SIMULCAST_STATUSES), at: z.number() })),
              }),
            ),
          ),
        ),
      }),
    ),
    shows: z.readonly(z.array(z.object({ streamId, at: z.number() }))),
    /** Who is making the live stream at Mux just now, and until when the others leave it to them. */
    making: z.optional(z.object({ token: z.string(), until: z.number() })),
    rev: z.number(),
  }),
});

export type Making = { token: string; until: number };
/** A channel, the revision at which it was read (0: not there yet), and who makes it. */
export type StoredChannel = { channel: Channel; rev: number; making: Making | undefined };

const owner = createRecord({
  kind: 'live stream',
  version: 1,
  schema: z.object({ creatorId: userId, kind: z.enum(CHANNEL_KINDS) }),
});

export const channelItem = (channel: Channel, rev: number, making: Making | undefined): Item => ({
  ...channelKey(channel.creatorId, channel.kind),
  ...record.write({ ...channel, live: channel.live && toStored(channel.live), rev, making }),
});

/** A channel as it is stored; an empty one where there is none. */
export const readChannel = async (table: Table, creatorId: UserId, kind: ChannelKind): Promise<StoredChannel> => {
  const item = await table.get(channelKey(creatorId, kind));
  if (!item) return { channel: { creatorId, kind, shows: [] }, rev: 0, making: undefined };
  const { rev, making, live, ...channel } = record.read(item);
  return { channel: { ...channel, live: live && fromStored(live) }, rev, making };
};

type StoredLive = Omit<LiveStream, 'muxStreamKey'> & { streamKey?: string | undefined };
const toStored = ({ muxStreamKey, ...live }: LiveStream): StoredLive => ({ ...live, streamKey: muxStreamKey });
const fromStored = ({ streamKey, ...live }: StoredLive): LiveStream => ({ ...live, muxStreamKey: streamKey });

/** The write that takes a channel from what was read to what it is now; refused as `channel-moved` when another came between. */
export const channelMove = (
  { rev, making }: StoredChannel,
  to: Channel,
  next: { making: Making | undefined } = { making },
): Part<'channel-moved'> => ({
  or: 'channel-moved',
  put: channelItem(to, rev + 1, next.making),
  when: rev === 0 ? absent : atRevision(rev),
});

/** Whose channel a Mux live stream is; undefined for one that is none of ours. */
export const ownerOf = async (
  table: Table,
  liveStreamId: string,
): Promise<{ creatorId: UserId; kind: ChannelKind } | undefined> => {
  const item = await table.get(liveStreamKey(liveStreamId));
  return item && owner.read(item);
};

export const ownerItem = (liveStreamId: string, { creatorId, kind }: Pick<Channel, 'creatorId' | 'kind'>): Item => ({
  ...liveStreamKey(liveStreamId),
  ...owner.write({ creatorId, kind }),
});
