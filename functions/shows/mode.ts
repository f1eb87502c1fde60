import { CHAT_LIMITS, type ChatEntry } from '#domain/chat';
import type { Crowded, Figures } from '#store/figures';

export const AUDIENCE = {
  /** A larger audience asks and is not told: one message to all of it would starve the API. */
  cap: 2_000,
  /** So many more may come in until it is counted again. */
  slack: 200,
  /** It is told again below this, so that an audience about the cap does not go to and fro. */
  backBelow: 1_600,
  /** It asks for at least so long: who was sent to ask has come there by then. */
  staysMs: 60_000,
} as const;

/** Where more sockets than this wait for each who plays, most of them wait for a show to begin. */
const SOCKETS_EACH_MOST = 4;

const socketsEach = (sockets: number, viewers: number): number =>
  Math.min(SOCKETS_EACH_MOST, Math.max(1, sockets / Math.max(1, viewers)));

/**
 * Whether an audience asks from now on, after it was counted: undefined where it is told.
 *
 * @param before what it did until now
 * @param counted those who play, and the sockets of all who are told; an audience that asks has none
 */
export const crowdedFor = (
  before: Crowded | undefined,
  { viewers, sockets }: { viewers: number; sockets: number },
  now: number,
): Crowded | undefined => {
  if (!before)
    return Math.max(viewers, sockets) > AUDIENCE.cap
      ? { since: now, socketsEach: socketsEach(sockets, viewers), sockets }
      : undefined;
  if (now - before.since < AUDIENCE.staysMs) {
    // who had come and not begun to play when it was counted has begun since: fewer sockets for each who plays than it seemed
    const each = before.sockets === undefined ? before.socketsEach : socketsEach(before.sockets, viewers);
    return each < before.socketsEach ? { ...before, socketsEach: each } : before;
  }
  // who comes back has a socket, whether they play or not
  return viewers * before.socketsEach < AUDIENCE.backBelow ? undefined : before;
};

export const modeOf = (counted: Pick<Figures, 'crowded'> | undefined): 'push' | 'poll' =>
  counted?.crowded ? 'poll' : 'push';

const ASK_AFTER_MS = 3_000;
/** An audience asks no oftener than this together: CloudFront answers 250,000 a second for one distribution. */
const ASKS_A_SECOND = 200_000;
/** With what caches keep, a page is right within ten seconds all the same. */
const ASK_AFTER_MOST_MS = 6_000;

/** How long somebody who asks waits before they ask again, before jitter. */
export const askAfterMs = (viewers: number): number =>
  Math.round(Math.min(ASK_AFTER_MOST_MS, Math.max(ASK_AFTER_MS, (viewers / ASKS_A_SECOND) * 1_000)));

/** From one answer to the next that somebody gets who asks, at most: jitter and what caches keep included. */
const BETWEEN_ANSWERS_MS = 7_000;
const ONE_IN_MOST = 8;

/**
 * Of how many messages one is in the answer that a large audience asks for, so that all of what it holds is shown and nobody has to ask
 * for more: 1, 2, 4 or 8.
 *
 * @param latest what was said and done last, in its order; as much as one answer holds
 */
export const chatOneIn = (latest: readonly ChatEntry[]): number => {
  const [first, last] = [latest[0], latest.at(-1)];
  if (!first || !last || latest.length < CHAT_LIMITS.tail) return 1;
  let [oneIn, spanMs] = [1, last.at - first.at];
  for (; spanMs < BETWEEN_ANSWERS_MS && oneIn < ONE_IN_MOST; spanMs = Math.max(1, spanMs) * 2) oneIn *= 2;
  return oneIn;
};
