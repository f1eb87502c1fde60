// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { render } from '../ui/render.testing.tsx';
import { createFakeBroadcast } from './broadcast.testing.ts';
import { BroadcastProvider } from './broadcast-provider.tsx';
import { LiveControls } from './live-controls.tsx';

/** A show on the air, with what its creator has at hand. */
const openControls = async () => {
  const { broadcast, worker, machine } = createFakeBroadcast({
    getIngestUrl: async () => ({ given: false, because: 'unreachable' }),
    endStream: async () => {},
  });
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
  const scenes = within(await screen.findByRole('region', { name: 'Scenes' }, { timeout: 20_000 }));
  const live = () => broadcast.getSnapshot().scenes.liveId;
  return { user: userEvent.setup(), broadcast, machine, scenes, live };
};

describe('the scenes of a running show', () => {
  it('are switched by a press and by number keys, and say which one viewers see', async () => {
    const { user, scenes, live } = await openControls();
    expect(scenes.getByRole('button', { name: /Camera/, pressed: true })).toBeTruthy();
    await user.click(scenes.getByRole('button', { name: /Be right back/ }));
    expect(live()).toBe('break');
    expect(scenes.getByText('Viewers see: Be right back')).toBeTruthy();
    await user.keyboard('6');
    expect(live()).toBe('starting');
    await user.keyboard('{Control>}1{/Control}');
    expect(live()).toBe('starting');
  });

  it('are made and dressed in a dialog, where digits are digits', async () => {
    const { user, broadcast, scenes, live } = await openControls();
    await user.click(scenes.getByRole('button', { name: 'Edit scenes' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Scenes' }, { timeout: 20_000 }));
    await user.click(dialog.getByLabelText('Name at the bottom'));
    const [, name] = dialog.getAllByLabelText('Name');
    if (name) await user.type(name, 'Asha 7');
    expect(live()).toBe('camera');
    expect(broadcast.getSnapshot().scenes.stage.overlays.lowerThird).toEqual({ name: 'Asha 7', line: '' });
    await user.selectOptions(dialog.getByLabelText('Scene'), 'Screen and camera');
    await user.selectOptions(dialog.getByLabelText('Shape of the camera'), 'Round');
    expect(broadcast.getSnapshot().scenes.scenes[1]?.layout).toMatchObject({ is: 'inset', round: true });
  });
});

describe('the mixing desk', () => {
  it('sets how loud an input is, and what the browser does to the microphone', async () => {
    const { user, broadcast, machine } = await openControls();
    await user.click(screen.getByRole('button', { name: 'Sound' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Sound' }, { timeout: 20_000 }));
    expect(dialog.getByRole('slider', { name: 'Microphone' })).toHaveProperty('value', '100');
    expect(dialog.getByText('Nothing that you share has sound right now')).toBeTruthy();
    await user.click(dialog.getByLabelText('Reduce noise'));
    await waitFor(() => expect(machine.asked.at(-1)).toMatchObject({ audio: { noiseSuppression: false } }));
    expect(broadcast.getSnapshot().capture.processing).toMatchObject({ noiseSuppression: false });
  });
});
