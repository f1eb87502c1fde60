// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { createFakeBroadcast } from '../broadcast/broadcast.testing.ts';
import { BroadcastProvider } from '../broadcast/broadcast-provider.tsx';
import {
  createFakeApp,
  makeIngest,
  makeStream,
  me,
  refusal,
  renderPart,
  type Answers,
} from '../context/app.testing.tsx';
import { createBroadcastPorts } from './broadcast-ports.ts';
import { Studio } from './studio.tsx';

const openStudio = (answers: Answers = {}) => {
  const app = createFakeApp({
    answers: {
      'GET /auth/session': { user: me },
      'GET /stream': { items: [] },
      'GET /stream/mine': { items: [] },
      'GET /stream/simulcast': { items: [] },
      'GET /stream/str_1': makeStream(),
      'POST /stream/create': { stream: makeStream(), ingest: makeIngest('first') },
      'POST /stream/str_1/ingest': { ingest: makeIngest('fresh') },
      'POST /stream/str_1/end': makeStream({ state: 'ended' }),
      'PATCH /stream/str_1': makeStream(),
      ...answers,
    },
  });
  const { broadcast, worker } = createFakeBroadcast(createBroadcastPorts(app.parts.api));
  renderPart(
    app,
    <BroadcastProvider broadcast={broadcast}>
      <Studio />
    </BroadcastProvider>,
  );
  const user = userEvent.setup();
  const press = async (name: string) => user.click(await screen.findByRole('button', { name }));
  /** Waits for the camera's picture, changes what is to be changed, and presses Start. */
  const start = async (change: (dialog: ReturnType<typeof within>) => Promise<unknown> = async () => {}) => {
    const dialog = within(await screen.findByRole('dialog', { name: 'Go Live' }));
    await dialog.findByRole('button', { name: 'Mute the microphone' });
    await change(dialog);
    await user.click(dialog.getByRole('button', { name: 'Start' }));
  };
  const goOnAir = async () => {
    await waitFor(() => expect(broadcast.getSnapshot().state).toMatchObject({ now: 'dialling' }));
    await act(() => worker({ type: 'connected' }));
    await act(() => worker({ type: 'on-air' }));
  };
  return { ...app, user, press, start, goOnAir, worker, broadcast };
};

const ANNOUNCED = makeStream({
  title: 'Night owls',
  visibility: 'followers',
  latency: 'low',
  scheduledFor: '2030-01-01T18:00:00Z',
});
const ELSEWHERE = makeStream({
  title: 'Night owls',
  visibility: 'followers',
  latency: 'low',
  state: 'live',
  startedAt: '2026-11-22T10:00:00Z',
});

describe('the studio', () => {
  it('takes a new show from its first word to its end', async () => {
    const { user, press, start, goOnAir, worker, sent } = openStudio();
    await press('Go Live');
    await start((dialog) => user.type(dialog.getByLabelText(/Title/), 'First light'));
    await goOnAir();
    expect(await screen.findByRole('heading', { name: 'First light' })).toBeTruthy();
    expect(screen.getByText('Streaming…')).toBeTruthy();
    await press('End');
    await press('End the show');
    await act(() => worker({ type: 'finished', whole: true }));
    expect(await screen.findByText(/Everything was sent/)).toBeTruthy();
    expect(sent('POST')).toEqual([
      {
        call: 'POST /stream/create',
        body: { title: 'First light', language: 'en', visibility: 'public', latency: 'standard' },
      },
      { call: 'POST /stream/str_1/end' },
    ]);
  });

  it('has what is said written along where that is chosen, and not where the delay is low', async () => {
    const { user, press, start, sent } = openStudio();
    await press('Go Live');
    await start(async (dialog) => {
      await user.type(dialog.getByLabelText(/Title/), 'First light');
      await user.selectOptions(dialog.getByLabelText('Captions'), 'Spanish');
      await user.selectOptions(dialog.getByLabelText('Delay to viewers'), 'low');
      expect(dialog.getByLabelText('Captions')).toHaveProperty('disabled', true);
      await user.selectOptions(dialog.getByLabelText('Delay to viewers'), 'reduced');
    });
    await waitFor(() => expect(sent('POST')).toHaveLength(1));
    expect(sent('POST')[0]?.body).toEqual({
      title: 'First light',
      language: 'en',
      visibility: 'public',
      latency: 'reduced',
      captions: 'es',
    });
  });

  it('takes all that is said of a new show, and its captions follow its language', async () => {
    const { user, press, start, sent } = openStudio();
    await press('Go Live');
    await start(async (dialog) => {
      const labels = () =>
        within(dialog.getByLabelText('Captions'))
          .getAllByRole('option')
          .map(({ textContent }) => textContent);
      await user.type(dialog.getByLabelText(/Title/), 'First light');
      await user.type(dialog.getByLabelText('Description'), ' <b>From the roof</b> ');
      await user.selectOptions(dialog.getByLabelText('Category'), 'Music');
      expect(dialog.getByLabelText('Language of the show')).toHaveProperty('value', 'en');
      expect(labels().slice(0, 2)).toEqual(['None', 'English']);
      await user.selectOptions(dialog.getByLabelText('Captions'), 'English');
      await user.selectOptions(dialog.getByLabelText('Language of the show'), 'French');
      expect(dialog.getByLabelText('Captions')).toHaveProperty('value', 'fr');
      expect(labels().slice(0, 2)).toEqual(['None', 'French']);
      await user.selectOptions(dialog.getByLabelText('Language of the show'), 'Urdu');
      expect(dialog.getByLabelText('Captions')).toHaveProperty('value', '');
      await user.click(dialog.getByRole('checkbox', { name: 'Test show' }));
      expect(dialog.getByText(/ends after five minutes/)).toBeTruthy();
    });
    await waitFor(() => expect(sent('POST')).toHaveLength(1));
    expect(sent('POST')[0]?.body).toEqual({
      title: 'First light',
      description: '<b>From the roof</b>',
      category: 'music',
      language: 'ur',
      visibility: 'public',
      latency: 'standard',
      test: true,
    });
  });

  it('takes the picture off that a show has left which was never begun', async () => {
    const thumbnail = { url: '/media/a.jpg', thumbnailUrl: '/media/a.thumbnail.webp', width: 80, height: 45 };
    const { user, press, start, sent } = openStudio({
      'POST /stream/create': { stream: makeStream({ thumbnail }), ingest: makeIngest('first') },
      'DELETE /stream/str_1/thumbnail': makeStream(),
    });
    await press('Go Live');
    await start((dialog) => user.type(dialog.getByLabelText(/Title/), 'First light'));
    await waitFor(() => expect(sent('DELETE')).toEqual([{ call: 'DELETE /stream/str_1/thumbnail' }]));
  });

  it('waits for an encoder of one’s own, whose key is shown when it is made and never again', async () => {
    const waiting = makeStream({ title: 'From OBS', state: 'connecting', source: 'encoder', encoderIn: false });
    const { user, press, answers, sent } = openStudio({
      'GET /stream/encoder': { rtmpsUrl: 'rtmps://video.test/app', keys: [] },
      'POST /stream/create': { stream: waiting },
      'POST /stream/encoder/key': {
        visibility: 'public',
        rtmpsUrl: 'rtmps://video.test/app',
        streamKey: 'the-key',
        srtUrl: 'srt://video.test:6001?streamid=the-key',
      },
    });
    await press('Use an encoder');
    const dialog = within(await screen.findByRole('dialog', { name: 'Stream with an encoder' }));
    await user.type(dialog.getByLabelText(/Title/), 'From OBS');
    await user.selectOptions(dialog.getByLabelText('Category'), 'Music');
    answers['GET /stream/mine'] = { items: [waiting] };
    answers['GET /stream/str_1'] = waiting;
    await user.click(dialog.getByRole('button', { name: 'Wait for my encoder' }));
    expect(await screen.findByText(/Start streaming in your encoder/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Go Live' })).toBeNull();
    expect(await screen.findByLabelText('Server address')).toHaveProperty('value', 'rtmps://video.test/app');
    expect(screen.queryByLabelText('Stream key')).toBeNull();
    await press('Show the key');
    expect(await screen.findByLabelText('Stream key')).toHaveProperty('value', 'the-key');
    await press('End the show');
    const question = within(await screen.findByRole('alertdialog', { name: 'End the show?' }));
    await user.click(question.getByRole('button', { name: 'End the show' }));
    await waitFor(() => expect(sent('POST').at(-1)).toEqual({ call: 'POST /stream/str_1/end' }));
    expect(sent('POST')[0]).toEqual({
      call: 'POST /stream/create',
      body: {
        title: 'From OBS',
        category: 'music',
        language: 'en',
        visibility: 'public',
        latency: 'standard',
        source: 'encoder',
      },
    });
  });

  it('asks before it makes a new key, because the one before stops', async () => {
    const live = makeStream({ title: 'From OBS', state: 'live', source: 'encoder', encoderIn: true });
    const { press, sent } = openStudio({
      'GET /stream/mine': { items: [live] },
      'GET /stream/str_1': live,
      'GET /stream/encoder': {
        rtmpsUrl: 'rtmps://video.test/app',
        keys: [{ visibility: 'public', madeAt: '2026-11-22T10:00:00Z' }],
      },
    });
    await press('Make a new key');
    expect(await screen.findByRole('alertdialog', { name: 'Make a new key?' })).toBeTruthy();
    expect(sent('POST')).toEqual([]);
    // nothing to go on with here: the encoder sends it
    expect(screen.queryByRole('button', { name: 'Continue here' })).toBeNull();
  });

  it('goes live on an announced show as it was announced', async () => {
    const { press, start, sent } = openStudio({ 'GET /stream': { items: [ANNOUNCED] } });
    await press('Go live on it');
    await start(async (dialog) => {
      expect(dialog.getByLabelText(/Title/)).toHaveProperty('value', 'Night owls');
      expect(dialog.getByLabelText('Who may watch')).toHaveProperty('value', 'followers');
      expect(dialog.queryByLabelText('Delay to viewers')).toBeNull();
    });
    await waitFor(() => expect(sent('POST')).toEqual([{ call: 'POST /stream/str_1/ingest' }]));
    expect(sent('PATCH')).toEqual([]);
  });

  it('sends what is changed of an announced show before it begins', async () => {
    const { user, press, start, sent } = openStudio({ 'GET /stream': { items: [ANNOUNCED] } });
    await press('Go live on it');
    await start((dialog) => user.selectOptions(dialog.getByLabelText('Who may watch'), 'public'));
    await waitFor(() =>
      expect(sent('PATCH')).toEqual([{ call: 'PATCH /stream/str_1', body: { visibility: 'public' } }]),
    );
  });

  it('goes on with a show at one press, asks nothing that is known, and counts from its beginning', async () => {
    const { press, goOnAir, sent, broadcast } = openStudio({ 'GET /stream/mine': { items: [ELSEWHERE] } });
    await press('Continue here');
    const dialog = within(await screen.findByRole('dialog', { name: 'Continue the show' }));
    expect(dialog.queryByLabelText(/Title/)).toBeNull();
    expect(dialog.queryByLabelText('Who may watch')).toBeNull();
    await goOnAir();
    expect(sent('POST')).toEqual([{ call: 'POST /stream/str_1/ingest' }]);
    expect(sent('PATCH')).toEqual([]);
    expect(broadcast.getSnapshot().state).toEqual({
      at: 'live',
      streamId: 'str_1',
      sinceMs: Date.parse('2026-11-22T10:00:00Z'),
    });
  });

  it('ends a show that another device sends, once that is confirmed', async () => {
    const { press, sent } = openStudio({ 'GET /stream/mine': { items: [ELSEWHERE] } });
    await press('End the show');
    expect(sent('POST')).toEqual([]);
    const question = within(await screen.findByRole('alertdialog', { name: 'End the show?' }));
    await userEvent.click(question.getByRole('button', { name: 'End the show' }));
    await waitFor(() => expect(sent('POST')).toEqual([{ call: 'POST /stream/str_1/end' }]));
  });

  it('says that the connection is gone, and that nothing is lost', async () => {
    const { user, press, start, goOnAir, worker } = openStudio();
    await press('Go Live');
    await start((dialog) => user.type(dialog.getByLabelText(/Title/), 'First light'));
    await goOnAir();
    await act(() => worker({ type: 'lost' }));
    expect(await screen.findByText('The connection was lost; reconnecting')).toBeTruthy();
    await act(() => worker({ type: 'restored' }));
    expect(screen.queryByText('The connection was lost; reconnecting')).toBeNull();
  });

  it('says which list could not be loaded', async () => {
    openStudio({ 'GET /stream/mine': refusal('temporarily-unavailable', 'Not now.') });
    expect(await screen.findByText('Not now.')).toBeTruthy();
  });
});
