// @vitest-environment happy-dom
import { act, screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { ChatMessageView } from '#contract/chat';
import { ASHA, createFakeApp, renderPart } from '../context/app.testing.tsx';
import type { Snapshot } from '../realtime/snapshot.ts';
import { ChatOverlay } from './chat-overlay.tsx';

const said = (seq: number): ChatMessageView => ({
  id: String(seq),
  seq,
  from: ASHA,
  text: `Message ${seq}`,
  at: '2026-11-22T10:00:00Z',
});

const live = (messages: ChatMessageView[]): Snapshot => ({
  state: 'live',
  title: 'First light',
  viewers: 3,
  recording: 'none',
  chat: {
    messages,
    removed: new Set(),
    seq: messages.at(-1)?.seq ?? 0,
    rules: { slowSeconds: 0, frozen: false },
  },
});

it('lays the last that was said over the picture, as it is said and taken away, for who sees it', async () => {
  const { push, parts, queryClient, ...app } = createFakeApp();
  const { container } = renderPart({ push, parts, queryClient, ...app }, <ChatOverlay streamId="str_1" />);
  await screen.findByRole('button', { name: 'Hide the chat over the picture' });
  const lines = () => [...container.querySelectorAll('li')].map(({ textContent }) => textContent);
  await act(() => push(live([1, 2, 3, 4, 5, 6].map(said))));
  expect(lines()).toEqual([3, 4, 5, 6].map((seq) => `Asha Message ${seq}`));
  await act(() => push(live([1, 2, 3, 4, 5].map(said))));
  expect(lines()).toEqual([2, 3, 4, 5].map((seq) => `Asha Message ${seq}`));
  // who hears the page has the chat itself
  expect(screen.queryByRole('listitem')).toBeNull();
});

it('is put away and brought back', async () => {
  const app = createFakeApp();
  const { container } = renderPart(app, <ChatOverlay streamId="str_1" />);
  const user = userEvent.setup();
  await screen.findByRole('button', { name: 'Hide the chat over the picture' });
  await act(() => app.push(live([said(1)])));
  await user.click(screen.getByRole('button', { name: 'Hide the chat over the picture' }));
  expect(container.querySelector('li')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Show the chat over the picture' }));
  expect(container.querySelector('li')?.textContent).toBe('Asha Message 1');
});
