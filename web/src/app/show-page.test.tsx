// @vitest-environment happy-dom
import { createMemoryHistory } from '@tanstack/react-router';
import { screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { createFakeApp, makeStream, me, refusal, type Answers } from '../context/app.testing.tsx';
import { render } from '../ui/render.testing.tsx';
import { App } from './app.tsx';
import { createAppRouter } from './router.tsx';

const OVER = makeStream({
  state: 'ended',
  endedBecause: 'finished',
  startedAt: '2026-11-22T10:00:00Z',
  endedAt: '2026-11-22T10:30:05Z',
  recording: 'ready',
  durationSeconds: 1_800,
});

const openShowPage = ({ answers = {}, signedIn = true }: { answers?: Answers; signedIn?: boolean } = {}) => {
  const app = createFakeApp({
    signedIn,
    answers: { 'GET /auth/session': { user: me }, 'GET /stream/str_1': OVER, ...answers },
  });
  const router = createAppRouter(createMemoryHistory({ initialEntries: ['/studio/str_1'] }));
  render(<App parts={app.parts} router={router} queryClient={app.queryClient} />);
  return { ...app, user: userEvent.setup() };
};

describe('the page of a show that is over', () => {
  it('says how it went, and leads to its recording', async () => {
    openShowPage();
    expect(await screen.findByRole('heading', { name: 'First light' })).toBeTruthy();
    expect(screen.getByText('30:00')).toBeTruthy();
    expect(screen.getByText('You ended it.')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Watch the recording' }).getAttribute('href')).toBe('/watch/str_1');
  });

  it('says how many watched, and what of it did not reach them', async () => {
    openShowPage({
      answers: {
        'GET /stream/str_1': { ...OVER, totalViewers: 120, peakViewers: 40 },
        'GET /stream/str_1/curve': {
          items: [
            { atSeconds: 0, viewers: 10 },
            { atSeconds: 15, viewers: 40 },
            { atSeconds: 30, viewers: 25 },
          ],
        },
      },
    });
    const factOf = async (name: string) => (await screen.findByText(name)).nextElementSibling?.textContent;
    expect([await factOf('Viewers'), await factOf('Most at once'), await factOf('On average')]).toEqual([
      '120',
      '40',
      '25',
    ]);
    expect(await factOf('Lost')).toBe('0:05 did not reach viewers');
    expect(screen.getByRole('link', { name: 'Read the chat' })).toBeTruthy();
  });

  it('has the recording made a file, and says so while that takes its time', async () => {
    const { user, sent } = openShowPage({ answers: { 'POST /stream/str_1/recording/file': { is: 'preparing' } } });
    await user.click(await screen.findByRole('button', { name: 'Download' }));
    expect(await screen.findByRole('button', { name: 'Making the file' })).toBeTruthy();
    expect(await screen.findByText(/Your file is being made/)).toBeTruthy();
    expect(sent('POST')).toEqual([{ call: 'POST /stream/str_1/recording/file' }]);
  });

  it('cuts beginning and end off, says so meanwhile, and what is left afterwards', async () => {
    const { user, answers, sent } = openShowPage();
    await user.click(await screen.findByRole('button', { name: 'Trim' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Trim the recording' }));
    const trim = () => dialog.getByRole('button', { name: 'Trim' });
    expect(trim()).toHaveProperty('disabled', true);
    const write = async (name: string, text: string) => {
      const field = dialog.getByRole('textbox', { name });
      await user.clear(field);
      await user.type(field, text);
    };
    await write('New beginning', '31:00');
    expect(await dialog.findByText(/Enter a moment up to 30:00/)).toBeTruthy();
    await write('New beginning', '1:30');
    await write('New end', '20:00');
    expect(dialog.getByText('18:30 of 30:00 stays')).toBeTruthy();
    const preparing = { ...OVER, trimming: 'preparing' };
    answers['PATCH /stream/str_1'] = preparing;
    answers['GET /stream/str_1'] = preparing;
    await user.click(trim());
    expect(await screen.findByText(/until it is ready, people see the whole recording/)).toBeTruthy();
    expect(sent('PATCH')).toEqual([
      { call: 'PATCH /stream/str_1', body: { trim: { startSeconds: 90, endSeconds: 1_200 } } },
    ]);
    expect(screen.queryByRole('button', { name: 'Trim' })).toBeNull();
  });

  it('says of a recording that was trimmed how long it was, and counts what was cut off as no loss', async () => {
    const trimmed = { ...OVER, durationSeconds: 600, trimmed: { startSeconds: 60, wholeSeconds: 1_804 } };
    openShowPage({ answers: { 'GET /stream/str_1': trimmed } });
    expect(await screen.findByText(/It was 30:04 long before you trimmed it/)).toBeTruthy();
    expect(screen.getByText('Lost').nextElementSibling?.textContent).toBe('Nothing');
  });

  it('deletes the recording once that is confirmed, and offers neither it nor its deletion any more', async () => {
    const { user, answers, sent } = openShowPage();
    await user.click(await screen.findByRole('button', { name: 'Delete the recording' }));
    const dialog = within(await screen.findByRole('alertdialog', { name: 'Delete the recording?' }));
    await user.click(dialog.getByRole('button', { name: 'Keep it' }));
    expect(sent('DELETE')).toEqual([]);

    answers['DELETE /stream/str_1/recording'] = null;
    await user.click(screen.getByRole('button', { name: 'Delete the recording' }));
    answers['GET /stream/str_1'] = { ...OVER, recording: 'none', durationSeconds: undefined };
    const again = within(await screen.findByRole('alertdialog'));
    await user.click(again.getByRole('button', { name: 'Delete the recording' }));
    await waitFor(() => expect(screen.queryByRole('link', { name: 'Watch the recording' })).toBeNull());
    expect(sent('DELETE')).toEqual([{ call: 'DELETE /stream/str_1/recording' }]);
    expect(screen.queryByRole('button', { name: 'Delete the recording' })).toBeNull();
    expect(screen.getByText('There is none.')).toBeTruthy();
  });

  it('keeps the question open where that failed', async () => {
    const { user, answers } = openShowPage();
    answers['DELETE /stream/str_1/recording'] = refusal('internal', 'Something went wrong on our side.');
    await user.click(await screen.findByRole('button', { name: 'Delete the recording' }));
    const dialog = within(await screen.findByRole('alertdialog'));
    await user.click(dialog.getByRole('button', { name: 'Delete the recording' }));
    await waitFor(() =>
      expect(dialog.getByRole('button', { name: 'Delete the recording' })).not.toHaveProperty('disabled', true),
    );
    expect(screen.getByRole('alertdialog')).toBeTruthy();
  });

  it('is its creator’s alone', async () => {
    openShowPage({
      answers: { 'GET /stream/str_1': { ...OVER, creator: { id: 'usr_2', handle: 'bilal', name: 'Bilal' } } },
    });
    expect(await screen.findByText('There is nothing here')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Delete the recording' })).toBeNull();
  });
});
