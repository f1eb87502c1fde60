import { PRESENCE, samplingFor } from '#domain/presence';
import { DELIVERY } from '../../functions/shows/delivery-times.ts';
import { askAfterMs, AUDIENCE } from '../../functions/shows/mode.ts';
import { POSTS } from '../../functions/shows/publisher.ts';
import { PRICES } from './prices.ts';

/** Quotas of AWS that an account starts with, a second if not said otherwise. */
const QUOTAS = {
  /** HTTP and WebSocket APIs and posts to sockets together (API Gateway, account-level quotas). */
  gateway: 10_000,
  /** New sockets (API Gateway, WebSocket API quotas). */
  connects: 500,
  /** Of one distribution (CloudFront, quotas). */
  cloudFront: 250_000,
  /** Writes of one partition, in units (DynamoDB, partition limits). */
  partitionWrites: 1_000,
  /** Environments at once (Lambda, quotas). */
  lambdas: 1_000,
} as const;

/** What an audience does, and what our code takes for it. */
const USE = {
  /** One in so many viewers writes or reacts once a second. */
  viewersAMessage: 500,
  viewersAReaction: 200,
  /** More than this is refused: by then moderators have set the slow mode. */
  messagesMost: 100,
  /** CPU of one post, measured (infra/decisions/signed-by-hand.md), by a function with a whole CPU. */
  postMs: 0.27,
  postsAtOnce: 64,
  /** A post to API Gateway and back, within a region. */
  postTripMs: 15,
  /** Regional caches of CloudFront, each of which asks the rooms by itself. */
  places: 13,
  cacheMs: 2_000,
  jitter: 1.125,
  /** On the air even who is told asks, now and then: every 4 s. */
  askToldMs: 4_000,
  /** Fifty messages, compressed. */
  answerKb: 4,
  messageKb: 0.4,
  lambdaSeconds: 0.03,
  lambdaGb: 0.5,
  deliveryGb: 1.769,
  reconnectMs: 2 * 3_600_000,
} as const;

const GZIPPED_GB_USD = 0.085;
const REQUEST_USD = 1 / 1_000_000;

type Mode = 'push' | 'poll';
export type Reckoned = {
  viewers: number;
  mode: Mode;
  /** From when a message is taken until somebody sees it: half of them, and nearly all. */
  typicalMs: number;
  worstMs: number;
  postsASecond: number;
  asksASecond: number;
  /** What the rooms are asked, whatever CloudFront answers. */
  originASecond: number;
  /** Of each limit, how much is used: 1 is all of it. */
  used: Record<string, number>;
  first: string;
  dollarsAnHour: number;
};

/** How many batches a second go out of an audience in which so much happens, where each may go as soon as it is due. */
export const batchesASecond = (eventsASecond: number, everyMs: number): number =>
  (1 - Math.exp((-eventsASecond * everyMs) / 1_000)) / (everyMs / 1_000);

/** What the one who delivers asks of the table in a second; the strongly consistent reads. */
export const holderReads = ({ batches, messages }: { batches: number; messages: number }): number => {
  const ticks = 1_000 / DELIVERY.tickMs;
  const counts = 1_000 / PRESENCE.countEveryMs;
  // the number of the last message, reactions and, where nobody plays, the crowd; what was said; who is there; who plays, and figures
  return ticks * 2 + Math.min(batches, messages) + batches + counts * 12;
};

/**
 * One show and its audience for an hour, as one of the two modes would have it.
 *
 * @param posting how many posts a second can be made, by default what AWS and our own share allow
 */
export const reckon = (viewers: number, mode: Mode, { posting = postsMost() }: { posting?: number } = {}): Reckoned => {
  const messages = Math.min(USE.messagesMost, viewers / USE.viewersAMessage);
  const events = messages + viewers / USE.viewersAReaction;
  // a batch goes out when the one before it has reached everybody
  const everyMs = Math.max(DELIVERY.tickMs, (viewers / posting) * 1_000);
  const batches = batchesASecond(events, everyMs);
  const wanted = viewers * batchesASecond(events, DELIVERY.tickMs);
  const postsASecond = mode === 'push' ? Math.min(posting, viewers * batches) : 0;
  const askEveryMs = mode === 'push' ? USE.askToldMs : askAfterMs(viewers);
  const asksASecond = viewers / ((askEveryMs * USE.jitter) / 1_000);
  const cached = Math.min(asksASecond, USE.places / (USE.cacheMs / 1_000));
  const beats = viewers / samplingFor(viewers, 1) / (PRESENCE.beatEveryMs / 1_000);
  const originASecond = cached + beats + messages + events - messages;
  const connects = mode === 'push' ? viewers / (USE.reconnectMs / 1_000) : 0;

  const reactions = { 'one item of reactions, 1,000 writes': (events - messages) / QUOTAS.partitionWrites };
  const used: Record<string, number> =
    mode === 'push'
      ? {
          'posts, our share of 4,000': wanted / (1_000 / POSTS.rate.everyMs) / POSTS.block,
          'API Gateway, 10,000 for all': (wanted + originASecond) / QUOTAS.gateway,
          'one function telling all': wanted / posting,
          'coming within a minute, 500 a second': viewers / 60 / QUOTAS.connects,
          ...reactions,
        }
      : {
          'CloudFront, 250,000 a second': asksASecond / QUOTAS.cloudFront,
          'API Gateway, 10,000 for all': originASecond / QUOTAS.gateway,
          'Lambda, 1,000 at once': (originASecond * USE.lambdaSeconds) / QUOTAS.lambdas,
          // two items and two indexes, twice for a transaction
          'chat partition, 1,000 writes': (messages * 8) / QUOTAS.partitionWrites,
          ...reactions,
        };
  const [first = ''] = Object.entries(used)
    .toSorted(([, a], [, b]) => b - a)
    .map(([what]) => what);

  const hour = 3_600;
  const per = (million: { usd: number }): number => million.usd / 1_000_000;
  const writes = beats + messages * 8 + 1.5 + connects * 4;
  const reads = holderReads({ batches, messages }) + originASecond * 4;
  const dollarsAnHour =
    postsASecond * hour * Math.ceil((messages * USE.messageKb) / 32 || 1) * per(PRICES.millionMessages) +
    (mode === 'push' ? viewers * 60 * per(PRICES.millionSocketMinutes) : 0) +
    originASecond * hour * (per(PRICES.millionCalls) + per(PRICES.millionInvocations)) +
    originASecond * hour * USE.lambdaSeconds * USE.lambdaGb * PRICES.lambdaGbSecond.usd +
    hour * USE.deliveryGb * PRICES.lambdaGbSecond.usd +
    asksASecond * hour * (REQUEST_USD + (USE.answerKb / 1e6) * GZIPPED_GB_USD) +
    (writes * hour * PRICES.millionWrites.usd + reads * hour * PRICES.millionReads.usd) / 1_000_000;

  const spreadMs = (viewers / posting) * 1_000;
  return {
    viewers,
    mode,
    typicalMs: Math.round(
      mode === 'push' ? everyMs / 2 + spreadMs / 2 + USE.postTripMs : (askEveryMs * USE.jitter + USE.cacheMs) / 2,
    ),
    worstMs: Math.round(mode === 'push' ? everyMs + spreadMs + USE.postTripMs : askEveryMs * 1.25 + USE.cacheMs),
    postsASecond: Math.round(postsASecond),
    asksASecond: Math.round(asksASecond),
    originASecond: Math.round(originASecond),
    used,
    first: `${first} (${Math.round((used[first] ?? 0) * 100)} %)`,
    dollarsAnHour,
  };
};

/** What holds posts back: our share of the account's, the CPU of the one who makes them, and how many are made at once. */
export function postsMost(): number {
  return Math.min(
    (1_000 / POSTS.rate.everyMs) * POSTS.block,
    1_000 / USE.postMs,
    USE.postsAtOnce * (1_000 / USE.postTripMs),
  );
}

export const SIZES = [100, 300, 1_000, 2_000, 5_000, 10_000, 30_000, 100_000, 300_000, 1_000_000] as const;

/** The mode that an audience of this size has. */
export const modeAt = (viewers: number): Mode => (viewers > AUDIENCE.cap ? 'poll' : 'push');
