// @vitest-environment happy-dom
import { createMemoryHistory } from '@tanstack/react-router';
import { screen, waitFor, within } from '@testing-library/preact';
import { describe, expect, it } from 'vitest';
import type { StreamView } from '#contract/http';
import { createFakeApp, makeStream, me } from '../context/app.testing.tsx';
import { render } from '../ui/render.testing.tsx';
import { App } from './app.tsx';
import { createAppRouter } from './router.tsx';

type Shows = { followed?: StreamView[]; live?: StreamView[]; scheduled?: StreamView[]; recorded?: StreamView[] };

const openHome = (shows: Shows, { signedIn = false } = {}) => {
  const { parts, queryClient } = createFakeApp({
    signedIn,
    answers: {
      'GET /auth/session': { user: me },
      'GET /posts/explore': { items: [] },
      'GET /users/me/live': { items: shows.followed ?? [] },
      'GET /stream?state=live': { items: shows.live ?? [] },
      'GET /stream?state=scheduled': { items: shows.scheduled ?? [] },
      'GET /stream?state=recorded': { items: shows.recorded ?? [] },
    },
  });
  const router = createAppRouter(createMemoryHistory({ initialEntries: ['/'] }));
  render(<App parts={parts} router={router} queryClient={queryClient} />);
};

const titlesIn = (name: string) =>
  within(screen.getByRole('region', { name }))
    .getAllByRole('article')
    .map((card) => within(card).getByRole('heading').textContent);

const LIVE = makeStream({ id: 'str_1', title: 'Now', state: 'live', startedAt: '2026-11-22T10:00:00Z' });
const NEXT = makeStream({ id: 'str_2', title: 'Next', scheduledFor: '2030-01-01T18:00:00Z' });
const BEFORE = makeStream({ id: 'str_3', title: 'Before', state: 'ended', recording: 'ready' });

describe('Home', () => {
  it('shows who is live, what is next, and what was before, in this order', async () => {
    openHome({ live: [LIVE], scheduled: [NEXT], recorded: [BEFORE] });
    await screen.findByRole('link', { name: 'Before' });
    expect([titlesIn('Live now'), titlesIn('Upcoming'), titlesIn('Recordings')]).toEqual([
      ['Now'],
      ['Next'],
      ['Before'],
    ]);
    const headings = screen.getAllByRole('heading', { level: 2 }).map(({ textContent }) => textContent);
    expect(headings).toEqual(['Live now', 'Upcoming', 'Recordings', 'Posts']);
    const categories = screen.getByRole('navigation', { name: 'Shows by category' });
    expect(within(categories).getByRole('link', { name: 'Music' }).getAttribute('href')).toBe('/category/music');
  });

  it.each([
    ['نہاری کی اصل ترکیب', true],
    ['Nihari: نہاری', true],
    ['Nihari ki asal tarkeeb', false],
  ])('has lines as high as the letters of “%s”, in whatever language the page is', async (title, isTall) => {
    openHome({ live: [{ ...LIVE, title }] });
    const heading = await screen.findByRole('heading', { name: title });
    expect(heading.classList.contains('stream-card__title--tall')).toBe(isTall);
  });

  it('shows whom one follows first, and none of them a second time among who else is live', async () => {
    const theirs = makeStream({ ...LIVE, id: 'str_4', title: 'Of a friend' });
    openHome({ followed: [theirs], live: [theirs, LIVE] }, { signedIn: true });
    await screen.findByRole('region', { name: 'Live from people you follow' });
    await waitFor(() => expect(titlesIn('Live now')).toEqual(['Now']));
    expect(titlesIn('Live from people you follow')).toEqual(['Of a friend']);
    const [first] = screen.getAllByRole('heading', { level: 2 });
    expect(first?.textContent).toBe('Live from people you follow');
  });

  it('says nothing of others where all who are live are followed', async () => {
    openHome({ followed: [LIVE], live: [LIVE], recorded: [BEFORE] }, { signedIn: true });
    await screen.findByRole('link', { name: 'Before' });
    await waitFor(() => expect(titlesIn('Live from people you follow')).toEqual(['Now']));
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Live now' })).toBeNull());
    expect(screen.queryByText(/Nobody is live right now/)).toBeNull();
  });

  it('says in a line that nobody is live where there is something else to watch', async () => {
    openHome({ recorded: [BEFORE] });
    expect(await screen.findByText('Nobody is live right now, but there is more below.')).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'Be the first' })).toBeNull();
  });

  it('asks for the first show where there is none at all', async () => {
    openHome({});
    expect(await screen.findByRole('link', { name: 'Be the first' })).toBeTruthy();
    expect(screen.queryByRole('region', { name: 'Recordings' })).toBeNull();
  });

  it('tells who is signed out what this is', async () => {
    openHome({ live: [LIVE] });
    expect(await screen.findByRole('heading', { level: 1, name: 'Go live from your browser.' })).toBeTruthy();
  });

  it('spares who is signed in what they know', async () => {
    openHome({ live: [LIVE] }, { signedIn: true });
    expect(await screen.findByRole('heading', { level: 1, name: 'Explore' })).toBeTruthy();
    expect(screen.queryByText('Go live from your browser.')).toBeNull();
  });
});
