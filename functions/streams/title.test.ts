import { afterAll, expect, it } from 'vitest';
import { createPostStore } from '#store/posts';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());

/** A show that is on the air, and its post. */
const live = async () => {
  const creator = await rooms.newCreator();
  const { id, feed, mux } = await rooms.begin(creator, { title: 'First light' });
  await feed.renew('live');
  for (const told of [mux.recording(), mux.active()]) await rooms.deliver(told);
  const posts = createPostStore({ table: rooms.base.table });
  const say = (title: string) => rooms.call('PATCH', `/stream/${id}`, { as: creator, body: { title } });
  return { id, posts, say, post: () => posts.ofStream(id) };
};

it('a title that is changed in mid-show is what its post says, which nobody has edited', async () => {
  const { say, post } = await live();
  expect((await post())?.text).toBe('First light');
  expect((await say('Second light')).body.title).toBe('Second light');
  expect(await post()).toMatchObject({ text: 'Second light' });
  expect(await post()).not.toHaveProperty('editedAt');
  // one after the other, however fast
  await Promise.all(['a', 'b', 'c'].map(say));
  expect((await post())?.text).toMatch(/^[abc]$/);
});

it('what its creator has written there instead stays', async () => {
  const { posts, say, post } = await live();
  const before = (await post())!;
  await posts.edit(before, { text: 'Come and see' }, rooms.now());
  await say('Second light');
  expect((await post())?.text).toBe('Come and see');
});
