// @vitest-environment happy-dom
import { createMemoryHistory } from '@tanstack/react-router';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { StreamView } from '#contract/http';
import { ASHA, createFakeApp, makeStream, me, refusal, type Answers } from '../context/app.testing.tsx';
import { render } from '../ui/render.testing.tsx';
import { App } from './app.tsx';
import { createAppRouter } from './router.tsx';

type Watching = { stream?: StreamView; answers?: Answers; signedIn?: boolean };

const openWatchPage = ({ stream = makeStream(), answers = {}, signedIn = false }: Watching = {}) => {
  const app = createFakeApp({
    signedIn,
    answers: {
      'GET /auth/session': { user: me },
      'GET /users/asha': { ...ASHA, creator: true, followers: 0, following: 0 },
      'GET /stream/str_1': stream,
      'GET /stream/str_1/playback': {
        kind: 'live',
        hls: 'https://video.test/live.m3u8',
        poster: 'https://video.test/p.jpg',
      },
      ...answers,
    },
  });
  const { parts, queryClient } = app;
  const router = createAppRouter(createMemoryHistory({ initialEntries: ['/watch/str_1'] }));
  render(<App parts={parts} router={router} queryClient={queryClient} />);
  return app;
};

const EMPTY_CHAT = { messages: [], removed: new Set<number>(), seq: 0, rules: { slowSeconds: 0, frozen: false } };
const snapshotOf = ({ state, title, viewers, recording }: StreamView) => ({ state, title, viewers, recording });

describe('the watch page', () => {
  it('announces a show with its time, and has nothing to play', async () => {
    openWatchPage({ stream: makeStream({ scheduledFor: '2030-01-01T18:00:00Z' }) });
    expect(await screen.findByRole('heading', { name: 'First light' })).toBeTruthy();
    expect(screen.getByText(/Keep this page open/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Add to calendar' })).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'To the studio' })).toBeNull();
    expect(screen.queryByTestId('player')).toBeNull();
  });

  it('shows its creator the way to the studio', async () => {
    openWatchPage({ stream: makeStream({ scheduledFor: '2030-01-01T18:00:00Z' }), signedIn: true });
    expect(await screen.findByRole('link', { name: 'To the studio' })).toBeTruthy();
  });

  it('begins to play by itself when the show begins, and says when it is interrupted', async () => {
    const { answers, push } = openWatchPage();
    expect(await screen.findByText(/The creator is getting ready/)).toBeTruthy();
    const live = makeStream({ state: 'live', startedAt: '2026-11-22T10:00:00Z' });
    answers['GET /stream/str_1'] = live;
    await act(() => push(snapshotOf(live)));
    expect(await screen.findByTestId('player')).toBeTruthy();
    await act(() => push({ ...snapshotOf(live), state: 'reconnecting' }));
    expect(await screen.findByText(/The creator’s connection dropped/)).toBeTruthy();
    expect(screen.getByTestId('player')).toBeTruthy();
  });

  it('says the new title and description of a show at once', async () => {
    const live = makeStream({ state: 'live', startedAt: '2026-11-22T10:00:00Z' });
    const { answers, push } = openWatchPage({ stream: live });
    expect(await screen.findByRole('heading', { name: 'First light' })).toBeTruthy();
    const changed = { ...live, title: 'Second light', description: 'Now with clouds' };
    answers['GET /stream/str_1'] = changed;
    await act(() => push(snapshotOf(changed)));
    expect(await screen.findByRole('heading', { name: 'Second light' })).toBeTruthy();
    expect(await screen.findByText('Now with clouds')).toBeTruthy();
  });

  it.each([
    ['preparing', /Its recording is being prepared/],
    ['failed', /There is no recording of it/],
  ] as const)('says of a show that is over and whose recording is %s what there will be', async (recording, said) => {
    openWatchPage({ stream: makeStream({ state: 'ended', recording, startedAt: '2026-11-22T10:00:00Z' }) });
    expect(await screen.findByText(said)).toBeTruthy();
    expect(screen.queryByTestId('player')).toBeNull();
  });

  it('shows what is said of the show where it was announced, and where to go on from here', async () => {
    openWatchPage({
      stream: makeStream({ state: 'live', startedAt: '2026-11-22T10:00:00Z' }),
      answers: {
        'GET /posts': {
          items: [
            {
              id: 'pst_1',
              author: ASHA,
              text: 'First light',
              likes: 0,
              comments: 2,
              createdAt: '2026-11-22T10:00:00Z',
            },
          ],
        },
        'GET /stream': {
          items: [
            makeStream({ state: 'live', startedAt: '2026-11-22T10:00:00Z' }),
            makeStream({ id: 'str_2', title: 'Second light', state: 'ended', recording: 'ready' }),
          ],
        },
      },
    });
    expect(await screen.findByRole('heading', { name: '2 comments' })).toBeTruthy();
    const more = within(await screen.findByRole('region', { name: 'More from Asha' }));
    expect(more.getAllByRole('article')).toHaveLength(1);
    expect(more.getByRole('link', { name: 'Second light' })).toBeTruthy();
  });

  it('asks a stranger to sign in for a show for followers', async () => {
    openWatchPage({ answers: { 'GET /stream/str_1': refusal('not-allowed') } });
    expect(await screen.findByRole('heading', { level: 1, name: 'This show is for followers' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Continue to sign-in' })).toBeTruthy();
  });

  it('names the creator of a show for followers, and opens it to whoever follows', async () => {
    const closed = Response.json(
      { error: 'not-allowed', message: 'For followers.', details: { creator: ASHA } },
      { status: 403 },
    );
    const bilal = { ...me, id: 'usr_2', handle: 'bilal', name: 'Bilal' };
    const { answers } = openWatchPage({
      answers: { 'GET /stream/str_1': closed, 'GET /auth/session': { user: bilal }, 'PUT /users/asha/follow': null },
      signedIn: true,
    });
    expect(await screen.findByRole('heading', { level: 1, name: 'This show is for followers of Asha' })).toBeTruthy();
    expect(screen.getByRole('link', { name: '@asha' })).toBeTruthy();
    answers['GET /stream/str_1'] = makeStream();
    await userEvent.click(await screen.findByRole('button', { name: 'Follow' }));
    expect(await screen.findByRole('heading', { name: 'First light' })).toBeTruthy();
  });

  it.each(['blocked', 'not-allowed', 'not-signed-in'] as const)(
    'gets another address before the one that it has is over, and keeps none once that is refused as %s',
    async (code) => {
      const { answers, sent } = openWatchPage({
        stream: makeStream({ state: 'live', visibility: 'followers', startedAt: '2026-11-22T10:00:00Z' }),
        signedIn: true,
        answers: {
          'GET /stream/str_1/playback': {
            kind: 'live',
            hls: 'https://video.test/live.m3u8?token=t',
            poster: 'https://video.test/p.jpg?token=t',
            token: 't',
            goodForMs: 60,
          },
        },
      });
      expect(await screen.findByTestId('player')).toBeTruthy();
      const asked = () => sent('GET').filter(({ call }) => call.endsWith('/playback')).length;
      await waitFor(() => expect(asked()).toBeGreaterThan(2));
      expect(screen.getByTestId('player')).toBeTruthy();
      answers['GET /stream/str_1/playback'] = refusal(code);
      await waitFor(() => expect(screen.queryByTestId('player')).toBeNull());
    },
  );

  describe('to who is banned from a show for everybody, where nothing is pushed', () => {
    const live = makeStream({ state: 'live', startedAt: '2026-11-22T10:00:00Z' });
    const BANNED = refusal('blocked', 'You cannot watch the shows of this creator.');
    const openLive = async () => {
      const app = openWatchPage({
        stream: live,
        signedIn: true,
        answers: {
          'GET /stream/str_1/chat/standing': { role: 'viewer' },
          'POST /stream/str_1/chat': BANNED,
          'POST /stream/str_1/beats': BANNED,
        },
      });
      const player = await screen.findByTestId<HTMLVideoElement>('player');
      return { ...app, player };
    };

    it('says so with the next beat of their player', async () => {
      const { answers, player } = await openLive();
      answers['GET /stream/str_1'] = BANNED;
      for (const at of [1, 2]) {
        player.currentTime = at;
        fireEvent.timeUpdate(player);
      }
      expect(await screen.findByText('You cannot watch the shows of this creator.')).toBeTruthy();
      expect(screen.queryByTestId('player')).toBeNull();
    });

    it('says so when they write', async () => {
      const { answers, push } = await openLive();
      await act(() => push({ ...snapshotOf(live), chat: EMPTY_CHAT }));
      answers['GET /stream/str_1'] = BANNED;
      await userEvent.type(await screen.findByRole('textbox', { name: 'Message' }), 'Hello{Enter}');
      expect(await screen.findByText('You cannot watch the shows of this creator.')).toBeTruthy();
    });

    it('asks, where there is no socket, and only there', async () => {
      vi.useFakeTimers({ shouldAdvanceTime: true });
      onTestFinished(() => void vi.useRealTimers());
      const { answers, sent, push } = await openLive();
      const asked = () => sent('GET').filter(({ call }) => call.endsWith('/standing')).length;
      await act(() => push(snapshotOf(live)));
      await waitFor(() => expect(asked()).toBeGreaterThan(0));
      const before = asked();
      await act(async () => void (await vi.advanceTimersByTimeAsync(30_000)));
      expect(asked()).toBe(before);
      await act(() => push({ ...snapshotOf(live), cutOff: true }));
      answers['GET /stream/str_1/chat/standing'] = BANNED;
      answers['GET /stream/str_1'] = BANNED;
      await act(async () => void (await vi.advanceTimersByTimeAsync(9_000)));
      expect(await screen.findByText('You cannot watch the shows of this creator.')).toBeTruthy();
    });
  });

  it('says at once that a show is interrupted that it is opened on', async () => {
    openWatchPage({
      stream: makeStream({ state: 'reconnecting', startedAt: '2026-11-22T10:00:00Z' }),
      answers: { 'GET /stream/str_1/playback': refusal('not-live-yet') },
    });
    expect(await screen.findByText('The creator’s connection dropped')).toBeTruthy();
    expect(screen.getByText('Interrupted')).toBeTruthy();
    expect(screen.queryByText('Live')).toBeNull();
  });

  it('tells who is signed in why they may not watch', async () => {
    openWatchPage({ answers: { 'GET /stream/str_1': refusal('blocked', 'You are blocked here.') }, signedIn: true });
    expect(await screen.findByText('You are blocked here.')).toBeTruthy();
  });

  it('says that there is nothing where there is no such show', async () => {
    openWatchPage({ answers: { 'GET /stream/str_1': refusal('stream-not-found') } });
    expect(await screen.findByText('There is nothing here')).toBeTruthy();
  });
});
