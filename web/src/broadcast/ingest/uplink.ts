import {
  CLOSE,
  closeReason,
  ServerMessage,
  WIRE_VERSION,
  type ClientMessage,
  type CloseReason,
  type Health,
  type Media,
} from '#wire';
import type { Limits } from '../limits.ts';
import { waitMs } from './backoff.ts';
import { createLine, type Line, type Welcome } from './line.ts';
import type { Ring } from './ring.ts';
import type { OpenSocket, Socket } from './socket.ts';

/** Where to dial: asked for afresh on every attempt, because a stream key opens one socket and lives for a minute. */
export type UrlAnswer =
  | { given: true; url: string }
  | { given: false; because: 'unreachable' | 'ended' | 'not-allowed' };

/** Why a feed is over without having finished. */
export type FeedFailure = Exclude<CloseReason, 'finished'> | 'not-allowed' | 'cannot-connect' | 'lost-too-long';

export type UplinkEvent =
  /** The worker takes our media… */
  | { type: 'connected' }
  /** …and has passed it on. */
  | { type: 'on-air' }
  | { type: 'lost' }
  | { type: 'restored' }
  | { type: 'health'; health: Health }
  /** The ring was full: so much of the show is missing. */
  | { type: 'skipped'; ms: number }
  /** `whole` where everything that was recorded has been published. */
  | { type: 'finished'; whole: boolean }
  | { type: 'failed'; because: FeedFailure };

export type Uplink = {
  start: () => void;
  /** The ring has grown. */
  appended: () => void;
  /** Nothing more will be appended: publish the rest and finish. */
  stop: () => void;
  /** The network is back, by the browser's word: no use in waiting any longer. */
  nudge: () => void;
  close: () => void;
  /** How much of the show the worker has not received yet. */
  backlogMs: () => number;
};

type Parts = {
  ring: Ring;
  media: Media;
  getUrl: () => Promise<UrlAnswer>;
  openSocket: OpenSocket;
  limits: Limits;
  clock: () => number;
  /** Runs `then` after `ms`; answers how to call it off. */
  after: (ms: number, then: () => void) => () => void;
  random: () => number;
  on: (event: UplinkEvent) => void;
};

/** A socket that has not been welcomed yet. */
type Dial = { socket?: Socket; forgetDeadline: () => void };

const parseServerMessage = (text: string): ServerMessage | undefined => {
  try {
    return ServerMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const isUpstreamSlow = ({ state, warning }: Health) =>
  warning === 'upstream-slow' || state === 'recovering' || state === 'reconnecting';

/** Brings the ring to an ingest worker, whatever happens to the sockets on the way. */
export const createUplink = ({ ring, media, getUrl, openSocket, limits, clock, after, random, on }: Parts): Uplink => {
  let line: Line | undefined;
  let dial: Dial | undefined;
  let outage: { sinceMs: number; attempt: number } | undefined;
  let resumeToken: string | undefined;
  let everConnected = false;
  let onAir = false;
  let keyRefusals = 0;
  let stopping = false;
  let over = false;
  let receivedBytes = 0;
  let forgetRetry = () => {};
  let forgetWatch = () => {};
  let forgetEnd = () => {};

  const finish = (event: UplinkEvent) => {
    if (over) return;
    close();
    on(event);
  };

  const close = () => {
    over = true;
    for (const forget of [forgetRetry, forgetWatch, forgetEnd, () => dial?.forgetDeadline()]) forget();
    dial?.socket?.close(CLOSE.finished.code);
    line?.close(CLOSE.finished.code);
    dial = line = undefined;
  };

  const lose = () => {
    if (outage) return;
    outage = { sinceMs: clock(), attempt: 0 };
    if (everConnected) on({ type: 'lost' });
  };

  /** Waits as long as the attempt's number says, then dials. */
  const retry = () => {
    if (over || (line && !outage)) return;
    lose();
    if (!outage) return;
    if (everConnected && clock() - outage.sinceMs > limits.giveUpMs)
      return finish({ type: 'failed', because: 'lost-too-long' });
    if (!everConnected && outage.attempt >= limits.firstAttempts)
      return finish({ type: 'failed', because: 'cannot-connect' });
    forgetRetry();
    forgetRetry = after(waitMs(outage.attempt, random()), () => void startDial());
    outage.attempt += 1;
  };

  const hello = (): ClientMessage =>
    resumeToken === undefined
      ? { type: 'hello', version: WIRE_VERSION, media }
      : { type: 'resume', version: WIRE_VERSION, resumeToken, media, haveFrom: ring.from, haveTo: ring.to };

  const startDial = async () => {
    if (over || dial) return;
    const mine: Dial = { forgetDeadline: () => {} };
    dial = mine;
    const giveUp = () => {
      if (dial !== mine) return;
      mine.forgetDeadline();
      dial = undefined;
      retry();
    };
    mine.forgetDeadline = after(limits.dialMs, () => {
      mine.socket?.close(CLOSE.finished.code);
      giveUp();
    });
    const answer = await getUrl();
    if (dial !== mine) return;
    if (!answer.given) {
      if (answer.because === 'unreachable') return giveUp();
      return finish({ type: 'failed', because: answer.because === 'ended' ? 'ended-elsewhere' : 'not-allowed' });
    }
    const socket = openSocket(answer.url, {
      opened: () => socket.send(JSON.stringify(hello())),
      said: (text) => hear(socket, text),
      closed: (code) => {
        if (dial === mine) refused(code, giveUp);
        else if (line && lineSocket === socket) broken(code);
      },
    });
    mine.socket = socket;
  };

  let lineSocket: Socket | undefined;

  /** A socket closed before its welcome. */
  const refused = (code: number, giveUp: () => void) => {
    const reason = closeReason(code);
    if (reason === 'resume-refused' && resumeToken !== undefined) {
      // The session is gone, the stream may not be: what we hold goes on as a feed of its own.
      resumeToken = undefined;
      ring.renumber();
      receivedBytes = 0;
      return giveUp();
    }
    keyRefusals = reason === 'key-refused' ? keyRefusals + 1 : 0;
    const hopeless = reason && reason !== 'finished' && !CLOSE[reason].retry;
    if (hopeless && (reason !== 'key-refused' || keyRefusals >= limits.keyRefusals))
      return finish({ type: 'failed', because: reason });
    return giveUp();
  };

  /** The socket that carried the media closed. */
  const broken = (code: number) => {
    const reason = closeReason(code);
    if (reason === 'finished') return finish({ type: 'finished', whole: stopping });
    if (reason && !CLOSE[reason].retry) return finish({ type: 'failed', because: reason });
    line?.close(CLOSE.finished.code);
    line = lineSocket = undefined;
    if (dial) lose();
    else retry();
  };

  const adopt = (socket: Socket, welcome: Welcome) => {
    dial?.forgetDeadline();
    dial = undefined;
    forgetRetry();
    line?.close(CLOSE.migrate.code);
    resumeToken = welcome.resumeToken;
    keyRefusals = 0;
    receivedBytes = welcome.nextOffset;
    ring.free(welcome.committed);
    lineSocket = socket;
    line = createLine({ socket, welcome, ring, limits, clock, after });
    const restored = outage !== undefined && everConnected;
    outage = undefined;
    if (!everConnected) on({ type: 'connected' });
    everConnected = true;
    if (restored) on({ type: 'restored' });
    if (stopping) line.stop();
    else line.pump();
  };

  const hear = (socket: Socket, text: string) => {
    const message = parseServerMessage(text);
    if (over || !message) return;
    if (message.type === 'welcome' && dial?.socket === socket) return adopt(socket, message);
    if (socket !== lineSocket || !line) return;
    line.heard(message.type === 'health' ? isUpstreamSlow(message.health) : undefined);
    switch (message.type) {
      case 'received':
        receivedBytes = Math.max(receivedBytes, message.offset);
        line.received(message.offset);
        if (outage && !line.stalled()) settle();
        if (stopping) watchEnd();
        return;
      case 'committed':
        ring.free(message.offset);
        return published();
      case 'nack':
        return line.seek(message.expected);
      case 'health':
        on({ type: 'health', health: message.health });
        return message.health.state === 'live' ? published() : undefined;
      case 'migrate':
        forgetRetry();
        forgetRetry = after(message.afterMs, () => void startDial());
        return;
      case 'ended':
        return finish({ type: 'finished', whole: stopping });
      // We have read our own init, and a second welcome on one socket means nothing.
      case 'init':
      case 'welcome':
    }
  };

  const published = () => {
    if (onAir) return;
    onAir = true;
    on({ type: 'on-air' });
  };

  /** The stalled socket moves again before another one has taken over. */
  const settle = () => {
    outage = undefined;
    forgetRetry();
    on({ type: 'restored' });
  };

  const watch = () => {
    forgetWatch = after(limits.stallPollMs, watch);
    if (line && !outage && line.stalled()) retry();
  };

  const watchEnd = () => {
    forgetEnd();
    forgetEnd = after(limits.endMs, () => finish({ type: 'finished', whole: false }));
  };

  return {
    start: () => {
      watch();
      void startDial();
    },
    appended: () => {
      if (over) return;
      const reached = line?.cursor ?? receivedBytes;
      const reachedAtMs = ring.appendedAtMs(Math.max(reached, ring.from));
      ring.trim();
      if (ring.from > Math.max(reached, ring.initBytes))
        on({ type: 'skipped', ms: Math.round(ring.appendedAtMs(ring.from) - reachedAtMs) });
      line?.pump();
      if (!line) receivedBytes = Math.max(receivedBytes, ring.from);
    },
    stop: () => {
      if (over || stopping) return;
      stopping = true;
      line?.stop();
      watchEnd();
    },
    nudge: () => {
      if (over || line || dial || !outage) return;
      outage.attempt = 0;
      retry();
    },
    close,
    backlogMs: () => {
      const newest = ring.appendedAtMs(ring.to);
      return receivedBytes >= ring.to ? 0 : Math.max(0, newest - ring.appendedAtMs(Math.max(receivedBytes, ring.from)));
    },
  };
};
