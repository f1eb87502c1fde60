import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { StreamView } from '#contract/http';
import { newId, type StreamId } from '#domain/ids';
import type { User } from '#domain/user';
import { buildWork } from '../assembly/rooms/tasks.ts';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
let number = 0;
beforeEach(() => {
  rooms.pushed.length = 0;
  rooms.tasks.length = 0;
});

const person = (roles: { creator?: boolean } = {}): Promise<User> => rooms.join(`person_${++number}`, roles);

const follow = (who: User, whom: User) => rooms.call('PUT', `/users/${whom.handle}/follow`, { as: who });

/** A show that viewers can watch. */
const begin = async (creator: User, body?: object) => {
  const { id, feed, mux } = await rooms.begin(creator, body);
  await feed.renew('live');
  await rooms.deliver(mux.active());
  const end = async () => {
    await rooms.call('POST', `/stream/${id}/end`, { as: creator });
    await feed.release('finished');
    await rooms.deliver(mux.idle(120_000));
  };
  return { id, feed, mux, end };
};

const liveFor = async (who: User): Promise<StreamId[]> => {
  const { status, body } = await rooms.call('GET', '/users/me/live', { as: who });
  expect(status).toBe(200);
  return body.items.map(({ id }: StreamView) => id);
};

/** An open socket of somebody, and what it hears. */
const socket = async (who: User) => {
  const connectionId = `followed-${++number}`;
  const ticket = `ticket-${connectionId}`;
  await rooms.tickets.issue({ ticket, userId: who.id, until: rooms.now() + 60_000 });
  await rooms.realtime.connect({ requestContext: { connectionId }, queryStringParameters: { ticket } });
  return () =>
    rooms.pushed.flatMap(({ connectionId: to, message }) => {
      const said: any = message;
      return to === connectionId && said.type === 'followed' ? [said.stream] : [];
    });
};

/** Does what has been handed over to be done, of this kind. */
const doTasks = async () => {
  const work = buildWork(rooms.streaming);
  for (const task of rooms.tasks.splice(0)) if (task.do === 'tell-followers') await work(task, () => false);
};

describe('who of those that one follows is live', () => {
  it('is told the latest first, to who follows and nobody else, while the show lasts', async () => {
    const [fan, stranger, one, other] = [
      await person(),
      await person(),
      await person({ creator: true }),
      await person({ creator: true }),
    ];
    await follow(fan, one);
    await follow(fan, other);
    expect(await liveFor(fan)).toEqual([]);
    const first = await begin(one);
    rooms.later(60_000);
    await first.feed.renew('live');
    const second = await begin(other);
    expect(await liveFor(fan)).toEqual([second.id, first.id]);
    expect(await liveFor(stranger)).toEqual([]);
    await rooms.call('DELETE', `/users/${other.handle}/follow`, { as: fan });
    expect(await liveFor(fan)).toEqual([first.id]);
    await first.end();
    expect(await liveFor(fan)).toEqual([]);
  });

  it('is as well a show for followers only, but none to test, and none from which one is kept out', async () => {
    const [fan, creator, tester] = [await person(), await person({ creator: true }), await person({ creator: true })];
    await follow(fan, creator);
    await follow(fan, tester);
    await begin(tester, { title: 'Only a test', test: true });
    const { id } = await begin(creator, { title: 'Among us', visibility: 'followers' });
    expect(await liveFor(fan)).toEqual([id]);
    await rooms.call('POST', `/stream/${id}/moderation`, { as: creator, body: { act: 'ban', handle: fan.handle } });
    expect(await liveFor(fan)).toEqual([]);
  });
});

describe('followers who have the app open', () => {
  it('hear that a show has begun and that it is over, each once', async () => {
    const [fan, stranger, creator] = [await person(), await person(), await person({ creator: true })];
    await follow(fan, creator);
    const [heard, strange] = [await socket(fan), await socket(stranger)];
    const show = await begin(creator);
    await rooms.deliver(show.mux.active());
    await doTasks();
    expect(heard()).toMatchObject([{ id: show.id, state: 'live' }]);
    await show.end();
    await doTasks();
    expect(heard()).toMatchObject([{ state: 'live' }, { id: show.id, state: 'ended' }]);
    expect(strange()).toEqual([]);
  });

  it('hear nothing of a break', async () => {
    const [fan, creator] = [await person(), await person({ creator: true })];
    await follow(fan, creator);
    const heard = await socket(fan);
    const { feed } = await begin(creator);
    await feed.renew('reconnecting');
    await rooms.sweep();
    await feed.renew('live');
    await rooms.sweep();
    await doTasks();
    expect(heard()).toHaveLength(1);
  });

  it('hear nothing of a creator who keeps them out', async () => {
    const [fan, creator] = [await person(), await person({ creator: true })];
    await follow(fan, creator);
    const heard = await socket(fan);
    const first = await begin(creator);
    await rooms.call('POST', `/stream/${first.id}/moderation`, {
      as: creator,
      body: { act: 'ban', handle: fan.handle },
    });
    await doTasks();
    expect(heard()).toEqual([]);
  });
});

// last, because what it puts on the air stays there for every sweep after it
describe('more shows on the air than are looked through', () => {
  it('hide none of those whom one follows', async () => {
    const [fan, creator] = [await person(), await person({ creator: true })];
    await follow(fan, creator);
    const { id } = await begin(creator);
    const { get, announce } = rooms.streaming.streams;
    // as many others, as the store keeps them
    const known = (await get(id))!;
    for (let many = 0; many < 101; many++)
      await announce({ ...known, id: newId('str', rooms.now()), creatorId: rooms.otherCreator.id });
    expect(await liveFor(fan)).toEqual([id]);
  });
});
