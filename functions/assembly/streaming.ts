import Mux from '@mux/mux-node';
import type { StreamView } from '#contract/http';
import { newId, type StreamId } from '#domain/ids';
import { createChatStore } from '#store/chat';
import { createChannelStore } from '#store/channels';
import { createConnectionStore } from '#store/connections';
import { createMuxEventStore } from '#store/events';
import { createEncoderStore } from '#store/encoders';
import { createDeliveryStore } from '#store/deliveries';
import { createFiguresStore } from '#store/figures';
import { createLimitStore } from '#store/limits';
import { createLeaseStore } from '#store/leases';
import { createModerationStore } from '#store/moderation';
import { createPostStore } from '#store/posts';
import { createPresenceStore } from '#store/presence';
import { createPushStore } from '#store/pushes';
import { createStreamStore } from '#store/streams';
import type { Base } from './base.ts';
import { buildGuests } from './guests.ts';
import { isModeratorBy } from './moderators.ts';
import { newSecret } from './secret.ts';
import { actingFor } from '../http/acting.ts';
import type { Caller } from '../http/caller.ts';
import type { People } from './people.ts';
import { createLivePost } from '../shows/live-post.ts';
import { createAnnounce } from '../shows/announce.ts';
import { createPublisher } from '../shows/publisher.ts';
import { createAccess } from '../shows/access.ts';
import { createChanged } from '../shows/changed.ts';
import { createChannels } from '../shows/channels.ts';
import { createChat } from '../shows/chat.ts';
import { createDelivery } from '../shows/delivery.ts';
import { createFollowedLive, createTellFollowers } from '../shows/followed.ts';
import { createEnding } from '../shows/ending.ts';
import { createEncoders } from '../shows/encoders.ts';
import { createRecordings } from '../shows/recordings.ts';
import type { Eviction } from '../shows/eviction.ts';
import { createModerating } from '../shows/moderating.ts';
import { createNotices } from '../shows/notices.ts';
import { createPresence } from '../shows/presence.ts';
import type { PushSender } from '../shows/push-sender.ts';
import { createRemoveStreams } from '../shows/removing.ts';
import { createStreamViews } from '../shows/views.ts';
import { createWake } from '../shows/wake.ts';
import type { LiveVideo } from '../video/live-video.ts';
import { createMuxVideo } from '../video/mux.ts';
import { createPatience } from '../video/patience.ts';
import { inTurn } from '../video/turns.ts';

const pause = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

/** Mux's SDK, in the turns that all functions share, and without its own retries: a repeated create would make two live streams. */
export const createMux = ({ config, table, clock }: Pick<Base, 'config' | 'table' | 'clock'>): Mux =>
  new Mux({
    // a room that was given none makes addresses, and calls nobody
    tokenId: config.MUX_TOKEN_ID ?? null,
    tokenSecret: config.MUX_TOKEN_SECRET ?? null,
    maxRetries: 0,
    fetch: inTurn({ limits: createLimitStore({ table }), clock, whose: actingFor }),
    logLevel: 'off',
    ...(config.MUX_BASE_URL !== undefined && { baseURL: config.MUX_BASE_URL }),
  });

const MUX_RTMPS = 'rtmps://global-live.mux.com:443/app';
const MUX_SRT = 'srt://global-live.mux.com:6001';

/** Where something else stands in for Mux, SRT is there only where that is said. */
const encoderAddresses = ({ MUX_RTMPS_URL, MUX_SRT_URL }: Base['config']) => ({
  rtmps: MUX_RTMPS_URL ?? MUX_RTMPS,
  srt: MUX_SRT_URL ?? (MUX_RTMPS_URL === undefined ? MUX_SRT : undefined),
});

const createVideo = (base: Base): LiveVideo => {
  const { config } = base;
  const { MUX_SIGNING_KEY_ID: id, MUX_SIGNING_PRIVATE_KEY: privateKey } = config;
  return createMuxVideo({
    mux: createMux(base),
    patiently: createPatience({ clock: Date.now, wait: pause, random: Math.random }),
    streamUrl: config.MUX_STREAM_URL,
    imageUrl: config.MUX_IMAGE_URL,
    signingKey: id !== undefined && privateKey !== undefined ? { id, privateKey } : undefined,
  });
};

/**
 * What every room needs that shows streams, or moves them.
 *
 * @param video by default Mux, as the configuration has it
 */
export const createStreaming = (
  base: Base,
  { users, follows }: Pick<People, 'users' | 'follows'>,
  {
    video = createVideo(base),
    wait = pause,
    sender,
  }: { video?: LiveVideo; wait?: (ms: number) => Promise<void>; sender?: PushSender | undefined } = {},
) => {
  const { table, log, clock, sockets, tasks } = base;
  const streams = createStreamStore({ table });
  const channelStore = createChannelStore({ table });
  const connections = createConnectionStore({ table });
  const leases = createLeaseStore({ table });
  const events = createMuxEventStore({ table });
  const moderation = createModerationStore({ table });
  const chatStore = createChatStore({ table });
  const access = createAccess({ follows, isKeptOut: moderation.isKeptOut });
  const limits = createLimitStore({ table });
  const figures = createFiguresStore({ table });
  const viewers = createPresenceStore({ table });
  const deliveries = createDeliveryStore({ table });
  const wake = createWake({ deliveries, tasks, log, clock });
  const newActId = (now: number) => newId('act', now);
  const chat = createChat({
    chat: chatStore,
    moderation,
    figures,
    follows,
    people: users,
    limits,
    access,
    wake,
    clock,
    newActId,
  });
  const views = createStreamViews({
    people: users,
    figures,
    chat,
    reactions: chatStore.reactions,
    leases,
    channels: channelStore,
    posterUrl: video.posterUrl,
    clock,
  });
  const publisher = createPublisher({ sockets, connections, limits, log, clock, wait });
  const guests = buildGuests(base, { users });
  const changed = createChanged({
    seeOff: guests.over,
    announce: createAnnounce({ publisher, view: views.view, log }),
    publishLive: createLivePost({ posts: createPostStore({ table }), newPostId: (now) => newId('pst', now) }),
    tasks,
    log,
    clock,
  });
  const pushes = createPushStore({ table });
  const ending = createEnding({ streams, channels: channelStore, video, changed, log, clock, wait });

  const channels = createChannels({
    channels: channelStore,
    limits,
    video,
    log,
    clock,
    newToken: newSecret,
    wait,
  });

  return {
    video,
    streams,
    channelStore,
    channels,
    encoders: createEncoders({
      encoders: createEncoderStore({ table }),
      streams,
      channels,
      channelStore,
      ending,
      video,
      changed,
      addresses: encoderAddresses(base.config),
      log,
      clock,
    }),
    connections,
    leases,
    events,
    access,
    guests,
    views,
    publisher,
    figures,
    wake,
    chat,
    moderation,
    /** What moderators do, with what takes people out of audiences. */
    moderating: (eviction: Eviction) =>
      createModerating({
        chat,
        chatStore,
        moderation,
        eviction,
        people: users,
        isModerator: isModeratorBy(base.config),
        wake,
        clock,
        newActId,
      }),
    presence: createPresence({ presence: viewers, figures, access, wake, clock }),
    delivery: createDelivery({
      deliveries,
      chat: chatStore,
      chatViews: chat,
      presence: viewers,
      figures,
      connections,
      streams,
      health: views.health,
      publisher,
      tasks,
      clock,
      wait,
      newToken: newSecret,
    }),
    followedLive: createFollowedLive({ streams, follows, access, views }),
    tellFollowers: createTellFollowers({
      streams,
      follows,
      connections,
      isKeptOut: moderation.isKeptOut,
      view: views.view,
      publisher,
      log,
      clock,
    }),
    pushes,
    notices: createNotices({
      streams,
      pushes,
      people: users,
      isKeptOut: moderation.isKeptOut,
      sender,
      tasks,
      log,
      clock,
    }),
    changed,
    ending,
    recordings: createRecordings({ streams, events, video, chat: chatStore, changed, log, clock }),
    removeStreams: createRemoveStreams({
      streams,
      channels: channelStore,
      chat: chatStore,
      moderation,
      ending,
      video,
    }),

    /** Those of the streams that a viewer may see, for who shows them beside something else. */
    streamViews: async (ids: readonly StreamId[], viewer: Caller | undefined): Promise<Map<StreamId, StreamView>> => {
      const shown = await access.watchable(await streams.getMany(ids), viewer);
      const made = await views.views(shown);
      const byId = new Map(made.map((view) => [view.id, view]));
      return new Map(
        shown.flatMap(({ id: streamId }): [StreamId, StreamView][] => {
          const view = byId.get(streamId);
          return view ? [[streamId, view]] : [];
        }),
      );
    },
  };
};
export type Streaming = ReturnType<typeof createStreaming>;
