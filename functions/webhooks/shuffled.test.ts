import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { StreamId } from '#domain/ids';
import { STREAM_LIMITS } from '#domain/stream-limits';
import type { User } from '#domain/user';
import { openShowRooms, type ShowRooms } from '../show-rooms.testing.ts';
import { type MuxBody, muxShow } from '../video/mux-show.testing.ts';

/**
 * What Mux tells of two shows on one channel, delayed across their ends, doubled and shuffled, against the same told in order. What
 * workers do keeps its place; an event comes at its place or at any later one. `SHOWS` says how many pairs are tried.
 */
const PAIRS = Number(process.env['SHOWS'] ?? 24) / 2;

const rooms = await openShowRooms();
afterAll(() => rooms.close());
let number = 0;

type Work =
  | 'create'
  | 'feed'
  | 'renew'
  | 'browser-away'
  | 'worker-gone'
  | 'other-worker'
  | 'finish'
  | 'encoder-fails'
  | 'sweep-late';
type Step = { work: Work } | { mux: (show: ReturnType<typeof muxShow>) => MuxBody } | { passMs: number };
const mux = (make: (show: ReturnType<typeof muxShow>) => MuxBody): Step => ({ mux: make });
const work = (name: Work): Step => ({ work: name });

const BEGIN: Step[] = [
  work('create'),
  work('feed'),
  mux((show) => show.connected()),
  work('renew'),
  mux((show) => show.recording()),
  mux((show) => show.created()),
  mux((show) => show.active()),
  mux((show) => show.ready(5_500)),
];
const WHOLE: Step[] = [mux((show) => show.completed(41_000, 35)), mux((show) => show.ready(42_000, 35))];

/** What may happen in a show, told in order. */
const MIDDLES: Record<string, Step[]> = {
  calm: [],
  'the browser is away for a while': [work('browser-away'), { passMs: 2_000 }, work('renew')],
  'Mux loses its encoder and gets it back': [
    mux((show) => show.disconnected(10_000)),
    { passMs: 2_000 },
    work('renew'),
    mux((show) => show.reconnected(12_000)),
    mux((show) =>
      show.live('recording', 12_500, { active_asset_id: show.idle(0).data['recent_asset_ids' as never]?.[0] }),
    ),
  ],
  'another worker takes over': [
    work('worker-gone'),
    mux((show) => show.disconnected(10_000)),
    work('other-worker'),
    mux((show) => show.reconnected(18_000)),
    work('renew'),
  ],
};
const ENDS: Record<string, Step[]> = {
  'by its creator': [work('finish'), mux((show) => show.disconnected(39_000)), mux((show) => show.idle(40_000))],
  'when its encoder fails': [
    work('encoder-fails'),
    mux((show) => show.disconnected(39_000)),
    mux((show) => show.idle(40_000)),
  ],
  'when its worker is gone for good': [
    work('worker-gone'),
    mux((show) => show.disconnected(39_000)),
    work('sweep-late'),
    mux((show) => show.idle(40_000)),
  ],
};

const shows = fc.tuple(fc.constantFrom(...Object.keys(MIDDLES)), fc.constantFrom(...Object.keys(ENDS)));
const script = ([middle, end]: [string, string]): Step[] => [
  ...BEGIN,
  ...(MIDDLES[middle] ?? []),
  ...(ENDS[end] ?? []),
  ...WHOLE,
];

/** Plays both shows of one creator. `later` says how many of the coming steps an event is late by, and how often it comes. */
const play = async (creator: User, scripts: Step[][], later: () => { by: number; times: number }) => {
  const ids: StreamId[] = [];
  type Place = { at: number; order: number; step: Step; show: number };
  const places: Place[] = [];
  let at = 0;
  scripts.forEach((steps, show) =>
    steps.forEach((step) => {
      at++;
      const { by, times } = 'mux' in step ? later() : { by: 0, times: 1 };
      for (let i = 0; i < times; i++) places.push({ at: at + by * (i + 1) * (i + 1), order: by % 7, step, show });
    }),
  );
  places.sort((a, b) => a.at - b.at || a.order - b.order);

  const tellers: ReturnType<typeof muxShow>[] = [];
  const told = [new Map<Step, MuxBody>(), new Map<Step, MuxBody>()];
  let feed: Awaited<ReturnType<ShowRooms['feed']>> | undefined;
  for (const { step, show } of places) {
    if ('passMs' in step) rooms.later(step.passMs);
    else if ('work' in step) feed = await doWork(step.work, show, feed);
    else {
      const teller = tellers[show];
      if (!teller) throw new Error('told before it was begun');
      const body = told[show]?.get(step) ?? step.mux(teller);
      told[show]?.set(step, body);
      expect(await rooms.deliver(body)).toBe(200);
    }
  }
  return Promise.all(ids.map((id) => rooms.see(id)));

  async function doWork(name: Work, show: number, held: typeof feed): Promise<typeof feed> {
    if (name === 'create') {
      // the next show begins a while after the last one
      rooms.later(60_000);
      const { id, key } = await rooms.create(creator, { title: `Show ${show}` });
      ids.push(id);
      const opened = await rooms.feed(key);
      const liveStreamId = rooms.fake.made.find(({ passthrough }) => passthrough.includes(creator.id))!.id;
      tellers[show] = muxShow({ liveStreamId, assetId: `${id}-asset`, startedAt: rooms.now() });
      return opened;
    }
    if (!held) throw new Error('nobody feeds');
    if (name === 'renew') await held.renew('live');
    if (name === 'browser-away') await held.renew('reconnecting');
    if (name === 'finish') await held.release('finished');
    if (name === 'encoder-fails') await held.release('encoder-failed');
    if (name === 'worker-gone') {
      rooms.later(7_000);
      await rooms.sweep();
    }
    if (name === 'sweep-late') {
      rooms.later(STREAM_LIMITS.reconnectWindowSeconds.standard * 1_000 + 16_000);
      await rooms.sweep();
    }
    return name === 'other-worker' ? rooms.resume(held.streamId) : held;
  }
};

const newcomer = (): Promise<User> => rooms.join(`shuffled_${++number}`, { creator: true });

it('leaves every show as the ordered telling leaves it', { timeout: 1_200_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      shows,
      shows,
      fc.infiniteStream(fc.record({ by: fc.integer({ min: 0, max: 30 }), times: fc.integer({ min: 1, max: 3 }) })),
      async (first, second, delays) => {
        const scripts = [script(first), script(second)];
        const ordered = await play(await newcomer(), scripts, () => ({ by: 0, times: 1 }));
        const shuffled = await play(await newcomer(), scripts, () => delays.next().value);
        const outcome = (view: (typeof ordered)[number]) => ({
          title: view.title,
          state: view.state,
          because: view.endedBecause,
          startedAfterMs: Date.parse(view.startedAt ?? '') - Date.parse(view.createdAt),
          recording: view.recording,
          durationSeconds: view.durationSeconds,
        });
        expect(shuffled.map(outcome)).toEqual(ordered.map(outcome));
        expect(ordered.map(({ state, recording }) => [state, recording])).toEqual([
          ['ended', 'ready'],
          ['ended', 'ready'],
        ]);
      },
    ),
    { numRuns: PAIRS },
  );
});
