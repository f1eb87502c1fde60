// @vitest-environment happy-dom
import { act, screen } from '@testing-library/preact';
import { expect, it } from 'vitest';
import type { StreamHealth } from '#contract/http';
import { createFakeApp, makeStream, renderPart } from '../context/app.testing.tsx';
import { OnAirElsewhere } from './on-air-elsewhere.tsx';

it('how a show does that another device sends is said as it is measured, and not of a time when it is away', async () => {
  const app = createFakeApp();
  const stream = makeStream({ state: 'live' });
  renderPart(app, <OnAirElsewhere stream={stream} onGoOn={() => {}} />);
  await screen.findByText('This show is sent from another tab or device.');
  const learn = (state: 'live' | 'reconnecting', health?: StreamHealth) =>
    act(() => app.push({ state, title: stream.title, viewers: 0, recording: 'none', health }));
  await learn('live');
  expect(screen.queryByText(/Stream health/)).toBeNull();
  await learn('live', { level: 'good' });
  expect(screen.getByText('Good')).toBeTruthy();
  await learn('live', { level: 'poor' });
  expect(screen.getByText('Poor')).toBeTruthy();
  await learn('live', { level: 'unknown' });
  expect(screen.queryByText(/Stream health/)).toBeNull();
  await learn('reconnecting', { level: 'poor' });
  expect(screen.queryByText(/Stream health/)).toBeNull();
});
