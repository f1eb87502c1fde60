import type { Ticket } from '#contract/http';
import type { ClientMessage } from '#contract/realtime';
import { initial, LIMITS, retryAfterMs, step, type Link, type LinkEffect, type LinkEvent } from './link.ts';

/** The realtime socket: what is called of it, and what it says. */
export type RealtimeSocket = { send: (text: string) => void; close: () => void };
export type RealtimeSocketEvents = { opened: () => void; said: (text: string) => void; closed: () => void };

export type SocketLinkParts = {
  ticket: (asking: { signal: AbortSignal }) => Promise<Ticket>;
  openSocket: (ticket: string, events: RealtimeSocketEvents) => RealtimeSocket;
  /** Runs `work` once, later; the answer calls it off. */
  after: (ms: number, work: () => void) => () => void;
  random: () => number;
};

type Uses = {
  /** Aborted once the link is no longer wanted; then only `stopped` is heard. */
  signal: AbortSignal;
  /** The socket is open: says what one wants of it. */
  join: () => void;
  hear: (text: string) => void;
  moved?: (before: Link, now: Link) => void;
  closed?: () => void;
};

/** Keeps a realtime socket open, as the link's states have it: a fresh ticket for each, pings, and patience between attempts. */
export const createSocketLink = (
  { ticket, openSocket, after, random }: SocketLinkParts,
  { signal, join, hear, moved = () => {}, closed = () => {} }: Uses,
) => {
  let link: Link = initial;
  let socket: RealtimeSocket | undefined;
  let cancelRetry = () => {};
  let cancelPing = () => {};
  let cancelSilence = () => {};

  const happened = (event: LinkEvent) => {
    if (signal.aborted && event.type !== 'stopped') return;
    const before = link;
    const [next, effects] = step(link, event);
    link = next;
    for (const effect of effects) perform(effect);
    moved(before, next);
  };

  const say = (message: ClientMessage) => socket?.send(JSON.stringify(message));

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
            if (!isCurrent()) return;
            expectSign();
            hear(text);
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
        join();
        cancelPing = after(LIMITS.pingEveryMs, ping);
        return;
      case 'close': {
        const left = socket;
        socket = undefined;
        cancelPing();
        cancelSilence();
        closed();
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

  const ping = () => {
    say({ action: 'ping' });
    cancelPing = after(LIMITS.pingEveryMs, ping);
  };

  const expectSign = () => {
    cancelSilence();
    cancelSilence = after(LIMITS.silenceMs, () => happened({ type: 'silent' }));
  };

  return {
    happened,
    say,
    at: () => link,
    stop: () => {
      cancelRetry();
      happened({ type: 'stopped' });
    },
  };
};
