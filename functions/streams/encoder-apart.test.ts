import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { parseStreamId, type StreamId } from '#domain/ids';
import type { User } from '#domain/user';
import type { MuxInMemory } from '../video/mux-in-memory.testing.ts';
import { type ActAround, one, openApart } from './apart.testing.ts';

/**
 * Shows of one creator, one after the other, that an encoder feeds which comes again by itself whenever it may: each recording is of one
 * show, and given to it, in whatever order Mux tells and whatever fails. `SHOWS` says how many lives are tried.
 */
const LIVES = Number(process.env['SHOWS'] ?? 30);
const WHOLE_MS = 12 * 60_000;

let number = 0;
const apart = await openApart();
const { rooms, mux } = apart;
afterAll(() => rooms.close());

type Act =
  | { do: 'begin' | 'encoder' | 'encoder-stops' | 'end' | 'new-key' }
  | { do: 'send'; playable: boolean }
  | ActAround;

const anything: fc.Arbitrary<Act> = fc.oneof(
  one('begin', 'encoder', 'encoder', 'encoder-stops', 'end', 'sweep', 'new-key'),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('send'), playable: fc.boolean() }) },
  fc.record({ do: fc.constant('mux-fails'), times: fc.integer({ min: 1, max: 30 }) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deliver'), nth: fc.nat(9) }) },
  fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(10, 2_000, 5_000, 25_000, 62_000, 80_000) }),
);
const show = fc
  .array(anything, { maxLength: 8 })
  .map((between): Act[] => [
    { do: 'begin' },
    { do: 'encoder' },
    { do: 'send', playable: true },
    ...between,
    { do: 'end' },
  ]);
const script = fc.array(show, { minLength: 2, maxLength: 4 }).map((shows) => shows.flat());

const openLife = (creator: User) => {
  const shows: StreamId[] = [];
  const wrong: string[] = [];
  let streamKey: string | undefined;
  let link: ReturnType<MuxInMemory['connect']>;
  const post = (path: string, body: object = {}) => rooms.call('POST', path, { as: creator, body });
  const newKey = async (): Promise<void> => {
    const { status, body } = await post('/stream/encoder/key');
    if (status === 201) ({ streamKey } = body);
  };
  const newest = () => shows.at(-1);

  const perform = async (act: Act): Promise<void> => {
    switch (act.do) {
      case 'begin': {
        const { status, body } = await post('/stream/create', { title: 'A show', source: 'encoder' });
        const id = status === 201 ? parseStreamId(body.stream.id) : undefined;
        if (id && !shows.includes(id)) shows.push(id);
        return;
      }
      case 'encoder': {
        const of = newest();
        if (link?.isIn() || streamKey === undefined || of === undefined) return;
        link = mux.connect(streamKey, of);
        return;
      }
      case 'send':
        return link?.send(act.playable);
      case 'encoder-stops':
        return link?.leave();
      case 'new-key':
        return newKey();
      case 'end': {
        const id = newest();
        if (id) await post(`/stream/${id}/end`);
        // it does not know of that, and comes again
        return perform({ do: 'encoder' });
      }
      default:
        return apart.perform(act);
    }
  };

  /** Everything comes to its end, and everything is told. */
  const end = async (): Promise<void> => {
    mux.faults.completes = 0;
    link?.leave();
    for (let passedMs = 0; passedMs < WHOLE_MS; passedMs += 60_000) {
      rooms.later(60_000);
      mux.settle();
      await rooms.sweep();
      for (const body of mux.pending.splice(0)) await rooms.deliver(body);
    }
    for (const { id, bytesOf } of mux.assets.values())
      if (bytesOf.size > 1) wrong.push(`${id} holds bytes of ${[...bytesOf].join(' and ')}`);
    wrong.push(...(await apart.misgiven(shows)));
    for (const show of shows.slice(0, -1)) {
      const state = (await rooms.streaming.streams.get(show))?.state;
      if (state !== 'ended') wrong.push(`${show} is ${state}`);
    }
  };
  return { newKey, perform, end, wrong };
};

it(
  'each recording of an encoder that comes again by itself is of one show, and given to it',
  { timeout: 1_200_000 },
  async () => {
    let recorded = 0;
    await fc.assert(
      fc.asyncProperty(script, fc.integer({ min: -1_000, max: 1_500 }), async (acts, skew) => {
        const creator = await rooms.join(`encoding_${++number}`, { creator: true });
        apart.begin(skew);
        const life = openLife(creator);
        await life.newKey();
        for (const act of acts) await life.perform(act);
        await life.end();
        recorded += [...mux.assets.values()].filter(({ bytesOf }) => bytesOf.size > 0).length;
        expect(life.wrong).toEqual([]);
      }),
      { numRuns: LIVES, endOnFailure: true },
    );
    // it was about something
    expect(recorded).toBeGreaterThan(LIVES / 2);
  },
);
