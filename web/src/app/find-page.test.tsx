// @vitest-environment happy-dom
import { createMemoryHistory } from '@tanstack/react-router';
import { screen, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { ASHA, createFakeApp, makeStream, me, type Answers } from '../context/app.testing.tsx';
import { render } from '../ui/render.testing.tsx';
import { App } from './app.tsx';
import { kindOf, parseFind } from './find.ts';
import { createAppRouter } from './router.tsx';

const open = (address: string, answers: Answers = {}) => {
  const app = createFakeApp({
    answers: {
      'GET /auth/session': { user: me },
      'GET /search': { kind: 'people', items: [ASHA] },
      ...answers,
    },
  });
  const router = createAppRouter(createMemoryHistory({ initialEntries: [address] }));
  render(<App parts={app.parts} router={router} queryClient={app.queryClient} />);
  return { ...app, router, user: userEvent.setup() };
};

describe('the search', () => {
  it('leads from the header to who is found, and from there to them', async () => {
    const { user, router } = open('/settings');
    const [field] = await screen.findAllByRole('searchbox', { name: 'Search' });
    await user.type(field!, 'ash{Enter}');
    const person = await screen.findByRole('link', { name: /Asha.*@asha/ });
    expect(person.getAttribute('href')).toBe('/@asha');
    expect(router.state.location.href).toBe('/find?q=ash');
    expect(screen.getByRole('heading', { name: 'Results for “ash”' })).toBeTruthy();
  });

  it('asks for shows and tags once somebody looks at them', async () => {
    const { user, router, answers, sent } = open('/find?q=light');
    await screen.findByRole('link', { name: /Asha/ });
    expect(sent('GET').filter(({ call }) => call === 'GET /search')).toHaveLength(1);
    answers['GET /search'] = { kind: 'streams', items: [makeStream({ state: 'live' })] };
    await user.click(screen.getByRole('tab', { name: 'Shows' }));
    expect(await screen.findByRole('link', { name: /First light/ })).toBeTruthy();
    answers['GET /search'] = { kind: 'tags', items: [{ tag: 'lights' }] };
    await user.click(screen.getByRole('tab', { name: 'Tags' }));
    expect((await screen.findByRole('link', { name: '#lights' })).getAttribute('href')).toBe('/tag/lights');
    await waitFor(() => expect(router.state.location.href).toBe('/find?q=light&kind=tags'));
  });

  it.each([
    ['shows', 'streams', [makeStream({ state: 'live' })], /First light/],
    ['tags', 'tags', [{ tag: 'lights' }], '#lights'],
  ])('shows %s at once where there is nobody, and people to who asks for them', async (_, kind, items, name) => {
    const query = (of: string) => `GET /search?q=light&kind=${of}&limit=20`;
    const none = (of: string) => ({ kind: of, items: [] });
    const { user, router } = open('/find?q=light', {
      [query('people')]: none('people'),
      [query('streams')]: none('streams'),
      [query('tags')]: none('tags'),
      [query(kind)]: { kind, items },
    });
    expect(await screen.findByRole('link', { name })).toBeTruthy();
    await user.click(screen.getByRole('tab', { name: 'People' }));
    expect(await screen.findByText('Nothing found for “light”')).toBeTruthy();
    await waitFor(() => expect(router.state.location.href).toBe('/find?q=light&kind=people'));
  });

  it('says where there is nothing, and where nothing was asked for', async () => {
    open('/find?q=nothing', { 'GET /search': { kind: 'people', items: [] } });
    expect(await screen.findByText('Nothing found for “nothing”')).toBeTruthy();
  });

  it('asks for nothing until there is something to search for', async () => {
    const { sent } = open('/find');
    expect(await screen.findByText('What are you looking for?')).toBeTruthy();
    expect(sent('GET').filter(({ call }) => call === 'GET /search')).toEqual([]);
  });
});

it('reads what an address says, whatever it says', () => {
  expect(parseFind({ q: 123, kind: 'shows' })).toEqual({ q: '123', kind: 'shows' });
  expect(parseFind({ q: { a: 1 }, kind: 'planets' })).toEqual({});
  expect(parseFind({ q: 'x'.repeat(200) }).q).toHaveLength(100);
  expect([kindOf({ q: '#a' }), kindOf({ q: 'a' }), kindOf({ q: '#a', kind: 'people' })]).toEqual([
    'tags',
    'people',
    'people',
  ]);
});

it('lists the shows of a category, live first, then next, then recordings, and the way to the others', async () => {
  open('/category/music', {
    'GET /search/categories/music': {
      items: [
        makeStream({ id: 'str_1', title: 'On the air', state: 'live', category: 'music' }),
        makeStream({ id: 'str_2', title: 'To come', category: 'music', scheduledFor: '2030-01-01T18:00:00Z' }),
        makeStream({ id: 'str_3', title: 'From before', state: 'ended', recording: 'ready', category: 'music' }),
      ],
    },
  });
  expect(await screen.findByRole('heading', { name: 'Music', level: 1 })).toBeTruthy();
  await screen.findByRole('link', { name: 'On the air' });
  expect(screen.getAllByRole('heading').map(({ textContent }) => textContent)).toEqual([
    'Music',
    'Live now',
    'On the air',
    'Upcoming',
    'To come',
    'Recordings',
    'From before',
  ]);
  expect(screen.getByRole('link', { name: 'Talk' }).getAttribute('href')).toBe('/category/talk');
  expect(screen.getByRole('link', { name: 'Music' }).getAttribute('aria-current')).toBe('page');
});

it('goes on where all of a page was hidden, says where a category has nothing, and knows no other', async () => {
  const { answers, user, router } = open('/category/music', {
    'GET /search/categories/music': { items: [], cursor: 'more' },
  });
  const more = await screen.findByRole('button', { name: 'Show more' });
  expect(screen.queryByText('Nothing in this category yet')).toBeNull();
  answers['GET /search/categories/music'] = { items: [] };
  await user.click(more);
  expect(await screen.findByText('Nothing in this category yet')).toBeTruthy();
  await router.navigate({ to: '/category/$category', params: { category: 'politics' } });
  expect(await screen.findByText('There is nothing here')).toBeTruthy();
});

it('lists what bears a tag, posts and shows', async () => {
  const post = {
    id: 'pst_1',
    author: ASHA,
    text: 'A #light post',
    likes: 0,
    comments: 0,
    createdAt: '2026-11-22T10:00:00Z',
  };
  open('/tag/Light', {
    'GET /search/tags/light': {
      items: [
        { is: 'post', post },
        { is: 'stream', stream: makeStream({ state: 'live' }) },
      ],
    },
  });
  expect(await screen.findByRole('heading', { name: '#light' })).toBeTruthy();
  expect((await screen.findByRole('link', { name: '#light' })).getAttribute('href')).toBe('/tag/light');
  expect(screen.getByRole('link', { name: /First light/ })).toBeTruthy();
});
