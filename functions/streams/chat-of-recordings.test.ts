import { afterAll, expect, it } from 'vitest';
import { createChatStore } from '#store/chat';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());

/** A show that is over, of whose audience so much was said. */
const over = async (messages: number) => {
  const { id, key } = await rooms.create(rooms.creator);
  const feed = await rooms.feed(key);
  await feed.renew('live');
  const chat = createChatStore(rooms.base);
  for (let i = 0; i < messages; i++)
    await chat.say(id, { userId: rooms.viewer.id, text: `Secret ${id} ${i}`, at: rooms.now() }, `message-${i}`);
  await chat.setRules(id, { pinned: 1 }, rooms.now());
  await feed.release('finished');
  await rooms.sweep();
  return id;
};
const remove = (id: string) => rooms.call('DELETE', `/stream/${id}/recording`, { as: rooms.creator });
const said = async (id: string) => (await rooms.call('GET', `/stream/${id}/chat`)).body;
const kept = async (id: string) => JSON.stringify(await rooms.everything()).includes(`Secret ${id}`);

it('what was said in a show goes with its recording', async () => {
  const id = await over(70);
  expect((await said(id)).items.at(-1)).toMatchObject({ text: `Secret ${id} 69` });
  expect((await remove(id)).status).toBe(204);
  expect(await said(id)).toMatchObject({ items: [], rules: { frozen: false } });
  expect(await kept(id)).toBe(false);
  expect((await rooms.streaming.streams.get(id))?.chatRemovedAt).toBe(rooms.now());
});

it('nobody is shown it from then on, and the sweep goes on where that was broken off', async () => {
  const id = await over(5);
  const { get } = rooms.streaming.streams;
  await rooms.streaming.recordings.withdraw(id);
  expect(await kept(id)).toBe(true);
  const chat = await said(id);
  expect([chat.items, chat.rules.pinned]).toEqual([[], undefined]);
  for (const query of ['?after=0', '?at=100'])
    expect((await rooms.call('GET', `/stream/${id}/chat${query}`)).body.items).toEqual([]);
  expect((await rooms.call('GET', `/stream/${id}/live`)).body.chat).toEqual([]);
  await rooms.sweep();
  expect([await kept(id), (await get(id))?.chatRemovedAt]).toEqual([false, rooms.now()]);
});
