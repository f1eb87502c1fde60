import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssetNews } from './asset.ts';
import { newId } from './ids.ts';
import {
  awaitsCompletion,
  dueAt,
  freesChannelAt,
  isCompleting,
  newStream,
  recording,
  step,
  type Stream,
  type StreamEvent,
} from './stream.ts';

const make = (overrides: Partial<Stream> = {}): Stream => ({
  ...newStream({
    id: newId('str', 1),
    creatorId: newId('usr', 1),
    title: 'A show',
    visibility: 'public',
    latency: 'standard',
    test: false,
    createdAt: 1_000,
  }),
  ...overrides,
});

const play = (...events: StreamEvent[]): Stream => events.reduce(step, make());
const claimed = (fence = 1, at = 2_000): StreamEvent => ({ type: 'claimed', at, fence });
const reported = (is: 'connecting' | 'live' | 'reconnecting', fence = 1): StreamEvent => ({
  type: 'reported',
  at: 3_000,
  fence,
  is,
});
const mux = (news: Partial<AssetNews>): StreamEvent => ({
  type: 'mux-told',
  news: { id: 'a1', seenAt: 4_000_000, ...news },
});
const active = mux({ activeAt: 5_000_000, link: { is: 'up', at: 5_000_000 } });
const disconnected = mux({ link: { is: 'down', at: 6_000_000 } });
const back = mux({ link: { is: 'up', at: 7_000_000 } });
const over = mux({ overAt: 8_000_000 });
const released = (because: Extract<StreamEvent, { type: 'released' }>['because'], fence = 1): StreamEvent => ({
  type: 'released',
  at: 9_000,
  fence,
  because,
});
const lapsed = (fence = 1): StreamEvent => ({ type: 'lapsed', at: 9_000, fence });
const askedToEnd: StreamEvent = { type: 'end-requested', at: 9_500, because: 'finished' };

describe('the life of a stream', () => {
  it.each<[string, StreamEvent[], Stream['state']]>([
    ['nothing has happened', [], 'created'],
    ['a worker takes it', [claimed()], 'connecting'],
    ['Mux plays it', [claimed(), active], 'live'],
    ['Mux plays it and the worker says so too', [claimed(), reported('live'), active], 'live'],
    ['the browser is away', [claimed(), active, reported('reconnecting')], 'reconnecting'],
    ['the browser is back', [claimed(), active, reported('reconnecting'), reported('live')], 'live'],
    ['the link to Mux is away', [claimed(), active, disconnected], 'reconnecting'],
    ['the link to Mux is back', [claimed(), active, disconnected, back], 'live'],
    ['the worker has died', [claimed(), active, lapsed()], 'reconnecting'],
    [
      'another worker has it, and does not feed yet',
      [claimed(), active, lapsed(), claimed(2), reported('connecting', 2)],
      'reconnecting',
    ],
    ['another worker feeds it', [claimed(), active, lapsed(), claimed(2), reported('live', 2)], 'live'],
    ['a worker that seemed dead reports', [claimed(), active, lapsed(), reported('live')], 'live'],
    ['Mux has closed the recording while a worker holds on', [claimed(), active, over], 'reconnecting'],
    [
      'a second recording follows',
      [
        claimed(),
        active,
        over,
        mux({ id: 'a2', seenAt: 9_000_000, activeAt: 9_000_000, link: { is: 'up', at: 9_000_000 } }),
      ],
      'live',
    ],
    ['Mux has closed the recording and nobody feeds', [claimed(), active, lapsed(), over], 'ended'],
    ['the same the other way round', [claimed(), active, over, lapsed()], 'ended'],
    ['the worker is told to stop', [claimed(), active, released('going-away')], 'reconnecting'],
    ['the show is finished', [claimed(), active, released('finished')], 'ended'],
    ['it never played', [claimed(), released('unsupported-media')], 'ended'],
    ['its end is asked for before it began', [askedToEnd], 'ended'],
    ['its end is asked for while it plays', [claimed(), active, askedToEnd], 'live'],
    ['its end was asked for and its media stops', [claimed(), active, askedToEnd, disconnected], 'live'],
    ['its end was asked for and the worker lets go', [claimed(), active, askedToEnd, released('going-away')], 'ended'],
    ['its end is asked for while nobody has it', [claimed(), active, lapsed(), askedToEnd], 'ended'],
    ['the sweep gives it up', [claimed(), active, lapsed(), { type: 'gave-up', at: 99_000 }], 'ended'],
    [
      'an older lease speaks',
      [claimed(1), active, claimed(2), reported('live', 1), released('finished', 1)],
      'reconnecting',
    ],
  ])('when %s', (_, events, state) => {
    expect(play(...events).state).toBe(state);
  });
});

const opened: StreamEvent = { type: 'opened', at: 2_000 };
const second = mux({ id: 'a2', seenAt: 9_000_000, activeAt: 9_000_000, link: { is: 'up', at: 9_000_000 } });

describe('the life of a stream that an encoder feeds, of which Mux alone tells', () => {
  it.each<[string, StreamEvent[], Stream['state']]>([
    ['Mux lets an encoder in', [opened], 'connecting'],
    ['an encoder is in', [opened, mux({ link: { is: 'up', at: 4_000_000 } })], 'connecting'],
    ['Mux plays it', [opened, active], 'live'],
    ['the encoder is away', [opened, active, disconnected], 'reconnecting'],
    ['the encoder is back', [opened, active, disconnected, back], 'live'],
    ['the encoder stays away', [opened, active, disconnected, over], 'ended'],
    ['that is told first', [opened, over, active], 'ended'],
    ['it was a trial that never played', [opened, mux({ link: { is: 'up', at: 4_000_000 } }), over], 'connecting'],
    ['another encoder comes after a trial', [opened, mux({ id: 'a0', seenAt: 1, overAt: 2 }), active], 'live'],
    ['a second recording follows', [opened, active, second, over], 'live'],
    ['its end is asked for before anybody came', [opened, askedToEnd], 'ended'],
    ['its end is asked for while it plays', [opened, active, askedToEnd], 'ended'],
    ['no encoder comes', [opened, { type: 'gave-up', at: 99_000 }], 'ended'],
    ['a worker has it already', [claimed(), active, opened], 'live'],
    ['a worker speaks of it', [opened, active, released('finished')], 'live'],
  ])('when %s', (_, events, state) => {
    expect(play(...events).state).toBe(state);
  });

  it('says why it ended', () => {
    expect(play(opened, active, disconnected, over)).toMatchObject({ endedBecause: 'finished', endedAt: 8_000 });
    expect(play(opened, { type: 'gave-up', at: 99_000 }).endedBecause).toBe('never-started');
  });

  it('keeps its channel to itself until Mux has shut the encoder out', () => {
    const over = play(opened, active, askedToEnd);
    expect([awaitsCompletion(over), freesChannelAt(over)]).toEqual([true, undefined]);
    const shut = step(over, { type: 'mux-completed', at: 12_000 });
    expect([awaitsCompletion(shut), freesChannelAt(shut)]).toEqual([false, 16_000]);
  });
});

it('says why it ended, and whoever asked for the end knows better than the worker', () => {
  expect(play(claimed(), active, released('encoder-failed')).endedBecause).toBe('encoder-failed');
  expect(play(claimed(), active, askedToEnd, released('ended-elsewhere')).endedBecause).toBe('finished');
  expect(play(claimed(), { type: 'gave-up', at: 1 }).endedBecause).toBe('lost-connection');
  expect(play({ type: 'gave-up', at: 1 }).endedBecause).toBe('never-started');
});

it('stays ended whatever comes, and still completes its recording', () => {
  const ended = play(claimed(), active, released('finished'));
  expect(awaitsCompletion(ended)).toBe(true);
  expect(recording(ended)).toEqual({ is: 'preparing' });
  const whole = [
    claimed(2),
    reported('live'),
    back,
    over,
    mux({
      status: { is: 'ready', at: 99_000_000 },
      playback: { is: 'p', at: 99_000_000 },
      duration: { is: 12, at: 99_000_000 },
    }),
  ].reduce(step, ended);
  expect(whole).toMatchObject({ state: 'ended', endedBecause: 'finished', endedAt: 9_000 });
  expect(recording(whole)).toEqual({ is: 'ready', assetId: 'a1', playbackId: 'p', durationSeconds: 12 });
  // Mux has closed one recording; whether it has opened another since nobody has said
  expect([awaitsCompletion(whole), freesChannelAt(whole)]).toEqual([true, undefined]);
  const completed = step(whole, { type: 'mux-completed', at: 12_000 });
  expect([awaitsCompletion(completed), dueAt(completed), freesChannelAt(completed)]).toEqual([
    false,
    undefined,
    13_000,
  ]);
});

it('is told to Mux by one caller at a time, and by another where that one is not heard of again', () => {
  const completing = (at: number): StreamEvent => ({ type: 'mux-completing', at });
  const live = play(claimed(), active);
  expect(step(live, completing(10_000))).toBe(live);
  const begun = step(play(claimed(), active, released('finished')), completing(10_000));
  expect([isCompleting(begun, 29_999), isCompleting(begun, 30_000)]).toEqual([true, false]);
  expect(step(begun, completing(29_999))).toBe(begun);
  expect(step(begun, completing(30_000))).not.toBe(begun);
  const failed = step(begun, { type: 'mux-not-completed', at: 11_000 });
  expect(isCompleting(step(failed, completing(11_001)), 11_002)).toBe(true);
  const told = step(begun, { type: 'mux-completed', at: 12_000 });
  expect([isCompleting(told, 12_001), step(told, completing(40_000)) === told]).toEqual([false, true]);
});

it('gives no length that was told while the recording still grew', () => {
  const growing = mux({ status: { is: 'ready', at: 1 }, playback: { is: 'p', at: 1 }, duration: { is: 2, at: 1 } });
  const ended = [growing, over].reduce(step, play(claimed(), active, released('finished')));
  expect(recording(ended)).toEqual({ is: 'ready', assetId: 'a1', playbackId: 'p' });
  expect(dueAt(step(ended, { type: 'mux-completed', at: 12_000 }))).toBeTypeOf('number');
});

it('is always due while something is still to come', () => {
  for (const events of [
    [],
    [claimed()],
    [claimed(), active],
    [claimed(), active, lapsed()],
    [claimed(), active, released('finished')],
  ])
    expect(dueAt(play(...events))).toBeTypeOf('number');
});

it('returns the very same stream for what changes nothing', () => {
  const live = play(claimed(), active);
  for (const event of [active, claimed(1), reported('connecting', 7), released('finished', 7), lapsed(7)])
    expect(step(live, event)).toBe(live);
});

it('ends up the same however what Mux tells is shuffled, doubled and put between what the worker tells', () => {
  const told = [
    mux({ link: { is: 'up', at: 4_500_000 } }),
    active,
    disconnected,
    back,
    over,
    mux({ status: { is: 'ready', at: 9_000_000 }, playback: { is: 'p', at: 9_000_000 } }),
  ];
  const work = [
    claimed(),
    reported('live'),
    reported('reconnecting'),
    reported('live'),
    lapsed(),
    claimed(2),
    reported('live', 2),
    released('finished', 2),
  ];
  const expected = [...work, ...told].reduce(step, make({ id: newId('str', 2) }));
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...told, ...told], { minLength: told.length * 2 }),
      fc.array(fc.integer({ min: 0, max: work.length }), { minLength: told.length * 2, maxLength: told.length * 2 }),
      (shuffled, places) => {
        const script = [...work];
        // an `over` may not come while nobody has it: then the show ends there, and rightly
        shuffled.forEach((event, i) => script.splice(event === over ? script.length : (places[i] ?? 0) + 1, 0, event));
        const after = script.reduce(step, { ...make({ id: expected.id }), creatorId: expected.creatorId });
        expect({ ...after, assets: [...after.assets] }).toEqual(expected);
      },
    ),
    { numRuns: 1_000 },
  );
});
