import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '#domain/user';
import { newId } from '#domain/ids';
import { createIngestStore } from './ingest.ts';
import { openStudio, type Studio, TTL_MS } from '../show-rooms.testing.ts';

let studio: Studio;
let creator: User;
let number = 0;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio.close());
beforeEach(async () => {
  creator = await studio.join(`creator_${++number}`, { creator: true });
  studio.everybody.set(creator.handle, creator);
});

describe('a stream key', () => {
  it('opens one feed, once, however many come with it at once', async () => {
    const { id, key } = await studio.create(creator);
    const answers = await Promise.all(Array.from({ length: 100 }, () => studio.ingest.redeem(key, studio.now())));
    expect(answers.filter(({ redeemed }) => redeemed)).toEqual([
      { redeemed: true, streamId: id, creatorId: creator.id },
    ]);
    expect(answers.filter(({ redeemed }) => !redeemed)).toEqual(
      Array.from({ length: 99 }, () => ({ redeemed: false, because: 'unknown' })),
    );
  });

  it('is good for sixty seconds and not longer', async () => {
    const { key } = await studio.create(creator);
    const { key: another } = await studio.create(creator);
    expect(await studio.ingest.redeem(key, studio.now() + 59_999)).toMatchObject({ redeemed: true });
    expect(await studio.ingest.redeem(another, studio.now() + 60_000)).toEqual({ redeemed: false, because: 'expired' });
  });

  it('opens nothing once the show is over', async () => {
    const { id, key } = await studio.create(creator);
    await studio.call('POST', `/stream/${id}/end`, { as: creator });
    expect(await studio.ingest.redeem(key, studio.now())).toEqual({ redeemed: false, because: 'ended' });
    expect(await studio.ingest.redeem('made up', studio.now())).toEqual({ redeemed: false, because: 'unknown' });
  });

  it('is not in the table in any form that opens something', async () => {
    const { key } = await studio.create(creator);
    expect(JSON.stringify(await studio.everything())).not.toContain(key);
  });
});

describe('a lease', () => {
  it('goes to the newest publisher, and shuts the older one out at its next renewal', async () => {
    const { id, key } = await studio.create(creator);
    const first = await studio.feed(key);
    const again = await studio.call('POST', `/stream/${id}/ingest`, { as: creator });
    const second = await studio.feed(again.body.ingest.streamKey);
    expect([first.fence, second.fence]).toEqual([1, 2]);
    expect(second.previousUntil).toBe(studio.now() + TTL_MS);
    expect(await first.renew()).toEqual({ held: false, because: 'replaced' });
    expect(await second.renew()).toEqual({ held: true, endRequested: false });
    await first.release('finished');
    expect((await studio.see(id)).state).toBe('connecting');
  });

  it('has one holder of many who claim at once, and a fence for each claim', async () => {
    const { id } = await studio.create(creator);
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        studio.ingest.claim({
          streamId: id,
          sessionId: `s${i}`,
          workerId: `w${i}`,
          resumeTokenHash: `h${i}`,
          now: studio.now(),
          ttlMs: TTL_MS,
        }),
      ),
    );
    const fences = claims.map((claim) => (claim.claimed ? claim.fence : 0)).sort((a, b) => a - b);
    expect(fences).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const renewals = await Promise.all(
      fences.map((fence, i) =>
        studio.ingest.renew({
          streamId: id,
          sessionId: `s${i}`,
          fence,
          committed: 0,
          committedMs: 0,
          state: 'live',
          now: studio.now(),
          ttlMs: TTL_MS,
        }),
      ),
    );
    expect(renewals.map(({ held }) => held)).toEqual([...Array<boolean>(11).fill(false), true]);
  });

  it('is taken up by any worker with the resume token, from where the feed had come', async () => {
    const { id, key } = await studio.create(creator);
    const first = await studio.feed(key);
    await first.renew('live', { committed: 4_096, committedMs: 1_500, media: { container: 'webm' } });
    const resume = (resumeTokenHash: string) =>
      studio.ingest.resume({ streamId: id, workerId: 'other', resumeTokenHash, now: studio.now(), ttlMs: TTL_MS });
    expect(await resume('wrong')).toEqual({ claimed: false, because: 'unknown' });
    expect(await resume('h')).toEqual({
      claimed: true,
      fence: 2,
      muxStreamKey: first.muxStreamKey,
      previousUntil: studio.now() + TTL_MS,
      sessionId: first.sessionId,
      committed: 4_096,
      committedMs: 1_500,
      media: { container: 'webm' },
    });
    expect(await first.renew()).toEqual({ held: false, because: 'moved' });
  });

  it('is not given back by who has lost it, nor twice', async () => {
    const { id, key } = await studio.create(creator);
    const feed = await studio.feed(key);
    await feed.release('going-away');
    expect(await feed.renew()).toEqual({ held: false, because: 'ended' });
    await feed.release('finished');
    expect((await studio.see(id)).state).toBe('connecting');
    expect(
      await studio.ingest.resume({
        streamId: id,
        workerId: 'b',
        resumeTokenHash: 'h',
        now: studio.now(),
        ttlMs: TTL_MS,
      }),
    ).toMatchObject({
      claimed: true,
      fence: 2,
      previousUntil: undefined,
    });
  });

  it('tells its worker of the end that was asked for, and is refused to others from then on', async () => {
    const { id, key } = await studio.create(creator);
    const feed = await studio.feed(key);
    await feed.renew();
    const ended = studio.call('POST', `/stream/${id}/end`, { as: creator });
    let answer = await feed.renew();
    while (answer.held && !answer.endRequested) answer = await feed.renew();
    const late = { streamId: id, workerId: 'b', resumeTokenHash: 'h', now: studio.now(), ttlMs: TTL_MS };
    expect(await studio.ingest.resume(late)).toEqual({ claimed: false, because: 'ended' });
    expect(await studio.ingest.claim({ ...late, sessionId: 'b' })).toEqual({ claimed: false, because: 'ended' });
    await feed.release('ended-elsewhere');
    expect((await ended).body.state).toBe('ended');
    expect(await feed.renew()).toEqual({ held: false, because: 'ended' });
  });

  it('needs the creator’s air: an older show of theirs cannot come back beside a newer one', async () => {
    const announced = await studio.create(creator, {
      title: 'Later',
      scheduledFor: new Date(studio.now() + 3_600_000).toISOString(),
    });
    const early = await studio.call('POST', `/stream/${announced.id}/ingest`, { as: creator });
    const { key } = await studio.create(creator);
    await studio.feed(key);
    const redeemed = await studio.ingest.redeem(early.body.ingest.streamKey, studio.now());
    expect(redeemed).toMatchObject({ redeemed: true });
    const claim = {
      streamId: announced.id,
      sessionId: 'x',
      workerId: 'x',
      resumeTokenHash: 'x',
      now: studio.now(),
      ttlMs: TTL_MS,
    };
    expect(await studio.ingest.claim(claim)).toEqual({ claimed: false, because: 'held' });
  });

  it('is unknown for a stream that is', async () => {
    const claim = { streamId: newId('str', 1), sessionId: 'x', workerId: 'x', resumeTokenHash: 'x', now: 1, ttlMs: 1 };
    expect(await studio.ingest.claim(claim)).toEqual({ claimed: false, because: 'unknown' });
    expect(await studio.ingest.resume(claim)).toEqual({ claimed: false, because: 'unknown' });
    expect(await studio.ingest.renew({ ...claim, fence: 1, committed: 0, committedMs: 0, state: 'live' })).toEqual({
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
