/**
 * The realtime socket that follows one stream, as a state machine:
 *
 *   looking → asking (a ticket) → opening (the socket) → joining → joined
 *       ↓          ↑___________________ waiting ←___________|  (closed, silent, refused for now)
 *    crowded ⇄ returning
 *
 * Every attempt asks for a fresh ticket, because a ticket opens one socket once. While the link is not `joined` the stream is
 * asked for by HTTP instead, so nothing here is ever needed to learn the truth, only to learn it sooner. An audience that is too
 * large to be told has no sockets at all: whoever looks first opens none, and whoever has one hangs up.
 */
export type Link =
  /** Nobody has said yet how large the audience is. */
  | { at: 'looking' }
  | { at: 'crowded' }
  /** There is room again: the whole crowd comes back, one after the other. */
  | { at: 'returning' }
  | { at: 'asking'; attempt: number }
  | { at: 'opening'; attempt: number }
  | { at: 'joining'; attempt: number }
  | { at: 'joined' }
  | { at: 'waiting'; attempt: number }
  | { at: 'stopped' };

export type LinkEvent =
  /** `mine`: whose show it is is told whatever the size of the audience. */
  | { type: 'started'; mine: boolean }
  /** The stream was asked for; undefined where that failed. */
  | { type: 'looked'; mode: 'push' | 'poll' | undefined }
  | { type: 'ticket-given'; ticket: string }
  | { type: 'ticket-failed' }
  | { type: 'opened' }
  | { type: 'joined'; mode: 'push' | 'poll' }
  /** The server sends everybody to ask. */
  | { type: 'sent-to-ask' }
  /** The server does not let us follow this stream: asking again would be refused again. */
  | { type: 'refused' }
  | { type: 'closed' }
  /** No sign of life within the time a pong takes. */
  | { type: 'silent' }
  | { type: 'retry-due' }
  /** The browser says that it is back on a network, or the page is looked at again. */
  | { type: 'woken' }
  | { type: 'stopped' };

export type LinkEffect =
  | { do: 'ask-ticket' }
  | { do: 'open'; ticket: string }
  | { do: 'join' }
  | { do: 'close' }
  | { do: 'retry-later'; attempt: number }
  | { do: 'return-later' };

export type LinkStep = [Link, LinkEffect[]];

export const LIMITS = {
  retryFirstMs: 1_000,
  retryMaxMs: 30_000,
  pingEveryMs: 30_000,
  silenceMs: 45_000,
  pollMs: 3_000,
  /** In push mode too: a push is a hint, and one may have been missed. */
  pollPushedMs: 6_000,
  /** Of a show on the air its worker knows things that nobody pushes: the browser is away. The answer comes out of a cache. */
  pollOnAirMs: 4_000,
  /** A crowd that may come back does so within this time: API Gateway lets in 500 a second, for all audiences. */
  returnWithinMs: 20_000,
  /** The longest that a server may have us wait before we ask again. */
  pollMostMs: 10_000,
  /** What is missing is asked for within this time, as it may be missing to all. */
  catchUpWithinMs: 1_000,
  /** Who has joined may have missed what was said while they did: it is asked for once. */
  settleMs: 1_500,
  /** A cached answer may be this much older than what has been pushed. */
  cachedMs: 3_000,
} as const;

export const initial: Link = { at: 'stopped' };

export const step = (link: Link, event: LinkEvent): LinkStep => {
  if (event.type === 'stopped') return [{ at: 'stopped' }, link.at === 'stopped' ? [] : [{ do: 'close' }]];
  switch (link.at) {
    case 'stopped':
      if (event.type !== 'started') return [link, []];
      return event.mine ? ask(0) : [{ at: 'looking' }, []];
    case 'looking':
      if (event.type === 'looked') return event.mode === 'poll' ? [{ at: 'crowded' }, []] : ask(0);
      return [link, []];
    case 'crowded':
      return event.type === 'looked' && event.mode === 'push'
        ? [{ at: 'returning' }, [{ do: 'return-later' }]]
        : [link, []];
    case 'returning':
      if (event.type === 'looked' && event.mode === 'poll') return [{ at: 'crowded' }, []];
      return event.type === 'retry-due' ? ask(0) : [link, []];
    case 'asking':
      if (event.type === 'ticket-given')
        return [{ at: 'opening', attempt: link.attempt }, [{ do: 'open', ticket: event.ticket }]];
      return event.type === 'ticket-failed' ? lost(link.attempt) : [link, []];
    case 'opening':
      if (event.type === 'opened') return [{ at: 'joining', attempt: link.attempt }, [{ do: 'join' }]];
      return isGone(event) ? lost(link.attempt) : [link, []];
    case 'joining':
      if (event.type === 'joined') return event.mode === 'push' ? [{ at: 'joined' }, []] : hangUp();
      if (event.type === 'refused') return [{ at: 'stopped' }, [{ do: 'close' }]];
      return isGone(event) ? lost(link.attempt) : [link, []];
    case 'joined':
      if (event.type === 'sent-to-ask') return hangUp();
      return isGone(event) ? lost(0) : [link, []];
    case 'waiting':
      if (event.type === 'sent-to-ask') return [{ at: 'crowded' }, []];
      return event.type === 'retry-due' || event.type === 'woken' ? ask(link.attempt) : [link, []];
  }
};

/**
 * How long until the stream is asked for again, before jitter.
 *
 * @param wanted as the server would have it, where there is no socket
 */
export const pollAfterMs = (link: Link, onAir: boolean, wanted: number = LIMITS.pollMs) => {
  if (link.at !== 'joined') return Math.min(Math.max(wanted, LIMITS.pollMs), LIMITS.pollMostMs);
  return onAir ? LIMITS.pollOnAirMs : LIMITS.pollPushedMs;
};

/**
 * How long until attempt number `attempt` (from 1): doubled each time up to the limit, and somewhere in the upper half
 * of that, so that an audience does not come back all at once.
 *
 * @param random in [0, 1)
 */
export const retryAfterMs = (attempt: number, random: number) =>
  Math.min(LIMITS.retryFirstMs * 2 ** (attempt - 1), LIMITS.retryMaxMs) * (0.5 + random / 2);

/** A socket is wanted, and is not there. */
export const isCutOff = ({ at }: Link): boolean =>
  at === 'asking' || at === 'opening' || at === 'joining' || at === 'waiting';

const isGone = ({ type }: LinkEvent) => type === 'closed' || type === 'silent';

const ask = (attempt: number): LinkStep => [{ at: 'asking', attempt }, [{ do: 'ask-ticket' }]];

const hangUp = (): LinkStep => [{ at: 'crowded' }, [{ do: 'close' }]];

const lost = (attempt: number): LinkStep => [
  { at: 'waiting', attempt: attempt + 1 },
  [{ do: 'close' }, { do: 'retry-later', attempt: attempt + 1 }],
];
