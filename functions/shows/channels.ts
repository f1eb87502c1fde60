import {
  type Channel,
  type ChannelKind,
  channelKind,
  channelPassthrough,
  isUsable,
  type LiveStream,
} from '#domain/channel';
import type { UserId } from '#domain/ids';
import type { Stream, Visibility } from '#domain/stream';
import type { Latency } from '#domain/stream-limits';
import { STREAM_LIMITS } from '#domain/stream-limits';
import type { ChannelStore } from '#store/channels';
import type { Rate, Taken } from '#store/limits';
import type { Log } from '../http/log.ts';
import { Refusal } from '../http/refusal.ts';
import { type LiveVideo, VideoFault } from '../video/live-video.ts';

/** How long one caller may take to make a channel before another tries; and how long the others wait for it. */
export const MAKING = { turnMs: 30_000, waitMs: 12_000, lookMs: 200 } as const;

/** How often one creator's channel may be set anew at Mux, whose turns are everybody's. */
export const SETTING: Rate = { burst: 20, everyMs: 30_000 };

type Parts = {
  channels: Pick<ChannelStore, 'get' | 'beginMaking' | 'made' | 'notMade' | 'wasSet' | 'gone'>;
  video: Pick<LiveVideo, 'make' | 'find' | 'set' | 'caption' | 'remove'>;
  limits: { take(what: string, who: string, rate: Rate, now: number): Promise<Taken> };
  log: Log;
  clock: () => Date;
  newToken: () => string;
  wait: (ms: number) => Promise<void>;
};

/** What of a show is set at its channel. */
type Next = Pick<Stream, 'latency' | 'captions'>;
type Settings = Pick<LiveStream, 'latency' | 'reconnectWindowSeconds' | 'captions'>;

/** A channel that is ready for a show: it has its live stream. */
export type ReadyChannel = Channel & { live: LiveStream };

/**
 * Sees to it that a creator has a channel of a kind, set as the next show needs it. However many ask at once and whatever answer of
 * Mux's is lost, one live stream is made: one caller has the turn, and whoever takes a turn over looks for what the one before may
 * have made.
 */
export const createChannels = ({ channels, video, limits, log, clock, newToken, wait }: Parts) => {
  const make = async (creatorId: UserId, kind: ChannelKind, latency: Latency, takenOver: boolean, token: string) => {
    const passthrough = channelPassthrough(creatorId, kind);
    try {
      const found = takenOver ? await video.find(passthrough) : undefined;
      const live = found ?? (await video.make({ passthrough, ...wantedOf(kind), ...settingsFor(latency) }));
      const { kept, channel } = await channels.made(creatorId, kind, { token }, live);
      if (!kept) {
        log.warn('a live stream was made twice: the later one goes', { creatorId, liveStreamId: live.id });
        await video.remove(live.id);
      } else log.info('channel made', { creatorId, kind, liveStreamId: live.id });
      return channel;
    } catch (error) {
      await channels.notMade(creatorId, kind, { token }, !(error instanceof VideoFault) || error.doubtful);
      throw error;
    }
  };

  const usable = async (creatorId: UserId, kind: ChannelKind, latency: Latency): Promise<Channel> => {
    const until = clock().getTime() + MAKING.waitMs;
    for (;;) {
      const now = clock().getTime();
      const known = await channels.get(creatorId, kind);
      if (known.live?.takes?.is === 'nothing' && !kind.startsWith('test'))
        throw new Refusal('not-allowed', 'This channel has been switched off at the video service.');
      const token = newToken();
      const turn = await channels.beginMaking(creatorId, kind, { token, until: now + MAKING.turnMs }, now);
      if (turn.at === 'usable') return turn.channel;
      if (turn.at === 'ours') return make(creatorId, kind, latency, turn.takenOver, token);
      if (now >= until)
        throw new Refusal('video-provider-busy', 'Your channel is still being made. Try again in a moment.');
      await wait(MAKING.lookMs);
    }
  };

  /** As the next show needs it. False where somebody has deleted it at Mux. */
  const set = async (channel: ReadyChannel, { captions, ...settings }: Settings): Promise<boolean> => {
    const { live } = channel;
    const caption = async (language: Settings['captions']): Promise<boolean> => {
      if ((await video.caption(live.id, language)) === 'gone') return false;
      await channels.wasSet(channel, { captions: language });
      return true;
    };
    // with captions Mux takes no low delay, and with a low delay no captions
    if (live.captions !== undefined && captions === undefined && !(await caption(undefined))) return false;
    if (live.latency !== settings.latency || live.reconnectWindowSeconds !== settings.reconnectWindowSeconds) {
      if ((await video.set(live.id, settings)) === 'gone') return false;
      await channels.wasSet(channel, settings);
    }
    return captions === undefined || captions === live.captions || caption(captions);
  };

  return {
    /** The channel that a stream is on, as it is. */
    of: (stream: Stream): Promise<Channel> => channels.get(stream.creatorId, channelKind(stream)),

    /** @param next what the show that is next needs; nobody may be on the air with the channel now */
    ready: async (creatorId: UserId, kind: ChannelKind, next: Next): Promise<ReadyChannel> => {
      for (let tries = 0; tries < 2; tries++) {
        const channel = await usable(creatorId, kind, next.latency);
        const { live } = channel;
        if (!live || !isUsable(channel)) continue;
        const wanted = { ...settingsFor(next.latency), captions: next.captions };
        if (isSet(live, wanted)) return { ...channel, live };
        const taken = await limits.take('channel', creatorId, SETTING, clock().getTime());
        if (!taken.allowed) throw tooOften(taken.retryAfterMs);
        if (await set({ ...channel, live }, wanted)) return { ...channel, live: { ...live, ...wanted } };
        // somebody has deleted it at Mux: it is made anew
        await channels.gone(channel, clock().getTime() * 1_000);
      }
      throw new Refusal('video-provider-down', 'The video service does not keep your channel. Try again in a moment.');
    },
  };
};
export type Channels = ReturnType<typeof createChannels>;

const isSet = (live: LiveStream, { latency, reconnectWindowSeconds, captions }: Settings): boolean =>
  live.latency === latency && live.reconnectWindowSeconds === reconnectWindowSeconds && live.captions === captions;

const tooOften = (retryAfterMs: number) =>
  new Refusal(
    'too-many-requests',
    'You have changed the delay or the captions of your shows too often. Wait a little.',
    {
      headers: { 'Retry-After': String(Math.ceil(retryAfterMs / 1_000)) },
    },
  );

const settingsFor = (latency: Latency): Pick<LiveStream, 'latency' | 'reconnectWindowSeconds'> => ({
  latency,
  reconnectWindowSeconds: STREAM_LIMITS.reconnectWindowSeconds[latency],
});

const wantedOf = (kind: ChannelKind): { visibility: Visibility; test: boolean } => ({
  visibility: kind.endsWith('followers') ? 'followers' : 'public',
  test: kind.startsWith('test'),
});
