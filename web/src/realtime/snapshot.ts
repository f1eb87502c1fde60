import type { LiveView, StreamHealth, StreamView } from '#contract/http';
import type { StreamState } from '#contract/show';
import { LIMITS } from './link.ts';

/** What is known of a stream right now, from whatever said it last. */
export type Snapshot = {
  state: StreamState;
  title: string;
  viewers: number;
  /** Of how many viewers one tells of itself; absent where all do. */
  sampling?: number | undefined;
  recording: StreamView['recording'];
  startedAt?: string | undefined;
  endedBecause?: string | undefined;
  /** As it was last pushed: what is asked for does not tell it. */
  scheduledFor?: string | undefined;
  /** Only to the creator. */
  health?: StreamHealth | undefined;
  warnings?: string[] | undefined;
  /** When something was last pushed, in milliseconds since 1970. */
  pushedAtMs?: number;
};

export type News =
  | { type: 'asked'; live: LiveView; atMs: number }
  | { type: 'joined'; live: LiveView; atMs: number }
  | { type: 'pushed'; stream: StreamView; atMs: number }
  | { type: 'health'; health: StreamHealth; atMs: number }
  | { type: 'viewers'; count: number; atMs: number };

/** Takes in news: the end is final, and an answer out of a cache does not undo what was pushed a moment ago. */
export const takeIn = (known: Snapshot | undefined, news: News): Snapshot | undefined => {
  if (news.type === 'health') return known && { ...known, health: news.health };
  if (news.type === 'viewers')
    return known && known.state !== 'ended' ? { ...known, viewers: news.count, pushedAtMs: news.atMs } : known;
  const newest = news.type === 'pushed' ? news.stream : news.live;
  if (known?.state === 'ended' && (newest.state !== 'ended' || isSettled(known))) return known;
  if (news.type === 'asked' && known?.pushedAtMs !== undefined && news.atMs - known.pushedAtMs < LIMITS.cachedMs)
    return known;
  return {
    state: newest.state,
    title: newest.title,
    viewers: newest.viewers,
    sampling: news.type === 'pushed' ? known?.sampling : news.live.sampling,
    recording: newest.recording,
    startedAt: newest.startedAt ?? known?.startedAt,
    endedBecause: known?.endedBecause,
    scheduledFor: known?.scheduledFor,
    health: known?.health,
    warnings: known?.warnings,
    ...(news.type === 'pushed' && {
      endedBecause: news.stream.endedBecause,
      scheduledFor: news.stream.scheduledFor,
      health: news.stream.health ?? known?.health,
      warnings: news.stream.warnings ?? known?.warnings,
    }),
    ...(news.type === 'asked'
      ? known?.pushedAtMs !== undefined && { pushedAtMs: known.pushedAtMs }
      : { pushedAtMs: news.atMs }),
  };
};

/** Nothing more will happen to it. */
export const isSettled = ({ state, recording }: Pick<Snapshot, 'state' | 'recording'>) =>
  state === 'ended' && (recording === 'ready' || recording === 'failed');
