import { describe, expect, it } from 'vitest';
import { english } from '../words/words.testing.tsx';
import { shownState, viewersText } from './show-words.ts';

const t = english('studio');

describe('what the studio says of viewers', () => {
  it.each([
    ['live', 'connecting', 'connecting', 'Viewers cannot see you yet'],
    ['live', 'live', 'live', 'Viewers can see you'],
    ['live', 'reconnecting', 'reconnecting', 'Viewers are asked to hold on'],
    ['reconnecting', 'live', 'reconnecting', 'Viewers still see what was sent before'],
    ['reconnecting', 'reconnecting', 'reconnecting', 'Viewers are asked to hold on'],
    ['ending', 'live', 'live', 'Viewers still see what was sent before'],
    ['ending', 'ended', 'ended', 'Viewers see the end'],
  ] as const)('here %s, to viewers %s: %s', (at, viewersState, state, text) => {
    expect(shownState({ at, viewersState })).toBe(state);
    expect(viewersText(t, { at, viewersState, unconfirmedMs: 2_000 })).toBe(text);
  });

  it('does not say that they can see what nobody has confirmed', () => {
    expect(viewersText(t, { at: 'live', viewersState: 'live', unconfirmedMs: 20_001 })).toBe(
      'The last 20 seconds are not confirmed yet',
    );
    expect(viewersText(t, { at: 'live', viewersState: 'live', unconfirmedMs: undefined })).toBe('Viewers can see you');
  });
});
