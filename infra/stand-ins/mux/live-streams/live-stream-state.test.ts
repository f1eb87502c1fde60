import { describe, expect, it } from 'vitest';
import { step, type LiveStreamState, type LiveStreamEvent, type Effect } from './live-stream-state.ts';

/** A whole life: what happens, and what is done about it. */
const play = (...events: LiveStreamEvent[]): { at: LiveStreamState; did: Effect[] } => {
  let state: LiveStreamState = 'idle';
  const did: Effect[] = [];
  for (const event of events) {
    const [next, effects] = step(state, event);
    state = next;
    did.push(...effects);
  }
  return { at: state, did };
};

const onAir: LiveStreamEvent[] = ['encoder-arrived', 'media-began', 'became-playable'];
const onAirDid: Effect[] = [
  'begin-asset',
  'announce-connected',
  'announce-asset',
  'begin-run',
  'announce-recording',
  'announce-active',
];

describe('a live stream', () => {
  it('ends when its encoder stays away longer than the window', () => {
    expect(play(...onAir, 'encoder-left', 'window-elapsed')).toEqual({
      at: 'idle',
      did: [...onAirDid, 'end-run', 'announce-disconnected', 'begin-window', 'finish-asset'],
    });
  });

  it('goes on with the same asset when its encoder comes back in time', () => {
    expect(play(...onAir, 'encoder-left', ...onAir).did.slice(onAirDid.length)).toEqual([
      'end-run',
      'announce-disconnected',
      'begin-window',
      'end-window',
      'announce-connected',
      'begin-run',
      'announce-recording',
      'announce-active',
    ]);
  });

  it('keeps waiting when an encoder comes back and leaves without a frame', () => {
    expect(play(...onAir, 'encoder-left', 'encoder-arrived', 'encoder-left')).toMatchObject({ at: 'disconnected' });
  });

  it('that is completed keeps its encoder for a while, then sends it away', () => {
    expect(play(...onAir, 'completed').did.slice(onAirDid.length)).toEqual(['end-run', 'finish-asset', 'begin-grace']);
    expect(play(...onAir, 'completed', 'grace-elapsed').did.at(-1)).toBe('close-encoder');
    expect(play(...onAir, 'completed', 'encoder-left')).toMatchObject({ at: 'idle' });
    expect(
      play(...onAir, 'completed', 'encoder-left', 'encoder-arrived', 'media-began').did.filter(
        (effect) => effect === 'begin-asset',
      ),
    ).toHaveLength(2);
  });

  it('that is shut loses its encoder at once', () => {
    expect(play(...onAir, 'shut')).toEqual({
      at: 'idle',
      did: [...onAirDid, 'close-encoder', 'end-run', 'announce-disconnected', 'finish-asset'],
    });
    expect(play(...onAir, 'encoder-left', 'shut').did.slice(-2)).toEqual(['end-window', 'finish-asset']);
    expect(play('encoder-arrived', 'shut').did.slice(-3)).toEqual([
      'close-encoder',
      'announce-disconnected',
      'finish-asset',
    ]);
  });

  it('takes late news of what is over for nothing', () => {
    for (const event of [
      'media-began',
      'became-playable',
      'encoder-left',
      'window-elapsed',
      'completed',
      'grace-elapsed',
      'shut',
    ] as const)
      expect(play(event)).toEqual({ at: 'idle', did: [] });
    expect(play(...onAir, 'became-playable').did).toEqual(onAirDid);
    expect(play(...onAir, 'completed', 'media-began').at).toBe('completed');
  });
});
