import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { CreatedStream } from '#contract/http';
import { parseStreamId } from '#domain/ids';
import type { Task } from '#store/tasks';
import { openControlPlane, type Person } from '../rooms.testing.ts';
import { createEncoderStore } from '#store/encoders';

const { call, signUp, issuer, ingest, base, close } = await openControlPlane();
afterAll(close);

let numbers = 0;
let thief: Person;
/** The same account, signed in anew after the sign-out. */
const anew = async (): Promise<string> =>
  issuer.issue(`subject-${thief.user.handle}`, { iat: Math.floor(Date.now() / 1_000) + 5 });
beforeEach(async () => {
  thief = await signUp(`robbed_${++numbers}`, { makes_shows: true, iat: Math.floor(Date.now() / 1_000) - 60 });
});

const begin = async (body: object = { title: 'A show' }) => {
  const { status, body: made } = await thief.post('/stream/create', body);
  expect(status).toBe(201);
  const { stream, ingest: keys }: CreatedStream = made;
  return { id: parseStreamId(stream.id)!, path: `/stream/${stream.id}`, key: keys?.streamKey ?? '' };
};
const claimOf = (streamId: Awaited<ReturnType<typeof begin>>['id'], signedInAt: number) => ({
  streamId,
  signedInAt,
  sessionId: 'thief',
  workerId: 'worker',
  resumeTokenHash: 'h',
  now: Date.now(),
  ttlMs: 6_000,
  drainMs: 50_000,
});
const signOut = async () => expect((await thief.post('/auth/sign-out-everywhere')).status).toBe(204);
const state = async (path: string) => (await call('GET', path, { token: await anew() })).body.state;

describe('who has signed out everywhere', () => {
  it('has no stream key left that opens anything', async () => {
    const { key } = await begin();
    await signOut();
    expect(await ingest.redeem(key, Date.now())).toEqual({ redeemed: false, because: 'signed-out' });
  });

  it('has no socket that has spent its key and waits to say hello', async () => {
    const { id, key, path } = await begin();
    const redeemed = await ingest.redeem(key, Date.now());
    if (!redeemed.redeemed) throw new Error(redeemed.because);
    await signOut();
    expect(await ingest.claim(claimOf(id, redeemed.signedInAt))).toEqual({ claimed: false, because: 'signed-out' });
    expect(await state(path)).toBe('created');
  });

  it('goes on the air again by who signs in again, with the same show', async () => {
    const { path } = await begin();
    await signOut();
    const again = await call('POST', `${path}/ingest`, { token: await anew() });
    expect(again.status).toBe(200);
    expect(await ingest.redeem(again.body.ingest.streamKey, Date.now())).toMatchObject({ redeemed: true });
  });

  it('leaves no show open for an encoder, and its audience is told', async () => {
    const { path, id } = await begin({ title: 'From OBS', source: 'encoder' });
    expect(await state(path)).toBe('connecting');
    const tasks: Task[] = [];
    base.tasks.send = async (task) => void tasks.push(task);
    await signOut();
    expect(await state(path)).toBe('ended');
    expect(tasks).toEqual([{ do: 'tell-moved', streamId: id, from: 'connecting' }]);
  });

  it('opens none for an encoder by a request that was under way', async () => {
    expect((await thief.post('/stream/encoder/key', {})).status).toBe(201);
    const { id, path } = await begin();
    await signOut();
    const late = { signedInAt: Date.now() - 60_000, now: Date.now() };
    expect(await createEncoderStore(base).open(id, late)).toEqual({ opened: false, because: 'signed-out' });
    expect(await state(path)).toBe('created');
  });

  it('keeps the show that a browser has on the air until that has to come back', async () => {
    const { id, key, path } = await begin();
    const redeemed = await ingest.redeem(key, Date.now());
    if (!redeemed.redeemed) throw new Error(redeemed.because);
    expect(await ingest.claim(claimOf(id, redeemed.signedInAt))).toMatchObject({ claimed: true });
    const spare = await thief.post(`${path}/ingest`);
    expect(spare.status).toBe(200);
    await signOut();
    expect(await state(path)).toBe('connecting');
    expect(await ingest.redeem(spare.body.ingest.streamKey, Date.now())).toMatchObject({ because: 'signed-out' });
    expect((await thief.post(`${path}/ingest`)).status).toBe(401);
  });
});
