import { describe, expect, it } from 'vitest';
import { playbackStateOf } from './playback-state.ts';

describe('what a viewer is shown', () => {
  it.each(['created', 'connecting'] as const)('has no player while a stream is %s', (state) => {
    expect(playbackStateOf({ state, recording: 'none' }, false)).toEqual({ at: 'starting' });
  });

  it('announces a show with a time', () => {
    const scheduledFor = '2026-12-01T18:00:00Z';
    expect(playbackStateOf({ state: 'created', recording: 'none', scheduledFor }, false)).toEqual({
      at: 'upcoming',
      scheduledFor,
    });
    expect(playbackStateOf({ state: 'connecting', recording: 'none', scheduledFor }, false)).toEqual({
      at: 'starting',
    });
  });

  it('plays on while the creator is reconnecting', () => {
    expect(playbackStateOf({ state: 'live', recording: 'none' }, true)).toEqual({
      at: 'live',
      kind: 'live',
      interrupted: false,
    });
    expect(playbackStateOf({ state: 'reconnecting', recording: 'none' }, true)).toEqual({
      at: 'live',
      kind: 'live',
      interrupted: true,
    });
  });

  it('shows the end to those who watched, before the recording', () => {
    expect(playbackStateOf({ state: 'ended', recording: 'ready' }, true)).toEqual({ at: 'finishing', kind: 'live' });
    expect(playbackStateOf({ state: 'ended', recording: 'ready' }, false)).toEqual({
      at: 'recording',
      kind: 'recording',
    });
  });

  it.each([
    ['preparing', 'preparing'],
    ['none', 'missing'],
    ['failed', 'missing'],
  ] as const)('says what became of a recording that is %s', (recording, said) => {
    const startedAt = '2026-12-01T18:00:00Z';
    expect(playbackStateOf({ state: 'ended', recording, startedAt }, false)).toEqual({ at: 'over', recording: said });
  });

  it('does not speak of the end of a show that never was on the air', () => {
    expect(playbackStateOf({ state: 'ended', recording: 'none' }, false)).toEqual({ at: 'called-off' });
  });
});
