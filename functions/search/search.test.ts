import { afterAll, describe, expect, it, vi } from 'vitest';
import { RATES } from '../http/limited.ts';
import { openControlPlane, type Person } from '../rooms.testing.ts';

vi.setConfig({ testTimeout: 120_000 });

const plane = await openControlPlane();
afterAll(() => plane.close());

let made = 0;
/** Somebody whose handle nobody else's begins like. */
const someone = (handle: string = `${['q', 'w', 'z'][made % 3]}${(++made).toString(36)}x_someone`) =>
  plane.signUp(handle, { makes_shows: true });
const path = (kind: string, q: string, more = '') => `/search?kind=${kind}&q=${encodeURIComponent(q)}${more}`;
const ask = async (where: string, by?: Person) =>
  (await (by ? by.get(where) : plane.call('GET', where))).body as { items: any[]; cursor?: string };
const handles = async (q: string, by?: Person): Promise<string[]> =>
  (await ask(path('people', q), by)).items.map(({ handle }) => handle);
const titles = async (q: string, by?: Person): Promise<string[]> =>
  (await ask(path('streams', q), by)).items.map(({ title }) => title);
const tags = async (q: string, by?: Person): Promise<string[]> =>
  (await ask(path('tags', q), by)).items.map(({ tag }) => tag);
const tagged = async (tag: string, by?: Person): Promise<string[]> =>
  (await ask(`/search/tags/${encodeURIComponent(tag)}`, by)).items.map((one) =>
    one.is === 'post' ? one.post.text : one.stream.title,
  );
const announce = async (by: Person, title: string, more: object = {}): Promise<string> => {
  const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
  return (await by.post('/stream/create', { title, scheduledFor, ...more })).body.stream.id;
};
const post = async (by: Person, text: string): Promise<string> => (await by.post('/posts', { text })).body.id;

describe('people', () => {
  it('are found by the beginnings of words of handle and name, in any order, once', async () => {
    const one = await someone('maryam_kh');
    await one.patch('/users/me', { name: 'Máryam KHAN Maryland' });
    for (const q of ['mary', 'MARYAM', '@maryam_kh', 'kh maryam', 'máryam', 'maryl mary', 'khan'])
      expect([q, await handles(q)]).toEqual([q, ['maryam_kh']]);
    for (const q of ['aryam', 'maryam kharif', 'm', '', '@', '✨']) expect([q, await handles(q)]).toEqual([q, []]);
  });

  it('are found in Urdu with and without vowel signs, and from an Arabic keyboard', async () => {
    const one = await someone();
    await one.patch('/users/me', { name: 'عَلی آکاش' });
    for (const q of ['علی', 'علي', 'عَلی', 'آکا', 'آكاش']) expect([q, await handles(q)]).toEqual([q, [one.user.handle]]);
    expect(await handles('اکاش')).toEqual([]);
  });

  it('are found by their new name and handle, and no longer by the old ones, nor once they have gone', async () => {
    const one = await someone('gulmohar');
    await one.patch('/users/me', { name: 'Parveen Shakir' });
    await one.patch('/users/me', { handle: 'sadbarg' });
    expect(await handles('gulmohar')).toEqual([]);
    expect([await handles('parveen'), await handles('sadb')]).toEqual([['sadbarg'], ['sadbarg']]);
    await one.patch('/users/me', { name: 'Ada' });
    expect(await handles('parveen')).toEqual([]);
    await one.delete('/users/me');
    expect(await handles('sadb')).toEqual([]);
  });

  it('between whom there is a block do not find each other, whoever of them has made it', async () => {
    const [one, other] = [await someone('kashmala'), await someone()];
    await one.put(`/users/${other.user.handle}/block`);
    expect(await handles(other.user.handle, one)).toEqual([]);
    expect(await handles('kashmala', other)).toEqual([]);
    expect(await handles('kashmala')).toEqual(['kashmala']);
  });

  it('come page by page, each once, though some of them are hidden', async () => {
    const viewer = await someone();
    const many = await Promise.all(Array.from({ length: 9 }, (_, i) => someone(`jugnu_${i}`)));
    await many[3]?.put(`/users/${viewer.user.handle}/block`);
    const seen: string[] = [];
    let where: string | undefined = path('people', 'jugnu', '&limit=3');
    for (let pages = 0; where !== undefined && pages < 5; pages++) {
      const { items, cursor } = await ask(where, viewer);
      expect(items.length).toBeGreaterThan(0);
      seen.push(...items.map(({ handle }) => handle));
      where = cursor && path('people', 'jugnu', `&limit=3&cursor=${cursor}`);
    }
    expect(seen.sort()).toEqual([0, 1, 2, 4, 5, 6, 7, 8].map((i) => `jugnu_${i}`));
  });
});

describe('shows', () => {
  it('are found by their title while there is something to see', async () => {
    const one = await someone();
    const id = await announce(one, 'Cooking nihari at home');
    expect(await titles('nihari cook')).toEqual(['Cooking nihari at home']);
    await one.patch(`/stream/${id}`, { title: 'Baking naan' });
    expect([await titles('nihari'), await titles('naan')]).toEqual([[], ['Baking naan']]);
    await one.post(`/stream/${id}/end`);
    expect(await titles('naan')).toEqual([]);
  });

  it('are not found while nobody is told of them, nor where they are trials', async () => {
    const one = await someone();
    await one.post('/stream/create', { title: 'Qorma unannounced' });
    await announce(one, 'Qorma trial', { test: true });
    expect(await titles('qorma')).toEqual([]);
  });

  it('for followers are found by followers alone, and by nobody whom their creator has blocked', async () => {
    const [one, follower, stranger] = [await someone(), await someone(), await someone()];
    await follower.put(`/users/${one.user.handle}/follow`);
    await announce(one, 'Mehfil for friends #mehfilraaz', { visibility: 'followers' });
    await announce(one, 'Mehfil for all');
    expect(await titles('mehfil')).toEqual(['Mehfil for all']);
    expect(await titles('mehfil', stranger)).toEqual(['Mehfil for all']);
    expect(await titles('mehfil', follower)).toEqual(['Mehfil for all', 'Mehfil for friends #mehfilraaz']);
    expect([await tags('mehfilr'), await tags('mehfilr', follower)]).toEqual([[], ['mehfilraaz']]);
    expect(await tagged('mehfilraaz', stranger)).toEqual([]);
    await one.put(`/users/${stranger.user.handle}/block`);
    expect(await titles('mehfil', stranger)).toEqual([]);
  });
});

describe('tags', () => {
  it('are found by their beginning, each once, and list posts and shows, the newest first', async () => {
    const one = await someone();
    await post(one, 'First #Ghazal and #ghazalnight https://x.test/#ghazalnot');
    await announce(one, 'An evening of #GHAZAL', { description: '#ghazalnight' });
    await post(one, 'Again #ghazal #غزل');
    expect(await tags('gha')).toEqual(['ghazal', 'ghazalnight']);
    expect(await tags('#Ghazaln')).toEqual(['ghazalnight']);
    expect(await tagged('GHAZAL')).toEqual([
      'Again #ghazal #غزل',
      'An evening of #GHAZAL',
      'First #Ghazal and #ghazalnight https://x.test/#ghazalnot',
    ]);
    expect(await tagged('غزل')).toEqual(['Again #ghazal #غزل']);
  });

  it('go with what bears them', async () => {
    const one = await someone();
    const id = await post(one, '#barsaat is here');
    await one.patch(`/posts/${id}`, { text: '#sawan is here' });
    expect([await tags('barsaat'), await tagged('barsaat'), await tags('sawan')]).toEqual([[], [], ['sawan']]);
    await one.delete(`/posts/${id}`);
    expect([await tags('sawan'), await tagged('sawan')]).toEqual([[], []]);
  });

  it('of one text are ten at most, and of many the next page goes on after the last', async () => {
    const one = await someone();
    await post(one, Array.from({ length: 12 }, (_, i) => `#rang${String.fromCodePoint(97 + i)}`).join(' '));
    const first = await ask(path('tags', 'rang', '&limit=6'));
    const second = await ask(path('tags', 'rang', `&limit=6&cursor=${first.cursor}`));
    expect([...first.items, ...second.items].map(({ tag }) => tag).join('')).toBe(
      Array.from({ length: 10 }, (_, i) => `rang${String.fromCodePoint(97 + i)}`).join(''),
    );
    expect(second.cursor).toBeUndefined();
  });
});

it('refuses what is too long, of no kind, or another list’s cursor', async () => {
  await Promise.all(Array.from({ length: 3 }, (_, i) => someone(`khushbu_${i}`)));
  const { cursor } = await ask(path('people', 'khushbu', '&limit=1'));
  for (const where of [
    path('people', 'x'.repeat(101)),
    path('planets', 'x'),
    '/search?kind=people',
    path('people', 'other', `&cursor=${cursor}`),
  ])
    expect((await plane.call('GET', where)).status).toBe(400);
});

it('has a rate', async () => {
  const one = await someone();
  const asked = await Promise.all(Array.from({ length: RATES.search.burst * 2 }, () => one.get(path('people', 'zz'))));
  const refused = asked.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
});
