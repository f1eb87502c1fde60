import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { type StreamId, parseStreamId } from '#domain/ids';
import { VideoFault } from '../video/live-video.ts';
import { type MuxBody, muxShow } from '../video/mux-show.testing.ts';
import { openShowRooms } from '../show-rooms.testing.ts';

/** What becomes of the next request to the table: it is refused, or done with its answer lost, or nothing is wrong. */
type Fault = 'throttled' | 'answer lost' | undefined;

/** The faults that are still to come, one a request. */
let coming: Fault[] = [];
const fail = (name: string) => Object.assign(new Error('in a test'), { name });

/** After the SDK's own retries: what is left of a fault then. */
const disturb = (client: DynamoDBClient): void =>
  client.middlewareStack.add(
    (next) => async (request) => {
      const fault = coming.shift();
      if (fault === 'throttled') throw fail('ProvisionedThroughputExceededException');
      const answer = await next(request);
      if (fault === 'answer lost') throw fail('TimeoutError');
      return answer;
    },
    { step: 'initialize', priority: 'high' },
  );

const rooms = await openShowRooms({ disturb });
afterAll(() => rooms.close());
let number = 0;

const MOST_FAULTS = 100;
/** Each attempt that fails has used up a fault at least. */
const ATTEMPTS = MOST_FAULTS + 1;

/** Tries again whatever fails for the moment, as all of our callers do. */
const untilDone = async <Value>(attempt: () => Promise<Value | undefined>): Promise<Value> => {
  for (let tries = 0; tries < ATTEMPTS; tries++) {
    const value = await attempt().catch((error: unknown) => {
      if (error instanceof Error && error.name === 'TableUnavailable') return undefined;
      throw error;
    });
    if (value !== undefined) return value;
  }
  throw new Error('it stayed stuck');
};

const faults = fc.array(fc.constantFrom<Fault>('throttled', 'answer lost', undefined, undefined, undefined), {
  minLength: 60,
  maxLength: MOST_FAULTS,
});

it(
  'ends a whole show as it should, whatever request to the table fails or loses its answer',
  { timeout: 180_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(faults, async (sequence) => {
        // a run that failed has left some of its own
        coming = [];
        const creator = await rooms.join(`struck_${++number}`, { creator: true });
        coming = [...sequence];

        const call = (method: string, path: string, body?: object) =>
          untilDone(async () => {
            const answer = await rooms.call(method, path, { as: creator, body });
            expect([200, 201, 503]).toContain(answer.status);
            return answer.status === 503 ? undefined : answer.body;
          });
        const deliver = (body: MuxBody) =>
          untilDone(async () => ((await rooms.deliver(body)) === 200 ? true : undefined));

        const created = await call('POST', '/stream/create', { title: 'A show' });
        const id: StreamId = parseStreamId(created.stream.id)!;
        // a key whose redemption lost its answer is spent: the creator asks for another
        const feed = await untilDone(async () => {
          const { ingest } = await call('POST', `/stream/${id}/ingest`);
          const redeemed = await rooms.ingest.redeem(ingest.streamKey, rooms.now());
          return redeemed.redeemed ? rooms.take(redeemed.streamId) : undefined;
        });
        await untilDone(() => feed.renew('live'));
        const live = rooms.fake.made.filter(({ passthrough }) => passthrough.includes(creator.id));
        expect(live).toHaveLength(1);
        const mux = muxShow({ liveStreamId: live[0]!.id, assetId: `${id}-asset`, startedAt: rooms.now() });
        for (const body of [mux.recording(), mux.created(), mux.active()]) await deliver(body);
        await untilDone(() => feed.release('finished').then(() => true));
        await call('POST', `/stream/${id}/end`);
        for (const body of [mux.idle(60_000), mux.completed(61_000, 50)]) await deliver(body);
        await untilDone(() => rooms.sweep());

        coming = [];
        const mine = await rooms.call('GET', '/stream/mine', { as: creator });
        expect(mine.body.items).toMatchObject([
          { id, state: 'ended', endedBecause: 'finished', recording: 'ready', durationSeconds: 50 },
        ]);
        expect(await feed.renew('live')).toEqual({ held: false, because: 'ended' });
        expect((await rooms.call('POST', '/stream/create', { as: creator, body: { title: 'Next' } })).status).toBe(201);
        expect(rooms.fake.made.filter(({ passthrough }) => passthrough.includes(creator.id))).toHaveLength(1);
      }),
      { numRuns: 5 },
    );
  },
);

it('makes one live stream of many creates while Mux fails, loses answers and is slow, all at once', async () => {
  coming = [];
  const creator = await rooms.join('stormy', { creator: true });
  let calls = 0;
  rooms.fake.video.make = async (wanted) => {
    const call = ++calls;
    if (call === 1) throw new VideoFault('busy', { doubtful: false, cause: undefined });
    if (call === 2) {
      await rooms.fake.make(wanted);
      throw new VideoFault('down', { doubtful: true, cause: undefined });
    }
    return rooms.fake.make(wanted);
  };
  const create = async (): Promise<number> =>
    (await rooms.call('POST', '/stream/create', { as: creator, body: { title: 'Storm' } })).status;
  const statuses: number[] = [];
  for (let round = 0; round < 5 && !statuses.includes(201); round++)
    statuses.push(...(await Promise.all(Array.from({ length: 10 }, create))));
  expect(statuses.filter((status) => ![201, 502, 503].includes(status))).toEqual([]);
  expect(await create()).toBe(201);
  expect(rooms.fake.made.filter(({ passthrough }) => passthrough.includes(creator.id))).toHaveLength(1);
});
