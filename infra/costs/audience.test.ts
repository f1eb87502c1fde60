import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import type { StreamId } from '#domain/ids';
import { memberKey } from '#store/keys';
import { DELIVERY } from '../../functions/shows/delivery-times.ts';
import { AUDIENCE } from '../../functions/shows/mode.ts';
import { openShowRooms } from '../../functions/show-rooms.testing.ts';
import { audiencePlot, audienceTable, reckonAll } from './audience-pages.ts';
import { batchesASecond, holderReads, modeAt, postsMost, reckon, SIZES } from './audience.ts';

/** What the rooms ask of their table. */
const asked = { reads: 0, counting: false };
const rooms = await openShowRooms({
  disturb: (client) =>
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        (args) => {
          if (asked.counting && /^(?:GetItem|Query|BatchGetItem)/.test(commandName)) asked.reads += 1;
          return next(args);
        },
      { step: 'initialize' },
    ),
});
afterAll(() => rooms.close());

it('reckons for a small audience what the rooms do for one: posts, and reads of the table', async () => {
  const [members, seconds, everyMs] = [30, 20, 1_000];
  const { id } = await rooms.create(rooms.creator);
  for (let i = 0; i < members; i++)
    await rooms.base.table.put({
      ...memberKey(id, `member-${i}`),
      connectionId: { S: `member-${i}` },
      expiresAt: { N: String(Math.ceil(rooms.now() / 1_000) + 600) },
      v: { N: '1' },
    });
  const { shift } = await rooms.streaming.delivery.take(id);
  const stream = await rooms.streaming.streams.get(id satisfies StreamId);
  if (!shift || !stream) throw new Error('there is no show');
  rooms.pushed.length = 0;
  let said = 0;
  for (let ms = 0; ms < seconds * 1_000; ms += DELIVERY.tickMs) {
    if (ms % everyMs === 0) {
      const message = { text: `number ${said}`, clientId: `client-${String(said++).padStart(4, '0')}` };
      await rooms.streaming.chat.say(stream, { userId: rooms.creator.id, roles: [], suspended: undefined }, message);
    }
    asked.counting = true;
    await shift.tick();
    asked.counting = false;
    rooms.later(DELIVERY.tickMs);
  }
  const messages = 1_000 / everyMs;
  // spread by chance, a few would share a batch: here each has its own
  const batches = batchesASecond(messages, DELIVERY.tickMs);
  const posts = rooms.pushed.length / seconds;
  expect(posts).toBeGreaterThan(members * batches * 0.85);
  expect(posts).toBeLessThan((members * batches) / 0.85);
  const reads = asked.reads / seconds;
  const reckoned = holderReads({ batches, messages });
  expect(reads).toBeGreaterThan(reckoned * 0.6);
  expect(reads).toBeLessThan(reckoned * 1.6);
});

it('has an audience ask from where telling it would take more than a second, and the rooms are not asked more for it', () => {
  const told = reckon(AUDIENCE.cap, 'push');
  expect(told.worstMs).toBeLessThan(1_500);
  expect(reckon(10 * AUDIENCE.cap, 'push').worstMs).toBeGreaterThan(5_000);
  expect(SIZES.map(modeAt).filter((mode) => mode === 'push')).toHaveLength(4);
  for (const viewers of SIZES) expect(reckon(viewers, 'poll').worstMs).toBeLessThan(10_000);
  expect(reckon(1_000_000, 'poll').used['CloudFront, 250,000 a second']).toBeLessThan(1);
});

it('delivers as slowly as posts are made', () => {
  expect(reckon(2_000, 'push', { posting: 500 }).worstMs).toBeGreaterThan(4_000);
  expect(postsMost()).toBeGreaterThan(3_000);
});

it('is near to what was measured with 2,000 sockets on one machine', () => {
  // infra/decisions/how-large-an-audience.md: 1,380 posts a second there, and 1.7 s and 3.8 s from saying to seeing
  const { typicalMs, worstMs } = reckon(2_000, 'push', { posting: 1_380 });
  for (const share of [1_723 / typicalMs, 3_843 / worstMs]) {
    expect(share).toBeGreaterThan(1 / 1.5);
    expect(share).toBeLessThan(1.5);
  }
});

it('stands in the decision as it is reckoned', () => {
  const decision = (type: string) =>
    readFileSync(new URL(`../decisions/how-large-an-audience.${type}`, import.meta.url), 'utf8');
  expect(decision('md').split('<!-- table -->').at(1)?.split('<!-- /table -->')[0]?.trim()).toBe(
    audienceTable(reckonAll()),
  );
  expect(decision('svg')).toBe(audiencePlot(reckonAll()));
});
