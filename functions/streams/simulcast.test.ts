import { afterAll, expect, it } from 'vitest';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());

const TARGET = { name: 'Elsewhere', url: 'rtmps://elsewhere.test/app', streamKey: 'elsewhere-key' };
const add = (body: object = TARGET, as = rooms.creator) => rooms.call('POST', '/stream/simulcast', { as, body });
const list = async (as = rooms.creator) => (await rooms.call('GET', '/stream/simulcast', { as })).body.items;
const remove = (id: string) => rooms.raw('DELETE', `/stream/simulcast/${id}`, { as: rooms.creator });

it('sends public shows to six places, whose keys are with Mux alone', async () => {
  expect(await list()).toEqual([]);
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => add({ ...TARGET, name: `Place ${i}` })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(6);
  expect(answers.filter(({ body }) => body.error === 'conflict')).toHaveLength(2);
  const items = await list();
  expect(items).toHaveLength(6);
  expect(items[0]).toEqual({ id: expect.any(String), name: expect.any(String), url: TARGET.url, status: 'idle' });
  expect(rooms.fake.targets.filter(({ streamKey }) => streamKey === 'elsewhere-key')).toHaveLength(6);
  expect(JSON.stringify([items, await rooms.everything(), rooms.logged])).not.toContain('elsewhere-key');
  expect(await list(rooms.otherCreator)).toEqual([]);
});

it('tells how a place does, by Mux’s newest word', async () => {
  const [{ id }] = await list();
  const word = (status: string, seconds: number) => ({
    type: `video.live_stream.simulcast_target.${status}`,
    id: `word-${seconds}`,
    created_at: new Date(rooms.now() + seconds * 1_000).toISOString(),
    data: { id, live_stream_id: 'live1', status, url: TARGET.url, stream_key: 'elsewhere-key' },
  });
  for (const body of [word('errored', 3), word('starting', 1), word('broadcasting', 2)])
    expect(await rooms.deliver(body)).toBe(200);
  expect((await list())[0].status).toBe('errored');
  expect(JSON.stringify(await rooms.everything())).not.toContain('elsewhere-key');
});

it('takes a place away, and does so again without harm', async () => {
  const [{ id }] = await list();
  expect([(await remove(id)).status, (await remove(id)).status]).toEqual([204, 204]);
  expect(await list()).toHaveLength(5);
});

it('changes nothing while its creator is on the air', async () => {
  const { id, key } = await rooms.create(rooms.creator);
  const feed = await rooms.feed(key);
  const refused = await add();
  expect([refused.status, refused.body.error, refused.body.details]).toEqual([409, 'stream-live', { streamId: id }]);
  const [target] = await list();
  expect((await remove(target.id)).body.error).toBe('stream-live');
  await feed.release('finished');
  expect((await add()).status).toBe(201);
});

it.each([
  ['an address that is no RTMP', { ...TARGET, url: 'https://elsewhere.test/app' }, 'url'],
  ['a key with a space', { ...TARGET, streamKey: 'a b' }, 'streamKey'],
  ['no key', { ...TARGET, streamKey: '' }, 'streamKey'],
  ['no name', { ...TARGET, name: ' ' }, 'name'],
])('refuses %s', async (_, body, field) => {
  const answer = await add(body);
  expect([answer.status, answer.body.details.fields[0].field]).toEqual([400, field]);
});
