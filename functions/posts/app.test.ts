import { afterAll, describe, expect, it, vi } from 'vitest';
import type { StreamView } from '#contract/http';
import { newId, parseStreamId, type StreamId } from '#domain/ids';
import { openRooms, type Person } from '../rooms.testing.ts';

// a hundred calls at once take their time where all tests run at once
vi.setConfig({ testTimeout: 120_000 });

const rooms = await openRooms();
afterAll(() => rooms.close());

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const times = <Result>(count: number, make: (i: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)));

let made = 0;
const someone = (claims = {}) => rooms.signUp(`poster_${++made}`, claims);
const personOf = ({ user: { id, handle, name } }: Person) => ({ id, handle, name });
const write = async (author: Person, text: string) => (await author.post('/posts', { text })).body;
const texts = (answer: { body: { items: { text: string }[] } }) => answer.body.items.map(({ text }) => text);

/** A stream as the streams room would show it. */
const show = (creator: Person, overrides: Partial<StreamView> = {}): StreamView & { id: StreamId } => {
  const id = newId('str', Date.now());
  const view: StreamView = {
    id,
    creator: personOf(creator),
    title: 'A show',
    visibility: 'public',
    latency: 'standard',
    test: false,
    state: 'live',
    ending: false,
    viewers: 0,
    createdAt: new Date().toISOString(),
    recording: 'none',
    ...overrides,
  };
  rooms.shows.shown.set(id, view);
  return { ...view, id };
};

describe('a post', () => {
  it('is written, read, changed and taken down', async () => {
    const me = await someone();
    const written = await me.post('/posts', {
      text: '  <script>alert(1)</script>  ',
      mediaUrl: 'https://pictures.test/1.png',
    });
    const post = {
      id: expect.stringMatching(/^pst_[0-9a-z]{26}$/),
      author: personOf(me),
      text: '<script>alert(1)</script>',
      mediaUrl: 'https://pictures.test/1.png',
      likes: 0,
      liked: false,
      comments: 0,
      createdAt: TIME,
    };
    expect([written.status, written.body]).toEqual([201, post]);
    const path = `/posts/${written.body.id}`;
    const { liked: _, ...seen } = written.body;
    expect((await rooms.call('GET', path)).body).toEqual(seen);
    const changed = await me.patch(path, { text: 'Better', mediaUrl: null });
    const { mediaUrl: __, ...rest } = written.body;
    expect((await me.patch(path, {})).body).toEqual({ ...rest, text: 'Better', editedAt: changed.body.editedAt });
    expect([changed.status, changed.body]).toEqual([200, { ...rest, text: 'Better', editedAt: TIME }]);
    expect((await rooms.call('GET', path)).body).toMatchObject({ text: 'Better' });
    expect((await me.delete(path)).status).toBe(204);
    for (const answer of [await rooms.call('GET', path), await me.delete(path), await me.patch(path, { text: 'x' })])
      expect([answer.status, answer.body]).toEqual([
        404,
        { error: 'post-not-found', message: 'There is no such post.' },
      ]);
    expect((await rooms.call('GET', `/posts?author=${me.user.handle}`)).body).toEqual({ items: [] });
  });

  it('keeps the words for its media as long as the media, and no longer', async () => {
    const me = await someone();
    const [one, other] = ['https://pictures.test/1.png', 'https://pictures.test/2.png'];
    const written = await me.post('/posts', { text: 'Look', mediaUrl: one, mediaAlt: ' A harbour ' });
    const path = `/posts/${written.body.id}`;
    expect([written.status, written.body.mediaAlt]).toEqual([201, 'A harbour']);
    expect((await me.patch(path, { text: 'Look!', mediaUrl: one })).body.mediaAlt).toBe('A harbour');
    expect((await me.patch(path, { mediaUrl: other, mediaAlt: 'A harbour' })).body).toMatchObject({
      mediaUrl: other,
      mediaAlt: 'A harbour',
    });
    expect((await me.patch(path, { mediaAlt: 'A ship' })).body).toMatchObject({ mediaUrl: other, mediaAlt: 'A ship' });
    expect((await me.patch(path, { mediaAlt: null })).body).not.toHaveProperty('mediaAlt');
    await me.patch(path, { mediaAlt: 'A ship' });
    expect((await me.patch(path, { mediaUrl: null })).body).not.toHaveProperty('mediaAlt');
  });

  it.each([
    [{}, 'text'],
    [{ text: ' ' }, 'text'],
    [{ text: 'x'.repeat(5_001) }, 'text'],
    [{ text: 'x', mediaUrl: 'javascript:alert(1)' }, 'mediaUrl'],
    [{ text: 'x', mediaUrl: 'ftp://pictures.test/1.png' }, 'mediaUrl'],
    [{ text: 'x', mediaUrl: '//pictures.test/1.png' }, 'mediaUrl'],
    [{ text: 7 }, 'text'],
  ])('is not %j', async (body, field) => {
    const me = await someone();
    const { status, body: answer } = await me.post('/posts', body);
    expect([status, answer.error, answer.details.fields[0].field]).toEqual([400, 'invalid-request', field]);
  });

  it('keeps no tower of line ends, whoever sends it', async () => {
    const me = await someone();
    const { body } = await me.post('/posts', { text: `a${'\r\n'.repeat(400)}b${'\n\u200b'.repeat(400)}c` });
    expect(body.text).toBe('a\n\n\nb\n\n\n\u200bc');
  });

  it('of five thousand characters is one', async () => {
    const me = await someone();
    expect((await me.post('/posts', { text: 'ü'.repeat(5_000) })).status).toBe(201);
  });

  it('is changed by its author alone, and taken down by a moderator too', async () => {
    const { me, other, moderator } = await rooms.signUpAll({ me: {}, other: {}, moderator: { watches_over: true } });
    const { id } = await write(me, 'Mine');
    for (const answer of [
      await other.patch(`/posts/${id}`, { text: 'x' }),
      await moderator.patch(`/posts/${id}`, { text: 'x' }),
      await other.delete(`/posts/${id}`),
    ])
      expect([answer.status, answer.body]).toEqual([403, { error: 'not-allowed', message: 'This is not your post.' }]);
    expect((await moderator.delete(`/posts/${id}`)).status).toBe(204);
  });
});

describe('likes', () => {
  it('count once each, however often and at once', async () => {
    const author = await someone();
    const fans = await times(20, () => someone());
    const { id } = await write(author, 'Like me');
    const path = `/posts/${id}/like`;
    const statuses = await times(100, (i) => fans[i % 20]!.put(path));
    expect(statuses.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect((await fans[0]!.get(`/posts/${id}`)).body).toMatchObject({ likes: 20, liked: true });
    await times(100, (i) => fans[i % 10]!.delete(path));
    expect((await fans[0]!.get(`/posts/${id}`)).body).toMatchObject({ likes: 10, liked: false });
    expect((await rooms.call('GET', `/posts/${id}`)).body).not.toHaveProperty('liked');
  });

  it('of a post that has gone, or of who is blocked, are refused', async () => {
    const { author, pest } = await rooms.signUpAll({ author: {}, pest: {} });
    const { id } = await write(author, 'Not for you');
    await author.put(`/users/${pest.user.handle}/block`);
    expect((await pest.put(`/posts/${id}/like`)).body).toEqual({
      error: 'blocked',
      message: 'You cannot do that here.',
    });
    await author.delete(`/posts/${id}`);
    expect((await author.put(`/posts/${id}/like`)).body.error).toBe('post-not-found');
  });
});

describe('comments', () => {
  it('are counted and listed, the newest first, page by page', async () => {
    const { author, guest } = await rooms.signUpAll({ author: {}, guest: {} });
    const { id } = await write(author, 'Say something');
    const path = `/posts/${id}/comments`;
    const first = await guest.post(path, { text: ' One ' });
    expect([first.status, first.body]).toEqual([
      201,
      { id: expect.stringMatching(/^cmt_[0-9a-z]{26}$/), author: personOf(guest), text: 'One', createdAt: TIME },
    ]);
    for (const text of ['Two', 'Three']) {
      rooms.later(10);
      await guest.post(path, { text });
    }
    const page = await guest.get(`${path}?limit=2`);
    expect([page.status, page.body]).toEqual([
      200,
      {
        items: [expect.objectContaining({ text: 'Three' }), expect.objectContaining({ text: 'Two' })],
        cursor: expect.any(String),
      },
    ]);
    expect((await guest.get(`${path}?limit=2&cursor=${page.body.cursor}`)).body).toEqual({ items: [first.body] });
    expect((await guest.get(`/posts/${id}`)).body.comments).toBe(3);
    expect((await rooms.call('GET', path)).status).toBe(401);
  });

  it('count exactly when a hundred are made and taken down at once', async () => {
    const author = await someone();
    const { id } = await write(author, 'Crowd');
    const path = `/posts/${id}/comments`;
    const said = await times(100, (i) => author.post(path, { text: `Nr ${i}` }));
    expect(said.map(({ status }) => status)).toEqual(Array(100).fill(201));
    expect((await author.get(`/posts/${id}`)).body.comments).toBe(100);
    const gone = await times(100, (i) => author.delete(`${path}/${said[i % 50]!.body.id}`));
    expect(gone.every(({ status }) => status === 204 || status === 404)).toBe(true);
    expect((await author.get(`/posts/${id}`)).body.comments).toBe(50);
  });

  it('are taken down by who wrote them, whose post it is, and moderators', async () => {
    const { author, guest, stranger } = await rooms.signUpAll({ author: {}, guest: {}, stranger: {} });
    const moderator = await someone({ watches_over: true });
    const { id } = await write(author, 'Mine');
    const say = async () =>
      `/posts/${id}/comments/${(await guest.post(`/posts/${id}/comments`, { text: 'x' })).body.id}`;
    const refused = await stranger.delete(await say());
    expect([refused.status, refused.body.error]).toEqual([403, 'not-allowed']);
    for (const allowed of [guest, author, moderator]) {
      const path = await say();
      expect((await allowed.delete(path)).status).toBe(204);
      expect((await allowed.delete(path)).body.error).toBe('comment-not-found');
    }
  });

  it('of the blocked, and empty or endless ones, are refused', async () => {
    const { author, pest } = await rooms.signUpAll({ author: {}, pest: {} });
    const { id } = await write(author, 'Peace');
    await author.put(`/users/${pest.user.handle}/block`);
    const path = `/posts/${id}/comments`;
    expect((await pest.post(path, { text: 'Boo' })).body.error).toBe('blocked');
    expect((await author.get(`/posts/${id}`)).body.comments).toBe(0);
    expect((await author.post(path, { text: '' })).status).toBe(400);
    expect((await author.post(path, { text: 'x'.repeat(1_001) })).status).toBe(400);
    expect((await author.post(path, { text: 'x'.repeat(1_000) })).status).toBe(201);
  });
});

describe('feeds', () => {
  it('show one author’s posts, the newest first, page by page', async () => {
    const me = await someone();
    for (let i = 1; i <= 5; i++) {
      await write(me, `Nr ${i}`);
      rooms.later(1);
    }
    const path = `/posts?author=${me.user.handle}`;
    const first = await rooms.call('GET', `${path}&limit=2`);
    expect([first.status, texts(first)]).toEqual([200, ['Nr 5', 'Nr 4']]);
    const second = await rooms.call('GET', `${path}&limit=2&cursor=${first.body.cursor}`);
    expect(texts(second)).toEqual(['Nr 3', 'Nr 2']);
    const third = await rooms.call('GET', `${path}&limit=2&cursor=${second.body.cursor}`);
    expect([texts(third), third.body.cursor]).toEqual([['Nr 1'], undefined]);
    expect((await rooms.call('GET', '/posts')).status).toBe(400);
    expect((await rooms.call('GET', '/posts?author=nobody_at_all')).body.error).toBe('user-not-found');
  });

  it('explore shows everybody’s, across its shards, each once', async () => {
    const authors = await times(3, () => someone());
    const written = [];
    for (let i = 0; i < 12; i++) {
      written.unshift((await write(authors[i % 3]!, `Explore ${i}`)).id);
      rooms.later(1);
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await rooms.call('GET', `/posts/explore?limit=5${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.cursor ?? '';
    } while (cursor && seen.length < 1_000);
    expect(seen.slice(0, 12)).toEqual(written);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('of following shows whom one follows and nobody else, across many authors, each post once', async () => {
    const { me, stranger } = await rooms.signUpAll({ me: {}, stranger: {} });
    const followed = await times(25, () => someone());
    for (const author of followed) await me.put(`/users/${author.user.handle}/follow`);
    const written: string[] = [];
    for (let i = 0; i < 60; i++) {
      // some write often, some once, one never
      written.unshift((await write(followed[(i * i) % 24]!, `Feed ${i}`)).id);
      await write(stranger, 'Not followed');
      rooms.later(1);
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const { status, body } = await me.get(`/posts/feed?limit=7${cursor && `&cursor=${cursor}`}`);
      expect(status).toBe(200);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.cursor ?? '';
    } while (cursor && seen.length < 1_000);
    expect(seen).toEqual(written);
    await me.delete(`/users/${followed[0]!.user.handle}/follow`);
    expect(
      (await me.get('/posts/feed?limit=100')).body.items.map(({ author }: { author: { id: string } }) => author.id),
    ).not.toContain(followed[0]!.user.id);
    expect((await stranger.get('/posts/feed')).body).toEqual({ items: [] });
    expect((await rooms.call('GET', '/posts/feed')).status).toBe(401);
  });

  it('do not take each other’s cursors', async () => {
    const me = await someone();
    for (let i = 0; i < 3; i++) await write(me, 'x');
    const { cursor } = (await rooms.call('GET', '/posts/explore?limit=1')).body;
    for (const path of [`/posts?author=${me.user.handle}&`, '/posts/feed?'])
      expect((await me.get(`${path}cursor=${cursor}`)).body.error).toBe('invalid-request');
  });
});

describe('the post of a stream', () => {
  const postsOf = async (creator: Person, viewer?: Person) =>
    (await rooms.call('GET', `/posts?author=${creator.user.handle}`, { token: viewer?.token })).body.items;

  it('appears once, however often it is told, and shows the stream as it is', async () => {
    const creator = await someone();
    const stream = show(creator, { title: 'My first show' });
    const live = {
      id: stream.id,
      creatorId: creator.id,
      title: stream.title,
      visibility: 'public',
      test: false,
    } as const;
    const outcomes = await times(100, () => rooms.publishLive(live, Date.now()));
    expect(outcomes.filter(({ published }) => published)).toHaveLength(1);
    const { id: _, ...view } = stream;
    const { body } = await rooms.call('GET', `/posts?stream=${stream.id}`);
    expect(body.items).toMatchObject([{ text: 'My first show', stream: { id: stream.id } }]);
    expect(await postsOf(creator)).toEqual([
      expect.objectContaining({ text: 'My first show', stream: { ...view, id: stream.id } }),
    ]);
    rooms.shows.shown.set(stream.id, { ...stream, state: 'ended', recording: 'ready', durationSeconds: 61 });
    expect(await postsOf(creator)).toEqual([
      expect.objectContaining({ stream: expect.objectContaining({ state: 'ended', recording: 'ready' }) }),
    ]);
  });

  it('that was taken down does not come back with a late event', async () => {
    const creator = await someone();
    const stream = show(creator);
    const live = { id: stream.id, creatorId: creator.id, title: 'x', visibility: 'public', test: false } as const;
    await rooms.publishLive(live, Date.now());
    const [post] = await postsOf(creator);
    await creator.delete(`/posts/${post.id}`);
    expect(await rooms.publishLive(live, Date.now())).toEqual({ published: false });
    expect(await postsOf(creator)).toEqual([]);
    expect((await rooms.call('GET', `/posts?stream=${stream.id}`)).body).toEqual({ items: [] });
    expect((await rooms.call('GET', '/posts')).body.error).toBe('invalid-request');
  });

  it('takes the recording of its show with it, which a post that only shows it does not', async () => {
    const { creator, moderator } = await rooms.signUpAll({ creator: {}, moderator: { watches_over: true } });
    const over = { state: 'ended', recording: 'ready' } as const;
    const [mine, taken, shared] = [show(creator, over), show(creator, over), show(creator, over)];
    for (const { id } of [mine, taken])
      await rooms.publishLive({ id, creatorId: creator.id, title: 'x', visibility: 'public', test: false }, Date.now());
    const [second, first] = await postsOf(creator);
    const byHand = (await creator.post('/posts', { text: 'Again', streamId: shared.id })).body;
    expect([first.takesRecording, byHand.takesRecording]).toEqual([true, undefined]);
    await creator.delete(`/posts/${first.id}`);
    await moderator.delete(`/posts/${second.id}`);
    await creator.delete(`/posts/${byHand.id}`);
    expect(rooms.shows.withdrawn.slice(-2)).toEqual([mine.id, taken.id]);
    expect(rooms.shows.withdrawn).not.toContain(shared.id);
  });

  it('is seen by who may see the stream', async () => {
    const { creator, stranger } = await rooms.signUpAll({ creator: {}, stranger: {} });
    const stream = show(creator, { visibility: 'followers' });
    await rooms.publishLive(
      { id: stream.id, creatorId: creator.id, title: 'x', visibility: 'followers', test: false },
      Date.now(),
    );
    const [post] = await postsOf(creator, creator);
    expect(post).toMatchObject({ stream: { visibility: 'followers' } });
    expect([await postsOf(creator), await postsOf(creator, stranger)]).toEqual([[], []]);
    expect((await stranger.get(`/posts/${post.id}`)).status).toBe(404);
    expect((await stranger.put(`/posts/${post.id}/like`)).status).toBe(404);
    const explore = await creator.get('/posts/explore?limit=100');
    expect(explore.body.items.map(({ id }: { id: string }) => id)).not.toContain(post.id);
  });

  it('does not keep older posts from who may not see it, however many such there are', async () => {
    const { creator, stranger } = await rooms.signUpAll({ creator: {}, stranger: {} });
    const open = await write(creator, 'For everybody');
    const closed = show(creator, { visibility: 'followers' });
    for (let i = 0; i < 21; i++) await creator.post('/posts', { text: `Hidden ${i}`, streamId: closed.id });
    const explore = await stranger.get('/posts/explore?limit=20');
    expect(explore.body.items[0]).toMatchObject({ id: open.id });
    const theirs = await stranger.get(`/posts?author=${creator.user.handle}&limit=20`);
    expect(theirs.body).toEqual({ items: [expect.objectContaining({ id: open.id })] });
  });

  it('may be written by hand, for a stream that one may see', async () => {
    const { creator, fan } = await rooms.signUpAll({ creator: {}, fan: {} });
    const open = show(creator);
    const closed = show(creator, { visibility: 'followers' });
    expect((await fan.post('/posts', { text: 'Watch this', streamId: open.id })).body.stream.id).toBe(open.id);
    for (const streamId of [closed.id, newId('str', Date.now()), 'nonsense']) {
      const { status, body } = await fan.post('/posts', { text: 'x', streamId });
      expect([status, body]).toEqual([404, { error: 'stream-not-found', message: 'There is no such show.' }]);
    }
    expect(parseStreamId(open.id)).toBe(open.id);
  });
});
