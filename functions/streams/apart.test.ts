import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { parseStreamId, type StreamId } from '#domain/ids';
import { STREAM_LIMITS } from '#domain/stream-limits';
import type { User } from '#domain/user';
import type { ShowRooms } from '../show-rooms.testing.ts';
import type { MuxInMemory } from '../video/mux-in-memory.testing.ts';
import { type ActAround, one, openApart } from './apart.testing.ts';

/**
 * Shows of one creator, one after the other on the same channels, whatever each begins and ends with, in every order and at the same
 * time: a show leaves nothing open behind it. `SHOWS` says how many lives are tried.
 */
const LIVES = Number(process.env['SHOWS'] ?? 40);
/** A worker publishes no longer than this without a renewal. */
const FENCE_MS = 4_000;
const WHOLE_MS = STREAM_LIMITS.completeGiveUpMs + 2 * 60_000;

let number = 0;
const apart = await openApart();
const { rooms, mux } = apart;
afterAll(() => rooms.close());

type Feed = Awaited<ReturnType<ShowRooms['take']>>;
/** What a worker has: a lease, and perhaps a connection to Mux. */
type Worker = { feed: Feed; link: ReturnType<MuxInMemory['connect']>; renewedAt: number; isGone: boolean };

const ends = ['finished', 'encoder-failed', 'unsupported-media', 'upstream-unreachable', 'migrate', 'idle'] as const;
type Act =
  | { do: 'begin'; visibility: 'public' | 'followers'; announced: boolean }
  | { do: 'ask-again' | 'claim' | 'resume' | 'connect' | 'lose-link' | 'renew' | 'end' | 'worker-dies' }
  | { do: 'host-dies' }
  | { do: 'send'; playable: boolean }
  | { do: 'release'; because: (typeof ends)[number] }
  | ActAround;

const anything: fc.Arbitrary<Act> = fc.oneof(
  one('claim', 'connect', 'renew', 'ask-again', 'resume', 'lose-link', 'worker-dies', 'sweep', 'sweep', 'end'),
  fc.record({ do: fc.constant('send'), playable: fc.boolean() }),
  fc.record({ do: fc.constant('mux-fails'), times: fc.integer({ min: 1, max: 30 }) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver'), nth: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pass'),
      ms: fc.constantFrom(10, 500, 2_000, 7_000, 25_000, 62_000, 80_000),
    }),
  },
);
const beginning = fc
  .record({ visibility: fc.constantFrom('public', 'public', 'followers'), announced: fc.boolean() })
  .map(({ visibility, announced }): Act[] => [
    { do: 'begin', visibility, announced },
    ...(announced ? [{ do: 'ask-again' } as const] : []),
    { do: 'claim' },
    { do: 'connect' },
  ]);
const ending = fc.oneof(
  fc.constantFrom(...ends).map((because): Act[] => [{ do: 'release', because }]),
  fc.constantFrom<Act[]>(
    [{ do: 'end' }],
    [{ do: 'worker-dies' }, { do: 'end' }, { do: 'pass', ms: 7_000 }, { do: 'sweep' }],
    [{ do: 'host-dies' }, { do: 'pass', ms: 7_000 }, { do: 'sweep' }, { do: 'pass', ms: 80_000 }, { do: 'sweep' }],
  ),
);
const media = fc.array(fc.record({ do: fc.constant('send' as const), playable: fc.boolean() }), { maxLength: 3 });
const show = fc
  .tuple(beginning, media, fc.array(anything, { maxLength: 6 }), ending, fc.array(anything, { maxLength: 4 }))
  .map((parts) => parts.flat());
/** Acts in order, some of them at the same time as the next. */
const script = fc
  .tuple(fc.array(show, { minLength: 2, maxLength: 5 }), fc.infiniteStream(fc.nat(5)))
  .map(([shows, together]) => {
    const groups: Act[][] = [];
    for (const act of shows.flat()) {
      if (together.next().value === 0) groups.at(-1)?.push(act);
      else groups.push([act]);
    }
    return groups;
  });

const openLife = (creator: User) => {
  const shows: StreamId[] = [];
  const keys: string[] = [];
  const workers: Worker[] = [];
  const wrong: string[] = [];
  const post = (path: string, body: object = {}) => rooms.call('POST', path, { as: creator, body });
  const newest = (): Worker | undefined => workers.findLast(({ isGone }) => !isGone);
  const stateOf = async (id: StreamId) => (await rooms.streaming.streams.get(id))?.state;

  const leave = (worker: Worker): void => {
    worker.link?.leave();
    worker.link = undefined;
    worker.isGone = true;
  };
  const release = async (worker: Worker, because: string): Promise<void> => {
    // in this order always (SPEC §S): not one more byte goes out once the lease is given back
    leave(worker);
    await worker.feed.release(because);
  };
  const renew = async (worker: Worker): Promise<void> => {
    const asked = rooms.now();
    const renewed = await worker.feed.renew('live');
    if (!renewed.held) return leave(worker);
    worker.renewedAt = asked;
    if (renewed.endRequested) await release(worker, 'ended-elsewhere');
  };
  const take = (feed: Feed): void => {
    workers.push({ feed, link: undefined, renewedAt: rooms.now(), isGone: false });
  };
  /** A worker that has not renewed for too long has stopped of itself. */
  const isSure = (worker: Worker): boolean => {
    if (rooms.now() - worker.renewedAt <= FENCE_MS) return true;
    leave(worker);
    return false;
  };

  const perform = async (act: Act): Promise<void> => {
    const worker = newest();
    if (worker && !isSure(worker)) return perform(act);
    switch (act.do) {
      case 'begin': {
        const scheduledFor = act.announced ? new Date(rooms.now() + 3_600_000).toISOString() : undefined;
        const { status, body } = await post('/stream/create', {
          title: 'A show',
          visibility: act.visibility,
          ...(scheduledFor && { scheduledFor }),
        });
        if (status !== 201) return;
        shows.push(parseStreamId(body.stream.id)!);
        if (body.ingest) keys.push(body.ingest.streamKey);
        return;
      }
      case 'ask-again': {
        const id = shows.at(-1);
        const { status, body } = id ? await post(`/stream/${id}/ingest`) : { status: 0, body: undefined };
        if (status === 200) keys.push(body.ingest.streamKey);
        return;
      }
      case 'claim': {
        const key = keys.pop();
        const redeemed = key && (await rooms.ingest.redeem(key, rooms.now()));
        if (redeemed && redeemed.redeemed) await rooms.take(redeemed.streamId).then(take, () => undefined);
        return;
      }
      case 'resume': {
        const id = workers.at(-1)?.feed.streamId;
        if (id) await rooms.resume(id).then(take, () => undefined);
        return;
      }
      case 'connect': {
        if (!worker || worker.link?.isIn()) return;
        // asked before every connection, and not while the holder before may still be publishing
        await renew(worker);
        if (worker.isGone || (worker.feed.previousUntil ?? 0) - 2_000 > rooms.now()) return;
        worker.link = mux.connect(worker.feed.muxStreamKey, worker.feed.streamId);
        return;
      }
      case 'send':
        return worker?.link?.send(act.playable);
      case 'lose-link':
        return worker?.link?.leave();
      case 'renew':
        return worker && renew(worker);
      case 'release':
        return worker && release(worker, act.because);
      case 'worker-dies':
        return worker && leave(worker);
      case 'host-dies':
        // Mux does not hear of it: for Mux the encoder is still in
        if (worker) worker.isGone = true;
        return;
      case 'end': {
        const id = shows.at(-1);
        if (id) await Promise.all([post(`/stream/${id}/end`), worker && renew(worker)]);
        return;
      }
      default:
        return apart.perform(act);
    }
  };

  const check = async (): Promise<void> => {
    for (const { id, bytesOf } of mux.assets.values())
      if (bytesOf.size > 1) wrong.push(`${id} holds bytes of ${[...bytesOf].join(' and ')}`);
    for (const of of mux.completedUnder.splice(0)) {
      const id = parseStreamId(of);
      const state = id && (await stateOf(id));
      if (state !== 'ended') wrong.push(`${of} was completed while it was ${state}`);
    }
  };

  /** Everything comes to its end, and everything is told. */
  const end = async (): Promise<void> => {
    mux.faults.completes = 0;
    for (const worker of workers) leave(worker);
    for (let passedMs = 0; passedMs < WHOLE_MS; passedMs += 60_000) {
      rooms.later(60_000);
      mux.settle();
      await rooms.sweep();
    }
    for (const body of mux.pending.splice(0)) await rooms.deliver(body);
    wrong.push(...(await apart.misgiven(shows)));
  };
  return { perform, check, end, wrong, shows };
};

it(
  'a show leaves nothing open behind it: no recording holds bytes of two, and each is given to its own show',
  { timeout: 1_200_000 },
  async () => {
    let recorded = 0;
    let together = 0;
    await fc.assert(
      fc.asyncProperty(script, fc.integer({ min: -1_000, max: 1_500 }), async (acts, skew) => {
        const creator = await rooms.join(`apart_${++number}`, { creator: true });
        apart.begin(skew);
        const life = openLife(creator);
        for (const act of acts) {
          await Promise.all(act.map(life.perform));
          await life.check();
        }
        await life.end();
        const held = [...mux.assets.values()].filter(({ bytesOf }) => bytesOf.size > 0);
        recorded += held.length;
        if (new Set(held.flatMap(({ bytesOf }) => [...bytesOf])).size > 1) together++;
        expect(life.wrong).toEqual([]);
      }),
      // a life takes half a second: one that fails is told whole, with its seed, and not made smaller
      { numRuns: LIVES, endOnFailure: true },
    );
    // it was about something
    expect([recorded > LIVES / 4, together > 0]).toEqual([true, true]);
  },
);
