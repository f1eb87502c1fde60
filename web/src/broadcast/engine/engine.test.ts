import { expect, test } from 'vitest';
import { createTime } from '#ingest-client/time.testing';
import { createFakeWorker } from '#ingest-client/worker.testing';
import { PLAN } from '../broadcast.testing.ts';
import { LIMITS } from '../limits.ts';
import { startEngine } from './engine.ts';
import type { FromEngine } from './messages.ts';

/** A show whose way to the ingest worker is open. */
const open = async () => {
  const time = createTime();
  const { worker, openSocket } = createFakeWorker();
  const said: FromEngine[] = [];
  const engine = startEngine({
    openSocket,
    limits: LIMITS,
    clock: time.clock,
    wallClock: time.clock,
    after: time.after,
    beat: () => {},
    random: () => 0.5,
    takesTracks: false,
    openFeedStorage: async () => undefined,
    post: (message) => {
      said.push(message);
      if (message.type === 'url-wanted')
        engine.receive({
          type: 'url',
          id: message.id,
          answer: { given: true, url: `wss://ingest/stream/live/${said.length}` },
        });
    },
  });
  engine.receive({
    type: 'open',
    media: PLAN.media,
    webcodecs: undefined,
    show: { streamId: 'str_1', sinceMs: 0, keep: false },
  });
  await time.pass(10);
  const told = () => said.flatMap((message) => (message.type === 'uplink' ? [message.event.type] : []));
  return { time, worker, said, told };
};

test('a dial that was under way when the machine fell asleep does not hold up a show that wakes', async () => {
  const { time, worker, said, told } = await open();
  worker.silent = true;
  worker.latest().close(1006);
  await time.pass(10);
  worker.silent = false;
  time.standStill(70_000);
  await time.pass(0);
  expect(said).toContainEqual({ type: 'stood-still', ms: expect.any(Number) });
  expect(told()).toEqual(['connected', 'lost', 'restored']);
});
