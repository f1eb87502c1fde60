import { describe, expect, it } from 'vitest';
import { LIMITS } from './link.ts';
import { takeIn, type Snapshot } from './snapshot.ts';
import { liveView } from '../api/views.testing.ts';

const known = (change: Partial<Snapshot> = {}): Snapshot => ({
  state: 'live',
  title: 'First light',
  viewers: 0,
  recording: 'none',
  ...change,
});

describe('what is known of a stream', () => {
  it('does not go back to an older answer out of a cache', () => {
    const pushed = known({ state: 'reconnecting', pushedAtMs: 10_000 });
    const atMs = 10_000 + LIMITS.cachedMs;
    expect(takeIn(pushed, { type: 'asked', live: liveView(), atMs: atMs - 1 })).toBe(pushed);
    expect(takeIn(pushed, { type: 'asked', live: liveView(), atMs })).toMatchObject({ state: 'live' });
  });

  it('does not come back to life after the end', () => {
    const ended = known({ state: 'ended', recording: 'preparing' });
    expect(takeIn(ended, { type: 'asked', live: liveView(), atMs: 99_000 })).toBe(ended);
    expect(takeIn(ended, { type: 'joined', live: liveView(), atMs: 99_000 })).toBe(ended);
  });

  it('takes in the recording after the end, and nothing after that', () => {
    const ended = known({ state: 'ended', recording: 'preparing' });
    const ready = takeIn(ended, { type: 'asked', live: liveView({ state: 'ended', recording: 'ready' }), atMs: 1 });
    expect(ready).toMatchObject({ state: 'ended', recording: 'ready' });
    expect(takeIn(ready, { type: 'asked', live: liveView({ state: 'ended', recording: 'preparing' }), atMs: 2 })).toBe(
      ready,
    );
  });

  it('keeps the health, which short answers leave out', () => {
    const healthy = takeIn(known(), { type: 'health', health: { level: 'good' }, atMs: 1 });
    expect(takeIn(healthy, { type: 'asked', live: liveView({ viewers: 3 }), atMs: 2 })).toMatchObject({
      viewers: 3,
      health: { level: 'good' },
    });
  });
});
