import { describe, expect, test } from 'vitest';
import { step, type Broadcast, type BroadcastEvent, type Effect } from './broadcast.ts';
import { failureOf } from './failures.ts';
import { english } from '../words/words.testing.tsx';
import type { FeedFailure, UplinkEvent } from '#ingest-client/uplink';

const uplink = (event: UplinkEvent, atMs = 0): BroadcastEvent => ({ type: 'uplink', event, atMs });

const CONNECTED: BroadcastEvent[] = [
  { type: 'asked' },
  { type: 'granted' },
  { type: 'start-pressed' },
  { type: 'created', streamId: 'str_1' },
  uplink({ type: 'connected' }),
];
const END: BroadcastEvent = { type: 'end-pressed', atMs: 65_000 };
const LIVE = [...CONNECTED, uplink({ type: 'on-air' }, 5_000)];

const play = (...events: BroadcastEvent[]) => {
  let state: Broadcast = { at: 'idle' };
  const did: Effect['do'][] = [];
  for (const event of events) {
    const [next, effects] = step(state, event);
    state = next;
    did.push(...effects.map((effect) => effect.do));
  }
  return { state, did };
};

describe('a whole show', () => {
  test('asks, creates, connects, encodes, flushes, and ends the stream only after the last byte', () => {
    const { state, did } = play(...LIVE, END, uplink({ type: 'finished', whole: true }));
    expect(did).toEqual([
      'ask-devices',
      'create-stream',
      'open-uplink',
      'start-encoder',
      'stop-encoder',
      'release-devices',
      'end-stream',
    ]);
    expect(state).toEqual({ at: 'ended', streamId: 'str_1', whole: true, lengthMs: 60_000 });
  });

  test('nothing is encoded before the worker has said welcome', () => {
    expect(play(...CONNECTED.slice(0, -1)).did).not.toContain('start-encoder');
  });

  test('a lost connection neither stops the encoder nor resets the time on the air', () => {
    const lost = play(...LIVE, uplink({ type: 'lost' }, 9_000));
    expect(lost.state).toEqual({ at: 'reconnecting', streamId: 'str_1', sinceMs: 5_000, lostAtMs: 9_000 });
    const back = play(...LIVE, uplink({ type: 'lost' }, 9_000), uplink({ type: 'restored' }, 12_000));
    expect(back.state).toEqual({ at: 'live', streamId: 'str_1', sinceMs: 5_000 });
    expect(back.did).toEqual(play(...LIVE).did);
  });

  test('a standstill is remembered through all that follows, and the end tells of it', () => {
    const still: BroadcastEvent = { type: 'stood-still', ms: 70_000, atMs: 80_000 };
    const after = play(...LIVE, still, uplink({ type: 'lost' }, 80_001), uplink({ type: 'restored' }, 81_000));
    expect(after.state).toMatchObject({ at: 'live', still: { allMs: 70_000, lastMs: 70_000, untilMs: 80_000 } });
    const again: BroadcastEvent = { type: 'stood-still', ms: 10_000, atMs: 95_000 };
    const events = [...LIVE, still, again, { ...END, atMs: 105_000 }, uplink({ type: 'finished', whole: true })];
    expect(play(...events).state).toMatchObject({ at: 'ended', lengthMs: 100_000, stillMs: 80_000 });
  });

  test('a show that others ended during a standstill was not on the air here from its beginning on', () => {
    const still: BroadcastEvent = { type: 'stood-still', ms: 600_000, atMs: 665_000 };
    const ended = uplink({ type: 'failed', because: 'ended-elsewhere' }, 666_000);
    const { state } = play(...LIVE, still, ended);
    expect(state).toEqual({ at: 'ended', streamId: 'str_1', whole: true, lengthMs: 60_000, endedInStillMs: 600_000 });
    // long after one, it is an end like any other
    const later = uplink({ type: 'failed', because: 'ended-elsewhere' }, 800_000);
    expect(play(...LIVE, still, later).state).toMatchObject({ lengthMs: 795_000, stillMs: 600_000 });
  });

  test('a show that is gone on with has been on the air since it first was', () => {
    const created: BroadcastEvent = { type: 'created', streamId: 'str_1', sinceMs: 1_000 };
    const again = play(
      ...CONNECTED.slice(0, 3),
      created,
      uplink({ type: 'connected' }),
      uplink({ type: 'on-air' }, 90_000),
    );
    expect(again.state).toEqual({ at: 'live', streamId: 'str_1', sinceMs: 1_000 });
  });

  test('after an end or a failure another show can begin', () => {
    for (const over of [uplink({ type: 'finished', whole: true }), uplink({ type: 'failed', because: 'replaced' })])
      expect(play(...LIVE, over, { type: 'asked' }).state).toEqual({ at: 'asking' });
  });
});

describe('before the show', () => {
  test('a refusal of the devices says why, and can be tried again', () => {
    const refused = play({ type: 'asked' }, { type: 'refused', because: 'devices-denied' });
    expect(refused.state).toEqual({ at: 'failed', because: 'devices-denied' });
    expect(play({ type: 'asked' }, { type: 'refused', because: 'devices-denied' }, { type: 'asked' }).state.at).toBe(
      'asking',
    );
  });

  test('closing the dialog lets go of the camera', () => {
    expect(play({ type: 'asked' }, { type: 'granted' }, { type: 'dismissed' })).toEqual({
      state: { at: 'idle' },
      did: ['ask-devices', 'release-devices'],
    });
  });

  test('a stream that was not created leaves the preview as it was, with the reason', () => {
    const { state, did } = play(...CONNECTED.slice(0, 3), { type: 'not-created', problem: 'You are on the air.' });
    expect(state).toEqual({ at: 'ready', problem: 'You are on the air.' });
    expect(did).not.toContain('release-devices');
  });

  test('End while the stream is being created ends it as soon as it exists', () => {
    const before = play(...CONNECTED.slice(0, 3), END);
    expect(before.state).toEqual({ at: 'ending', endedMs: 65_000 });
    const after = play(...CONNECTED.slice(0, 3), END, { type: 'created', streamId: 'str_1' });
    expect(after.state).toEqual({ at: 'ended', streamId: 'str_1', whole: true });
    expect(after.did.at(-1)).toBe('end-stream');
  });

  test('End while dialling waits for nothing', () => {
    const { state, did } = play(...CONNECTED.slice(0, 4), END);
    expect(state.at).toBe('ended');
    expect(did).not.toContain('stop-encoder');
  });
});

describe('failures', () => {
  test('a show that cannot go on is ended, so that it does not stand in the way of the next', () => {
    const { state, did } = play(...LIVE, { type: 'encoder-failed', instead: false, atMs: 15_000 });
    expect(state).toEqual({ at: 'failed', because: 'encoder-failed', streamId: 'str_1', lengthMs: 10_000 });
    expect(did.slice(-2)).toEqual(['release-devices', 'end-stream']);
  });

  test('an encoder that fails is replaced by another where there is one, and the show goes on', () => {
    const failed: BroadcastEvent = { type: 'encoder-failed', instead: true, atMs: 9_000 };
    const changing = play(...LIVE, failed);
    expect(changing.state).toEqual({ at: 'reconnecting', streamId: 'str_1', sinceMs: 5_000, lostAtMs: 9_000 });
    expect(changing.did.slice(-1)).toEqual(['change-encoder']);
    const back = play(...LIVE, failed, uplink({ type: 'connected' }), uplink({ type: 'on-air' }, 11_000));
    expect(back.state).toEqual({ at: 'live', streamId: 'str_1', sinceMs: 5_000 });
    expect(back.did.slice(-2)).toEqual(['change-encoder', 'start-encoder']);
  });

  test('a show that goes on elsewhere is left alone', () => {
    const { state, did } = play(...LIVE, uplink({ type: 'failed', because: 'replaced' }));
    expect(state).toMatchObject({ at: 'failed', because: 'replaced' });
    expect(did).not.toContain('end-stream');
  });

  test('a show that a moderator ended has ended, not failed', () => {
    expect(play(...LIVE, uplink({ type: 'failed', because: 'ended-elsewhere' })).state.at).toBe('ended');
  });

  test('what goes wrong after End is pressed is an end that is not whole, and says how much was not confirmed', () => {
    const lost = uplink({ type: 'failed', because: 'lost-too-long', unconfirmedMs: 4_000 }, 90_000);
    expect(play(...LIVE, END, lost).state).toEqual({
      at: 'ended',
      streamId: 'str_1',
      whole: false,
      lengthMs: 60_000,
      unconfirmedMs: 4_000,
    });
  });

  test('every failure of a feed has a title and an advice', () => {
    for (const because of Object.keys(failureOf) as Exclude<FeedFailure, 'ended-elsewhere'>[]) {
      const { state } = play(...LIVE, uplink({ type: 'failed', because }));
      if (state.at !== 'failed') throw new Error(`${because} did not fail the show`);
      const t = english('broadcast');
      expect(t(`failure.${state.because}`)).toMatch(/^[A-Z].+[^.]$/);
      expect(t(`failureAdvice.${state.because}`)).toMatch(/^[A-Z].+\.$/);
    }
  });

  test('a late word from a show that is over changes nothing', () => {
    const over = [...LIVE, uplink({ type: 'failed', because: 'replaced' })];
    for (const late of [
      uplink({ type: 'restored' }),
      uplink({ type: 'finished', whole: true }),
      { type: 'granted' } as const,
    ])
      expect(play(...over, late)).toEqual(play(...over));
  });
});
