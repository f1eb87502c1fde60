import type { CloseReason } from '#wire';
import { LIMITS } from '../limits.ts';
import type { PublisherFailure } from './publisher.ts';

/**
 * A feed's life, from the claimed lease to its release (SPEC §S). Every `nowMs` is of one monotonic clock; `tick` comes a few
 * times a second and is the only way in which time passes.
 */
export type Session =
  | { at: 'live'; feed: Feed }
  /** Nothing more is taken from the client; what was taken is still sent. `sentBytes` has not grown since `sinceMs`. */
  | { at: 'draining'; because: CloseReason; startedMs: number; sinceMs: number; sentBytes: number; feed: Feed }
  | { at: 'over'; because: CloseReason };

type Feed = {
  startedMs: number;
  client: Client;
  encoder: EncoderState;
  upstream: Upstream;
  /** The server has taken the key before, in this show. */
  keyTaken: boolean;
  /** It has replaced a feed that may still publish; until it has a connection itself. */
  replaces: boolean;
};

type Client = { is: 'here' } | { is: 'away'; sinceMs: number };

type EncoderState =
  /** No media yet. */
  | { is: 'waiting' }
  /** `past`: it left out what has killed others. */
  | { is: 'running'; sinceMs: number; crashes: Crashes; past: number | undefined }
  | { is: 'resting'; untilMs: number; crashes: Crashes; past: number | undefined }
  /** All input is encoded, or there is none to come. */
  | { is: 'done' };
/** Crashes without health between them, and the GOP in which the last one was. */
type Crashes = { inARow: number; lastAt: number | undefined };

const NO_CRASHES: Crashes = { inARow: 0, lastAt: undefined };

type Upstream =
  /** The holder before us may still be publishing: for all we know, or `drains`, because it is to publish what it has received. */
  | { is: 'barred'; untilMs: number; drains: boolean }
  | ({ is: 'connecting' } & Outage)
  /** With the outage before it: one that does not last does not end it. */
  | ({ is: 'connected' | 'closing'; sinceMs: number } & Outage)
  | ({ is: 'resting'; untilMs: number } & Outage);
type Outage = { downMs: number; attempt: number };

export type SessionEvent = { nowMs: number } & (
  | { type: 'media-began' }
  /**
   * `at` is the GOP with which the next run would begin, and no earlier one than this run began with; `stuck` where it is that
   * very one. `more`: it ended so that another one takes the rest.
   */
  | { type: 'encoder-exited'; clean: boolean; more: boolean; at: number | undefined; stuck: boolean }
  | { type: 'upstream-connected' }
  | { type: 'upstream-failed'; because: PublisherFailure }
  | { type: 'upstream-closed' }
  /** The feed that we have replaced may publish for so long; then it is asked after again. */
  | { type: 'upstream-barred'; forMs: number }
  /** It has stopped. */
  | { type: 'upstream-freed' }
  | { type: 'client-left' }
  | { type: 'client-returned' }
  /** The end that somebody wished for. */
  | { type: 'stopped'; because: WishedEnd }
  /** The client has done something for which it loses its show; what it sent before is still sent upstream. */
  | { type: 'refused'; because: CloseReason }
  /** Another feed takes the place of this one: what was received is published, and nothing else. */
  | { type: 'replaced' }
  /** Another worker or feed has the stream: not one more byte may go out. */
  | { type: 'fenced'; because: 'replaced' | 'migrate' | 'ended-elsewhere' | 'lease-lost' | 'going-away' }
  /** `sentBytes` is how much has been written upstream so far. */
  | { type: 'tick'; sentBytes: number }
);

/** Ends that are nobody's fault: all that was sent is acknowledged upstream before the client hears of them. */
type WishedEnd = 'finished' | 'ended-elsewhere' | 'migrate' | 'going-away';
const WISHED: readonly CloseReason[] = ['finished', 'ended-elsewhere', 'migrate', 'going-away'] satisfies WishedEnd[];
export const isWished = (because: CloseReason): boolean => WISHED.includes(because);

export type Effect =
  /** Starts FFmpeg where nothing is missing, or with the first GOP after byte `past`; `again` after one that died. */
  | { do: 'start-encoder'; past: number | undefined; again: boolean }
  | { do: 'end-encoder-input' }
  | { do: 'kill-encoder' }
  | { do: 'connect-upstream' }
  | { do: 'close-upstream' }
  | { do: 'abandon-upstream' }
  | { do: 'close-client'; reason: CloseReason }
  | { do: 'release'; because: CloseReason };

export type Step = [next: Session, effects: Effect[]];

/** A new feed. Where another worker may still be publishing, ours waits until `freeMs`. */
export const begin = ({
  nowMs,
  freeMs,
  keyTaken = false,
  replaces = false,
}: {
  nowMs: number;
  freeMs: number;
  keyTaken?: boolean;
  replaces?: boolean;
}): Step => {
  const barred = freeMs > nowMs;
  const upstream: Upstream = barred
    ? { is: 'barred', untilMs: freeMs, drains: false }
    : { is: 'connecting', ...newOutage(nowMs) };
  const feed: Feed = {
    startedMs: nowMs,
    client: { is: 'here' },
    encoder: { is: 'waiting' },
    upstream,
    keyTaken,
    replaces,
  };
  return [{ at: 'live', feed }, barred ? [] : [{ do: 'connect-upstream' }]];
};

export const step = (session: Session, event: SessionEvent): Step => {
  if (session.at === 'over') return [session, []];
  switch (event.type) {
    case 'fenced':
      return over(session, event.because);
    case 'refused':
      return drain(session, event.because, event.nowMs);
    case 'stopped':
      return drain(session, event.because, event.nowMs);
    case 'replaced':
      return drain(session, 'replaced', event.nowMs);
    case 'upstream-barred':
      return session.feed.upstream.is === 'connecting'
        ? [withUpstream(session, { is: 'barred', untilMs: event.nowMs + event.forMs, drains: true }), []]
        : [session, []];
    case 'upstream-freed':
      return session.feed.upstream.is === 'barred' ? connect(session, newOutage(event.nowMs)) : [session, []];
    case 'media-began':
      if (session.feed.encoder.is !== 'waiting') return [session, []];
      return run(session, event.nowMs);
    case 'encoder-exited':
      return afterEncoder(session, event);
    case 'upstream-connected':
      return connected(session, event.nowMs);
    case 'upstream-failed':
      return afterUpstream(session, event);
    case 'upstream-closed':
      return session.feed.upstream.is === 'closing' && session.at === 'draining'
        ? over(session, session.because)
        : [session, []];
    case 'client-left':
      return [withClient(session, { is: 'away', sinceMs: event.nowMs }), []];
    case 'client-returned':
      return [withClient(session, { is: 'here' }), []];
    default:
      event.type satisfies 'tick';
      return afterTime(session, event);
  }
};

type Going = Exclude<Session, { at: 'over' }>;

const withFeed = (session: Going, feed: Feed): Going => ({ ...session, feed });
const withClient = (session: Going, client: Client): Going => withFeed(session, { ...session.feed, client });
const withEncoder = (session: Going, encoder: EncoderState): Going => withFeed(session, { ...session.feed, encoder });
const withUpstream = (session: Going, upstream: Upstream): Going => withFeed(session, { ...session.feed, upstream });

/** The client hears of an end at once where it is to blame, and otherwise when all it sent has arrived upstream. */
const drain = (session: Going, because: CloseReason, nowMs: number): Step => {
  if (session.at === 'draining') return [session, []];
  const { feed } = session;
  // Nothing was ever sent upstream, so nothing waits for a connection that is not there, but for what a feed before still sends.
  if (feed.encoder.is === 'waiting' && feed.upstream.is !== 'connected' && !feed.replaces)
    return over(session, because);
  const effects: Effect[] = isWished(because) ? [] : [{ do: 'close-client', reason: because }];
  if (feed.encoder.is === 'running') effects.push({ do: 'end-encoder-input' });
  const encoder: EncoderState = feed.encoder.is === 'waiting' ? { is: 'done' } : feed.encoder;
  const draining: Going = {
    at: 'draining',
    because,
    startedMs: nowMs,
    sinceMs: nowMs,
    sentBytes: 0,
    feed: { ...feed, encoder },
  };
  return settle(draining, effects);
};

const waitsForOther = (upstream: Upstream): boolean => upstream.is === 'barred' && upstream.drains;

/** Goes on with a drain: the publisher is closed when the encoder has given all and a connection is there to take it. */
const settle = (session: Going, effects: Effect[]): Step => {
  const { encoder, upstream } = session.feed;
  const ready = session.at === 'draining' && encoder.is === 'done' && upstream.is === 'connected';
  return ready
    ? [withUpstream(session, { ...upstream, is: 'closing' }), [...effects, { do: 'close-upstream' }]]
    : [session, effects];
};

const over = (session: Going, because: CloseReason): Step => {
  const effects: Effect[] = [];
  if (session.feed.encoder.is === 'running') effects.push({ do: 'kill-encoder' });
  const { upstream } = session.feed;
  const closed = upstream.is === 'closing' && session.at === 'draining' && session.because === because;
  if (!closed && upstream.is !== 'barred') effects.push({ do: 'abandon-upstream' });
  return [{ at: 'over', because }, [...effects, { do: 'release', because }, { do: 'close-client', reason: because }]];
};

const run = (
  session: Going,
  nowMs: number,
  { crashes = NO_CRASHES, past, again = false }: { crashes?: Crashes; past?: number | undefined; again?: boolean } = {},
): Step => [
  withEncoder(session, { is: 'running', sinceMs: nowMs, crashes, past }),
  [{ do: 'start-encoder', past, again }, ...(session.at === 'draining' ? [{ do: 'end-encoder-input' } as const] : [])],
];

type EncoderExited = Extract<SessionEvent, { type: 'encoder-exited' }>;

const afterEncoder = (session: Going, { nowMs, clean, more, at, stuck }: EncoderExited): Step => {
  const { encoder } = session.feed;
  if (encoder.is !== 'running') return [session, []];
  if (clean && !more && session.at === 'draining') return settle(withEncoder(session, { is: 'done' }), []);
  if (clean) return run(session, nowMs, { crashes: encoder.crashes });

  const healthy = nowMs - encoder.sinceMs >= LIMITS.healthyMs;
  const inARow = healthy ? 0 : encoder.crashes.inARow;
  const wait = healthy ? 0 : LIMITS.restartWaitsMs[inARow];
  if (wait === undefined) return over(withEncoder(session, { is: 'done' }), 'encoder-failed');
  // What kills them may lie in the GOP after the one that they begin with: then that is next.
  const isPoisoned = at === encoder.crashes.lastAt || (stuck && encoder.past !== undefined);
  const past = isPoisoned ? at : undefined;
  const crashes: Crashes = { inARow: healthy ? 0 : inARow + 1, lastAt: at };
  if (wait === 0) return run(session, nowMs, { crashes, past, again: true });
  return [withEncoder(session, { is: 'resting', untilMs: nowMs + wait, crashes, past }), []];
};

const newOutage = (nowMs: number): Outage => ({ downMs: nowMs, attempt: 0 });

const connect = (session: Going, { downMs, attempt }: Outage): Step => [
  withUpstream(session, { is: 'connecting', downMs, attempt }),
  [{ do: 'connect-upstream' }],
];

const connected = (session: Going, nowMs: number): Step => {
  const { upstream } = session.feed;
  if (upstream.is !== 'connecting') return [session, []];
  const alone = withFeed(session, { ...session.feed, replaces: false });
  return settle(withUpstream(alone, { ...upstream, is: 'connected', sinceMs: nowMs }), []);
};

type UpstreamFailed = Extract<SessionEvent, { type: 'upstream-failed' }>;

const afterUpstream = (before: Going, { nowMs, because }: UpstreamFailed): Step => {
  const { upstream } = before.feed;
  if (upstream.is === 'barred' || upstream.is === 'resting') return [before, []];
  const lastedMs = upstream.is === 'connecting' ? 0 : nowMs - upstream.sinceMs;
  const keyTaken = before.feed.keyTaken || lastedMs >= LIMITS.keyTakenMs;
  const session = withFeed(before, { ...before.feed, keyTaken });
  // A key that was taken before is a good one: the server has not noticed yet that the connection before is gone.
  if (because === 'key-refused' && !keyTaken) return over(session, 'upstream-refused');
  const healthy = lastedMs >= LIMITS.healthyMs;
  if (healthy) return connect(session, newOutage(nowMs));
  const { downMs, attempt } = upstream;
  if (nowMs - downMs > (keyTaken ? LIMITS.upstreamWindowMs : LIMITS.upstreamFirstMs))
    return over(session, 'upstream-unreachable');
  const waits = LIMITS.restartWaitsMs;
  const wait = waits[Math.min(attempt, waits.length - 1)] ?? 0;
  return [withUpstream(session, { is: 'resting', untilMs: nowMs + wait, downMs, attempt: attempt + 1 }), []];
};

const afterTime = (before: Going, { nowMs, sentBytes }: Extract<SessionEvent, { type: 'tick' }>): Step => {
  const session =
    before.at === 'draining' && (sentBytes > before.sentBytes || waitsForOther(before.feed.upstream))
      ? { ...before, sentBytes, sinceMs: nowMs }
      : before;
  const { client, encoder, upstream, startedMs } = session.feed;
  if (session.at === 'draining') {
    const stuck = nowMs - session.sinceMs > LIMITS.drainStuckMs;
    if (stuck || nowMs - session.startedMs > LIMITS.drainMs) return over(session, session.because);
  }
  if (session.at === 'live' && nowMs - startedMs > LIMITS.showMs) return drain(session, 'show-too-long', nowMs);
  if (session.at === 'live' && client.is === 'away' && nowMs - client.sinceMs > LIMITS.awayMs)
    return drain(session, 'idle', nowMs);
  if (encoder.is === 'resting' && nowMs >= encoder.untilMs)
    return run(session, nowMs, { crashes: encoder.crashes, past: encoder.past, again: true });
  if (upstream.is === 'resting' && nowMs >= upstream.untilMs) return connect(session, upstream);
  if (upstream.is === 'barred' && nowMs >= upstream.untilMs) return connect(session, newOutage(nowMs));
  return [session, []];
};
