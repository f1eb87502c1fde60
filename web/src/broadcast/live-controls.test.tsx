// @vitest-environment happy-dom
import { act, screen, waitFor } from '@testing-library/preact';
import { describe, expect, it } from 'vitest';
import type { FeedFailure } from '#ingest-client/uplink';
import { render } from '../ui/render.testing.tsx';
import { createFakeBroadcast } from './broadcast.testing.ts';
import { BroadcastProvider } from './broadcast-provider.tsx';
import { LiveControls } from './live-controls.tsx';

/** A show that is on the air, and its controls. */
const onAir = async () => {
  const ended: string[] = [];
  const fake = createFakeBroadcast({
    getIngestUrl: async () => ({ given: false, because: 'unreachable' }),
    endStream: async (streamId) => void ended.push(streamId),
  });
  const { broadcast, worker } = fake;
  render(
    <BroadcastProvider broadcast={broadcast}>
      <LiveControls />
    </BroadcastProvider>,
  );
  await act(async () => broadcast.ask());
  await waitFor(() => expect(broadcast.getSnapshot().state.at).toBe('ready'));
  await act(async () => broadcast.start(async () => ({ streamId: 'str_1', ingestUrl: 'ws://here/stream/live/first' })));
  await waitFor(() => expect(broadcast.getSnapshot().state).toMatchObject({ now: 'dialling' }));
  await act(() => worker({ type: 'connected' }));
  await act(() => worker({ type: 'on-air' }));
  return { ...fake, ended };
};

describe('a show that cannot go on', () => {
  it.each([
    ['cannot-connect', 'No connection to the streaming service', /A firewall may block WebSockets/, true],
    ['overloaded', 'The streaming service is full right now', /Try again in a few minutes/, true],
    ['key-refused', 'The streaming service refused the stream key', /Start again to get a new one/, true],
    ['not-allowed', 'This account may not broadcast here', /Sign in again/, false],
    ['signed-out', 'You have been signed out', /the show can be continued/, false],
    ['replaced', 'This show is now sent from another tab or device', /Start again here to take it back/, false],
    ['encoder-failed', 'The video could not be encoded', /then start again/, true],
    ['upstream-refused', 'The video service refused the show', /Start again/, true],
    ['upstream-unreachable', 'The video service cannot be reached', /Start again in a few minutes/, true],
    ['lost-too-long', 'The network was down for too long', /Start again when it is back/, true],
    ['show-too-long', 'The show has reached its time limit', /Start a new one/, true],
  ] as const satisfies readonly (readonly [FeedFailure, string, RegExp, boolean])[])(
    'because of %s says so, and the way on',
    async (because, title, advice, endsStream) => {
      const { worker, ended } = await onAir();
      await act(() => worker({ type: 'failed', because }));
      expect(screen.getByText(title)).toBeTruthy();
      expect(screen.getByText(advice)).toBeTruthy();
      expect(screen.getByRole('button', { name: 'Close' })).toBeTruthy();
      expect(ended).toEqual(endsStream ? ['str_1'] : []);
    },
  );

  it('because what encodes is gone from the server says to reload, and is ended', async () => {
    const { loseScript, ended } = await onAir();
    await act(loseScript);
    expect(screen.getByText('A part of Vybzz could not be loaded')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Reload' })).toBeTruthy();
    expect(ended).toEqual(['str_1']);
  });
});
