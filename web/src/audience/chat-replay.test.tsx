// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import type { ChatMessageView, ChatPage } from '#contract/chat';
import { ASHA, createFakeApp, refusal, renderPart } from '../context/app.testing.tsx';
import { ChatReplay } from './chat-replay.tsx';

const STARTED = '2026-11-22T10:00:00.000Z';
/** As many as the API answers with at most. */
const ANSWERED = 100;

const said = (seq: number, atSeconds: number): ChatMessageView => ({
  id: String(seq),
  seq,
  from: ASHA,
  text: `Message ${seq}`,
  at: new Date(Date.parse(STARTED) + atSeconds * 1_000).toISOString(),
});

const pageOf = (items: ChatMessageView[]): ChatPage => ({
  items,
  removed: [],
  seq: items.at(-1)?.seq ?? 0,
  more: false,
  rules: { slowSeconds: 0, frozen: false },
});

/** What the API says of a show in which these were said, however far into it it is asked. */
const answersOf = (messages: readonly ChatMessageView[], seconds: number) =>
  Object.fromEntries(
    Array.from({ length: seconds / 10 + 2 }, (_, step) => {
      const until = Date.parse(STARTED) + step * 10_000;
      const told = messages.filter(({ at }) => Date.parse(at) <= until);
      return [`GET /stream/str_1/chat?at=${step * 10}&limit=${ANSWERED}`, pageOf(told.slice(-ANSWERED))];
    }),
  );

const openReplay = async (answers: Record<string, unknown>) => {
  const app = createFakeApp({ answers, signedIn: false });
  const player: { playTo?: (seconds: number) => void } = {};
  const Beside = () => {
    const [seconds, setSeconds] = useState(0);
    player.playTo = setSeconds;
    return <ChatReplay streamId="str_1" startedAt={STARTED} seconds={seconds} />;
  };
  renderPart(app, <Beside />);
  await screen.findByRole('region', { name: 'Chat replay' });
  return { ...app, playTo: (seconds: number) => act(() => player.playTo?.(seconds)) };
};

const shown = () => screen.queryAllByRole('listitem').map((line) => within(line).getByText(/^Message/).textContent);
const NOTHING = 'No messages up to this point.';

it('shows what had been said at the moment that is played, and no word before its time', async () => {
  const { playTo } = await openReplay(answersOf([said(1, 2), said(2, 8), said(3, 12)], 60));
  await screen.findByText(NOTHING);
  await playTo(3);
  await waitFor(() => expect(shown()).toEqual(['Message 1']));
  await playTo(11);
  await waitFor(() => expect(shown()).toEqual(['Message 1', 'Message 2']));
  await playTo(12);
  await waitFor(() => expect(shown()).toEqual(['Message 1', 'Message 2', 'Message 3']));
});

it('goes with who seeks in a show of thousands of messages, and asks for nothing but what is shown there', async () => {
  const all = Array.from({ length: 6_000 }, (_, i) => said(i + 1, i * 0.6));
  const { playTo, sent } = await openReplay(answersOf(all, 3_600));
  await waitFor(() => expect(shown().at(-1)).toBe('Message 1'));
  await playTo(1_800);
  expect(screen.queryByText(NOTHING)).toBeNull();
  await waitFor(() => expect(shown().at(-1)).toBe('Message 3001'));
  expect(shown().length).toBeLessThanOrEqual(2 * ANSWERED);
  await playTo(6);
  // what is known is of later: that is not to say that nothing had been said
  expect(screen.queryByText(NOTHING)).toBeNull();
  await waitFor(() => expect(shown().at(-1)).toBe('Message 11'));
  expect(shown()[0]).toBe('Message 1');
  await playTo(1_799);
  await waitFor(() => expect(shown().at(-1)).toBe('Message 2999'));
  await playTo(3_599);
  await waitFor(() => expect(shown().at(-1)).toBe('Message 5999'));
  expect(sent('GET').filter(({ call }) => call.endsWith('/chat')).length).toBeLessThanOrEqual(10);
});

it('shows the last of what had been said where so much follows at once that an answer holds nothing else', async () => {
  const before = Array.from({ length: 20 }, (_, i) => said(i + 1, i * 0.4));
  const burst = Array.from({ length: 3 * ANSWERED }, (_, i) => said(21 + i, 15 + i * 0.01));
  const { playTo } = await openReplay(answersOf([...before, ...burst], 60));
  await playTo(12);
  await waitFor(() => expect(shown().at(-1)).toBe('Message 20'));
  await playTo(18);
  await waitFor(() => expect(shown().at(-1)).toBe('Message 320'));
});

it('says that it could not be loaded, which is not to say that nothing was said, and tries again', async () => {
  const { answers, playTo } = await openReplay({ 'GET /stream/str_1/chat': refusal('internal') });
  await playTo(5);
  await screen.findByText('The chat could not be loaded');
  expect(screen.queryByText(NOTHING)).toBeNull();
  answers['GET /stream/str_1/chat'] = pageOf([said(1, 1)]);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(shown()).toEqual(['Message 1']));
});
