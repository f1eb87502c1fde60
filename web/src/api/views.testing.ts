import type { LiveView, StreamView } from '#contract/http';

/** The stream that tests of live updates are about. */
export const STREAM = 'str_1';

/** What its audience is told at first. */
export const liveView = (change: Partial<LiveView> = {}): LiveView => ({
  id: STREAM,
  state: 'live',
  title: 'First light',
  viewers: 0,
  recording: 'none',
  mode: 'push',
  askAfterMs: 3_000,
  chat: [],
  seq: 0,
  chatFrom: 1,
  rules: { slowSeconds: 0, frozen: false },
  reactions: { heart: 0, clap: 0, laugh: 0, wow: 0, fire: 0 },
  ...change,
});

/** The stream itself, as its creator's followers are told of it. */
export const streamView = (change: Partial<StreamView> = {}): StreamView => ({
  id: STREAM,
  creator: { id: 'usr_1', handle: 'asha', name: 'Asha' },
  title: 'First light',
  visibility: 'public',
  latency: 'standard',
  test: false,
  state: 'live',
  ending: false,
  viewers: 0,
  createdAt: '2026-11-22T10:00:00Z',
  recording: 'none',
  ...change,
});
