import { afterAll, expect, it } from 'vitest';
import { ShowLanguage } from '#contract/show';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
const { creator } = rooms;

const create = (body: object) =>
  rooms.call('POST', '/stream/create', { as: creator, body: { title: 'A show', ...body } });
const change = (id: string, body: object) => rooms.call('PATCH', `/stream/${id}`, { as: creator, body });

it('of a show is one of a list of BCP 47, said and unsaid at any time', async () => {
  expect(Intl.getCanonicalLocales([...ShowLanguage.options])).toEqual(ShowLanguage.options);
  for (const language of ShowLanguage.options) {
    const { status, body } = await create({ language });
    expect([status, body.stream.language]).toEqual([201, language]);
  }
  const { id } = (await create({ language: 'ur-Latn' })).body.stream;
  expect((await change(id, { language: 'ur' })).body.language).toBe('ur');
  expect((await change(id, { title: 'Another' })).body.language).toBe('ur');
  expect((await change(id, { language: null })).body).not.toHaveProperty('language');
  for (const language of ['EN', 'ur-PK', 'xx', '', '"><script>alert(1)</script>', ['en'], 1]) {
    expect((await create({ language })).body.error).toBe('invalid-request');
    expect((await change(id, { language })).body.error).toBe('invalid-request');
  }
});

it('is not kept for the next show from one that was never begun', async () => {
  const { id } = (await create({ language: 'ur' })).body.stream;
  const { stream } = (await create({})).body;
  expect(stream.id).toBe(id);
  expect(stream).not.toHaveProperty('language');
});
