import { afterAll, describe, expect, it, vi } from 'vitest';
import { openRooms, type Person } from '../rooms.testing.ts';
import { sendForm } from '../uploads/bucket.testing.ts';
import { pictureOf } from '../uploads/pictures.testing.ts';

vi.setConfig({ testTimeout: 120_000 });

const rooms = await openRooms();
afterAll(() => rooms.close());

const MINUTE_MS = 60_000;
let made = 0;
/** Pictures are for everybody, creators or not. */
const someone = () => rooms.signUp(`pictured_${++made}`);
const upload = async (
  person: Person,
  { type = 'png', colour = 'red' }: { type?: 'png' | 'gif'; colour?: string } = {},
) => {
  const file = await pictureOf(colour, { type, width: 80, height: 60 });
  const { body } = await person.post('/posts/uploads', { type: `image/${type}`, bytes: file.length });
  expect((await sendForm(body, file)).status).toBe(201);
  return body.id as string;
};
const show = async (person: Person, picture: 'avatar' | 'cover') =>
  person.put(`/users/me/${picture}`, { uploadId: await upload(person) });
const statusOf = async (path: string) =>
  (await rooms.bucket.fetchMedia(`${rooms.base.config.PUBLIC_ORIGIN}${path}`)).status;
const seen = async ({ user }: Person) => (await rooms.call('GET', `/users/${user.handle}`)).body;

describe('a picture of one’s own', () => {
  it('is uploaded by anybody, and stands beside what they say from then on', async () => {
    const me = await someone();
    const { status, body } = await show(me, 'avatar');
    expect([status, body.avatarUrl]).toEqual([
      200,
      expect.stringMatching(new RegExp(`^/media/${me.user.id}/upl_[0-9a-z]+\\.thumbnail\\.webp$`)),
    ]);
    expect(await statusOf(body.avatarUrl)).toBe(200);
    expect((await seen(me)).avatarUrl).toBe(body.avatarUrl);
    const post = (await me.post('/posts', { text: 'Hello' })).body;
    expect(post.author.avatarUrl).toBe(body.avatarUrl);
  });

  it('gives way to another, and its file goes', async () => {
    const me = await someone();
    const first = (await show(me, 'avatar')).body.avatarUrl;
    const second = (await show(me, 'avatar')).body.avatarUrl;
    expect(second).not.toBe(first);
    await rooms.sweep();
    expect([await statusOf(first), await statusOf(second)]).toEqual([403, 200]);
  });

  it('gives way to an address and takes the place of one', async () => {
    const me = await someone();
    const elsewhere = 'https://pictures.test/me.png';
    const uploaded = (await show(me, 'avatar')).body.avatarUrl;
    expect((await me.patch('/users/me', { avatarUrl: elsewhere })).body.avatarUrl).toBe(elsewhere);
    await rooms.sweep();
    expect(await statusOf(uploaded)).toBe(403);
    expect((await show(me, 'avatar')).body.avatarUrl).toMatch(/^\/media\//);
    expect((await me.delete('/users/me/avatar')).body).not.toHaveProperty('avatarUrl');
    expect(await seen(me)).not.toHaveProperty('avatarUrl');
  });

  it('is removed, whether it was uploaded or an address; twice is as once', async () => {
    const me = await someone();
    const { avatarUrl } = (await show(me, 'avatar')).body;
    expect((await me.delete('/users/me/avatar')).status).toBe(200);
    expect((await me.delete('/users/me/avatar')).status).toBe(200);
    await rooms.sweep();
    expect(await statusOf(avatarUrl)).toBe(403);
  });
});

describe('the picture over one’s page', () => {
  it('is shown in its own size and in a smaller one, until it is removed', async () => {
    const me = await someone();
    const { cover } = (await show(me, 'cover')).body;
    expect(cover).toEqual({
      url: expect.stringMatching(/^\/media\/.*\.png$/),
      thumbnailUrl: expect.stringMatching(/\.thumbnail\.webp$/),
      width: 80,
      height: 60,
    });
    expect((await seen(me)).cover).toEqual(cover);
    expect([await statusOf(cover.url), await statusOf(cover.thumbnailUrl)]).toEqual([200, 200]);
    expect((await me.delete('/users/me/cover')).body).not.toHaveProperty('cover');
    await rooms.sweep();
    expect([await statusOf(cover.url), await statusOf(cover.thumbnailUrl)]).toEqual([403, 403]);
  });
});

describe('pictures of people', () => {
  it('stand still, and are one’s own, come, and in one place', async () => {
    const [me, thief] = [await someone(), await someone()];
    const moving = await me.put('/users/me/avatar', { uploadId: await upload(me, { type: 'gif' }) });
    expect([moving.status, moving.body.error]).toEqual([422, 'upload-unusable']);
    const uploadId = await upload(me);
    expect((await thief.put('/users/me/cover', { uploadId })).body.error).toBe('upload-not-found');
    expect((await me.put('/users/me/cover', { uploadId })).status).toBe(200);
    expect((await me.put('/users/me/avatar', { uploadId })).body.error).toBe('upload-not-found');
    expect((await me.post('/posts', { text: 'x', uploadId })).body.error).toBe('upload-not-found');
    const { id } = (await me.post('/posts/uploads', { type: 'image/png', bytes: 7 })).body;
    const early = await me.put('/users/me/avatar', { uploadId: id });
    expect([early.status, early.body.error]).toEqual([409, 'upload-not-arrived']);
  });

  it('set at once leave one of them, and no file that nobody shows', async () => {
    const me = await someone();
    const ids = [await upload(me), await upload(me), await upload(me)];
    const answers = await Promise.all(ids.map((uploadId) => me.put('/users/me/avatar', { uploadId })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await rooms.sweep();
    const shown = (await seen(me)).avatarUrl;
    const left = await Promise.all(answers.map(async ({ body }) => [body.avatarUrl, await statusOf(body.avatarUrl)]));
    expect(left.filter(([, status]) => status === 200)).toEqual([[shown, 200]]);
  });

  it('go with the account', async () => {
    const me = await someone();
    const { avatarUrl } = (await show(me, 'avatar')).body;
    const { cover } = (await show(me, 'cover')).body;
    await me.delete('/users/me');
    await rooms.sweep();
    expect([await statusOf(avatarUrl), await statusOf(cover.url)]).toEqual([403, 403]);
    // whoever still had its form
    rooms.later(90 * MINUTE_MS);
    await rooms.sweep();
    expect(await statusOf(avatarUrl)).toBe(403);
  });
});
