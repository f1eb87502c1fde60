/**
 * The realtime socket that follows one stream, as a state machine:
 *
 *   asking (a ticket) → opening (the socket) → joining → joined
 *        ↑___________________ waiting ←___________|  (closed, silent, refused for now)
 *
 * Every attempt asks for a fresh ticket, because a ticket opens one socket once. While the link is not `joined` in push
 * mode the stream is asked for by HTTP instead, so nothing here is ever needed to learn the truth, only to learn it sooner.
 */
export type Link =
  | { at: 'asking'; attempt: number }
  | { at: 'opening'; attempt: number }
  | { at: 'joining'; attempt: number }
  | { at: 'joined'; mode: 'push' | 'poll' }
  | { at: 'waiting'; attempt: number }
  | { at: 'stopped' };

export type LinkEvent =
  | { type: 'started' }
  | { type: 'ticket-given'; ticket: string }
  | { type: 'ticket-failed' }
  | { type: 'opened' }
  | { type: 'joined'; mode: 'push' | 'poll' }
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
  | { do: 'retry-later'; attempt: number };

export type LinkStep = [Link, LinkEffect[]];

export const LIMITS = {
  retryFirstMs: 1_000,
  retryMaxMs: 30_000,
  pingEveryMs: 30_000,
  silenceMs: 45_000,
  pollMs: 3_000,
  /** In push mode too: a push is a hint, and one may have been missed… */
  pollPushedMs: 7_500,
  /** …and of a show on the air its worker knows things that nobody pushes: the browser is away. The answer comes out of a cache. */
  pollOnAirMs: 4_000,
  /** Who has joined may have missed what was said while they did: it is asked for once. */
  settleMs: 1_500,
  /** A cached answer may be this much older than what has been pushed. */
  cachedMs: 2_000,
} as const;

export const initial: Link = { at: 'stopped' };

export const step = (link: Link, event: LinkEvent): LinkStep => {
  if (event.type === 'stopped') return [{ at: 'stopped' }, link.at === 'stopped' ? [] : [{ do: 'close' }]];
  switch (link.at) {
    case 'stopped':
      return event.type === 'started' ? [{ at: 'asking', attempt: 0 }, [{ do: 'ask-ticket' }]] : [link, []];
    case 'asking':
      if (event.type === 'ticket-given')
        return [{ at: 'opening', attempt: link.attempt }, [{ do: 'open', ticket: event.ticket }]];
      return event.type === 'ticket-failed' ? lost(link.attempt) : [link, []];
    case 'opening':
      if (event.type === 'opened') return [{ at: 'joining', attempt: link.attempt }, [{ do: 'join' }]];
      return isGone(event) ? lost(link.attempt) : [link, []];
    case 'joining':
      if (event.type === 'joined') return [{ at: 'joined', mode: event.mode }, []];
      if (event.type === 'refused') return [{ at: 'stopped' }, [{ do: 'close' }]];
      return isGone(event) ? lost(link.attempt) : [link, []];
    case 'joined':
      // The server may move a crowded audience to polling, and back.
      if (event.type === 'joined') return [{ at: 'joined', mode: event.mode }, []];
      return isGone(event) ? lost(0) : [link, []];
    case 'waiting':
      return event.type === 'retry-due' || event.type === 'woken'
        ? [{ at: 'asking', attempt: link.attempt }, [{ do: 'ask-ticket' }]]
        : [link, []];
  }
};

/** How long until the stream is asked for again, before jitter. */
export const pollAfterMs = (link: Link, onAir: boolean) => {
  if (link.at !== 'joined' || link.mode === 'poll') return LIMITS.pollMs;
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

const isGone = ({ type }: LinkEvent) => type === 'closed' || type === 'silent';

const lost = (attempt: number): LinkStep => [
  { at: 'waiting', attempt: attempt + 1 },
  [{ do: 'close' }, { do: 'retry-later', attempt: attempt + 1 }],
];
