// @vitest-environment happy-dom
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMemoryHistory } from '@tanstack/react-router';
import { screen, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { App } from './app.tsx';
import { createAppRouter } from './router.tsx';
import { createFakeApp } from '../context/app.testing.tsx';
import { render } from '../ui/render.testing.tsx';
import { callsByRoom, Description } from './api-description.ts';

const document = JSON.parse(
  await readFile(join(import.meta.dirname, '../../../functions/contract/openapi.json'), 'utf8'),
);

const open = (answer: unknown) => {
  const { parts, queryClient } = createFakeApp({ signedIn: false, answers: { 'GET /openapi.json': answer } });
  const router = createAppRouter(createMemoryHistory({ initialEntries: ['/api'] }));
  render(<App parts={parts} router={router} queryClient={queryClient} />);
};

it('lists each call of the document with who may make it, what it takes, answers and refuses', async () => {
  open(document);
  const create = (await screen.findByRole('heading', { name: 'POST /stream/create' })).closest('article')!;
  expect(
    within(create).getByText('Makes a show, with a key to feed it; or announces one, when it is scheduled'),
  ).toBeTruthy();
  expect(within(create).getByText('Signed-in people')).toBeTruthy();
  expect(within(create).getByRole('link', { name: 'CreateStream' }).getAttribute('href')).toBe('#shape-CreateStream');
  expect(within(create).getByText('already-live, stream-ended, stream-live')).toBeTruthy();
  const calls = Object.values(document.paths).flatMap((methods) => Object.keys(methods as object));
  expect(screen.getAllByRole('article')).toHaveLength(calls.length);
});

it('writes out each shape that is named anywhere, member by member', async () => {
  open(document);
  await screen.findByRole('heading', { name: 'Stream' });
  const shape = window.document.querySelector('#shape-Stream');
  expect(shape?.textContent).toContain('visibility: "public" | "followers"');
  expect(shape?.textContent).toContain('scheduledFor?: string (date-time)');
  const led = [...window.document.querySelectorAll('a[href^="#shape-"]')].map(
    (link) => link.getAttribute('href') ?? '',
  );
  expect(led.length).toBeGreaterThan(50);
  for (const target of led) expect(window.document.querySelector(target), target).not.toBeNull();
});

it('is folded room by room, and opened by hand, all at once, and by a link to something inside', async () => {
  open(document);
  await screen.findByRole('heading', { name: 'Stream' });
  const folds = () => [...window.document.querySelectorAll('details')];
  const opened = () => folds().flatMap(({ id, open: isOpen }) => (isOpen ? [id] : []));
  expect(opened()).toEqual([]);
  const [room, calls = []] = callsByRoom(Description.parse(document))[0] ?? [];
  const first = window.document.querySelector(`#room-${room} summary`);
  expect(first?.textContent).toBe(`/${room}${calls.length} ${calls.length === 1 ? 'call' : 'calls'}`);
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Open all' }));
  expect(opened()).toHaveLength(folds().length);
  await user.click(screen.getByRole('button', { name: 'Close all' }));
  expect(opened()).toEqual([]);
  location.hash = '#shape-Stream';
  window.dispatchEvent(new Event('hashchange'));
  expect(opened()).toEqual(['shapes']);
  location.hash = '';
});

it('tells calls for anyone, for who is signed in, and for Mux apart', () => {
  const calls = callsByRoom(Description.parse(document)).flatMap(([, ofRoom]) => ofRoom);
  const who = (method: string, path: string) => calls.find((call) => call.method === method && call.path === path)?.who;
  expect(who('GET', '/stream')).toBe('anyone');
  expect(who('DELETE', '/stream/{id}/recording')).toBe('signedIn');
  expect(who('POST', '/webhooks/mux')).toBe('mux');
});

it('says so where the document cannot be had', async () => {
  open(undefined);
  expect(await screen.findByText('The description of the API could not be loaded')).toBeTruthy();
});
