import {
  type Channel,
  type ChannelKind,
  isUsable,
  type LiveStream,
  type SimulcastTarget,
  withOwnWord,
  withWord,
} from '#domain/channel';
import type { UserId } from '#domain/ids';
import { channelMove, type Making, ownerItem, ownerOf, readChannel } from './channel-record.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import type { Table } from './dynamo.ts';
import { airKey, channelKey } from './keys.ts';

/** Creators' channels. Making one at Mux is a thing for one caller at a time: `beginMaking` says who. */
export const createChannelStore = ({ table }: { table: Table }) => ({
  get: async (creatorId: UserId, kind: ChannelKind): Promise<Channel> =>
    (await readChannel(table, creatorId, kind)).channel,

  ownerOf: (liveStreamId: string) => ownerOf(table, liveStreamId),

  /**
   * The channel where it is usable; else the turn to make it, which one caller gets until `making.until`. `takenOver`: another
   * began and was not heard of again, so Mux may have made a live stream that we do not know.
   */
  beginMaking: (creatorId: UserId, kind: ChannelKind, making: Making, now: number) =>
    retryOnConflict<
      { at: 'usable'; channel: Channel } | { at: 'ours'; takenOver: boolean; channel: Channel } | { at: 'others' }
    >(async () => {
      const found = await readChannel(table, creatorId, kind);
      if (isUsable(found.channel)) return { settled: { at: 'usable', channel: found.channel } };
      if (found.making && found.making.until > now) return { settled: { at: 'others' } };
      const written = await table.transact([channelMove(found, found.channel, { making })]);
      if (!written.done) return 'conflict';
      return { settled: { at: 'ours', takenOver: found.making !== undefined, channel: found.channel } };
    }),

  /** Keeps what Mux has made, of one for encoders without its key; not where the turn has passed to another meanwhile: then `live` is the other's. */
  made: (creatorId: UserId, kind: ChannelKind, { token }: Pick<Making, 'token'>, live: LiveStream) =>
    retryOnConflict<{ kept: boolean; channel: Channel }>(async () => {
      const found = await readChannel(table, creatorId, kind);
      if (found.making?.token !== token)
        return { settled: { kept: found.channel.live?.id === live.id, channel: found.channel } };
      const { muxStreamKey, ...known } = live;
      const channel = { ...found.channel, live: kind.startsWith('encoder') ? known : { ...known, muxStreamKey } };
      const written = await table.transact([
        channelMove(found, channel, { making: undefined }),
        { put: ownerItem(live.id, channel) },
      ]);
      return written.done ? { settled: { kept: true, channel } } : 'conflict';
    }),

  /**
   * Gives the turn back when Mux did not make one. `doubtful`: it may have, for all we know; the next turn counts as taken over.
   */
  notMade: (creatorId: UserId, kind: ChannelKind, { token }: Pick<Making, 'token'>, doubtful: boolean) =>
    retryOnConflict(async () => {
      const found = await readChannel(table, creatorId, kind);
      if (found.making?.token !== token) return { settled: undefined };
      const making = doubtful ? { token, until: 0 } : undefined;
      const written = await table.transact([channelMove(found, found.channel, { making })]);
      return written.done ? { settled: undefined } : 'conflict';
    }),

  /** Mux knows its live stream no more: the next show makes another. */
  gone: (channel: Channel, at: number) =>
    retryOnConflict(async () => {
      const found = await readChannel(table, channel.creatorId, channel.kind);
      const after = withWord(found.channel, channel.live?.id ?? '', { is: 'deleted', at });
      if (after === found.channel) return { settled: undefined };
      return (await table.transact([channelMove(found, after)])).done ? { settled: undefined } : 'conflict';
    }),

  /** Changes where a channel's show is sent besides; not where its live stream has been replaced meanwhile. */
  simulcast: (
    { creatorId, kind, live: { id } }: Channel & { live: LiveStream },
    change: (targets: readonly SimulcastTarget[]) => readonly SimulcastTarget[],
  ) =>
    retryOnConflict<readonly SimulcastTarget[]>(async () => {
      const found = await readChannel(table, creatorId, kind);
      const { live } = found.channel;
      if (live?.id !== id) return { settled: [] };
      const simulcast = change(live.simulcast ?? []);
      const written = await table.transact([channelMove(found, { ...found.channel, live: { ...live, simulcast } })]);
      return written.done ? { settled: simulcast } : 'conflict';
    }),

  /** Keeps what we make of a channel for encoders: that Mux shuts it until the next show, or when its key was shown. */
  forEncoders: (
    { creatorId, kind }: Pick<Channel, 'creatorId' | 'kind'>,
    liveStreamId: string,
    what: { restsAt: number } | { keyShownAt: number },
  ) =>
    retryOnConflict(async () => {
      const found = await readChannel(table, creatorId, kind);
      const { live } = found.channel;
      if (live?.id !== liveStreamId) return { settled: undefined };
      const after =
        'restsAt' in what
          ? withOwnWord(found.channel, liveStreamId, 'rests', what.restsAt)
          : { ...found.channel, live: { ...live, keyShownAt: what.keyShownAt } };
      if (after === found.channel) return { settled: undefined };
      return (await table.transact([channelMove(found, after)])).done ? { settled: undefined } : 'conflict';
    }),

  /** Forgets a channel whose creator has gone. Whose its live stream was stays known: late events are about nobody. */
  remove: async (creatorId: UserId, kind: ChannelKind): Promise<void> => {
    await table.remove(channelKey(creatorId, kind));
    await table.remove(airKey(creatorId));
  },

  /** What the live stream is set to at Mux by now. */
  wasSet: (channel: Channel, settings: Partial<Pick<LiveStream, 'latency' | 'reconnectWindowSeconds' | 'captions'>>) =>
    retryOnConflict<Channel>(async () => {
      const found = await readChannel(table, channel.creatorId, channel.kind);
      const { live } = found.channel;
      if (!live || live.id !== channel.live?.id) return { settled: found.channel };
      const set = { ...found.channel, live: { ...live, ...settings } };
      return (await table.transact([channelMove(found, set)])).done ? { settled: set } : 'conflict';
    }),
});
export type ChannelStore = ReturnType<typeof createChannelStore>;
