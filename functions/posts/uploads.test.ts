import { afterAll, describe, expect, it, vi } from 'vitest';
import { newId } from '#domain/ids';
import { UPLOAD_ATTACH_MS, UPLOAD_KEPT_MS } from '#domain/upload';
import { openRooms, type Person } from '../rooms.testing.ts';
import { sendForm } from '../uploads/bucket.testing.ts';
import { colourOf, pictureOf } from '../uploads/pictures.testing.ts';
import { buildPostsRoom } from '../assembly/rooms/posts.ts';

vi.setConfig({ testTimeout: 120_000 });

const rooms = await openRooms();
afterAll(() => rooms.close());

const [PICTURE, ANOTHER] = [await pictureOf('red'), await pictureOf('blue')];
/** As `colourOf` says it, which has sixteen shades of each. */
const RED = await colourOf(PICTURE);
const MINUTE_MS = 60_000;
const MEBIBYTE = 1024 * 1024;
let made = 0;
const someone = (claims = {}) => rooms.signUp(`uploader_${++made}`, claims);
const creator = () => someone({ makes_shows: true });
const announce = (person: Person, body: unknown = { type: 'image/png', bytes: 10_000 }) =>
  person.post('/posts/uploads', body);
/** A file that has come and waits for its post. */
const upload = async (person: Person): Promise<string> => {
  const { body } = await announce(person);
  expect((await sendForm(body, PICTURE)).status).toBe(201);
  return body.id;
};
const statusOf = async (mediaUrl: string) => (await rooms.bucket.fetchMedia(mediaUrl)).status;
/** The sweep, as the schedule calls it. */
const sweepThrough = async (minutes: number) => {
  for (let i = 0; i < minutes; i += 10) {
    await rooms.sweep();
    rooms.later(10 * MINUTE_MS);
  }
};

describe('a form to upload with', () => {
  it('is for everybody’s pictures and for creators’ films, by type and size', async () => {
    const { me, viewer } = await rooms.signUpAll({ me: { makes_shows: true }, viewer: {} });
    const { status, body } = await announce(me);
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^upl_[0-9a-z]{26}$/),
        url: `${rooms.base.config.UPLOADS_URL}/`,
        fields: expect.objectContaining({ key: `incoming/${me.user.id}/${body.id}.png`, 'Content-Type': 'image/png' }),
        expiresAt: expect.any(String),
      },
    ]);
    expect((await announce(viewer)).status).toBe(201);
    expect((await announce(viewer, { type: 'video/mp4', bytes: 7 })).body.error).toBe('not-a-creator');
  });

  it.each([
    ['image/png', 10 * MEBIBYTE, 201],
    ['image/png', 10 * MEBIBYTE + 1, 413],
    ['video/mp4', 200 * MEBIBYTE, 201],
    ['video/mp4', 200 * MEBIBYTE + 1, 400],
    ['video/webm', 0, 400],
    ['image/svg+xml', 1, 400],
    ['text/html', 1, 400],
  ])('for %s of %i bytes is answered %i', async (type, bytes, expected) => {
    expect((await announce(await creator(), { type, bytes })).status).toBe(expected);
  });

  it('is not given where there is nowhere to upload to', async () => {
    const me = await creator();
    const room = buildPostsRoom({ ...rooms.base, bucket: undefined }, rooms.people, rooms.shows, undefined);
    const answer = await room.request('/posts/uploads', {
      method: 'POST',
      headers: { authorization: `Bearer ${me.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'image/png', bytes: 7 }),
    });
    expect([answer.status, await answer.json()]).toEqual([
      503,
      {
        error: 'temporarily-unavailable',
        message: 'Nothing can be uploaded here. Give an address of it instead.',
      },
    ]);
  });

  it('is not asked for without end', async () => {
    const me = await creator();
    const statuses: number[] = [];
    for (let i = 0; i < 31; i++) statuses.push((await announce(me)).status);
    expect([statuses.filter((status) => status === 201).length, statuses.at(-1)]).toEqual([30, 429]);
  });
});

describe('a post with what was uploaded', () => {
  it('shows it under our own origin, with its type', async () => {
    const me = await creator();
    const { id } = (await me.post('/posts', { text: 'Look', uploadId: await upload(me) })).body;
    const seen = (await rooms.call('GET', `/posts/${id}`)).body;
    expect(seen.mediaUrl).toMatch(
      new RegExp(`^${rooms.base.config.PUBLIC_ORIGIN}/media/${me.user.id}/upl_[0-9a-z]+\\.png$`),
    );
    expect(seen.mediaType).toBe('image/png');
    const served = await rooms.bucket.fetchMedia(seen.mediaUrl);
    expect([served.status, await colourOf(await served.bytes())]).toEqual([200, RED]);
    expect(seen.mediaSize).toEqual({ width: 40, height: 30 });
    expect((await rooms.bucket.fetchMedia(seen.mediaThumbnailUrl)).headers.get('content-type')).toBe('image/webp');
  });

  it('waits for the file, and takes only one’s own, and only once', async () => {
    const { me, thief } = await rooms.signUpAll({ me: { makes_shows: true }, thief: { makes_shows: true } });
    const announced = (await announce(me)).body;
    const early = await me.post('/posts', { text: 'Early', uploadId: announced.id });
    expect([early.status, early.body.error]).toEqual([409, 'upload-not-arrived']);
    await sendForm(announced, PICTURE);
    const stolen = await thief.post('/posts', { text: 'Mine', uploadId: announced.id });
    expect([stolen.status, stolen.body.error]).toEqual([404, 'upload-not-found']);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => me.post('/posts', { text: 'Once', uploadId: announced.id })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, ...Array(19).fill(404)]);
    for (const uploadId of [newId('upl', 1), 'nonsense', (answers[0]?.body.id ?? '') as string])
      expect((await me.post('/posts', { text: 'x', uploadId })).body.error).toBe('upload-not-found');
    const both = await me.post('/posts', { text: 'x', uploadId: announced.id, mediaUrl: 'https://a.test/b.png' });
    expect([both.status, both.body.error]).toEqual([400, 'invalid-request']);
  });

  it('is refused where it is not what it says it is, and can be another', async () => {
    const me = await creator();
    const announced = (await announce(me)).body;
    for (const file of ['<script>', await pictureOf('red', { type: 'jpeg' }), PICTURE.subarray(0, 60)]) {
      await sendForm(announced, file);
      const { status, body } = await me.post('/posts', { text: 'x', uploadId: announced.id });
      expect([status, body.error]).toEqual([422, 'upload-unusable']);
    }
    await sendForm(announced, PICTURE);
    expect((await me.post('/posts', { text: 'x', uploadId: announced.id })).status).toBe(201);
  });

  it('is written within two hours', async () => {
    const me = await creator();
    const [early, late] = [await upload(me), await upload(me)];
    rooms.later(UPLOAD_ATTACH_MS - MINUTE_MS);
    expect((await me.post('/posts', { text: 'In time', uploadId: early })).status).toBe(201);
    rooms.later(MINUTE_MS);
    expect((await me.post('/posts', { text: 'Late', uploadId: late })).body.error).toBe('upload-not-found');
  });

  it('is not written while the bucket is away, and can be afterwards', async () => {
    const me = await creator();
    const uploadId = await upload(me);
    rooms.bucket.fail(true);
    expect((await me.post('/posts', { text: 'x', uploadId })).body.error).toBe('temporarily-unavailable');
    rooms.bucket.fail(false);
    expect((await me.post('/posts', { text: 'x', uploadId })).status).toBe(201);
  });

  it('keeps it when its text is changed, and gives it up for other media', async () => {
    const me = await creator();
    const { id, mediaUrl } = (await me.post('/posts', { text: 'One', uploadId: await upload(me) })).body;
    const path = `/posts/${id}`;
    expect((await me.patch(path, { text: 'Two', mediaUrl })).body).toMatchObject({ mediaUrl, mediaType: 'image/png' });
    const changed = (await me.patch(path, { mediaUrl: 'https://elsewhere.test/1.png' })).body;
    expect([changed.mediaUrl, changed.mediaType]).toEqual(['https://elsewhere.test/1.png', undefined]);
    await rooms.sweep();
    expect(await statusOf(mediaUrl)).toBe(403);
    expect((await me.patch(path, { mediaUrl: null })).body).not.toHaveProperty('mediaUrl');
  });
});

describe('an uploaded file', () => {
  it('in a public post is not replaced by what its form brings later', async () => {
    const me = await creator();
    const form = (await announce(me)).body;
    await sendForm(form, PICTURE);
    const { mediaUrl } = (await me.post('/posts', { text: 'x', uploadId: form.id })).body;
    expect((await sendForm(form, ANOTHER)).status).toBe(201);
    expect(await colourOf(await (await rooms.bucket.fetchMedia(mediaUrl)).bytes())).toEqual(RED);
  });

  it('goes with its post and stays gone, however late its form is sent again', async () => {
    const me = await creator();
    const form = (await announce(me)).body;
    await sendForm(form, PICTURE);
    const { id, mediaUrl, mediaThumbnailUrl } = (await me.post('/posts', { text: 'x', uploadId: form.id })).body;
    await me.delete(`/posts/${id}`);
    await rooms.sweep();
    expect([await statusOf(mediaUrl), await statusOf(mediaThumbnailUrl)]).toEqual([403, 403]);
    expect((await sendForm(form, ANOTHER)).status).toBe(201);
    expect(await statusOf(mediaUrl)).toBe(403);
    expect((await me.post('/posts', { text: 'x', uploadId: form.id })).body.error).toBe('upload-not-found');
    await sweepThrough(80);
    expect(await statusOf(mediaUrl)).toBe(403);
  });

  it('goes with its owner’s account', async () => {
    const me = await creator();
    const { mediaUrl } = (await me.post('/posts', { text: 'x', uploadId: await upload(me) })).body;
    await me.delete('/users/me');
    await sweepThrough(30);
    expect(await statusOf(mediaUrl)).toBe(403);
  });

  it('goes a day later where no post took it up, and stays where one did', async () => {
    const me = await creator();
    const kept = (await me.post('/posts', { text: 'x', uploadId: await upload(me) })).body.mediaUrl;
    const lost = kept.replace(/upl_\w+/, await upload(me));
    rooms.later(UPLOAD_KEPT_MS - MINUTE_MS);
    await rooms.sweep();
    // nobody sees what is in no post
    expect([await statusOf(kept), await statusOf(lost)]).toEqual([200, 403]);
    rooms.later(MINUTE_MS);
    await rooms.sweep();
    expect([await statusOf(kept), await statusOf(lost)]).toEqual([200, 403]);
  });

  it('is tried again where the bucket was away', async () => {
    const me = await creator();
    const { id, mediaUrl } = (await me.post('/posts', { text: 'x', uploadId: await upload(me) })).body;
    await me.delete(`/posts/${id}`);
    rooms.bucket.fail(true);
    await rooms.sweep();
    rooms.bucket.fail(false);
    expect(await statusOf(mediaUrl)).toBe(200);
    rooms.later(5 * MINUTE_MS);
    await rooms.sweep();
    expect(await statusOf(mediaUrl)).toBe(403);
  });
});
