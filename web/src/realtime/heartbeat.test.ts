import { expect, it } from 'vitest';
import { isSampled, PRESENCE } from '#contract/presence';
import { createHeartbeat } from './heartbeat.ts';

const makePlayer = (answer: () => Promise<void> = async () => {}) => {
  const world = { now: 1_000, at: 40, sent: [] as number[], oneIn: 1, answer };
  const heartbeat = createHeartbeat({
    send: async (at) => {
      world.sent.push(at);
      await world.answer();
    },
    now: () => world.now,
  });
  const sample = () => ({ viewer: 'usr_1', streamId: 'str_1', oneIn: world.oneIn });
  return {
    ...world,
    world,
    /** Plays on, as a `video` tells it, four times a second. */
    play: async (ms: number, speed = 1) => {
      for (let passed = 0; passed < ms; passed += 250) {
        world.now += 250;
        world.at += 0.25 * speed;
        heartbeat.progressed(world.at, sample());
        await new Promise((done) => void setTimeout(done));
      }
    },
  };
};

it('tells as soon as the player moves, and every 15 s while it does', async () => {
  const { world, play } = makePlayer();
  await play(500);
  expect(world.sent).toHaveLength(1);
  await play(PRESENCE.beatEveryMs * 3);
  expect(world.sent).toHaveLength(4);
});

it('is silent while the player stands still', async () => {
  const { world, play } = makePlayer();
  await play(60_000, 0);
  expect(world.sent).toEqual([]);
});

it('tries a beat that failed again soon, and does not pile them up', async () => {
  const { world, play } = makePlayer(() => Promise.reject(new Error('unreachable')));
  await play(10_000);
  expect(world.sent.length).toBeGreaterThanOrEqual(4);
  expect(world.sent.length).toBeLessThanOrEqual(6);
  world.answer = async () => {};
  const before = world.sent.length;
  await play(5_000);
  expect(world.sent.length - before).toBe(1);
});

it('leaves it to others where only one in so many tells', async () => {
  const { world, play } = makePlayer();
  const oneIn = [2, 4, 8, 16, 32, 64].find((many) => !isSampled('usr_1', 'str_1', many)) ?? 0;
  expect(oneIn).toBeGreaterThan(0);
  world.oneIn = oneIn;
  await play(60_000);
  expect(world.sent).toEqual([]);
});
