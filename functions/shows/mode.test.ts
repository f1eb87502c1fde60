import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChatEntry } from '#domain/chat';
import type { UserId } from '#domain/ids';
import { askAfterMs, AUDIENCE, chatOneIn, crowdedFor } from './mode.ts';

it('sends a large audience to ask, whether it plays or only has sockets', () => {
  expect(crowdedFor(undefined, { viewers: AUDIENCE.cap, sockets: AUDIENCE.cap }, 7)).toBeUndefined();
  expect(crowdedFor(undefined, { viewers: AUDIENCE.cap + 1, sockets: 0 }, 7)).toMatchObject({
    since: 7,
    socketsEach: 1,
  });
  expect(crowdedFor(undefined, { viewers: 1_000, sockets: 3_000 }, 7)).toMatchObject({ since: 7, socketsEach: 3 });
});

it('has it back no sooner than it has been asking for a minute, and with room for all who come back', () => {
  const crowded = { since: 0, socketsEach: 2 };
  const after = (viewers: number, now: number) => crowdedFor(crowded, { viewers, sockets: 0 }, now);
  expect(after(0, AUDIENCE.staysMs - 1)).toBe(crowded);
  expect(after(AUDIENCE.backBelow / 2, AUDIENCE.staysMs)).toBe(crowded);
  expect(after(AUDIENCE.backBelow / 2 - 1, AUDIENCE.staysMs)).toBeUndefined();
});

it('is told again below its bound though it came faster than it began to play', () => {
  // of 2,100 who had come 1,700 had begun to play when it was counted
  let crowded = crowdedFor(undefined, { viewers: 1_700, sockets: 2_100 }, 0);
  for (let now = 2_500; now < AUDIENCE.staysMs; now += 2_500)
    crowded = crowdedFor(crowded, { viewers: now < 15_000 ? 1_900 : 2_100, sockets: 0 }, now);
  expect(crowded).toMatchObject({ socketsEach: 1 });
  expect(crowdedFor(crowded, { viewers: 1_400, sockets: 0 }, AUDIENCE.staysMs)).toBeUndefined();
});

it('keeps room for whoever waits and does not play', () => {
  let crowded = crowdedFor(undefined, { viewers: 1_000, sockets: 3_000 }, 0);
  for (let now = 2_500; now < AUDIENCE.staysMs; now += 2_500)
    crowded = crowdedFor(crowded, { viewers: 1_000, sockets: 0 }, now);
  expect(crowdedFor(crowded, { viewers: 1_000, sockets: 0 }, AUDIENCE.staysMs)).toMatchObject({ socketsEach: 3 });
});

it('does not send an audience to and fro that wavers about the cap', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: AUDIENCE.backBelow, max: AUDIENCE.cap + 400 }), { minLength: 20, maxLength: 200 }),
      (sizes) => {
        let crowded = crowdedFor(undefined, { viewers: AUDIENCE.cap + 1, sockets: 0 }, 0);
        let changes = 0;
        for (const [i, viewers] of sizes.entries()) {
          const next = crowdedFor(crowded, { viewers, sockets: 0 }, i * 2_500);
          if ((next === undefined) !== (crowded === undefined)) changes += 1;
          crowded = next;
        }
        expect(changes).toBe(0);
      },
    ),
  );
});

it('asks less often the more ask, and never so rarely that a page is wrong for ten seconds', () => {
  expect([0, 2_001, 600_000, 1_000_000, 50_000_000].map(askAfterMs)).toEqual([3_000, 3_000, 3_000, 5_000, 6_000]);
});

it('shows a part of the chat where more is said than an answer holds', () => {
  const lately = (many: number, everyMs: number): ChatEntry[] =>
    Array.from({ length: many }, (_, i) => ({
      kind: 'said',
      seq: i + 1,
      userId: 'usr_1' as UserId,
      text: 'x',
      at: i * everyMs,
    }));
  expect([
    chatOneIn(lately(20, 1)),
    chatOneIn(lately(50, 1_000)),
    chatOneIn(lately(50, 100)),
    chatOneIn(lately(50, 50)),
    chatOneIn(lately(50, 0)),
  ]).toEqual([1, 1, 2, 4, 8]);
});
