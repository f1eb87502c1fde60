import * as z from 'zod/mini';
import type { LiveView, PersonView, StreamHealth, StreamView } from '#contract/http';
import { channelKind } from '#domain/channel';
import type { StreamId, UserId } from '#domain/ids';
import { hasEncoder, isHeld, isLiveToViewers, recording, type Stream } from '#domain/stream';
import { PRESENCE } from '#domain/presence';
import { cutOff, trimming } from '#domain/trim';
import { pictureOf } from '#domain/upload';
import type { Person } from '#domain/user';
import type { Figures } from '#store/figures';
import type { Chat } from './chat.ts';
import { askAfterMs, modeOf } from './mode.ts';
import { toPersonView } from '../profiles/profiles.ts';

type Watching = Pick<StreamView, 'viewers' | 'peakViewers' | 'totalViewers'>;

type Parts = {
  people: { findMany(ids: readonly UserId[]): Promise<Map<UserId, Person>> };
  figures: { ofMany(ids: readonly StreamId[]): Promise<Map<StreamId, Figures>> };
  /** What its worker last measured. */
  leases: { get(id: StreamId): Promise<{ health?: string | undefined; healthAt?: number | undefined } | undefined> };
  /** The playback id of a creator's channel; undefined before its first show. */
  channels: {
    get(
      creatorId: UserId,
      kind: ReturnType<typeof channelKind>,
    ): Promise<{ live?: { playbackId: string } | undefined }>;
  };
  chat: Pick<Chat, 'tail'>;
  reactions: (id: StreamId) => Promise<LiveView['reactions']>;
  posterUrl: (playbackId: string, kind: 'live' | 'recording') => string;
  clock: () => Date;
};

/** Streams as people see them. A stream whose creator has gone is left out. */
export const createStreamViews = ({ people, figures, leases, channels, chat, reactions, posterUrl, clock }: Parts) => {
  const poster = async (stream: Stream): Promise<string | undefined> => {
    // a signed picture needs a token: `GET /stream/{id}/playback` gives one
    if (stream.visibility !== 'public') return undefined;
    const { playbackId } = recording(stream);
    if (playbackId !== undefined) return posterUrl(playbackId, 'recording');
    if (!isLiveToViewers(stream)) return undefined;
    const { live } = await channels.get(stream.creatorId, channelKind(stream));
    return live && posterUrl(live.playbackId, 'live');
  };

  /** What was counted too long ago says nothing of now: whoever counts has died, or nobody is there. */
  const watching = ({ state }: Stream, counted: Figures | undefined): Watching => {
    const fresh = counted && clock().getTime() - counted.at < PRESENCE.staleAfterMs;
    return {
      viewers: fresh && state !== 'ended' ? counted.viewers : 0,
      ...(counted && counted.total > 0 && { peakViewers: counted.peak, totalViewers: counted.total }),
    };
  };

  const views = async (streams: readonly Stream[]): Promise<StreamView[]> => {
    const [creators, counted] = await Promise.all([
      people.findMany([...new Set(streams.map(({ creatorId }) => creatorId))]),
      figures.ofMany(streams.filter(({ state }) => state !== 'created').map(({ id }) => id)),
    ]);
    const made = streams.map(async (stream): Promise<StreamView | undefined> => {
      const creator = creators.get(stream.creatorId);
      return (
        creator && toView(stream, toPersonView(creator), watching(stream, counted.get(stream.id)), await poster(stream))
      );
    });
    return (await Promise.all(made)).filter((view) => view !== undefined);
  };

  /** What its worker has measured; of an encoder's show nobody measures anything. */
  const measured = async (stream: Stream): Promise<ReturnType<typeof toHealth> | undefined> =>
    stream.state === 'created' || stream.state === 'ended' || stream.encoder
      ? undefined
      : toHealth(isHeld(stream) ? await leases.get(stream.id) : undefined);

  return {
    views,

    view: async (stream: Stream): Promise<StreamView | undefined> => (await views([stream]))[0],

    /** What only its creator sees besides. */
    forCreator: async (stream: Stream, view: StreamView): Promise<StreamView> => {
      if (stream.state === 'created' || stream.state === 'ended') return view;
      if (stream.encoder) return { ...view, encoderIn: hasEncoder(stream) };
      return { ...view, ...(await measured(stream)) };
    },

    /** How a show does; undefined where nobody measures it. */
    health: async (stream: Stream): Promise<StreamHealth | undefined> => (await measured(stream))?.health,

    /** The small view that crowds poll. */
    live: async (stream: Stream): Promise<LiveView> => {
      const counted = (await figures.ofMany([stream.id])).get(stream.id);
      const mode = modeOf(counted);
      const [{ items, seq, rules, from, oneIn: chatOneIn }, given] = await Promise.all([
        chat.tail(stream, { sampled: mode === 'poll' }),
        reactions(stream.id),
      ]);
      const { oneIn = 1 } = counted ?? {};
      return {
        id: stream.id,
        state: stream.state,
        title: stream.title,
        viewers: watching(stream, counted).viewers,
        ...(oneIn > 1 && { sampling: oneIn }),
        startedAt: iso(stream.startedAt),
        recording: recording(stream).is,
        mode,
        askAfterMs: askAfterMs(counted?.viewers ?? 0),
        chat: items,
        seq,
        chatFrom: from,
        ...(chatOneIn > 1 && { chatOneIn }),
        rules,
        reactions: given,
      };
    },
  };
};
export type StreamViews = ReturnType<typeof createStreamViews>;

const toView = (stream: Stream, creator: PersonView, watching: Watching, posterUrl: string | undefined): StreamView => {
  const { is, durationSeconds } = recording(stream);
  return {
    id: stream.id,
    creator,
    title: stream.title,
    description: stream.description,
    category: stream.category,
    language: stream.language,
    visibility: stream.visibility,
    latency: stream.latency,
    captions: stream.captions,
    test: stream.test,
    state: stream.state,
    ...(stream.encoder && { source: 'encoder' as const }),
    ending: stream.endRequested !== undefined && stream.state !== 'ended',
    endedBecause: stream.endedBecause,
    ...watching,
    createdAt: new Date(stream.createdAt).toISOString(),
    scheduledFor: iso(stream.scheduledFor),
    startedAt: iso(stream.startedAt),
    endedAt: iso(stream.endedAt),
    recording: is,
    durationSeconds,
    ...(is === 'ready' && { trimmed: cutOff(stream), trimming: trimming(stream) }),
    thumbnail: pictureOf(stream.creatorId, stream.thumbnail),
    posterUrl,
  };
};

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

/** What a worker writes of its feed, as far as we show it. */
const Measured = z.object({
  fpsIn: z.optional(z.number()),
  kbpsIn: z.optional(z.number()),
  kbpsOut: z.optional(z.number()),
  delayMs: z.optional(z.number()),
  dropped: z.optional(z.number()),
  restarts: z.optional(z.number()),
  warning: z.optional(z.string()),
});

const WARNINGS: Record<string, string> = {
  'uplink-too-slow': 'Your upload is slower than your video: viewers may see less of it.',
  'upstream-slow': 'The video service takes your show more slowly than you send it.',
  'size-changed': 'Your picture changed its size during the show.',
};
const POOR_DELAY_MS = 8_000;
const FAIR_DELAY_MS = 3_000;

const toHealth = (
  lease: { health?: string | undefined; healthAt?: number | undefined } | undefined,
): { health: StreamHealth; warnings: string[] } => {
  const parsed = z.safeParse(Measured, lease?.health === undefined ? undefined : JSON.parse(lease.health));
  if (!parsed.success || lease?.healthAt === undefined) return { health: { level: 'unknown' }, warnings: [] };
  const { dropped, warning, ...measured } = parsed.data;
  const delayMs = measured.delayMs ?? 0;
  const poor = warning === 'uplink-too-slow' || delayMs > POOR_DELAY_MS;
  const fair = warning !== undefined || delayMs > FAIR_DELAY_MS || (dropped ?? 0) > 0;
  const sentence = warning === undefined ? undefined : WARNINGS[warning];
  return {
    health: {
      level: poor ? 'poor' : fair ? 'fair' : 'good',
      ...measured,
      droppedFrames: dropped,
      at: new Date(lease.healthAt).toISOString(),
    },
    warnings: sentence === undefined ? [] : [sentence],
  };
};
