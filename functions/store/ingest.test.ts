import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '#domain/user';
import { newId } from '#domain/ids';
import { createIngestStore } from './ingest.ts';
import { DRAIN_MS, openShowRooms, TTL_MS } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
let creator: User;
beforeEach(async () => {
  creator = await rooms.newCreator();
});

describe('a stream key', () => {
  it('opens one feed, once, however many come with it at once', async () => {
    const { id, key } = await rooms.create(creator);
    const answers = await Promise.all(Array.from({ length: 100 }, () => rooms.ingest.redeem(key, rooms.now())));
    expect(answers.filter(({ redeemed }) => redeemed)).toEqual([
      { redeemed: true, streamId: id, signedInAt: rooms.now() },
    ]);
    expect(answers.filter(({ redeemed }) => !redeemed)).toEqual(
      Array.from({ length: 99 }, () => ({ redeemed: false, because: 'unknown' })),
    );
  });

  it('is good for sixty seconds and not longer', async () => {
    const { key } = await rooms.create(creator);
    const { key: another } = await rooms.create(creator);
    expect(await rooms.ingest.redeem(key, rooms.now() + 59_999)).toMatchObject({ redeemed: true });
    expect(await rooms.ingest.redeem(another, rooms.now() + 60_000)).toEqual({ redeemed: false, because: 'expired' });
  });

  it('opens nothing once the show is over', async () => {
    const { id, key } = await rooms.create(creator);
    await rooms.call('POST', `/stream/${id}/end`, { as: creator });
    expect(await rooms.ingest.redeem(key, rooms.now())).toEqual({ redeemed: false, because: 'ended' });
    expect(await rooms.ingest.redeem('made up', rooms.now())).toEqual({ redeemed: false, because: 'unknown' });
  });

  it('is not in the table in any form that opens something', async () => {
    const { key } = await rooms.create(creator);
    expect(JSON.stringify(await rooms.everything())).not.toContain(key);
  });
});

describe('a lease', () => {
  it('goes to the newest publisher, and shuts the older one out at its next renewal', async () => {
    const { id, key } = await rooms.create(creator);
    const first = await rooms.feed(key);
    const again = await rooms.call('POST', `/stream/${id}/ingest`, { as: creator });
    const second = await rooms.feed(again.body.ingest.streamKey);
    expect([first.fence, second.fence]).toEqual([1, 2]);
    expect(second.previousUntil).toBe(rooms.now() + TTL_MS);
    expect(await first.renew()).toEqual({ held: false, because: 'replaced', drains: true });
    expect(await second.renew()).toEqual({ held: true, endRequested: false, beforeUntil: rooms.now() + TTL_MS });
    await first.release('finished');
    expect((await rooms.see(id)).state).toBe('connecting');
  });

  const replaced = async () => {
    const { id, key } = await rooms.create(creator);
    const first = await rooms.feed(key);
    return { id, first, second: await rooms.take(id) };
  };

  it('that is taken from a feed leaves it the time to publish what it has received, while it says so', async () => {
    const { first, second } = await replaced();
    for (let passedMs = 0; passedMs < DRAIN_MS - 2_000; passedMs += 2_000) {
      expect(await first.renewDrain()).toBe(true);
      expect(await second.renew()).toMatchObject({ held: true, beforeUntil: expect.any(Number) });
      rooms.later(2_000);
    }
    rooms.later(2_000);
    expect(await first.renewDrain()).toBe(false);
    expect(await second.renew()).toEqual({ held: true, endRequested: false });
  });

  it('is free for the next feed once the one before has published all, and it may not begin again', async () => {
    const { first, second } = await replaced();
    await first.endDrain();
    expect(await second.renew()).toEqual({ held: true, endRequested: false });
    expect(await first.renewDrain()).toBe(false);
  });

  it('shuts out a feed before that has fallen silent, and it may not begin again', async () => {
    const { first, second } = await replaced();
    rooms.later(4_000);
    expect(await second.renew('live', { beforeGoneAt: rooms.now() + 1_999 })).toHaveProperty('beforeUntil');
    expect(await second.renew('live', { beforeGoneAt: rooms.now() + 2_000 })).not.toHaveProperty('beforeUntil');
    expect(await first.renewDrain()).toBe(false);
  });

  it('leaves no time to a feed that was itself still waiting', async () => {
    const { id, first, second } = await replaced();
    const third = await rooms.take(id);
    expect(await second.renew()).toEqual({ held: false, because: 'replaced' });
    expect([await first.renewDrain(), await second.renewDrain()]).toEqual([true, false]);
    await first.endDrain();
    expect(await third.renew()).toEqual({ held: true, endRequested: false });
  });

  it('has one holder of many who claim at once, and a fence for each claim', async () => {
    const { id } = await rooms.create(creator);
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        rooms.ingest.claim({
          streamId: id,
          signedInAt: rooms.now(),
          sessionId: `s${i}`,
          workerId: `w${i}`,
          resumeTokenHash: `h${i}`,
          now: rooms.now(),
          ttlMs: TTL_MS,
          drainMs: DRAIN_MS,
        }),
      ),
    );
    const fences = claims.map((claim) => (claim.claimed ? claim.fence : 0)).sort((a, b) => a - b);
    expect(fences).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const renewals = await Promise.all(
      fences.map((fence, i) =>
        rooms.ingest.renew({
          streamId: id,
          sessionId: `s${i}`,
          fence,
          committed: 0,
          state: 'live',
          now: rooms.now(),
          ttlMs: TTL_MS,
        }),
      ),
    );
    expect(renewals.map(({ held }) => held)).toEqual([...Array<boolean>(11).fill(false), true]);
  });

  it('is taken up by any worker with the resume token, from where the feed had come', async () => {
    const { id, key } = await rooms.create(creator);
    const first = await rooms.feed(key);
    await first.renew('live', { committed: 4_096, mediaClock: '{}' });
    const resume = (resumeTokenHash: string) =>
      rooms.ingest.resume({
        streamId: id,
        signedInAt: rooms.now(),
        workerId: 'other',
        resumeTokenHash,
        now: rooms.now(),
        ttlMs: TTL_MS,
      });
    expect(await resume('wrong')).toEqual({ claimed: false, because: 'unknown' });
    expect(await resume('h')).toEqual({
      claimed: true,
      fence: 2,
      muxStreamKey: first.muxStreamKey,
      previousUntil: rooms.now() + TTL_MS,
      sessionId: first.sessionId,
      committed: 4_096,
      mediaClock: '{}',
    });
    expect(await first.renew()).toEqual({ held: false, because: 'moved' });
  });

  it('is not given back by who has lost it, nor twice', async () => {
    const { id, key } = await rooms.create(creator);
    const feed = await rooms.feed(key);
    await feed.release('going-away');
    expect(await feed.renew()).toEqual({ held: false, because: 'ended' });
    await feed.release('finished');
    expect((await rooms.see(id)).state).toBe('connecting');
    expect(
      await rooms.ingest.resume({
        streamId: id,
        signedInAt: rooms.now(),
        workerId: 'b',
        resumeTokenHash: 'h',
        now: rooms.now(),
        ttlMs: TTL_MS,
      }),
    ).toMatchObject({
      claimed: true,
      fence: 2,
      previousUntil: undefined,
    });
  });

  it('tells its worker of the end that was asked for, and is refused to others from then on', async () => {
    const { id, key } = await rooms.create(creator);
    const feed = await rooms.feed(key);
    await feed.renew();
    const ended = rooms.call('POST', `/stream/${id}/end`, { as: creator });
    let answer = await feed.renew();
    while (answer.held && !answer.endRequested) answer = await feed.renew();
    const late = {
      streamId: id,
      signedInAt: rooms.now(),
      workerId: 'b',
      resumeTokenHash: 'h',
      now: rooms.now(),
      ttlMs: TTL_MS,
      drainMs: DRAIN_MS,
    };
    expect(await rooms.ingest.resume(late)).toEqual({ claimed: false, because: 'ended' });
    expect(await rooms.ingest.claim({ ...late, sessionId: 'b' })).toEqual({ claimed: false, because: 'ended' });
    await feed.release('ended-elsewhere');
    expect((await ended).body.state).toBe('ended');
    expect(await feed.renew()).toEqual({ held: false, because: 'ended' });
  });

  it('needs the creator’s air: an older show of theirs cannot come back beside a newer one', async () => {
    const announced = await rooms.create(creator, {
      title: 'Later',
      scheduledFor: new Date(rooms.now() + 3_600_000).toISOString(),
    });
    const early = await rooms.call('POST', `/stream/${announced.id}/ingest`, { as: creator });
    const { key } = await rooms.create(creator);
    await rooms.feed(key);
    const redeemed = await rooms.ingest.redeem(early.body.ingest.streamKey, rooms.now());
    expect(redeemed).toMatchObject({ redeemed: true });
    const claim = {
      streamId: announced.id,
      signedInAt: rooms.now(),
      sessionId: 'x',
      workerId: 'x',
      resumeTokenHash: 'x',
      now: rooms.now(),
      ttlMs: TTL_MS,
      drainMs: DRAIN_MS,
    };
    expect(await rooms.ingest.claim(claim)).toEqual({ claimed: false, because: 'held' });
  });

  it('says which stream it has moved, and from which state, and nothing of what moves nothing', async () => {
    const { id, key } = await rooms.create(creator);
    rooms.tasks.length = 0;
    const moves = () => rooms.tasks.splice(0).filter((task) => task.do === 'tell-moved');
    const feed = await rooms.feed(key);
    expect(moves()).toEqual([{ do: 'tell-moved', streamId: id, from: 'created' }]);
    await feed.renew('connecting');
    expect(moves()).toEqual([]);
    await feed.release('encoder-failed');
    expect(moves()).toEqual([{ do: 'tell-moved', streamId: id, from: 'connecting' }]);
    await feed.release('encoder-failed');
    expect(moves()).toEqual([]);
  });

  it('is unknown for a stream that is', async () => {
    const feed = { streamId: newId('str', 1), sessionId: 'x', workerId: 'x', resumeTokenHash: 'x' };
    const claim = { ...feed, signedInAt: 1, now: 1, ttlMs: 1, drainMs: 1 };
    expect(await rooms.ingest.claim(claim)).toEqual({ claimed: false, because: 'unknown' });
    expect(await rooms.ingest.resume(claim)).toEqual({ claimed: false, because: 'unknown' });
    expect(await rooms.ingest.renew({ ...claim, fence: 1, committed: 0, state: 'live' })).toEqual({
      held: false,
      because: 'ended',
    });
  });
});

it('throws where the table does not answer, so that a worker goes on and asks again', async () => {
  const nowhere = new DynamoDBClient({
    endpoint: 'http://127.0.0.1:9',
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  await expect(createIngestStore({ client: nowhere, tableName: 'none' }).redeem('k', 1)).rejects.toMatchObject({
    name: 'TableUnavailable',
  });
  nowhere.destroy();
});
