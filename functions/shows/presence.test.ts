import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { StreamId } from '#domain/ids';
import { isSampled, PRESENCE, samplingFor } from '#domain/presence';
import type { User } from '#domain/user';
import { openShowRooms } from '../show-rooms.testing.ts';
import { DELIVERY } from './delivery-times.ts';

let commands = 0;
const disturb = (client: DynamoDBClient): void =>
  client.middlewareStack.add(
    (next) => async (args) => {
      commands += 1;
      return next(args);
    },
    { step: 'initialize' },
  );

const rooms = await openShowRooms({ disturb });
afterAll(() => rooms.close());
let creator: User;
beforeEach(async () => {
  creator = await rooms.newCreator();
});

const begin = async (body?: object) => {
  const show = await rooms.begin(creator, body);
  await show.feed.renew('live');
  await rooms.deliver(show.mux.active());
  return show;
};

const browser = (name: number | string) => `browser-${String(name).padStart(12, '0')}`;
const beat = (id: StreamId, who: { as?: User; browser?: string }, at: number) =>
  rooms.call('POST', `/stream/${id}/beats`, {
    as: who.as,
    body: { at, ...(who.browser !== undefined && { browser: who.browser }) },
  });

/** Somebody who delivers, one tick at a time. */
const deliverer = async (id: StreamId) => {
  const { shift } = await rooms.streaming.delivery.take(id);
  if (!shift) throw new Error('somebody else delivers');
  return shift;
};
const viewers = async (id: StreamId) => (await rooms.see(id)).viewers;

describe('a viewer', () => {
  it('is somebody who plays: ten tabs of one person or browser are one, and an open page is none', async () => {
    const { id } = await begin();
    const shift = await deliverer(id);
    for (let tab = 0; tab < 10; tab++) await beat(id, { browser: browser('one') }, tab * 3 + 0.5);
    for (let tab = 0; tab < 10; tab++) await beat(id, { as: rooms.viewer }, tab * 3 + 0.5);
    await shift.tick();
    expect(await viewers(id)).toBe(2);
    expect((await rooms.call('GET', `/stream/${id}/live`)).body).toMatchObject({ viewers: 2 });
    await shift.release();
  });

  it('whose player stands still is gone as soon as one who is silent', async () => {
    const { id } = await begin();
    const shift = await deliverer(id);
    await beat(id, { browser: browser('still') }, 7);
    await beat(id, { browser: browser('plays') }, 7);
    rooms.later(PRESENCE.beatEveryMs);
    await beat(id, { browser: browser('still') }, 7);
    await beat(id, { browser: browser('plays') }, 22);
    await shift.tick();
    expect(await viewers(id)).toBe(2);
    rooms.later(PRESENCE.countEveryMs);
    await shift.tick();
    expect(await viewers(id)).toBe(1);
    await shift.release();
  });

  it('who goes on costs the table four commands: what a crowd has in common is asked once for all', async () => {
    const { id } = await begin();
    const shift = await deliverer(id);
    for (let one = 0; one < 20; one++) await beat(id, { browser: browser(one) }, 1);
    rooms.later(PRESENCE.beatEveryMs);
    const before = commands;
    for (let one = 0; one < 20; one++) await beat(id, { browser: browser(one) }, 2);
    // the show, the viewer, and two for its rate, as all of them are behind one address
    expect(commands - before).toBeLessThanOrEqual(4 * 20 + 5);
    await shift.release();
  });

  it('is nobody while nothing is on the air', async () => {
    const { id } = await rooms.create(creator);
    expect((await beat(id, { browser: browser('early') }, 1)).status).toBe(204);
    const shift = await deliverer(id);
    await shift.tick();
    expect(await viewers(id)).toBe(0);
  });

  it('may be told of by the socket as well, and a socket that tells nothing is none', async () => {
    const { id } = await begin();
    for (const connectionId of ['plays-1', 'silent-1']) {
      await rooms.tickets.issue({ ticket: connectionId, userId: undefined, until: rooms.now() + 60_000 });
      await rooms.realtime.connect({
        requestContext: { connectionId },
        queryStringParameters: { ticket: connectionId },
      });
      const say = (message: unknown) =>
        rooms.realtime.message({ requestContext: { connectionId }, body: JSON.stringify(message) });
      await say({ action: 'join', streamId: id });
      if (connectionId === 'plays-1') await say({ action: 'beat', streamId: id, at: 3 });
    }
    const shift = await deliverer(id);
    await shift.tick();
    expect(await viewers(id)).toBe(1);
    expect(rooms.pushed.filter(({ message }) => (message as { type: string }).type === 'viewers')).toEqual([
      { connectionId: 'plays-1', message: { type: 'viewers', streamId: id, count: 1 } },
      { connectionId: 'silent-1', message: { type: 'viewers', streamId: id, count: 1 } },
    ]);
    await shift.release();
  });
});

describe('the count', () => {
  it('falls by itself when everything has died, whoever counted included', async () => {
    const { id } = await begin();
    const shift = await deliverer(id);
    await beat(id, { browser: browser('left') }, 1);
    await shift.tick();
    expect(await viewers(id)).toBe(1);
    rooms.later(PRESENCE.staleAfterMs);
    expect(await viewers(id)).toBe(0);
  });

  it('is taken up again by another when whoever counted has died', async () => {
    const { id } = await begin();
    await (await deliverer(id)).tick();
    expect((await rooms.streaming.delivery.take(id)).shift).toBeUndefined();
    rooms.later(DELIVERY.leaseMs);
    rooms.tasks.length = 0;
    await beat(id, { browser: browser('back') }, 1);
    expect(rooms.tasks).toEqual([{ do: 'deliver', streamId: id }]);
    await (await deliverer(id)).tick();
    expect(await viewers(id)).toBe(1);
  });

  it('keeps the most at once, the total and the curve with the recording', async () => {
    const { id, feed, mux } = await begin();
    const shift = await deliverer(id);
    await rooms.deliver(mux.active());
    for (const [who, at] of [
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ] as const)
      await beat(id, { browser: browser(who) }, at);
    await shift.tick();
    rooms.later(PRESENCE.beatEveryMs);
    await beat(id, { browser: browser('a') }, 16);
    rooms.later(PRESENCE.beatEveryMs);
    await beat(id, { browser: browser('a') }, 31);
    await beat(id, { browser: browser('d') }, 5);
    await shift.tick();
    await feed.release('finished');
    expect(await rooms.see(id)).toMatchObject({ state: 'ended', viewers: 0, peakViewers: 3, totalViewers: 4 });
    const { body } = await rooms.call('GET', `/stream/${id}/curve`, { as: creator });
    expect(body.items.map(({ viewers: many }: { viewers: number }) => many)).toEqual([3, 2]);
    expect((await rooms.call('GET', `/stream/${id}/curve`, { as: rooms.otherCreator })).status).toBe(403);
  });

  it('is right within 20 s and never above the people there, however they come, go and fall silent', async () => {
    const acts = fc.array(
      fc.record({
        who: fc.integer({ min: 0, max: 7 }),
        tabs: fc.integer({ min: 1, max: 3 }),
        does: fc.constantFrom('plays', 'dies', 'stalls'),
        thenMs: fc.integer({ min: 500, max: 9_000 }),
      }),
      { minLength: 4, maxLength: 14 },
    );
    await fc.assert(
      fc.asyncProperty(acts, async (script) => {
        const { id, feed } = await begin();
        const shift = await deliverer(id);
        /** Since when each one plays or not, and when their player last told. */
        const people = new Map<number, { plays: boolean; since: number; toldAt: number; at: number }>();
        const pass = async (ms: number) => {
          for (const until = rooms.now() + ms; rooms.now() < until;) {
            rooms.later(Math.min(PRESENCE.countEveryMs, until - rooms.now()));
            for (const [who, person] of people)
              if (person.plays && rooms.now() - person.toldAt >= PRESENCE.beatEveryMs - PRESENCE.countEveryMs) {
                person.toldAt = rooms.now();
                await beat(id, { browser: browser(`${id.slice(-8)}-${who}`) }, (person.at += 12));
              }
            await shift.tick();
            const all = [...people.values()];
            const playing = all.filter(({ plays }) => plays).length;
            const lately = all.filter(({ plays, since }) => plays || rooms.now() - since < 20_000).length;
            const counted = await viewers(id);
            expect(counted).toBeGreaterThanOrEqual(
              playing - all.filter(({ since }) => rooms.now() - since < 20_000).length,
            );
            expect(counted).toBeLessThanOrEqual(lately);
          }
        };
        for (const { who, tabs, does, thenMs } of script) {
          const known = people.get(who);
          if (does === 'plays')
            for (let tab = 0; tab < tabs; tab++)
              await beat(id, { browser: browser(`${id.slice(-8)}-${who}`) }, rooms.now() / 1_000 + tab);
          const changed = known?.plays !== (does === 'plays');
          people.set(who, {
            plays: does === 'plays',
            since: changed ? rooms.now() : (known?.since ?? rooms.now()),
            toldAt: does === 'plays' ? rooms.now() : (known?.toldAt ?? 0),
            at: rooms.now() / 1_000 + 100,
          });
          await pass(thenMs);
        }
        await pass(20_000);
        expect(await viewers(id)).toBe([...people.values()].filter(({ plays }) => plays).length);
        await shift.release();
        await feed.release('finished');
      }),
      { numRuns: 8 },
    );
  }, 120_000);
});

describe('of very many viewers', () => {
  it('one in so many tells, about as many as wanted, and it does not flutter', () => {
    expect([0, 2_000, 4_000, 4_001, 20_000, 1_000_000].map((many) => samplingFor(many, 1))).toEqual([
      1, 1, 1, 2, 8, 256,
    ]);
    expect([3_000, 2_000, 1_999].map((many) => samplingFor(many, 2))).toEqual([2, 2, 1]);
    for (const oneIn of [2, 8, 64]) {
      const told = Array.from({ length: 20_000 }, (_, i) => isSampled(`usr_${i}`, 'str_1', oneIn)).filter(
        Boolean,
      ).length;
      expect(told * oneIn).toBeGreaterThan(17_000);
      expect(told * oneIn).toBeLessThan(23_000);
    }
  });

  it('only those are counted who are to tell, each for all for whom they tell', async () => {
    const { id } = await begin();
    const shift = await deliverer(id);
    const counted = { viewers: 6_000, at: rooms.now(), peak: 6_000, total: 6_000, oneIn: 4 };
    await rooms.streaming.figures.write(id, counted);
    expect((await rooms.call('GET', `/stream/${id}/live`)).body).toMatchObject({ sampling: 4 });
    for (let i = 0; i < 40; i++) await beat(id, { browser: browser(i) }, 1);
    const told = Array.from({ length: 40 }, (_, i) => isSampled(`web_${browser(i)}`, id, 4)).filter(Boolean).length;
    await shift.tick();
    expect(await viewers(id)).toBe(told * 4);
    await shift.release();
  });
});
