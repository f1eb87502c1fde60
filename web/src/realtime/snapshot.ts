import type { ChatPage, ReactionCounts } from '#contract/chat';
import type { LiveView, StreamHealth, StreamView } from '#contract/http';
import type { StreamState } from '#contract/show';
import { asked, type ChatLog, type ChatNews, fromLive, heard, known as knownUpTo, polled } from './chat-log.ts';
import { LIMITS } from './link.ts';

/** What is known of a stream right now, from whatever said it last. */
export type Snapshot = {
  state: StreamState;
  title: string;
  viewers: number;
  /** How long to wait before asking again, as the server would have it. */
  askAfterMs?: number | undefined;
  /** Of how many messages one is shown; absent where all are. */
  chatOneIn?: number | undefined;
  /** Of how many viewers one tells of itself; absent where all do. */
  sampling?: number | undefined;
  recording: StreamView['recording'];
  startedAt?: string | undefined;
  endedBecause?: string | undefined;
  /** As it was last pushed: what is asked for does not tell it. */
  scheduledFor?: string | undefined;
  /** Only to the creator. */
  health?: StreamHealth | undefined;
  /** What the audience has said. */
  chat?: ChatLog | undefined;
  /** The reactions that came last together, and their number among such. */
  burst?: { number: number; given: ReactionCounts } | undefined;
  /** How often each reaction has been given. */
  reactions?: ReactionCounts | undefined;
  /** The server says that this viewer may not watch any longer. */
  refused?: true;
  /** Nothing can be pushed just now: there is no socket, though this audience is told. */
  cutOff?: true;
  /** When something was last pushed, in milliseconds since 1970. */
  pushedAtMs?: number;
};

export type News =
  | { type: 'asked'; live: LiveView; atMs: number }
  | { type: 'joined'; live: LiveView; atMs: number }
  | { type: 'pushed'; stream: StreamView; atMs: number }
  | { type: 'health'; health: StreamHealth; atMs: number }
  | { type: 'viewers'; count: number; atMs: number }
  | { type: 'chat'; news: ChatNews }
  /** What was pushed goes up to this number. */
  | { type: 'chat-known'; seq: number }
  | { type: 'chat-asked'; page: ChatPage }
  | { type: 'reactions'; given: ReactionCounts }
  | { type: 'refused' }
  | { type: 'link'; cutOff: boolean };

/** Takes in news: the end is final, and an answer out of a cache does not undo what was pushed a moment ago. */
export const takeIn = (known: Snapshot | undefined, news: News): Snapshot | undefined => {
  if (news.type === 'health') return known && { ...known, health: news.health };
  if (news.type === 'chat') return known?.chat && { ...known, chat: heard(known.chat, news.news) };
  if (news.type === 'chat-known') {
    const chat = known?.chat && knownUpTo(known.chat, news.seq);
    return known && (chat === known.chat ? known : { ...known, chat });
  }
  if (news.type === 'chat-asked') return known?.chat && { ...known, chat: asked(known.chat, news.page) };
  if (news.type === 'refused') return known && { ...known, refused: true };
  if (news.type === 'link') return known && withLink(known, news.cutOff);
  if (news.type === 'reactions') return known && withBurst(known, news.given);
  if (news.type === 'viewers')
    return known && known.state !== 'ended' ? { ...known, viewers: news.count, pushedAtMs: news.atMs } : known;
  const newest = news.type === 'pushed' ? news.stream : news.live;
  if (known?.state === 'ended' && (newest.state !== 'ended' || isSettled(known))) return known;
  if (news.type === 'asked' && known?.pushedAtMs !== undefined && news.atMs - known.pushedAtMs < LIMITS.cachedMs) {
    const chat = known.chat && polled(known.chat, news.live);
    return chat === known.chat ? known : { ...known, chat };
  }
  return {
    state: newest.state,
    title: newest.title,
    viewers: newest.viewers,
    sampling: news.type === 'pushed' ? known?.sampling : news.live.sampling,
    askAfterMs: news.type === 'pushed' ? known?.askAfterMs : news.live.askAfterMs,
    chatOneIn: news.type === 'pushed' ? known?.chatOneIn : news.live.chatOneIn,
    recording: newest.recording,
    startedAt: newest.startedAt ?? known?.startedAt,
    endedBecause: known?.endedBecause,
    scheduledFor: known?.scheduledFor,
    chat: chatOf(known, news),
    ...(known?.cutOff && { cutOff: known.cutOff }),
    burst: known?.burst,
    reactions: news.type === 'pushed' ? known?.reactions : news.live.reactions,
    health: known?.health,
    ...(news.type === 'pushed' && {
      endedBecause: news.stream.endedBecause,
      scheduledFor: news.stream.scheduledFor,
      health: news.stream.health ?? known?.health,
    }),
    ...(news.type === 'asked'
      ? known?.pushedAtMs !== undefined && { pushedAtMs: known.pushedAtMs }
      : { pushedAtMs: news.atMs }),
  };
};

const withLink = (known: Snapshot, cutOff: boolean): Snapshot => {
  if ((known.cutOff ?? false) === cutOff) return known;
  const { cutOff: _, ...others } = known;
  return cutOff ? { ...others, cutOff } : others;
};

const chatOf = (known: Snapshot | undefined, news: Extract<News, { type: 'asked' | 'joined' | 'pushed' }>) => {
  if (news.type === 'pushed') return known?.chat;
  return known?.chat ? polled(known.chat, news.live) : fromLive(news.live);
};

const withBurst = (known: Snapshot, given: ReactionCounts): Snapshot => {
  const before = known.reactions;
  return {
    ...known,
    burst: { number: (known.burst?.number ?? 0) + 1, given },
    reactions: before && {
      heart: before.heart + given.heart,
      clap: before.clap + given.clap,
      laugh: before.laugh + given.laugh,
      wow: before.wow + given.wow,
      fire: before.fire + given.fire,
    },
  };
};

/** Nothing more will happen to it. */
export const isSettled = ({ state, recording }: Pick<Snapshot, 'state' | 'recording'>) =>
  state === 'ended' && (recording === 'ready' || recording === 'failed');
