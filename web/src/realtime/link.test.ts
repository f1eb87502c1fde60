import { describe, expect, it } from 'vitest';
import { initial, LIMITS, pollAfterMs, retryAfterMs, step, type Link, type LinkEvent } from './link.ts';

const play = (...events: LinkEvent[]) => {
  let link: Link = initial;
  const did: string[] = [];
  for (const event of events) {
    const [next, effects] = step(link, event);
    link = next;
    did.push(...effects.map((effect) => effect.do));
  }
  return { link, did };
};

const started: LinkEvent[] = [
  { type: 'started', mine: false },
  { type: 'looked', mode: 'push' },
];
const opened: LinkEvent[] = [...started, { type: 'ticket-given', ticket: 't' }, { type: 'opened' }];
const joined: LinkEvent[] = [...opened, { type: 'joined', mode: 'push' }];

describe('a link', () => {
  it('asks for a ticket, opens the socket with it and joins', () => {
    expect(play(...joined)).toEqual({ link: { at: 'joined' }, did: ['ask-ticket', 'open', 'join'] });
  });

  it('comes back with a fresh ticket after the socket closed', () => {
    expect(play(...joined, { type: 'closed' }, { type: 'retry-due' })).toEqual({
      link: { at: 'asking', attempt: 1 },
      did: ['ask-ticket', 'open', 'join', 'close', 'retry-later', 'ask-ticket'],
    });
  });

  it.each<[string, LinkEvent[]]>([
    ['no ticket is given', [...started, { type: 'ticket-failed' }]],
    ['the socket does not open', [...opened.slice(0, 3), { type: 'closed' }]],
    ['it closes before the join is answered', [...opened, { type: 'closed' }]],
    ['the server stays silent', [...opened, { type: 'silent' }]],
    ['a joined socket falls silent', [...joined, { type: 'silent' }]],
  ])('waits and tries again when %s', (_when, events) => {
    const { link, did } = play(...events);
    expect(link).toEqual({ at: 'waiting', attempt: 1 });
    expect(did.slice(-2)).toEqual(['close', 'retry-later']);
  });

  it('waits longer with every failure in a row, and starts over once it was joined', () => {
    const failing: LinkEvent[] = [
      ...started,
      { type: 'ticket-failed' },
      { type: 'retry-due' },
      { type: 'ticket-failed' },
    ];
    expect(play(...failing).link).toEqual({ at: 'waiting', attempt: 2 });
    const recovered: LinkEvent[] = [{ type: 'retry-due' }, ...joined.slice(2), { type: 'closed' }];
    expect(play(...failing, ...recovered).link).toEqual({ at: 'waiting', attempt: 1 });
  });

  it('does not wait on when the browser is back on a network', () => {
    expect(play(...started, { type: 'ticket-failed' }, { type: 'woken' }).link.at).toBe('asking');
    expect(play(...joined, { type: 'woken' }).did).toEqual(['ask-ticket', 'open', 'join']);
  });

  it('does not ask again for a stream that was refused', () => {
    const { link, did } = play(...opened, { type: 'refused' }, { type: 'closed' }, { type: 'retry-due' });
    expect(link).toEqual({ at: 'stopped' });
    expect(did).toEqual(['ask-ticket', 'open', 'join', 'close']);
  });

  it('stays joined where something else is refused', () => {
    expect(play(...joined, { type: 'refused' }).link).toEqual({ at: 'joined' });
  });

  it('hangs up where it is sent to ask, and comes back when there is room', () => {
    const sent = play(...joined, { type: 'sent-to-ask' }, { type: 'closed' });
    expect([sent.link, sent.did.at(-1)]).toEqual([{ at: 'crowded' }, 'close']);
    const back: LinkEvent[] = [...joined, { type: 'sent-to-ask' }, { type: 'looked', mode: 'push' }];
    expect(play(...back).did.at(-1)).toBe('return-later');
    expect(play(...back, { type: 'looked', mode: 'push' }, { type: 'retry-due' }).did.slice(-2)).toEqual([
      'return-later',
      'ask-ticket',
    ]);
    expect(play(...back, { type: 'looked', mode: 'poll' }, { type: 'retry-due' }).link).toEqual({ at: 'crowded' });
  });

  it('does nothing about late answers once it is stopped, and stops once', () => {
    const { link, did } = play(
      ...started,
      { type: 'stopped' },
      { type: 'ticket-given', ticket: 't' },
      { type: 'stopped' },
    );
    expect(link).toEqual({ at: 'stopped' });
    expect(did).toEqual(['ask-ticket', 'close']);
  });
});

describe('waiting times', () => {
  it('polls often unless the server pushes', () => {
    expect(pollAfterMs(play(...joined).link, false)).toBe(LIMITS.pollPushedMs);
    expect(pollAfterMs(play(...joined).link, true)).toBe(LIMITS.pollOnAirMs);
    expect(pollAfterMs(initial, true)).toBe(LIMITS.pollMs);
    expect([0, 5_000, 3_600_000].map((wanted) => pollAfterMs({ at: 'crowded' }, true, wanted))).toEqual([
      LIMITS.pollMs,
      5_000,
      LIMITS.pollMostMs,
    ]);
  });

  it('doubles the wait up to its limit, spread over its upper half', () => {
    expect([1, 2, 3].map((attempt) => retryAfterMs(attempt, 0))).toEqual([500, 1_000, 2_000]);
    expect([1, 2, 3].map((attempt) => retryAfterMs(attempt, 1))).toEqual([1_000, 2_000, 4_000]);
    expect(retryAfterMs(50, 1)).toBe(LIMITS.retryMaxMs);
  });
});
