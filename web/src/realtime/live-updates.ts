import type { ChatPage } from '#contract/chat';
import type { LiveView, Ticket } from '#contract/http';
import { ServerMessage, type ClientMessage, type SingleMessage } from '#contract/realtime';
import { ApiError, json } from '../api/api-error.ts';
import { misses } from './chat-log.ts';
import {
  initial,
  LIMITS,
  pollAfterMs,
  retryAfterMs,
  step,
  type Link,
  type LinkEffect,
  type LinkEvent,
} from './link.ts';
import { isSettled, takeIn, type News, type Snapshot } from './snapshot.ts';

/** The realtime socket: what is called of it, and what it says. */
export type RealtimeSocket = { send: (text: string) => void; close: () => void };
export type RealtimeSocketEvents = { opened: () => void; said: (text: string) => void; closed: () => void };

export type LiveUpdatesParts = {
  ticket: (asking: { signal: AbortSignal }) => Promise<Ticket>;
  live: (streamId: string, asking: { signal: AbortSignal }) => Promise<LiveView>;
  chatAfter: (streamId: string, after: number, asking: { signal: AbortSignal }) => Promise<ChatPage>;
  openSocket: (ticket: string, events: RealtimeSocketEvents) => RealtimeSocket;
  /** Runs `work` once, later; the answer calls it off. */
  after: (ms: number, work: () => void) => () => void;
  /** Tells when the browser is back on a network or the page is looked at again. */
  onWake: (listener: () => void) => () => void;
  now: () => number;
  random: () => number;
};

type Following = { streamId: string; onChange: (snapshot: Snapshot) => void };

const isOnAir = (state: Snapshot['state']) => state === 'connecting' || state === 'live' || state === 'reconnecting';

const isRefusal = (error: unknown) =>
  error instanceof ApiError &&
  (error.code === 'not-signed-in' || error.code === 'not-allowed' || error.code === 'blocked');

/** Follows one stream until stopped or settled: by the realtime socket while it is there, by asking while it is not. */
export const startLiveUpdates = (
  { ticket, live, chatAfter, openSocket, after, onWake, now, random }: LiveUpdatesParts,
  { streamId, onChange }: Following,
) => {
  const over = new AbortController();
  const { signal } = over;
  let link: Link = initial;
  let snapshot: Snapshot | undefined;
  let socket: RealtimeSocket | undefined;
  let catching = false;
  let cancelRetry = () => {};
  let cancelSettle = () => {};
  let cancelPing = () => {};
  let cancelSilence = () => {};
  let cancelPoll = () => {};

  const nextPollMs = () => pollAfterMs(link, snapshot !== undefined && isOnAir(snapshot.state));

  const learn = (news: News) => {
    const next = takeIn(snapshot, news);
    if (signal.aborted || !next || next === snapshot) return;
    snapshot = next;
    onChange(next);
    if (isSettled(next)) stop();
  };

  const happened = (event: LinkEvent) => {
    if (signal.aborted && event.type !== 'stopped') return;
    const before = nextPollMs();
    const [next, effects] = step(link, event);
    link = next;
    for (const effect of effects) perform(effect);
    if (nextPollMs() < before && !signal.aborted) pollIn(0);
  };

  const perform = (effect: LinkEffect) => {
    switch (effect.do) {
      case 'ask-ticket':
        ticket({ signal }).then(
          (given) => happened({ type: 'ticket-given', ticket: given.ticket }),
          () => happened({ type: 'ticket-failed' }),
        );
        return;
      case 'open': {
        // A late word from a socket that was given up must not move the link of its successor.
        const isCurrent = () => socket === opened;
        const opened: RealtimeSocket = openSocket(effect.ticket, {
          opened: () => {
            if (isCurrent()) happened({ type: 'opened' });
          },
          said: (text) => {
            if (isCurrent()) hear(text);
          },
          closed: () => {
            if (isCurrent()) happened({ type: 'closed' });
          },
        });
        socket = opened;
        expectSign();
        return;
      }
      case 'join':
        say({ action: 'join', streamId });
        cancelPing = after(LIMITS.pingEveryMs, ping);
        return;
      case 'close': {
        const left = socket;
        socket = undefined;
        cancelPing();
        cancelSettle();
        cancelSilence();
        left?.close();
        return;
      }
      case 'retry-later':
        cancelRetry = after(retryAfterMs(effect.attempt, random()), () => happened({ type: 'retry-due' }));
        return;
    }
  };

  const say = (message: ClientMessage) => socket?.send(JSON.stringify(message));

  const ping = () => {
    say({ action: 'ping' });
    cancelPing = after(LIMITS.pingEveryMs, ping);
  };

  const expectSign = () => {
    cancelSilence();
    cancelSilence = after(LIMITS.silenceMs, () => happened({ type: 'silent' }));
  };

  const hear = (text: string) => {
    expectSign();
    const parsed = ServerMessage.safeParse(json(text));
    // A message of a newer server, or the API gateway's own.
    if (!parsed.success) return;
    for (const message of parsed.data.type === 'batch' ? parsed.data.messages : [parsed.data]) take(message);
  };

  const take = (message: SingleMessage) => {
    switch (message.type) {
      case 'joined':
        if (message.live.id !== streamId) return;
        learn({ type: 'joined', live: message.live, atMs: now() });
        // what was said between that answer and the first push
        cancelSettle = after(LIMITS.settleMs, catchUp);
        return happened({ type: 'joined', mode: message.mode });
      case 'stream':
        if (message.stream.id === streamId) learn({ type: 'pushed', stream: message.stream, atMs: now() });
        return;
      case 'health':
        if (message.streamId === streamId) learn({ type: 'health', health: message.health, atMs: now() });
        return;
      case 'chat':
      case 'removed':
      case 'restored':
      case 'rules':
        if (message.streamId !== streamId) return;
        if (snapshot?.chat && misses(snapshot.chat, message)) return catchUp();
        return learn({ type: 'chat', news: message });
      case 'reactions':
        if (message.streamId === streamId) learn({ type: 'reactions', given: message.given });
        return;
      case 'said':
        return;
      case 'viewers':
        if (message.streamId === streamId) learn({ type: 'viewers', count: message.count, atMs: now() });
        return;
      case 'refused':
        if (message.error === 'not-allowed' || message.error === 'blocked') learn({ type: 'refused' });
        return happened({ type: 'refused' });
      case 'pong':
        return;
    }
  };

  /** Asks for what was missed, once however much of it there is. */
  const catchUp = () => {
    if (catching || !snapshot?.chat || signal.aborted) return;
    catching = true;
    chatAfter(streamId, snapshot.chat.seq, { signal })
      .then((page) => {
        catching = false;
        learn({ type: 'chat-asked', page });
        if (page.more) catchUp();
      })
      .catch(() => {
        // the next message, or the next poll, tells that something is missing
        catching = false;
      });
  };

  const poll = () => {
    live(streamId, { signal })
      .then((answer) => learn({ type: 'asked', live: answer, atMs: now() }))
      .catch((error: unknown) => {
        // Asked again in any case: a poll that failed says nothing about the stream, unless it was refused.
        if (isRefusal(error)) learn({ type: 'refused' });
      })
      .finally(() => {
        if (!signal.aborted) pollIn(nextPollMs() * (1 + random() / 4));
      });
  };

  const pollIn = (ms: number) => {
    cancelPoll();
    cancelPoll = after(ms, poll);
  };

  const stopHearingWakes = onWake(() => {
    happened({ type: 'woken' });
    pollIn(0);
  });

  const stop = () => {
    if (signal.aborted) return;
    over.abort();
    stopHearingWakes();
    cancelRetry();
    cancelPoll();
    happened({ type: 'stopped' });
  };

  happened({ type: 'started' });
  pollIn(0);
  return stop;
};
