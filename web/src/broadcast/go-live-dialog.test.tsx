// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import type { ComponentProps } from 'react';
import { describe, expect, it } from 'vitest';
import { render } from '../ui/render.testing.tsx';
import { createFakeBroadcast } from './broadcast.testing.ts';
import { BroadcastProvider } from './broadcast-provider.tsx';
import { GoLiveDialog, type GoLiveInput } from './go-live-dialog.tsx';

type Props = Partial<ComponentProps<typeof GoLiveDialog>>;

/** The open dialog, on a machine with two cameras and two microphones. */
const openDialog = async (
  props: Props = {},
  prepare: (machine: { forbidden: boolean; blurs: boolean }) => void = () => {},
) => {
  const { broadcast, machine, worker, loseScript } = createFakeBroadcast({
    getIngestUrl: async () => ({ given: false, because: 'unreachable' }),
    endStream: async () => {},
  });
  prepare(machine);
  const said: GoLiveInput[] = [];
  const live: string[] = [];
  const opens: boolean[] = [];
  render(
    <BroadcastProvider broadcast={broadcast}>
      <GoLiveDialog
        open
        onOpenChange={(open) => opens.push(open)}
        onLive={(streamId) => live.push(streamId)}
        createStream={async (input) => {
          said.push(input);
          return { streamId: 'str_1', ingestUrl: 'ws://here/stream/live/first' };
        }}
        {...props}
      />
    </BroadcastProvider>,
  );
  await screen.findByRole('dialog', { name: 'Go Live' });
  return { user: userEvent.setup(), broadcast, machine, worker, loseScript, said, live, opens };
};

const startable = () => screen.findByRole('button', { name: 'Mute the microphone' });
const press = (name: string) => screen.getByRole('button', { name });

describe('the Go Live dialog', () => {
  it('starts a new show with all that was said of it', async () => {
    const { user, broadcast, worker, said, live, opens } = await openDialog();
    await startable();
    await user.type(screen.getByLabelText(/Title/), '  First light ');
    await user.selectOptions(screen.getByLabelText('Who may watch'), 'Only my followers');
    await user.selectOptions(screen.getByLabelText('Delay to viewers'), 'low');
    await user.click(press('Start'));
    await waitFor(() => expect(broadcast.getSnapshot().state).toMatchObject({ now: 'dialling' }));
    expect(said).toEqual([{ title: 'First light', visibility: 'followers', latency: 'low' }]);
    await act(() => worker({ type: 'connected' }));
    expect(live).toEqual(['str_1']);
    expect(opens).toEqual([false]);
  });

  it('is told more of a show where there is more to tell: what it is about, and that it is a test', async () => {
    const { user, said } = await openDialog();
    await startable();
    await user.type(screen.getByLabelText(/Title/), 'First light');
    await user.type(screen.getByLabelText('Description'), 'Leaves');
    await user.click(screen.getByLabelText('Test show'));
    expect(screen.getByText(/ends after five minutes/)).toBeTruthy();
    await user.click(press('Start'));
    await waitFor(() => expect(said).toHaveLength(1));
    expect(said[0]).toEqual({
      title: 'First light',
      description: 'Leaves',
      visibility: 'public',
      latency: 'standard',
      test: true,
    });
  });

  it('of a show that exists asks only for what can still change', async () => {
    await openDialog({ asks: ['description', 'visibility'] });
    await startable();
    expect(screen.getByLabelText('Description')).toBeTruthy();
    expect(screen.queryByLabelText('Delay to viewers')).toBeNull();
    expect(screen.queryByLabelText('Test show')).toBeNull();
  });

  it('starts no show without a title, and says so', async () => {
    const { user, said } = await openDialog();
    await startable();
    await user.click(press('Start'));
    expect(screen.getByText('Give the show a title.')).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByLabelText(/Title/));
    expect(said).toEqual([]);
  });

  it('takes the values of an announced show, and does not ask for what can no longer change', async () => {
    const { user, said } = await openDialog({
      initial: { title: 'Night owls', visibility: 'followers', latency: 'low' },
      asks: ['visibility'],
    });
    await startable();
    expect(screen.getByLabelText<HTMLInputElement>(/Title/).value).toBe('Night owls');
    expect(screen.getByLabelText<HTMLSelectElement>('Who may watch').value).toBe('followers');
    expect(screen.queryByLabelText('Delay to viewers')).toBeNull();
    await user.selectOptions(screen.getByLabelText('Who may watch'), 'Everyone');
    await user.click(press('Start'));
    await waitFor(() => expect(said).toEqual([{ title: 'Night owls', visibility: 'public', latency: 'low' }]));
  });

  it('asks for the title alone of a show that is taken up again', async () => {
    await openDialog({ initial: { title: 'Night owls', visibility: 'followers', latency: 'low' }, asks: [] });
    await startable();
    expect(screen.queryByText('More')).toBeNull();
    expect(screen.queryByLabelText('Who may watch')).toBeNull();
    expect(screen.queryByLabelText('Delay to viewers')).toBeNull();
  });

  it('says what to do where the browser refuses the devices, and asks again', async () => {
    const { user, machine } = await openDialog({}, (it) => (it.forbidden = true));
    expect(await screen.findByText('Your browser does not let Vybzz use the camera and microphone')).toBeTruthy();
    machine.forbidden = false;
    await user.click(press('Try again'));
    expect(await startable()).toBeTruthy();
  });

  it('blurs what is behind the person before anybody sees it, where the platform can', async () => {
    const { user, broadcast } = await openDialog({}, (machine) => (machine.blurs = true));
    await startable();
    await user.click(screen.getByLabelText('Blur my background'));
    await waitFor(() => expect(broadcast.getSnapshot().capture.blur).toBe(true));
  });

  it('has scenes made before anybody sees them, and stands there as it was', async () => {
    const { user, broadcast, opens } = await openDialog();
    await startable();
    await user.type(screen.getByLabelText(/Title/), 'First light');
    await user.click(press('Edit scenes'));
    const scenes = within(await screen.findByRole('dialog', { name: 'Scenes' }, { timeout: 20_000 }));
    await user.click(scenes.getByLabelText('Name at the bottom'));
    expect(broadcast.getSnapshot().scenes.dressing.lowerThird.shown).toBe(true);
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Scenes' })).toBeNull());
    expect(opens).toEqual([]);
    expect(screen.getByLabelText(/Title/)).toHaveProperty('value', 'First light');
  });

  it('numbers the devices that the browser has no name for', async () => {
    await openDialog();
    await startable();
    const microphone = screen.getByLabelText<HTMLSelectElement>('Microphone');
    expect([...microphone.options].map(({ text }) => text)).toEqual(['Microphone 1', 'Microphone 2']);
  });

  it('says why there is no stream, and can be started again', async () => {
    const { user } = await openDialog({ createStream: () => Promise.reject(new Error('the network is gone')) });
    await startable();
    await user.type(screen.getByLabelText(/Title/), 'First light');
    await user.click(press('Start'));
    expect(await screen.findByText('Something went wrong. Try again in a moment.')).toBeTruthy();
    expect(press('Start').hasAttribute('disabled')).toBe(false);
  });

  it('says to reload where what encodes is gone from the server', async () => {
    const { loseScript } = await openDialog();
    await startable();
    await act(loseScript);
    expect(await screen.findByText('A part of Vybzz could not be loaded')).toBeTruthy();
    expect(press('Reload')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });

  it('lets go of the camera and the microphone when it is cancelled', async () => {
    const { user, machine, opens } = await openDialog();
    await startable();
    await user.click(press('Cancel'));
    expect(opens).toEqual([false]);
    expect(machine.tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'ended']);
  });
});
