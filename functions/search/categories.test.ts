import { afterAll, describe, expect, it, vi } from 'vitest';
import { parseStreamId } from '#domain/ids';
import { openControlPlane, type Person } from '../rooms.testing.ts';

vi.setConfig({ testTimeout: 120_000 });

const plane = await openControlPlane();
afterAll(() => plane.close());
const { streams } = plane.streaming;

let made = 0;
const someone = () => plane.signUp(`kind_${++made}`, { makes_shows: true });
const hour = (ahead: number) => new Date(Date.now() + ahead * 3_600_000).toISOString();
const create = async (by: Person, title: string, more: object = {}): Promise<string> => {
  const { status, body } = await by.post('/stream/create', { title, ...more });
  expect(status).toBe(201);
  return body.stream.id;
};
const announce = (by: Person, title: string, more: object = {}) =>
  create(by, title, { scheduledFor: hour(1), ...more });

const happened = (text: string, event: Parameters<typeof streams.happened>[1]) =>
  streams.happened(parseStreamId(text)!, event);
/** Has it watched live, as a worker and Mux tell it. */
const goLive = async (id: string) => {
  const at = Date.now();
  await happened(id, { type: 'claimed', at, fence: 1 });
  await happened(id, { type: 'reported', at, fence: 1, is: 'live' });
  const us = at * 1_000;
  const news = { id: `asset_${id}`, seenAt: us, activeAt: us, link: { is: 'up' as const, at: us } };
  await happened(id, { type: 'mux-told', news });
};
/** Has it end, with a recording. */
const end = async (id: string) => {
  const at = Date.now() + 5;
  const us = at * 1_000;
  await happened(id, { type: 'released', at, fence: 1, because: 'finished' });
  const done = { status: { is: 'ready' as const, at: us }, playback: { is: `play_${id}`, at: us } };
  await happened(id, {
    type: 'mux-told',
    news: { id: `asset_${id}`, seenAt: us, overAt: us, duration: { is: 60, at: us }, ...done },
  });
};
const ask = async (category: string, more = '', by?: Person) => {
  const where = `/search/categories/${category}${more}`;
  const { status, body } = await (by ? by.get(where) : plane.call('GET', where));
  expect(status).toBe(200);
  return body as { items: any[]; cursor?: string };
};
const titles = async (category: string, by?: Person): Promise<string[]> =>
  (await ask(category, '', by)).items.map(({ title }) => title);

describe('what a show is about', () => {
  it('is one of a short list, said and unsaid at any time', async () => {
    const one = await someone();
    const id = await announce(one, 'A talk', { category: 'talk' });
    expect((await one.get(`/stream/${id}`)).body.category).toBe('talk');
    expect((await one.patch(`/stream/${id}`, { category: 'faith' })).body.category).toBe('faith');
    await goLive(id);
    expect((await one.patch(`/stream/${id}`, { category: 'talk' })).body.category).toBe('talk');
    expect((await one.patch(`/stream/${id}`, { category: null })).body).not.toHaveProperty('category');
    expect(await titles('faith')).toEqual([]);
    for (const category of ['Talk', '', 'politics', ['talk'], 7, '<script>alert(1)</script>']) {
      expect((await one.patch(`/stream/${id}`, { category })).body.error).toBe('invalid-request');
      expect((await one.post('/stream/create', { title: 'Another', category })).body.error).toBe('invalid-request');
    }
    expect((await one.post('/stream/create', { title: 'Another', category: null })).body.error).toBe('invalid-request');
  });

  it('is not kept for the next show from one that was never begun', async () => {
    const one = await someone();
    const id = await create(one, 'A try', { category: 'sport' });
    expect(await create(one, 'A try')).toBe(id);
    expect((await one.get(`/stream/${id}`)).body).not.toHaveProperty('category');
  });
});

describe('shows of a category', () => {
  it('are listed live first, then next, then recordings, with none that is not of it', async () => {
    const [one, two, three] = [await someone(), await someone(), await someone()];
    const recorded = await create(one, 'Recorded', { category: 'music' });
    await goLive(recorded);
    await end(recorded);
    const live = await create(two, 'Live', { category: 'music' });
    await goLive(live);
    await goLive(await create(three, 'Live, and news', { category: 'news' }));
    await announce(one, 'Later', { category: 'music', scheduledFor: hour(3) });
    await announce(one, 'Sooner', { category: 'music', scheduledFor: hour(2) });
    await announce(one, 'Of none');
    await announce(one, 'A trial', { category: 'music', test: true });
    await create(await someone(), 'Not begun', { category: 'music' });
    expect(await titles('music')).toEqual(['Live', 'Sooner', 'Later', 'Recorded']);
    expect(await titles('news')).toEqual(['Live, and news']);
    await end(live);
    expect(await titles('music')).toEqual(['Sooner', 'Later', 'Live', 'Recorded']);
    await two.delete(`/stream/${live}/recording`);
    await one.patch(`/stream/${recorded}`, { category: 'news' });
    expect(await titles('music')).toEqual(['Sooner', 'Later']);
    expect(await titles('news')).toEqual(['Live, and news', 'Recorded']);
  });

  it('come page by page, each once, and what is hidden ends no list', async () => {
    const [one, follower] = [await someone(), await someone()];
    await follower.put(`/users/${one.user.handle}/follow`);
    const kept: string[] = [];
    for (let i = 0; i < 3; i++) {
      const id = await create(one, `Recording ${i}`, {
        category: 'making',
        ...(i === 1 && { visibility: 'followers' }),
      });
      await goLive(id);
      await end(id);
      kept.unshift(`Recording ${i}`);
    }
    for (let i = 0; i < 24; i++)
      await announce(one, `Next ${i}`, {
        category: 'making',
        scheduledFor: hour(2 + i),
        ...(i < 23 && { visibility: 'followers' }),
      });
    const all = async (by?: Person) => {
      const seen: string[] = [];
      let more: string | undefined = '?limit=2';
      for (let pages = 0; more !== undefined && pages < 40; pages++) {
        const { items, cursor } = await ask('making', more, by);
        expect(items.length).toBeGreaterThan(0);
        seen.push(...items.map(({ title }) => title));
        more = cursor && `?limit=2&cursor=${cursor}`;
      }
      return seen;
    };
    expect(await all()).toEqual(['Next 23', 'Recording 2', 'Recording 0']);
    expect(await all(follower)).toEqual([...Array.from({ length: 24 }, (_, i) => `Next ${i}`), ...kept]);
    await one.put(`/users/${follower.user.handle}/block`);
    expect(await titles('making', follower)).toEqual([]);
  });

  it('are none where there is no such category, and its cursor is no other list’s', async () => {
    const one = await someone();
    await Promise.all([1, 2].map((i) => announce(one, `Game ${i}`, { category: 'gaming' })));
    expect(await ask('politics')).toEqual({ items: [] });
    expect(await ask(encodeURIComponent('<script>'))).toEqual({ items: [] });
    const { cursor } = await ask('gaming', '?limit=1');
    expect(cursor).toBeTruthy();
    expect((await plane.call('GET', `/search/categories/music?cursor=${cursor}`)).status).toBe(400);
  });
});
