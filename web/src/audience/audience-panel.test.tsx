// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatMessageView, ChatRulesView } from '#contract/chat';
import { ASHA, createFakeApp, me, refusal, renderPart, type Answers } from '../context/app.testing.tsx';
import type { Snapshot } from '../realtime/snapshot.ts';
import { AudiencePanel } from './audience-panel.tsx';

const CHEN = { handle: 'chen', name: 'Chen' };
const said = (seq: number, text: string, from: ChatMessageView['from'] = CHEN): ChatMessageView => ({
  id: String(seq),
  seq,
  from,
  text,
  at: '2026-11-22T10:00:00Z',
});
const live = (
  messages: ChatMessageView[],
  { rules = {}, ...more }: Partial<Omit<Snapshot, 'chat'>> & { rules?: Partial<ChatRulesView> } = {},
): Snapshot => ({
  state: 'live',
  title: 'First light',
  viewers: 2,
  recording: 'none',
  chat: {
    messages,
    removed: new Set(),
    seq: messages.at(-1)?.seq ?? 0,
    rules: { slowSeconds: 0, frozen: false, ...rules },
  },
  ...more,
});

type Opening = { answers?: Answers; studio?: boolean; signedIn?: boolean };

const openPanel = async ({ answers = {}, studio = false, signedIn = true }: Opening = {}) => {
  const app = createFakeApp({
    signedIn,
    answers: {
      'GET /auth/session': { user: me },
      'GET /stream/str_1/chat/standing': { role: studio ? 'creator' : 'viewer' },
      ...answers,
    },
  });
  renderPart(app, <AudiencePanel streamId="str_1" studio={studio} />);
  await screen.findByRole('region', { name: 'Chat' });
  const push = (snapshot: Snapshot) => act(() => app.push(snapshot));
  await push(live([]));
  const user = userEvent.setup();
  const write = async (text: string) =>
    user.type(await screen.findByRole('textbox', { name: 'Message' }), `${text}{Enter}`);
  return {
    ...app,
    push,
    user,
    lines: () => screen.queryAllByRole('listitem').map(({ textContent }) => textContent ?? ''),
    write,
    /** Writes; the first try is lost, and the second is answered with what is made of its name. */
    writeTwice: async (text: string, answer: (clientId: unknown) => object) => {
      app.answers['POST /stream/str_1/chat'] = refusal('temporarily-unavailable');
      await write(text);
      await screen.findByText(/^Not sent\./);
      const { body } = app.sent('POST')[0] ?? {};
      app.answers['POST /stream/str_1/chat'] = answer(Reflect.get(Object(body), 'clientId'));
      await user.click(screen.getByRole('button', { name: 'Try again' }));
      await waitFor(() => expect(screen.queryByText(/^Not sent\./)).toBeNull());
    },
  };
};

describe('a message of one’s own', () => {
  it('stands there before it is taken, says that it was not sent, and is sent again under the same name', async () => {
    const { sent, writeTwice, lines } = await openPanel();
    await writeTwice('Hello', (clientId) => ({ held: false, clientId, message: said(1, 'Hello', ASHA) }));
    const [first, ...again] = sent('POST');
    expect(again).toEqual([first]);
    expect(lines()).toEqual([expect.stringContaining('Hello')]);
  });

  it('is shown though a part stands for the whole, and once though it is in that part', async () => {
    const { push, writeTwice, lines } = await openPanel();
    const mine = said(7, 'Mine', ASHA);
    await writeTwice('Mine', (clientId) => ({ held: false, clientId, message: mine }));
    const order = () => lines().map((line) => /Four|Mine|Eight/.exec(line)?.[0]);
    await push(live([said(4, 'Four'), said(8, 'Eight')], { chatOneIn: 4 }));
    expect(screen.getByText('The chat is so busy that you see one message in 4.')).toBeTruthy();
    expect(order()).toEqual(['Four', 'Mine', 'Eight']);
    await push(live([said(4, 'Four'), mine, said(8, 'Eight')], { chatOneIn: 4 }));
    expect(order()).toEqual(['Four', 'Mine', 'Eight']);
  });

  it('that a moderator looks at first says so', async () => {
    const { writeTwice } = await openPanel();
    await writeTwice('A spoiler', (clientId) => ({ held: true, clientId }));
    expect(await screen.findByText('A moderator looks at this first.')).toBeTruthy();
  });

  it('answers another, and says how much too long it is before it is sent', async () => {
    const { push, user, sent } = await openPanel({ answers: { 'POST /stream/str_1/chat': refusal('internal') } });
    await push(live([said(3, 'Which camera is that?')]));
    await user.click(await screen.findByRole('button', { name: 'More about the message by Chen' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Reply' }));
    const box = screen.getByRole('textbox', { name: 'Message' });
    await user.click(box);
    await user.paste('x'.repeat(501));
    expect(screen.getByText('1 character too many')).toBeTruthy();
    await user.type(box, '{Enter}');
    expect(sent('POST')).toEqual([]);
    await user.type(box, '{Backspace}{Enter}');
    await waitFor(() => expect(sent('POST')).toMatchObject([{ body: { text: 'x'.repeat(500), replyTo: 3 } }]));
  });
});

it('a line may be broken between a name and what is said, and before the time', async () => {
  const { push } = await openPanel();
  await push(live([said(1, 'Goodbye')]));
  const text = await screen.findByText('Goodbye');
  expect([text.previousSibling?.textContent, text.nextSibling?.textContent]).toEqual([' ', ' ']);
});

describe('who may write', () => {
  it('is nobody but moderators while it is closed', async () => {
    const { push } = await openPanel();
    await push(live([], { rules: { frozen: true } }));
    expect(await screen.findByText('The chat is closed right now. You can still read it.')).toBeTruthy();
    expect(screen.queryByRole('textbox')).toBeNull();
  });

  it('is said where one writes', async () => {
    const { push } = await openPanel();
    await push(live([], { rules: { slowSeconds: 30 } }));
    expect(screen.getByPlaceholderText('Slow mode: one message in 30 s')).toBeTruthy();
    await push(live([], { rules: { followersForMinutes: 10 } }));
    expect(screen.getByPlaceholderText('Followers can chat')).toBeTruthy();
  });

  it('is asked to sign in first', async () => {
    await openPanel({ signedIn: false });
    expect(await screen.findByRole('button', { name: 'Sign in to chat' })).toBeTruthy();
  });
});

describe('in the studio', () => {
  let tones = 0;
  beforeEach(() => {
    tones = 0;
    const node = { connect: (next: object) => next, start: () => void (tones += 1), stop: () => {}, frequency: {} };
    const gain = { setValueAtTime: () => {}, exponentialRampToValueAtTime: () => {} };
    vi.stubGlobal(
      'AudioContext',
      class {
        currentTime = 0;
        createOscillator = () => node;
        createGain = () => ({ ...node, gain });
        close = async () => {};
      },
    );
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    localStorage.clear();
  });

  it('a sound is heard of what others say, where that is wanted, and of nothing else', async () => {
    const { push, user } = await openPanel({ studio: true });
    await push(live([said(1, 'One')]));
    await user.click(screen.getByRole('button', { name: 'Play a sound for new messages' }));
    expect(tones).toBe(0);
    await push(live([said(1, 'One'), said(2, 'Two')]));
    await waitFor(() => expect(tones).toBe(1));
    await push(live([said(1, 'One'), said(2, 'Two'), said(3, 'Mine', ASHA)]));
    await push(live([said(1, 'One')]));
    expect(tones).toBe(1);
    await user.click(screen.getByRole('button', { name: 'Turn off the sound for new messages' }));
    await push(live([said(1, 'One'), said(4, 'Four')]));
    expect(tones).toBe(1);
  });

  it('larger text stays chosen, and everybody else has none of it', async () => {
    const { user } = await openPanel({ studio: true });
    await user.click(screen.getByRole('button', { name: 'Larger text' }));
    const chat = screen.getByRole('region', { name: 'Chat' });
    expect(chat.className).toContain('chat--large');
    expect(within(chat).getByRole('button', { name: 'Smaller text' }).getAttribute('aria-pressed')).toBeNull();
    expect(localStorage.getItem('vybzz.chat-large')).toBe('true');
  });

  it('has none of these for a viewer, and counts who watches for its creator', async () => {
    const { push } = await openPanel();
    expect(screen.queryByRole('button', { name: 'Larger text' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Moderate' })).toBeNull();
    await push(live([]));
    expect(screen.queryByText('2 viewers')).toBeNull();
  });
});
