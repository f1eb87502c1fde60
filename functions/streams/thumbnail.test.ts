import { afterAll, describe, expect, it, vi } from 'vitest';
import { parseStreamId } from '#domain/ids';
import { buildPagesRoom } from '../assembly/rooms/pages.ts';
import { buildRemovalSweep } from '../assembly/rooms/users.ts';
import { openControlPlane, type Person } from '../rooms.testing.ts';
import { sendForm } from '../uploads/bucket.testing.ts';
import { pictureOf } from '../uploads/pictures.testing.ts';

vi.setConfig({ testTimeout: 120_000 });

const plane = await openControlPlane();
afterAll(() => plane.close());
const { streams } = plane.streaming;
const sweep = buildRemovalSweep(plane.base, plane.people, plane.streaming);
const { pages } = buildPagesRoom(plane.base, plane.people, plane.streaming);
const origin = plane.base.config.PUBLIC_ORIGIN;

let made = 0;
const someone = (claims: object = { makes_shows: true }) => plane.signUp(`framed_${++made}`, { ...claims });
const upload = async (person: Person, { type = 'png' }: { type?: 'png' | 'gif' | 'jpeg' } = {}) => {
  const file = await pictureOf('red', { type, width: 80, height: 45 });
  const { body } = await person.post('/posts/uploads', { type: `image/${type}`, bytes: file.length });
  expect((await sendForm(body, file)).status).toBe(201);
  return body.id as string;
};
const announce = async (person: Person, more: object = {}): Promise<string> => {
  const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
  return (await person.post('/stream/create', { title: 'A show', scheduledFor, ...more })).body.stream.id;
};
const show = async (person: Person, id: string) =>
  (await person.put(`/stream/${id}/thumbnail`, { uploadId: await upload(person) })).body.thumbnail;
const statusOf = async (path: string) => (await plane.bucket.fetchMedia(`${origin}${path}`)).status;
const seen = async (id: string) => (await plane.call('GET', `/stream/${id}`)).body;

describe('the thumbnail of a show', () => {
  it('is shown in its own size and in a smaller one, gives way to another, and is removed', async () => {
    const me = await someone();
    const id = await announce(me);
    const first = await show(me, id);
    expect(first).toEqual({
      url: expect.stringMatching(new RegExp(`^/media/${me.user.id}/upl_[0-9a-z]+\\.png$`)),
      thumbnailUrl: expect.stringMatching(/\.thumbnail\.webp$/),
      width: 80,
      height: 45,
    });
    expect((await seen(id)).thumbnail).toEqual(first);
    const second = await show(me, id);
    await sweep();
    expect([await statusOf(first.url), await statusOf(first.thumbnailUrl)]).toEqual([403, 403]);
    expect([await statusOf(second.url), await statusOf(second.thumbnailUrl)]).toEqual([200, 200]);
    expect((await me.delete(`/stream/${id}/thumbnail`)).body).not.toHaveProperty('thumbnail');
    expect((await me.delete(`/stream/${id}/thumbnail`)).status).toBe(200);
    await sweep();
    expect([await statusOf(second.url), await statusOf(second.thumbnailUrl)]).toEqual([403, 403]);
  });

  it('stands still, and is one’s own, has come, and is in one place; asked for again it is there', async () => {
    const [me, thief] = [await someone(), await someone()];
    const [mine, theirs] = [await announce(me), await announce(thief)];
    const put = (by: Person, id: string, uploadId: unknown) => by.put(`/stream/${id}/thumbnail`, { uploadId });
    expect((await put(me, mine, await upload(me, { type: 'gif' }))).body.error).toBe('upload-unusable');
    const uploadId = await upload(me);
    expect((await put(thief, theirs, uploadId)).body.error).toBe('upload-not-found');
    expect((await put(thief, mine, await upload(thief))).body.error).toBe('not-allowed');
    expect((await put(me, mine, uploadId)).status).toBe(200);
    expect((await put(me, mine, uploadId)).status).toBe(200);
    expect((await put(me, await announce(me), uploadId)).body.error).toBe('upload-not-found');
    expect((await me.put('/users/me/avatar', { uploadId })).body.error).toBe('upload-not-found');
    const { id: early } = (await me.post('/posts/uploads', { type: 'image/png', bytes: 7 })).body;
    expect((await put(me, mine, early)).body.error).toBe('upload-not-arrived');
    for (const wrong of ['', 'upl_none', '"><script>alert(1)</script>', '../../etc/passwd'])
      expect((await put(me, mine, wrong)).body.error).toBe('upload-not-found');
    expect((await put(me, mine, 7)).body.error).toBe('invalid-request');
    const film = (await me.post('/posts/uploads', { type: 'video/mp4', bytes: 7 })).body.id;
    expect((await put(me, mine, film)).body.error).toBe('upload-unusable');
  });

  it('set at once leaves one, and no file that nobody shows', async () => {
    const me = await someone();
    const id = await announce(me);
    const ids = [await upload(me), await upload(me), await upload(me)];
    const answers = await Promise.all(ids.map((uploadId) => me.put(`/stream/${id}/thumbnail`, { uploadId })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await sweep();
    const { url } = (await seen(id)).thumbnail;
    const left = await Promise.all(
      answers.map(async ({ body }) => [body.thumbnail.url, await statusOf(body.thumbnail.url)]),
    );
    expect(left.filter(([, status]) => status === 200)).toEqual([[url, 200]]);
  });

  it('is what links and feeds show of it, until it is taken off, by a moderator too', async () => {
    const [me, moderator] = [await someone(), await someone({ watches_over: true })];
    const id = await announce(me, { title: 'Evening "ragas" <b>' });
    const { url, thumbnailUrl } = await show(me, id);
    const text = async (path: string) => (await pages.request(path)).text();
    const feed = `/@${me.user.handle}/feed.atom`;
    expect((await plane.call('GET', `/oembed?url=${origin}/watch/${id}`)).body.thumbnail_url).toBe(`${origin}${url}`);
    expect(await text(feed)).toContain(`${origin}${thumbnailUrl}`);
    expect((await moderator.delete(`/stream/${id}/thumbnail`)).status).toBe(200);
    expect(await text(feed)).not.toContain('/media/');
    await sweep();
    expect(await statusOf(url)).toBe(403);
  });

  it('goes with the recording, of which nothing is left to show, and with the account', async () => {
    const me = await someone();
    const gone = await announce(me);
    const first = await show(me, gone);
    await streams.happened(parseStreamId(gone)!, { type: 'gave-up', at: Date.now() });
    expect((await me.delete(`/stream/${gone}/recording`)).status).toBe(204);
    expect(await seen(gone)).not.toHaveProperty('thumbnail');
    const late = await me.put(`/stream/${gone}/thumbnail`, { uploadId: await upload(me) });
    expect([late.status, late.body.error]).toEqual([409, 'stream-ended']);
    const second = await show(me, await announce(me));
    await sweep();
    expect([await statusOf(first.url), await statusOf(second.url)]).toEqual([403, 200]);
    await me.delete('/users/me');
    for (let i = 0; i < 5; i++) await sweep();
    expect(await statusOf(second.url)).toBe(403);
  });
});
