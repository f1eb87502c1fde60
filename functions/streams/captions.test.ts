import { afterAll, expect, it } from 'vitest';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
const { creator } = rooms;

const create = (body: object) =>
  rooms.call('POST', '/stream/create', { as: creator, body: { title: 'A show', ...body } });
const atMux = () => {
  const { latency, captions } = rooms.fake.made.at(-1)!;
  return { latency, captions };
};

it('are set at Mux for the show that is next, and taken off again for one that wants none', async () => {
  const { body } = await create({ captions: 'es' });
  expect([body.stream.captions, atMux()]).toEqual(['es', { latency: 'standard', captions: 'es' }]);
  expect((await create({ captions: 'fr' })).body.stream.captions).toBe('fr');
  expect(atMux()).toEqual({ latency: 'standard', captions: 'fr' });
  // in an order that Mux takes, either way
  expect((await create({ latency: 'low' })).body.stream).not.toHaveProperty('captions');
  expect(atMux()).toEqual({ latency: 'low', captions: undefined });
  expect((await create({ captions: 'de', latency: 'reduced' })).status).toBe(201);
  expect(atMux()).toEqual({ latency: 'reduced', captions: 'de' });
  // nothing is said to Mux that it knows
  const { caption, set } = rooms.fake.video;
  rooms.fake.video.caption = rooms.fake.video.set = () => Promise.reject(new Error('asked for nothing'));
  expect((await create({ captions: 'de', latency: 'reduced', title: 'Another' })).status).toBe(201);
  Object.assign(rooms.fake.video, { caption, set });
});

it('are not to be had with a low delay, or in a language that Mux does not know', async () => {
  expect((await create({ captions: 'en', latency: 'low' })).body.error).toBe('invalid-request');
  expect((await create({ captions: 'ur' })).body.error).toBe('invalid-request');
});
