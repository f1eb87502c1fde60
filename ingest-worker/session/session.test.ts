import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { begin, type Effect, type Session, type SessionEvent, type Step, step } from './session.ts';

/** Plays a life: each entry is an event, or a number of milliseconds that pass first. */
const play = (...told: Parameters<typeof playFrom>[1][]) => playFrom(begin({ nowMs: 0, freeMs: 0 }), ...told);

const playFrom = (beginning: Step, ...told: (SessionEvent['type'] | Partial<SessionEvent> | number)[]) => {
  let nowMs = 0;
  let [session, effects] = beginning;
  const did: string[] = effects.map(name);
  for (const entry of told) {
    if (typeof entry === 'number') {
      nowMs += entry;
      continue;
    }
    const event = { nowMs, sentBytes: 0, ...(typeof entry === 'string' ? { type: entry } : entry) } as SessionEvent;
    [session, effects] = step(session, event);
    did.push(...effects.map(name));
  }
  return { session, did };
};

const name = (effect: Effect): string => {
  if (effect.do === 'close-client') return `close-client ${effect.reason}`;
  if (effect.do === 'release') return `release ${effect.because}`;
  if (effect.do === 'start-encoder') return effect.past === undefined ? effect.do : `${effect.do} past ${effect.past}`;
  return effect.do;
};

const LIVE = ['upstream-connected', 'media-began'] as const;
const died = (at?: number, stuck = false): Partial<SessionEvent> => ({
  type: 'encoder-exited',
  clean: false,
  more: false,
  at,
  stuck,
});
const ENDED: Partial<SessionEvent> = { type: 'encoder-exited', clean: true, more: false, at: undefined };
const FINISH: Partial<SessionEvent> = { type: 'stopped', because: 'finished' };
const lost = (because = 'reset'): Partial<SessionEvent> => ({ type: 'upstream-failed', because }) as SessionEvent;

const BEGIN = ['connect-upstream', 'start-encoder'];
const END = ['release finished', 'close-client finished'];

const frozen = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
};

describe('a show', () => {
  it('[S1] moves by what it is told and nothing else: the same twice, with nothing changed on the way', () => {
    const events: Partial<SessionEvent>[] = [
      { type: 'upstream-connected' },
      { type: 'media-began' },
      died(1),
      { type: 'tick' },
      lost(),
      { type: 'tick', nowMs: 9_000 },
      { type: 'tick', nowMs: 9_000 },
      FINISH,
      ENDED,
      { type: 'upstream-connected' },
      { type: 'upstream-closed' },
    ];
    let [session] = begin({ nowMs: 0, freeMs: 0 });
    for (const event of events) {
      const given = frozen({ nowMs: 2_000, sentBytes: 1, ...event } as SessionEvent);
      const once = step(frozen(session), given);
      expect(step(session, given)).toEqual(once);
      [session] = once;
    }
    expect(session.at).toBe('over');
  });

  it('[S7] stop drains: input ends first, the publisher closes after the encoder, the socket last', () => {
    const { session, did } = play(...LIVE, FINISH, ENDED, 'upstream-closed');
    expect(did).toEqual([...BEGIN, 'end-encoder-input', 'close-upstream', ...END]);
    expect(session).toEqual({ at: 'over', because: 'finished' });
  });

  it('[S7] stop before any media closes what there is', () => {
    expect(play('upstream-connected', FINISH, 'upstream-closed').did).toEqual([
      'connect-upstream',
      'close-upstream',
      ...END,
    ]);
  });

  it.each([
    ['that is still being made', []],
    ['that is lost', ['upstream-connected', lost()]],
  ] as const)('[S7] with nothing to publish no end waits for a connection %s', (_, before) => {
    const { did } = play(...before, { type: 'stopped', because: 'migrate' });
    expect(did).toEqual(['connect-upstream', 'abandon-upstream', 'release migrate', 'close-client migrate']);
  });

  it('[S5] [S7] …nor for a holder before us', () => {
    const [session] = begin({ nowMs: 0, freeMs: 3_000 });
    const [next, effects] = step(session, { type: 'stopped', because: 'migrate', nowMs: 1 });
    expect(next.at).toBe('over');
    expect(effects.map(name)).toEqual(['release migrate', 'close-client migrate']);
  });

  it('[S7] a drain waits for an upstream that is away, and for an encoder that dies in it', () => {
    const { did } = play(...LIVE, lost(), FINISH, ENDED, 1_000, 'tick', 'upstream-connected', 'upstream-closed');
    expect(did).toEqual([...BEGIN, 'end-encoder-input', 'connect-upstream', 'close-upstream', ...END]);
    const again = play(...LIVE, FINISH, died(), 1_000, 'tick', ENDED, 'upstream-closed');
    expect(again.did).toEqual([
      ...BEGIN,
      'end-encoder-input',
      'start-encoder',
      'end-encoder-input',
      'close-upstream',
      ...END,
    ]);
  });

  it('[S11] an upstream that breaks while it is being closed is connected again', () => {
    const { did } = play(...LIVE, FINISH, ENDED, lost(), 1_000, 'tick', 'upstream-connected', 'upstream-closed');
    expect(did.slice(2)).toEqual(['end-encoder-input', 'close-upstream', 'connect-upstream', 'close-upstream', ...END]);
  });

  it('[S13] a drain that is stuck for drainStuckMs ends, whatever it still waits for', () => {
    expect(play(...LIVE, FINISH, LIMITS.drainStuckMs, 'tick').session.at).toBe('draining');
    const { did } = play(...LIVE, FINISH, LIMITS.drainStuckMs + 1, 'tick');
    expect(did).toEqual([...BEGIN, 'end-encoder-input', 'kill-encoder', 'abandon-upstream', ...END]);
  });

  it('[S13] a drain that goes on has up to drainMs', () => {
    const going = Array.from({ length: 10 }, (_, index) => [
      LIMITS.drainMs / 10,
      { type: 'tick', sentBytes: index + 1 } as const,
    ]).flat();
    expect(play(...LIVE, FINISH, ...going).session.at).toBe('draining');
    expect(play(...LIVE, FINISH, ...going, 1, { type: 'tick', sentBytes: 99 }).session.at).toBe('over');
  });

  it('[S12] nothing happens to a session that is over', () => {
    const { session } = play(...LIVE, FINISH, ENDED, 'upstream-closed');
    const events: Partial<SessionEvent>[] = [{ type: 'tick' }, died(), lost(), FINISH, { type: 'media-began' }];
    for (const event of events) expect(step(session, { nowMs: 9, ...event } as SessionEvent)).toEqual([session, []]);
  });
});

describe('encoder', () => {
  it('[E4] after health it starts again at once, then after 1, 2 and 3 s, and then the show ends', () => {
    const { did, session } = play(
      ...LIVE,
      LIMITS.healthyMs,
      died(10),
      500,
      died(20),
      ...([999, 'tick', 1, 'tick'] as const),
      died(30),
      ...([1_999, 'tick', 1, 'tick'] as const),
      died(40),
      ...([2_999, 'tick', 1, 'tick'] as const),
      died(50),
    );
    expect(did).toEqual([
      ...BEGIN,
      'start-encoder',
      'start-encoder',
      'start-encoder',
      'start-encoder',
      'abandon-upstream',
      'release encoder-failed',
      'close-client encoder-failed',
    ]);
    expect(session).toEqual({ at: 'over', because: 'encoder-failed' });
  });

  it('[E4] without health before it the first start again waits, too', () => {
    expect(play(...LIVE, LIMITS.healthyMs - 1, died(1), 999, 'tick').did).toEqual(BEGIN);
    expect(play(...LIVE, LIMITS.healthyMs - 1, died(1), 1_000, 'tick').did).toEqual([...BEGIN, 'start-encoder']);
  });

  it('[E4] health in between starts the count anew', () => {
    const unhealthy = [died(1), 1_000, 'tick'] as const;
    const { session, did } = play(...LIVE, ...unhealthy, LIMITS.healthyMs, died(2), died(3), 1_000, 'tick');
    expect(session.at).toBe('live');
    expect(did).toHaveLength(5);
  });

  it('[E5] two deaths with the same GOP to begin with skip it; with another one they do not', () => {
    expect(play(...LIVE, LIMITS.healthyMs, died(7), died(7), 1_000, 'tick').did.at(-1)).toBe('start-encoder past 7');
    expect(play(...LIVE, LIMITS.healthyMs, died(7), died(8), 1_000, 'tick').did.at(-1)).toBe('start-encoder');
  });

  it('[E5] where the one after it kills as well, that is skipped too; not where the run has come further', () => {
    const twice = [...LIVE, LIMITS.healthyMs, died(7), died(7, true), 1_000, 'tick'] as const;
    expect(play(...twice, died(9, true), 2_000, 'tick').did.at(-1)).toBe('start-encoder past 9');
    expect(play(...twice, died(12), 2_000, 'tick').did.at(-1)).toBe('start-encoder');
  });

  it('[W9] a run that ends so that another takes the rest is no death, in the show or in its drain', () => {
    const more: Partial<SessionEvent> = { ...ENDED, more: true };
    expect(play(...LIVE, more).did).toEqual([...BEGIN, 'start-encoder']);
    expect(play(...LIVE, FINISH, more).did.slice(3)).toEqual(['start-encoder', 'end-encoder-input']);
  });
});

describe('upstream', () => {
  it('[S11] it is connected again at once after health, else after 1, 2, 3, 3 s', () => {
    expect(play(...LIVE, LIMITS.healthyMs, lost()).did.at(-1)).toBe('connect-upstream');
    const { did } = play(
      ...([lost(), 999, 'tick', 1, 'tick'] as const),
      ...([lost(), 1_999, 'tick', 1, 'tick'] as const),
      ...([lost(), 2_999, 'tick', 1, 'tick'] as const),
      ...([lost(), 2_999, 'tick', 1, 'tick'] as const),
    );
    expect(did).toEqual(Array(5).fill('connect-upstream'));
  });

  it('[S11] connections that do not last are one outage', () => {
    const flap = ['upstream-connected', lost(), 3_000, 'tick'] as const;
    const { session } = play(...Array.from({ length: 21 }, () => flap).flat());
    expect(session.at).toBe('live');
    expect(play(...Array.from({ length: 22 }, () => flap).flat()).session).toMatchObject({
      because: 'upstream-unreachable',
    });
  });

  it('[S11] an outage up to upstreamWindowMs is lived through, a longer one ends the show', () => {
    const taken = ['upstream-connected', LIMITS.healthyMs, lost()] as const;
    expect(play(...taken, LIMITS.upstreamWindowMs, lost()).session.at).toBe('live');
    expect(play(...taken, LIMITS.upstreamWindowMs + 1, lost()).session).toMatchObject({
      because: 'upstream-unreachable',
    });
  });

  it('[S11] a server that has never taken the show is tried for upstreamFirstMs', () => {
    expect(play(LIMITS.upstreamFirstMs, lost()).session.at).toBe('live');
    const { session, did } = play(LIMITS.upstreamFirstMs + 1, lost());
    expect(session).toEqual({ at: 'over', because: 'upstream-unreachable' });
    expect(did.slice(1)).toEqual([
      'abandon-upstream',
      'release upstream-unreachable',
      'close-client upstream-unreachable',
    ]);
  });

  it('[S11] a refused key ends the show at once', () => {
    const { session, did } = play('media-began', lost('key-refused'));
    expect(session).toEqual({ at: 'over', because: 'upstream-refused' });
    expect(did).toContain('kill-encoder');
    expect(play('upstream-connected', LIMITS.keyTakenMs - 1, lost('key-refused')).session).toEqual({
      at: 'over',
      because: 'upstream-refused',
    });
  });

  it('[S11] a key that the server has taken before is tried again: it may still think of the connection before', () => {
    const { did } = play(
      'upstream-connected',
      LIMITS.keyTakenMs,
      lost(),
      1_000,
      'tick',
      lost('key-refused'),
      2_000,
      'tick',
    );
    expect(did).toEqual(['connect-upstream', 'connect-upstream', 'connect-upstream']);
    const [resumed] = begin({ nowMs: 0, freeMs: 0, keyTaken: true });
    const [session] = step(resumed, { type: 'upstream-failed', because: 'key-refused', nowMs: 10 });
    expect(session.at).toBe('live');
  });

  it('[S5] nothing is connected before the holder before us has surely stopped', () => {
    const [session, effects] = begin({ nowMs: 0, freeMs: 3_000 });
    expect(effects).toEqual([]);
    expect(step(session, { type: 'tick', nowMs: 2_999, sentBytes: 0 })[1]).toEqual([]);
    expect(step(session, { type: 'tick', nowMs: 3_000, sentBytes: 0 })[1]).toEqual([{ do: 'connect-upstream' }]);
  });
});

describe('a takeover', () => {
  const BARRED: Partial<SessionEvent> = { type: 'upstream-barred', forMs: 1_000 };
  const replacing = () => begin({ nowMs: 0, freeMs: 0, replaces: true });

  it('[S6] tells the client at once, and publishes what was received before it ends', () => {
    const { did } = play(...LIVE, { type: 'replaced' }, ENDED, 'upstream-closed');
    expect(did.slice(2)).toEqual([
      'close-client replaced',
      'end-encoder-input',
      'close-upstream',
      'release replaced',
      'close-client replaced',
    ]);
    expect(play({ type: 'replaced' }).did.slice(1)).toEqual([
      'abandon-upstream',
      'release replaced',
      'close-client replaced',
    ]);
  });

  it('[S6] connects once the feed before has stopped, and asks after it meanwhile', () => {
    expect(play('media-began', BARRED, 999, 'tick').did).toEqual(['connect-upstream', 'start-encoder']);
    expect(play('media-began', BARRED, 1_000, 'tick').did.at(-1)).toBe('connect-upstream');
    expect(play('media-began', BARRED, 'upstream-freed').did.at(-1)).toBe('connect-upstream');
    expect(play('media-began', 'upstream-freed').did).toEqual(['connect-upstream', 'start-encoder']);
  });

  it('[S6] [S13] ends after the feed before it, and is not cut short for the wait', () => {
    for (const first of [
      [BARRED, FINISH],
      [FINISH, BARRED],
    ]) {
      const { session, did } = playFrom(replacing(), ...first, LIMITS.drainStuckMs + 1, 'tick');
      expect([session.at, did]).toEqual(['draining', ['connect-upstream', 'connect-upstream']]);
      const freed = playFrom(replacing(), ...first, 'upstream-freed', 'upstream-connected', 'upstream-closed');
      expect(freed.session).toEqual({ at: 'over', because: 'finished' });
    }
  });
});

describe('ends', () => {
  it.each(['replaced', 'migrate', 'ended-elsewhere', 'lease-lost', 'going-away'] as const)(
    '[S2] [S3] %s cuts everything off at once',
    (because) => {
      expect(play(...LIVE, { type: 'fenced', because }).did.slice(2)).toEqual([
        'kill-encoder',
        'abandon-upstream',
        `release ${because}`,
        `close-client ${because}`,
      ]);
    },
  );

  it('[W17] a refused client hears of it at once; what it sent before is still published', () => {
    const { did } = play(...LIVE, { type: 'refused', because: 'unsupported-media' }, ENDED, 'upstream-closed');
    expect(did.slice(2)).toEqual([
      'close-client unsupported-media',
      'end-encoder-input',
      'close-upstream',
      'release unsupported-media',
      'close-client unsupported-media',
    ]);
  });

  it('[S8] a client that is away for awayMs ends the feed; one that comes back does not', () => {
    expect(play(...LIVE, 'client-left', LIMITS.awayMs, 'tick').session.at).toBe('live');
    expect(play(...LIVE, 'client-left', LIMITS.awayMs + 1, 'tick').session).toMatchObject({ because: 'idle' });
    expect(play(...LIVE, 'client-left', 5, 'client-returned', LIMITS.awayMs, 'tick').session.at).toBe('live');
  });

  it('[L9] a show is no longer than showMs', () => {
    expect(play(...LIVE, LIMITS.showMs, 'tick').session.at).toBe('live');
    expect(play(...LIVE, LIMITS.showMs + 1, 'tick').session).toMatchObject({
      at: 'draining',
      because: 'show-too-long',
    });
  });

  it('[S7] a second wish to end changes nothing', () => {
    const { session } = play(
      ...LIVE,
      FINISH,
      { type: 'stopped', because: 'migrate' },
      { type: 'refused', because: 'idle' },
    );
    expect(session).toMatchObject({ at: 'draining', because: 'finished' } satisfies Partial<Session>);
  });
});
