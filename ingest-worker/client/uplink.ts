import {
  CLOSE,
  closeReason,
  WIRE_VERSION,
  type ClientMessage,
  type CloseReason,
  type Health,
  type Media,
  type ServerMessage,
} from '#wire';
import type { ClientLimits } from './limits.ts';
import { waitMs } from './backoff.ts';
import { startDial, type Dial, type Dialled, type UrlAnswer } from './dial.ts';
import { createConnection, type Connection } from './connection.ts';
import type { Ring } from './ring.ts';
import type { OpenSocket } from './socket.ts';

/** Why a feed is over without having finished. */
export type FeedFailure =
  | Exclude<CloseReason, 'finished'>
  | 'not-allowed'
  | 'signed-out'
  | 'cannot-connect'
  | 'lost-too-long';

export type UplinkEvent =
  /** The worker takes our media. */
  | { type: 'connected' }
  /** The worker has passed some of it on. */
  | { type: 'on-air' }
  | { type: 'lost' }
  | { type: 'restored' }
  | { type: 'health'; health: Health }
  /** The ring was full: this much of the show is missing. */
  | { type: 'skipped'; ms: number }
  /** `whole` where everything that was recorded has been published. */
  | ({ type: 'finished'; whole: boolean } & Unconfirmed)
  | ({ type: 'failed'; because: FeedFailure } & Unconfirmed);

/** How much was recorded, not left out, and is not known to have been published; absent where that is nothing. */
type Unconfirmed = { unconfirmedMs?: number };

export type Uplink = {
  start: () => void;
  /** The ring has grown. */
  appended: () => void;
  /** Nothing more will be appended: publish the rest and finish. */
  stop: () => void;
  /**
   * The network is back, or this machine has woken: what is waited for may never come, and is asked for anew.
   *
   * @param stillMs for how long nothing ran here; 0 where it is the network
   */
  nudge: (stillMs: number) => void;
  close: () => void;
  /** How much of the show the worker has not received yet. */
  backlogMs: () => number;
  /** The worker has all that the ring holds. */
  readonly isReceived: boolean;
  readonly resumeToken: string | undefined;
};

type Parts = {
  ring: Ring;
  media: Media;
  getUrl: () => Promise<UrlAnswer>;
  openSocket: OpenSocket;
  limits: ClientLimits;
  clock: () => number;
  /** Runs `then` after `ms`; answers how to call it off. */
  after: (ms: number, then: () => void) => () => void;
  random: () => number;
  /** The feed of a page that is gone: it is gone on with, and where that is refused it is over. @default a feed of its own */
  goOnWith?: string | undefined;
  /** What is needed to go on with this feed elsewhere has changed. */
  onKept?: () => void;
  on: (event: UplinkEvent) => void;
};

const isUpstreamSlow = ({ state, warning }: Health) =>
  warning === 'upstream-slow' || state === 'recovering' || state === 'reconnecting';

/** Brings the ring to an ingest worker, whatever happens to the sockets on the way. */
export const createUplink = ({
  ring,
  media,
  getUrl,
  openSocket,
  limits,
  clock,
  after,
  random,
  goOnWith,
  onKept = () => {},
  on,
}: Parts): Uplink => {
  let connection: Connection | undefined;
  let dial: Dial | undefined;
  /** There from the loss of the connection, or its stall, until another one is welcomed. */
  let outage: { sinceMs: number; attempt: number } | undefined;
  let resumeToken = goOnWith;
  let everConnected = false;
  let onAir = false;
  let keyRefusals = 0;
  /** Why the worker closed the last socket before its welcome; nothing where none could be opened, or it did not say. */
  let turnedAway: Exclude<CloseReason, 'finished'> | undefined;
  let stopping = false;
  let over = false;
  let receivedBytes = 0;
  /** Something that was recorded will never be sent. */
  let leftOut = false;
  let forgetRetry = () => {};
  let forgetWatch = () => {};
  let forgetEnd = () => {};

  const close = () => {
    over = true;
    forgetRetry();
    forgetWatch();
    forgetEnd();
    dial?.cancel();
    connection?.close(CLOSE.finished.code);
    dial = connection = undefined;
  };

  const backlogMs = () =>
    receivedBytes >= ring.to
      ? 0
      : Math.max(0, ring.appendedAtMs(ring.to) - ring.appendedAtMs(Math.max(receivedBytes, ring.from)));

  /** @param unacknowledgedMs what the server has not acknowledged of what the worker has; absent where the worker did not say */
  const finish = (
    ending: { type: 'finished' } | { type: 'failed'; because: FeedFailure },
    unacknowledgedMs?: number,
  ) => {
    if (over) return;
    // What is held is what has not been committed.
    const unconfirmedMs = Math.round(unacknowledgedMs === undefined ? ring.heldMs : backlogMs() + unacknowledgedMs);
    const unconfirmed: Unconfirmed = unconfirmedMs > 0 ? { unconfirmedMs } : {};
    const whole = stopping && !leftOut && unacknowledgedMs !== undefined && unconfirmedMs === 0;
    close();
    on(ending.type === 'finished' ? { ...ending, whole, ...unconfirmed } : { ...ending, ...unconfirmed });
  };

  const lose = () => {
    if (outage) return;
    outage = { sinceMs: clock(), attempt: 0 };
    if (everConnected) on({ type: 'lost' });
  };

  /** Waits as long as the attempt's number says, then dials. */
  const retry = () => {
    if (over || (connection && !outage)) return;
    lose();
    if (!outage) return;
    if (everConnected && clock() - outage.sinceMs > limits.giveUpMs)
      return finish({ type: 'failed', because: 'lost-too-long' });
    if (!everConnected && (outage.attempt >= limits.firstAttempts || clock() - outage.sinceMs > limits.firstMs))
      return finish({ type: 'failed', because: turnedAway ?? 'cannot-connect' });
    forgetRetry();
    forgetRetry = after(waitMs(outage.attempt, random()), dialNow);
    outage.attempt += 1;
  };

  const hello = (): ClientMessage =>
    resumeToken === undefined
      ? { type: 'hello', version: WIRE_VERSION, media }
      : { type: 'resume', version: WIRE_VERSION, resumeToken, media, haveFrom: ring.from, haveTo: ring.to };

  const dialNow = () => {
    if (over || dial) return;
    dial = startDial({
      getUrl,
      openSocket,
      hello,
      dialMs: limits.dialMs,
      after,
      welcomed: adopt,
      failed: ({ code, refusal }) => {
        dial = undefined;
        turnedAway = undefined;
        if (refusal) finish({ type: 'failed', because: refusal === 'ended' ? 'ended-elsewhere' : refusal });
        else if (code === undefined) retry();
        else onRefused(code);
      },
    });
  };

  /** A socket closed before its welcome. */
  const onRefused = (code: number) => {
    const reason = closeReason(code);
    if (reason === 'resume-refused' && resumeToken !== undefined && goOnWith === undefined) {
      // The session is gone, the stream may not be: what we hold goes on as a feed of its own.
      resumeToken = undefined;
      ring.renumber();
      receivedBytes = 0;
      return retry();
    }
    keyRefusals = reason === 'key-refused' ? keyRefusals + 1 : 0;
    turnedAway = reason === 'finished' ? undefined : reason;
    const hopeless = reason && reason !== 'finished' && !CLOSE[reason].retry;
    if (hopeless && (reason !== 'key-refused' || keyRefusals >= limits.keyRefusals))
      return finish({ type: 'failed', because: reason });
    return retry();
  };

  /** The socket that carried the media closed. */
  const onBroken = (code: number) => {
    const reason = closeReason(code);
    if (reason === 'finished') return finish({ type: 'finished' }, 0);
    if (reason && !CLOSE[reason].retry) return finish({ type: 'failed', because: reason });
    connection?.close(CLOSE.finished.code);
    connection = undefined;
    return dial ? lose() : retry();
  };

  const adopt = ({ socket, welcome, listen }: Dialled) => {
    const next = createConnection({ socket, welcome, ring, limits, clock, after });
    listen(
      (message) => connection === next && hear(next, message),
      (code) => connection === next && onBroken(code),
    );
    forgetRetry();
    connection?.close(CLOSE.migrate.code);
    connection = next;
    dial = undefined;
    resumeToken = welcome.resumeToken;
    onKept();
    keyRefusals = 0;
    receivedBytes = welcome.nextOffset;
    ring.free(welcome.committed);
    const news = everConnected ? outage && 'restored' : 'connected';
    outage = undefined;
    everConnected = true;
    if (news) on({ type: news });
    if (stopping) next.stop();
    else next.pump();
  };

  const hear = (from: Connection, message: ServerMessage) => {
    from.heard(message.type === 'health' ? isUpstreamSlow(message.health) : undefined);
    switch (message.type) {
      case 'received':
        receivedBytes = Math.max(receivedBytes, message.offset);
        from.received(message.offset);
        if (outage && !from.stalled()) settle();
        if (stopping && !over) watchEnd();
        return;
      case 'committed':
        ring.free(message.offset);
        onKept();
        return published();
      case 'nack':
        return from.seek(message.expected);
      case 'health':
        on({ type: 'health', health: message.health });
        return message.health.state === 'live' ? published() : undefined;
      case 'migrate':
        forgetRetry();
        forgetRetry = after(message.afterMs, dialNow);
        return;
      case 'ended':
        return finish(
          // who has pressed End as well has ended it themselves
          message.reason === 'finished' || stopping
            ? { type: 'finished' }
            : { type: 'failed', because: message.reason },
          message.unacknowledgedMs ?? 0,
        );
      // A second welcome on one socket means nothing.
      case 'welcome':
    }
  };

  const published = () => {
    if (onAir) return;
    onAir = true;
    on({ type: 'on-air' });
  };

  /** The stalled connection moves again before another one has taken over. */
  const settle = () => {
    outage = undefined;
    forgetRetry();
    on({ type: 'restored' });
  };

  const watch = () => {
    forgetWatch = after(limits.stallPollMs, watch);
    if (!connection || outage || !connection.stalled()) return;
    lose();
    retry();
  };

  const skipped = (ms: number) => {
    leftOut = true;
    on({ type: 'skipped', ms: Math.round(ms) });
  };

  const watchEnd = () => {
    forgetEnd();
    forgetEnd = after(limits.endMs, () => finish({ type: 'finished' }));
  };

  return {
    start: () => {
      watch();
      dialNow();
    },
    appended: () => {
      if (over) return;
      const reached = connection?.cursor ?? receivedBytes;
      const reachedMs = ring.appendedAtMs(Math.max(reached, ring.from));
      ring.trim();
      if (ring.from > Math.max(reached, ring.initBytes)) skipped(ring.appendedAtMs(ring.from) - reachedMs);
      connection?.pump();
      if (!connection) receivedBytes = Math.max(receivedBytes, ring.from);
    },
    stop: () => {
      if (over || stopping) return;
      stopping = true;
      if (ring.awaitsGroup)
        skipped(
          ring.appendedAtMs(Infinity) - ring.appendedAtMs(Math.max(connection?.cursor ?? receivedBytes, ring.from)),
        );
      watchEnd();
      connection?.stop();
    },
    nudge: (stillMs) => {
      if (over) return;
      connection?.doubt(stillMs < limits.deadStillMs ? limits.doubtMs : 0);
      const dialled = dial !== undefined;
      dial?.cancel();
      dial = undefined;
      if (outage) {
        outage.attempt = 0;
        retry();
      } else if (dialled) dialNow();
    },
    close,
    backlogMs,
    get isReceived() {
      return connection !== undefined && receivedBytes >= ring.to;
    },
    get resumeToken() {
      return resumeToken;
    },
  };
};
