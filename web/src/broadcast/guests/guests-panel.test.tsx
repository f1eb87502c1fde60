// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { GuestView } from '#contract/guest-messages';
import { render } from '../../ui/render.testing.tsx';
import { createFakeBroadcast } from '../broadcast.testing.ts';
import { BroadcastProvider } from '../broadcast-provider.tsx';
import { LiveControls } from '../live-controls.tsx';
import { createFakeConnection, track } from './connection.testing.ts';
import { createFakeLine } from './line.testing.ts';
import { createStudioGuests } from './studio-guests.ts';

const guest = (change: Partial<GuestView> = {}): GuestView => ({
  id: 'guest-of-a-test',
  name: 'Zoya',
  admitted: false,
  gone: false,
  page: 'page-1',
  ...change,
});

/** A show on the air with its controls, and the line on which it hears of guests. */
const openStudio = async ({ invitation }: { invitation?: () => Promise<never> } = {}) => {
  const line = createFakeLine();
  const connections: ReturnType<typeof createFakeConnection>[] = [];
  const { broadcast, worker } = createFakeBroadcast(
    { getIngestUrl: async () => ({ given: false, because: 'unreachable' }), endStream: async () => {} },
    {
      createGuests: (listener) =>
        createStudioGuests({
          ...listener,
          ports: {
            invite: invitation ?? (async () => ({ code: 'A'.repeat(32), expiresAt: '2030-01-01T00:00:00Z' })),
            revoke: async () => {},
            openLine: line.openLine,
            after: line.after,
          },
          connect: () => {
            const made = createFakeConnection();
            connections.push(made);
            return made.connection;
          },
          play: () => ({ setMuted: () => {}, stop: () => {} }),
          newSession: () => `session-${connections.length + 1}`,
          origin: 'https://vybzz.test',
        }),
    },
  );
  render(
    <BroadcastProvider broadcast={broadcast}>
      <LiveControls />
    </BroadcastProvider>,
  );
  await act(() => broadcast.ask());
  await waitFor(() => expect(broadcast.getSnapshot().state.at).toBe('ready'));
  await act(() => broadcast.start(async () => ({ streamId: 'str_1', ingestUrl: 'ws://here/stream/live/first' })));
  await waitFor(() => expect(broadcast.getSnapshot().state).toMatchObject({ now: 'dialling' }));
  await act(() => worker({ type: 'connected' }));
  await act(() => worker({ type: 'on-air' }));
  const panel = within(await screen.findByRole('region', { name: 'Guests' }, { timeout: 20_000 }));
  await act(() => line.open());
  const tell = (...guests: GuestView[]) => act(() => line.hear({ type: 'guests', streamId: 'str_1', guests }));
  /** A guest on the air whose browser has been found. */
  const connected = async () => {
    await tell(guest({ admitted: true }));
    await act(() => {
      connections[0]?.brings(track('video', 'face'));
      connections[0]?.brings(track('audio', 'voice'));
      connections[0]?.becomes('connected');
    });
  };
  return { user: userEvent.setup(), broadcast, panel, line, connections, tell, connected };
};

describe('the guests of a running show', () => {
  it('come by a link that is made, made anew and taken back', async () => {
    const { user, panel } = await openStudio();
    await user.click(panel.getByRole('button', { name: 'Invite a guest' }));
    const link = await panel.findByLabelText('Link for guests');
    expect(link).toHaveProperty('value', `https://vybzz.test/guest#${'A'.repeat(32)}`);
    expect(panel.getByRole('button', { name: 'New link' })).toBeTruthy();
    await user.click(panel.getByRole('button', { name: 'Turn off the link' }));
    expect(await panel.findByRole('button', { name: 'Invite a guest' })).toBeTruthy();
    expect(panel.queryByLabelText('Link for guests')).toBeNull();
  });

  it('that cannot be invited: it is said', async () => {
    const { user, panel } = await openStudio({ invitation: () => Promise.reject(new Error('no')) });
    await user.click(panel.getByRole('button', { name: 'Invite a guest' }));
    expect(await panel.findByText('That did not work')).toBeTruthy();
  });

  it('wait until they are let in or refused, and are read out', async () => {
    const { user, panel, tell, line } = await openStudio();
    await tell(guest(), guest({ id: 'guest-two-of-it', name: 'Yusuf', handle: 'yusuf' }));
    expect(panel.getByRole('status').textContent).toBe('Zoya is waiting to join, Yusuf is waiting to join');
    expect(panel.getByText('@yusuf')).toBeTruthy();
    await user.click(panel.getByRole('button', { name: 'Let Zoya in' }));
    await user.click(panel.getByRole('button', { name: 'Refuse Yusuf' }));
    expect(line.said.slice(1)).toEqual([
      { action: 'guests.admit', streamId: 'str_1', guestId: 'guest-of-a-test' },
      { action: 'guests.remove', streamId: 'str_1', guestId: 'guest-two-of-it' },
    ]);
  });

  it('are no more than two', async () => {
    const { panel, tell } = await openStudio();
    const onAir = ['guest-one-of-it', 'guest-two-of-it'].map((id) => guest({ id, name: id, admitted: true }));
    await tell(...onAir, guest());
    expect(panel.getByText('Two guests are on the air: there is no room for another.')).toBeTruthy();
    expect(panel.getByRole('button', { name: 'Let Zoya in' })).toHaveProperty('disabled', true);
  });

  it('bring scenes of their own, which go with them', async () => {
    const { broadcast, connected, tell } = await openStudio();
    const scenes = within(screen.getByRole('region', { name: 'Scenes' }));
    await connected();
    expect(broadcast.getSnapshot().scenes.liveId).toBe('guests-side-by-side');
    expect(scenes.getAllByRole('button', { name: /With guests|guests/i }).length).toBe(2);
    await tell();
    expect(broadcast.getSnapshot().scenes.liveId).toBe('camera');
    expect(scenes.queryByRole('button', { name: /guests/i })).toBeNull();
  });

  it('are told from each other: connecting, on the air, silent, muted, lost and gone', async () => {
    const { user, panel, connections, tell, connected, line } = await openStudio();
    const state = () => panel.getByRole('listitem').querySelector('output')?.textContent;
    await tell(guest({ admitted: true }));
    expect(state()).toBe('Connecting…');
    await connected();
    expect(state()).toBe('On the air');
    await act(() =>
      line.hear({
        type: 'guest.signal',
        guestId: 'guest-of-a-test',
        session: 'session-1',
        signal: { sends: { camera: true, microphone: false } },
      }),
    );
    expect(state()).toBe('Microphone off');
    await user.click(panel.getByRole('button', { name: 'Mute Zoya' }));
    expect(state()).toBe('Muted by you');
    expect(panel.getByRole('button', { name: 'Unmute Zoya' })).toBeTruthy();
    await act(() => connections[0]?.becomes('disconnected'));
    expect(state()).toBe('Connection lost, reconnecting…');
    await tell(guest({ admitted: true, gone: true }));
    expect(state()).toBe('Away for the moment');
  });

  it('are removed after a question', async () => {
    const { user, panel, connected, line } = await openStudio();
    await connected();
    await user.click(panel.getByRole('button', { name: 'Remove Zoya' }));
    const question = within(await screen.findByRole('alertdialog', { name: 'Remove Zoya from the show?' }));
    expect(line.saidOf('guests.remove')).toEqual([]);
    await user.click(question.getByRole('button', { name: 'Remove' }));
    expect(line.saidOf('guests.remove')).toEqual([
      { action: 'guests.remove', streamId: 'str_1', guestId: 'guest-of-a-test' },
    ]);
  });

  it('have a fader each at the mixing desk', async () => {
    const { user, broadcast, connected } = await openStudio();
    await connected();
    await user.click(screen.getByRole('button', { name: 'Sound' }));
    const desk = within(await screen.findByRole('dialog', { name: 'Sound' }, { timeout: 20_000 }));
    expect(desk.getByRole('slider', { name: 'Zoya (guest)' })).toHaveProperty('value', '100');
    await act(() => broadcast.guests.setGain('guest-of-a-test', 0.5));
    expect(desk.getByRole('slider', { name: 'Zoya (guest)' })).toHaveProperty('value', '50');
  });

  it('would hear themselves without echo cancellation, which is said while there are any', async () => {
    const { broadcast, panel, connected, tell } = await openStudio();
    await act(() =>
      broadcast.capture.setProcessing({ ...broadcast.getSnapshot().capture.processing, echoCancellation: false }),
    );
    expect(panel.queryByText(/Echo cancellation is off/)).toBeNull();
    await connected();
    expect(panel.getByText(/Echo cancellation is off/)).toBeTruthy();
    await tell();
    expect(panel.queryByText(/Echo cancellation is off/)).toBeNull();
  });

  it('cannot be heard of while the line is broken, which is said where there is a link', async () => {
    const { user, panel, line } = await openStudio();
    await act(() => line.lose());
    expect(panel.queryByText(/you do not see who is waiting/)).toBeNull();
    await user.click(panel.getByRole('button', { name: 'Invite a guest' }));
    expect(await panel.findByText(/you do not see who is waiting/)).toBeTruthy();
    await act(() => line.open());
    expect(panel.queryByText(/you do not see who is waiting/)).toBeNull();
  });
});
