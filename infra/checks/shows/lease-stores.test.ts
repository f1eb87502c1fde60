import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { StreamId } from '#domain/ids';
import { DRAIN_MS, openShowRooms, TTL_MS } from '../../../functions/show-rooms.testing.ts';
import type { IngestStore } from '../../../ingest-worker/session/lease.ts';
import { createMemoryStore } from '../../../ingest-worker/session/store.testing.ts';

/**
 * The worker's tests have the table in memory. That is worth as much as it answers like the one that workers really have: both are
 * told the same here, in any order, and have to give the same answers.
 */
const FEEDS = 3;
const KEY_MS = 60_000;

type Does =
  | { does: 'issue' | 'redeem' | 'redeem late' }
  | { does: 'redeem again'; key: number }
  | { does: 'claim' | 'resume' | 'renew drain' | 'end drain'; feed: number }
  | { does: 'renew'; feed: number; state: 'connecting' | 'live' | 'reconnecting'; committed: number }
  | { does: 'release'; feed: number; because: 'going-away' | 'lease-lost' | 'finished' }
  | { does: 'wait'; ms: number };

const feed = fc.nat(FEEDS - 1);
const does: fc.Arbitrary<Does> = fc.oneof(
  fc.constantFrom<Does>({ does: 'issue' }, { does: 'redeem' }, { does: 'redeem late' }),
  fc.record({ does: fc.constant('redeem again'), key: fc.nat(2) }),
  fc.record({ does: fc.constantFrom('claim', 'resume', 'renew drain', 'end drain'), feed }),
  fc.record({
    does: fc.constant('renew'),
    feed,
    state: fc.constantFrom('connecting', 'live', 'reconnecting'),
    committed: fc.nat(1_000_000),
  }),
  fc.record({ does: fc.constant('release'), feed, because: fc.constantFrom('going-away', 'lease-lost', 'finished') }),
  fc.record({ does: fc.constant('wait'), ms: fc.constantFrom(1, TTL_MS - 1, TTL_MS, 2 * TTL_MS, DRAIN_MS) }),
);

const rooms = await openShowRooms();
afterAll(() => rooms.close());

/** One store with what a worker knows of it: the fence that each of its feeds was given last. */
const driven = (store: IngestStore, streamId: StreamId) => {
  const keys: string[] = [];
  const fences = new Map<number, number>();
  const claimOf = (number: number, now: number) => ({
    streamId,
    signedInAt: now,
    sessionId: `session-${number}`,
    workerId: `worker-${number}`,
    resumeTokenHash: `hash-${number}`,
    now,
    ttlMs: TTL_MS,
    drainMs: DRAIN_MS,
    beforeGoneAt: now + TTL_MS / 3,
  });
  const taken = (number: number, answer: Awaited<ReturnType<IngestStore['claim']>>): unknown => {
    if (!answer.claimed) return answer;
    fences.set(number, answer.fence);
    // Each has a Mux key of its own.
    return { ...answer, muxStreamKey: typeof answer.muxStreamKey, previousUntil: answer.previousUntil };
  };
  const act = async (one: Does, now: number): Promise<unknown> => {
    switch (one.does) {
      case 'redeem':
        return store.redeem(keys.at(-1) ?? 'none', now);
      case 'redeem late':
        return store.redeem(keys.at(-1) ?? 'none', now + KEY_MS);
      case 'redeem again':
        return store.redeem(keys[one.key] ?? 'none', now);
      case 'claim':
        return taken(one.feed, await store.claim(claimOf(one.feed, now)));
      case 'resume':
        return taken(one.feed, await store.resume(claimOf(one.feed, now)));
      case 'renew': {
        const { state, committed } = one;
        return store.renew({ ...claimOf(one.feed, now), fence: fences.get(one.feed) ?? 0, state, committed });
      }
      case 'renew drain':
        return store.renewDrain({ ...claimOf(one.feed, now), fence: fences.get(one.feed) ?? 0 });
      case 'end drain':
        return store.endDrain({ ...claimOf(one.feed, now), fence: fences.get(one.feed) ?? 0 });
      case 'release':
        return store.release({ ...claimOf(one.feed, now), fence: fences.get(one.feed) ?? 0, because: one.because });
      default:
        return undefined;
    }
  };
  return { keys, act };
};

const playBoth = async (play: readonly Does[]): Promise<void> => {
  const creator = await rooms.join(`creator_${play.length}_${names++}`, { creator: true });
  const { id, key } = await rooms.create(creator);
  const memory = createMemoryStore();
  const real = driven(rooms.ingest, id);
  const stood = driven(memory.store, id);
  const issue = async (issued?: string): Promise<void> => {
    const answer = issued === undefined ? await rooms.call('POST', `/stream/${id}/ingest`, { as: creator }) : undefined;
    const fresh = issued ?? answer?.body.ingest?.streamKey;
    if (fresh === undefined) return;
    real.keys.push(fresh);
    stood.keys.push(memory.issue({ streamId: id, expiresAt: rooms.now() + KEY_MS }));
  };
  await issue(key);
  for (const [step, one] of play.entries()) {
    if (one.does === 'wait') rooms.later(one.ms);
    else if (one.does === 'issue') await issue();
    else
      expect(await stood.act(one, rooms.now()), `step ${step}: ${JSON.stringify(one)}`).toEqual(
        await real.act(one, rooms.now()),
      );
  }
};
let names = 0;

describe('the table in memory and the one in DynamoDB', () => {
  it('answer alike, whatever workers do and in whichever order', { timeout: 120_000 }, async () => {
    await fc.assert(fc.asyncProperty(fc.array(does, { minLength: 1, maxLength: 25 }), playBoth), { numRuns: 60 });
  });

  it.each<[string, Does[]]>([
    ['a key twice', [{ does: 'redeem' }, { does: 'redeem' }]],
    ['a key after its minute', [{ does: 'redeem late' }]],
    [
      'a feed that goes on elsewhere',
      [
        { does: 'redeem' },
        { does: 'claim', feed: 0 },
        { does: 'renew', feed: 0, state: 'live', committed: 4_096 },
        { does: 'release', feed: 0, because: 'going-away' },
        { does: 'resume', feed: 0 },
        { does: 'renew', feed: 0, state: 'live', committed: 8_192 },
      ],
    ],
    [
      'a feed that another one replaces',
      [
        { does: 'claim', feed: 0 },
        { does: 'claim', feed: 1 },
        { does: 'renew', feed: 0, state: 'live', committed: 1 },
        { does: 'renew drain', feed: 0 },
        { does: 'renew', feed: 1, state: 'live', committed: 1 },
        { does: 'end drain', feed: 0 },
        { does: 'renew', feed: 1, state: 'live', committed: 1 },
        { does: 'resume', feed: 0 },
      ],
    ],
    [
      'a show that is over',
      [
        { does: 'claim', feed: 0 },
        { does: 'renew', feed: 0, state: 'live', committed: 1 },
        { does: 'release', feed: 0, because: 'finished' },
        { does: 'redeem' },
        { does: 'claim', feed: 1 },
        { does: 'resume', feed: 0 },
        { does: 'renew', feed: 0, state: 'live', committed: 1 },
      ],
    ],
  ])('%s', (_, play) => playBoth(play));
});
