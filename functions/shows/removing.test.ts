import { afterAll, expect, it } from 'vitest';
import { createChatStore } from '#store/chat';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());

it('of a creator who has gone the shows go with all that was said in them, a page at a time', async () => {
  const { creator, otherCreator, viewer, streaming, now } = rooms;
  const scheduledFor = new Date(now() + 3_600_000).toISOString();
  const [theirs, others] = await Promise.all(
    [creator, otherCreator].map((as) => rooms.create(as, { title: 'Tonight', scheduledFor })),
  );
  if (!theirs || !others) throw new Error('unreachable');
  const chat = createChatStore(rooms.base);
  for (let i = 0; i < 70; i++) await chat.say(theirs.id, { userId: viewer.id, text: `Secret ${i}`, at: now() }, `${i}`);
  await chat.say(others.id, { userId: viewer.id, text: 'Stays', at: now() }, '1');
  let pages = 1;
  while (await streaming.removeStreams(creator.id, now())) pages++;
  expect(pages).toBeGreaterThan(2);
  expect(await streaming.streams.get(theirs.id)).toBeUndefined();
  expect(JSON.stringify(await rooms.everything())).not.toContain('Secret');
  expect(await chat.after(others.id, 0, 10)).toMatchObject([{ text: 'Stays' }]);
});
