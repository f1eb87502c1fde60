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

/** `mine`: whoever's show it is, is told of everything whatever the size of the audience. */
type Following = { streamId: string; mine?: boolean; onChange: (snapshot: Snapshot) => void };

const isOnAir = (state: Snapshot['state']) => state === 'connecting' || state === 'live' || state === 'reconnecting';

const isRefusal = (error: unknown) =>
  error instanceof ApiError &&
  (error.code === 'not-signed-in' || error.code === 'not-allowed' || error.code === 'blocked');

/** Follows one stream until stopped or settled: by the realtime socket while it is there, by asking while it is not. */
export const startLiveUpdates = (
  { ticket, live, chatAfter, openSocket, after, onWake, now, random }: LiveUpdatesParts,
  { streamId, mine = false, onChange }: Following,
) => {
  const over = new AbortController();
  const { signal } = over;
  let link: Link = initial;
  let snapshot: Snapshot | undefined;
  let socket: RealtimeSocket | undefined;
  let catching = false;
  /** How far something has been heard of, whether all before it is known or not. */
  let heardUpTo = 0;
  let joinedAtMs = 0;
  let cancelCatchUp = () => {};
  let cancelRetry = () => {};
  let cancelSettle = () => {};
  let cancelPing = () => {};
  let cancelSilence = () => {};
  let cancelPoll = () => {};

  const nextPollMs = () => pollAfterMs(link, snapshot !== undefined && isOnAir(snapshot.state), snapshot?.askAfterMs);

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
      case 'return-later':
        cancelRetry();
        cancelRetry = after(LIMITS.returnWithinMs * random(), () => happened({ type: 'retry-due' }));
        return;
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
    if (parsed.data.type !== 'batch') return take(parsed.data);
    const { after: from, seq, messages, streamId: of } = parsed.data;
    if (of !== streamId) return;
    const missing = from !== undefined && snapshot?.chat !== undefined && misses(snapshot.chat, from);
    // what has a number waits for what is before it, and comes with that
    for (const message of messages) if (!(missing && isNumbered(message))) take(message);
    if (seq === undefined) return;
    heardUpTo = Math.max(heardUpTo, seq);
    if (missing) catchUpSoon();
    else learn({ type: 'chat-known', seq });
  };

  const take = (message: SingleMessage) => {
    switch (message.type) {
      case 'joined':
        if (message.live.id !== streamId) return;
        learn({ type: 'joined', live: message.live, atMs: now() });
        joinedAtMs = now();
        heardUpTo = Math.max(heardUpTo, message.live.seq);
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
        if (message.streamId === streamId) learn({ type: 'chat', news: message });
        return;
      case 'mode':
        if (message.streamId === streamId && !mine) happened({ type: 'sent-to-ask' });
        return;
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

  /** Not all at the same moment: what one has missed, all may have missed. */
  const catchUpSoon = () => {
    if (catching) return;
    cancelCatchUp();
    cancelCatchUp = after(LIMITS.catchUpWithinMs * random(), catchUp);
  };

  /** Asks for what was missed, once however much of it there is. */
  const catchUp = () => {
    if (catching || !snapshot?.chat || signal.aborted) return;
    catching = true;
    const from = snapshot.chat.seq;
    chatAfter(streamId, from, { signal })
      .then((page) => {
        catching = false;
        learn({ type: 'chat-asked', page });
        // something may have come meanwhile that this answer is too old for
        if (page.more || (page.seq > from && page.seq < heardUpTo)) catchUp();
      })
      .catch(() => {
        // the next message, or the next poll, tells that something is missing
        catching = false;
      });
  };

  const poll = () => {
    live(streamId, { signal })
      .then((answer) => {
        learn({ type: 'asked', live: answer, atMs: now() });
        heardUpTo = Math.max(heardUpTo, answer.seq);
        if (answer.mode === 'push' && snapshot?.chat && snapshot.chat.seq < answer.seq) catchUpSoon();
        happened({ type: 'looked', mode: answer.mode });
        // an answer out of a cache may be from before we were let in
        const isNews = link.at !== 'joined' || now() - joinedAtMs > LIMITS.cachedMs;
        if (answer.mode === 'poll' && isNews && !mine) happened({ type: 'sent-to-ask' });
      })
      .catch((error: unknown) => {
        // Asked again in any case: a poll that failed says nothing about the stream, unless it was refused.
        if (isRefusal(error)) learn({ type: 'refused' });
        happened({ type: 'looked', mode: undefined });
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
    cancelCatchUp();
    happened({ type: 'stopped' });
  };

  happened({ type: 'started', mine });
  pollIn(0);
  return stop;
};

const isNumbered = ({ type }: SingleMessage) =>
  type === 'chat' || type === 'removed' || type === 'restored' || type === 'rules';
