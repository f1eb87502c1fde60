// @vitest-environment happy-dom
import { createMemoryHistory } from '@tanstack/react-router';
import { act, screen, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ASHA, createFakeApp, makeStream } from '../context/app.testing.tsx';
import { render } from '../ui/render.testing.tsx';
import { App } from './app.tsx';
import { createAppRouter } from './router.tsx';

const POST = {
  id: 'pst_1',
  author: ASHA,
  text: 'What I think',
  likes: 0,
  comments: 0,
  createdAt: '2026-11-22T10:00:00Z',
};

/** A window that is as wide as pages ask for, or not; nothing else of it is out of the ordinary. */
const makeWindow = (wide: boolean) => {
  const width = Object.assign(new EventTarget(), { matches: wide });
  const nothing = Object.assign(new EventTarget(), { matches: false });
  vi.stubGlobal('matchMedia', (query: string) => (query.includes('width') ? width : nothing));
  return {
    becomesNarrow: () =>
      act(() => {
        width.matches = false;
        width.dispatchEvent(new Event('change'));
      }),
  };
};

const openProfile = (change: object = {}) => {
  const { parts, queryClient } = createFakeApp({
    signedIn: false,
    answers: {
      'GET /users/asha': { ...ASHA, creator: true, followers: 0, following: 0, createdAt: POST.createdAt, ...change },
      'GET /stream?state=scheduled': { items: [] },
      'GET /stream': { items: [makeStream({ state: 'ended', recording: 'ready' })] },
      'GET /posts': { items: [POST] },
    },
  });
  const router = createAppRouter(createMemoryHistory({ initialEntries: ['/@asha'] }));
  render(<App parts={parts} router={router} queryClient={queryClient} />);
};

const SHOW = { name: 'First light' };

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('what a creator shares', () => {
  it('stands side by side where there is room', async () => {
    makeWindow(true);
    openProfile();
    expect(await screen.findByText(POST.text)).toBeTruthy();
    expect(await screen.findByRole('link', SHOW)).toBeTruthy();
    expect(screen.queryByRole('tab')).toBeNull();
  });

  it('stands behind a tab each where there is none, the shows first', async () => {
    makeWindow(false);
    openProfile();
    expect(await screen.findByRole('link', SHOW)).toBeTruthy();
    expect(screen.queryByText(POST.text)).toBeNull();
    await userEvent.setup().click(screen.getByRole('tab', { name: 'Posts' }));
    expect(await screen.findByText(POST.text)).toBeTruthy();
  });

  it('is in sight, and as it was left, where somebody was busy with it when the window became narrow', async () => {
    const { becomesNarrow } = makeWindow(true);
    openProfile();
    const comments = await screen.findByRole('button', { name: '0 comments' });
    await userEvent.setup().click(comments);
    await becomesNarrow();
    expect(screen.getByRole('tab', { name: 'Posts' }).getAttribute('aria-selected')).toBe('true');
    expect(screen.getByRole('button', { name: '0 comments' }).getAttribute('aria-expanded')).toBe('true');
  });
});

it('the pages of a person elsewhere say where they lead, whatever they are called', async () => {
  makeWindow(false);
  openProfile({
    links: [
      { title: 'My bank', url: 'https://www.shop.test/asha' },
      { title: 'shop.test', url: 'https://shop.test/' },
    ],
  });
  const list = await screen.findByRole('list', { name: 'Links' });
  const links = within(list).getAllByRole<HTMLAnchorElement>('link');
  expect(links.map(({ textContent, href, rel }) => [textContent, href, rel])).toEqual([
    ['My bankshop.test', 'https://www.shop.test/asha', 'me nofollow noopener'],
    ['shop.test', 'https://shop.test/', 'me nofollow noopener'],
  ]);
});

it('who makes no shows has all the room for posts', async () => {
  makeWindow(true);
  openProfile({ creator: false });
  expect(await screen.findByText(POST.text)).toBeTruthy();
  expect(screen.queryByRole('link', SHOW)).toBeNull();
});
