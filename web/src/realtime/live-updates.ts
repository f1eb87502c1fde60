import type { ChatPage } from '#contract/chat';
import type { LiveView } from '#contract/http';
import { ServerMessage, type SingleMessage } from '#contract/realtime';
import { isOnAir } from '#contract/show';
import { isKeptOut, json } from '../api/api-error.ts';
import { misses } from './chat-log.ts';
import { isCutOff, LIMITS, pollAfterMs, type Link } from './link.ts';
import { isSettled, takeIn, type News, type Snapshot } from './snapshot.ts';
import { createSocketLink, type SocketLinkParts } from './socket-link.ts';

export type LiveUpdatesParts = SocketLinkParts & {
  live: (streamId: string, asking: { signal: AbortSignal }) => Promise<LiveView>;
  chatAfter: (streamId: string, after: number, asking: { signal: AbortSignal }) => Promise<ChatPage>;
  /** Tells when the browser is back on a network or the page is looked at again. */
  onWake: (listener: () => void) => () => void;
  now: () => number;
};

/** `mine`: whoever's show it is, is told of everything whatever the size of the audience. */
type Following = { streamId: string; mine?: boolean; onChange: (snapshot: Snapshot) => void };

/** Follows one stream until stopped or settled: by the realtime socket while it is there, by asking while it is not. */
export const startLiveUpdates = (
  { live, chatAfter, onWake, now, ...parts }: LiveUpdatesParts,
  { streamId, mine = false, onChange }: Following,
) => {
  const over = new AbortController();
  const { signal } = over;
  const { after, random } = parts;
  let snapshot: Snapshot | undefined;
  let catching = false;
  /** How far something has been heard of, whether all before it is known or not. */
  let heardUpTo = 0;
  let joinedAtMs = 0;
  let cancelCatchUp = () => {};
  let cancelSettle = () => {};
  let cancelPoll = () => {};

  const pollMsAt = (at: Link) => pollAfterMs(at, snapshot !== undefined && isOnAir(snapshot), snapshot?.askAfterMs);
  const nextPollMs = () => pollMsAt(link.at());

  const learn = (news: News) => {
    const next = takeIn(snapshot, news);
    if (signal.aborted || !next || next === snapshot) return;
    snapshot = next;
    onChange(next);
    if (isSettled(next)) stop();
  };

  const hear = (text: string) => {
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
        return link.happened({ type: 'joined', mode: message.mode });
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
        if (message.streamId === streamId && !mine) link.happened({ type: 'sent-to-ask' });
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
        return link.happened({ type: 'refused' });
      case 'pong':
      case 'followed':
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
        learn({ type: 'link', cutOff: isCutOff(link.at()) });
        heardUpTo = Math.max(heardUpTo, answer.seq);
        if (answer.mode === 'push' && snapshot?.chat && snapshot.chat.seq < answer.seq) catchUpSoon();
        link.happened({ type: 'looked', mode: answer.mode });
        // an answer out of a cache may be from before we were let in
        const isNews = link.at().at !== 'joined' || now() - joinedAtMs > LIMITS.cachedMs;
        if (answer.mode === 'poll' && isNews && !mine) link.happened({ type: 'sent-to-ask' });
      })
      .catch((error: unknown) => {
        // Asked again in any case: a poll that failed says nothing about the stream, unless it was refused.
        if (isKeptOut(error)) learn({ type: 'refused' });
        link.happened({ type: 'looked', mode: undefined });
      })
      .finally(() => {
        if (!signal.aborted) pollIn(nextPollMs() * (1 + random() / 4));
      });
  };

  const pollIn = (ms: number) => {
    cancelPoll();
    cancelPoll = after(ms, poll);
  };

  const link = createSocketLink(parts, {
    signal,
    join: () => link.say({ action: 'join', streamId }),
    hear,
    moved: (before, next) => {
      if (isCutOff(before) !== isCutOff(next)) learn({ type: 'link', cutOff: isCutOff(next) });
      if (pollMsAt(next) < pollMsAt(before) && !signal.aborted) pollIn(0);
    },
    closed: () => cancelSettle(),
  });

  const stopHearingWakes = onWake(() => {
    link.happened({ type: 'woken' });
    pollIn(0);
  });

  const stop = () => {
    if (signal.aborted) return;
    over.abort();
    stopHearingWakes();
    cancelPoll();
    cancelCatchUp();
    link.stop();
  };

  link.happened({ type: 'started', mine });
  pollIn(0);
  return stop;
};

const isNumbered = ({ type }: SingleMessage) =>
  type === 'chat' || type === 'removed' || type === 'restored' || type === 'rules';
