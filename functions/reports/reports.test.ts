import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { About, PlatformActView, ReportCaseView } from '#contract/reports';
import { createChatStore } from '#store/chat';
import { openControlPlane, type Person, type TestControlPlane } from '../rooms.testing.ts';

vi.setConfig({ testTimeout: 120_000 });

let plane: TestControlPlane;
let moderator: Person;
beforeAll(async () => {
  plane = await openControlPlane();
  moderator = await plane.signUp('watcher', { watches_over: true });
});
afterAll(() => plane.close());

const several = () => plane.signUpAll({ creator: { makes_shows: true }, author: {}, reader: {}, another: {} });
const report = (by: Person, about: About, more: object = {}) =>
  by.post('/reports', { about, reason: 'harassment', ...more });
const act = (body: object, by = moderator) => by.post('/reports/acts', body);
const open = async (): Promise<ReportCaseView[]> => (await moderator.get('/reports?limit=100')).body.items;
const caseOf = async (about: string): Promise<ReportCaseView | undefined> =>
  (await open()).find(({ id }) => id === about);
const done = async (): Promise<PlatformActView[]> => (await moderator.get('/reports/acts?limit=100')).body.items;
const announce = async (by: Person, more: object = {}): Promise<string> => {
  const scheduledFor = new Date(plane.base.clock().getTime() + 3_600_000).toISOString();
  const { body } = await by.post('/stream/create', { title: 'A bad show', scheduledFor, ...more });
  return body.stream.id;
};
let messages = 0;
const say = async (by: Person, streamId: string, text: string) =>
  by.post(`/stream/${streamId}/chat`, { text, clientId: `message-${++messages}` });
const post = async (by: Person, text: string): Promise<string> => (await by.post('/posts', { text })).body.id;
const comment = async (by: Person, postId: string, text: string): Promise<string> =>
  (await by.post(`/posts/${postId}/comments`, { text })).body.id;
const shown = async (streamId: string): Promise<string[]> =>
  (await plane.call('GET', `/stream/${streamId}/chat`)).body.items.map(({ text }: { text: string }) => text);

describe('a report', () => {
  it('of one thing is one case, with who reports it and what they say of it', async () => {
    const { creator, author, reader, another } = await several();
    const streamId = await announce(creator);
    const { seq } = (await say(author, streamId, 'You are all fools')).body.message;
    const about: About = { kind: 'message', streamId, seq };
    expect((await report(reader, about, { words: '  Look at this  ' })).status).toBe(204);
    expect((await report(another, about, { reason: 'spam' })).status).toBe(204);
    const found = await caseOf(`message/${streamId}/${seq}`);
    expect(found).toMatchObject({
      kind: 'message',
      streamId,
      there: true,
      owner: { handle: author.user.handle },
      text: 'You are all fools',
      reports: 2,
    });
    const said = found?.latest.map(({ by, reason, words }) => [by?.handle, reason, words]);
    expect(said).toHaveLength(2);
    expect(said).toEqual(
      expect.arrayContaining([
        [reader.user.handle, 'harassment', 'Look at this'],
        [another.user.handle, 'spam', undefined],
      ]),
    );
  });

  it('is counted once for each person, however often and however fast they send it', async () => {
    const { author, reader } = await several();
    const about: About = { kind: 'person', handle: author.user.handle };
    const answers = await Promise.all(Array.from({ length: 10 }, () => report(reader, about)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect((await caseOf(`person/${author.id}`))?.reports).toBe(1);
  });

  it('is of each kind of thing, and says what that says', async () => {
    const { creator, author, reader } = await several();
    const [streamId, postId] = [
      await announce(creator, { description: 'Of bad things' }),
      await post(author, 'A bad post'),
    ];
    const commentId = await comment(author, postId, 'A bad comment');
    await author.patch('/users/me', {
      bio: 'A bad person',
      links: [{ title: 'A bad page', url: 'https://bad.test/' }],
    });
    for (const about of [
      { kind: 'show', streamId },
      { kind: 'post', postId },
      { kind: 'comment', postId, commentId },
      { kind: 'person', handle: author.user.handle },
    ] as const)
      expect((await report(reader, about)).status).toBe(204);
    const texts = [`show/${streamId}`, `post/${postId}`, `comment/${postId}/${commentId}`, `person/${author.id}`].map(
      async (id) => (await caseOf(id))?.text,
    );
    expect(await Promise.all(texts)).toEqual([
      'A bad show\nOf bad things',
      'A bad post',
      'A bad comment',
      `${author.user.name}\nA bad person\nA bad page: https://bad.test/`,
    ]);
  });

  it('is refused of what is not there, is not seen, or is one’s own', async () => {
    const { creator, author, reader } = await several();
    const closed = await announce(creator, { visibility: 'followers' });
    const streamId = await announce(creator);
    const own = await post(reader, 'Mine');
    const codes = await Promise.all(
      [
        { kind: 'show', streamId: closed } as const,
        { kind: 'message', streamId, seq: 9 } as const,
        { kind: 'post', postId: 'pst_none' } as const,
        { kind: 'person', handle: 'nobody_at_all' } as const,
        { kind: 'comment', postId: 'pst_none', commentId: 'cmt_none' } as const,
        { kind: 'comment', postId: own, commentId: 'cmt_none' } as const,
        { kind: 'post', postId: own } as const,
        { kind: 'comment', postId: own, commentId: await comment(reader, own, 'Mine too') } as const,
      ].map(async (about) => (await report(reader, about)).body.error),
    );
    expect(codes).toEqual([
      'stream-not-found',
      'message-not-found',
      'post-not-found',
      'user-not-found',
      'post-not-found',
      'comment-not-found',
      'not-allowed',
      'not-allowed',
    ]);
    const wrong = [{ reason: 'dislike' }, { words: 'x'.repeat(501) }, { about: { kind: 'room' } }];
    for (const more of wrong)
      expect((await report(reader, { kind: 'person', handle: author.user.handle }, more)).status).toBe(400);
  });

  it('can be made of a show by whom its creator has blocked', async () => {
    const { creator, reader } = await several();
    const streamId = await announce(creator);
    await creator.put(`/users/${reader.user.handle}/block`);
    expect((await report(reader, { kind: 'show', streamId })).status).toBe(204);
  });

  it('comes to no more than a few at once', async () => {
    const { reader, author } = await several();
    const about: About = { kind: 'person', handle: author.user.handle };
    const answers = await Promise.all(Array.from({ length: 40 }, () => report(reader, about)));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(15);
  });
});

describe('the list', () => {
  it('has the latest first, a page at a time', async () => {
    const { author, reader } = await several();
    const posts: string[] = [];
    for (const text of ['One', 'Two', 'Three']) {
      const id = await post(author, text);
      await report(reader, { kind: 'post', postId: id });
      plane.later(1_000);
      posts.push(id);
    }
    const first = await moderator.get('/reports?limit=2');
    const second = await moderator.get(`/reports?limit=2&cursor=${encodeURIComponent(first.body.cursor)}`);
    expect([...first.body.items, ...second.body.items].slice(0, 3).map(({ postId }) => postId)).toEqual(
      posts.toReversed(),
    );
  });

  it('says of a thing that has gone since that it has', async () => {
    const { author, reader } = await several();
    const id = await post(author, 'Gone soon');
    await report(reader, { kind: 'post', postId: id });
    await author.delete(`/posts/${id}`);
    expect(await caseOf(`post/${id}`)).toMatchObject({ there: false, text: 'Gone soon' });
  });
});

describe('a moderator', () => {
  it('dismisses a report once, and takes that back; a new one puts it on the list again', async () => {
    const { author, reader, another } = await several();
    const id = `post/${await post(author, 'Harmless')}`;
    const about: About = { kind: 'post', postId: id.slice(5) };
    await report(reader, about);
    await Promise.all([act({ act: 'dismiss', caseId: id }), act({ act: 'dismiss', caseId: id })]);
    expect(await caseOf(id)).toBeUndefined();
    const noted = (await done()).filter(({ text }) => text === 'Harmless');
    expect(noted).toMatchObject([{ act: 'dismiss', kind: 'post', undone: false, undoable: true }]);
    expect((await act({ act: 'undo', actId: noted[0]?.id })).status).toBe(204);
    expect(await caseOf(id)).toMatchObject({ reports: 1 });
    expect((await act({ act: 'undo', actId: noted[0]?.id })).body.error).toBe('not-found');
    await act({ act: 'dismiss', caseId: id });
    await report(another, about);
    expect(await caseOf(id)).toMatchObject({ reports: 2 });
  });

  it('takes a message away, and puts it back where it stood; its room’s creator cannot', async () => {
    const { creator, author, reader } = await several();
    const streamId = await announce(creator);
    const { seq } = (await say(author, streamId, 'Cruel words')).body.message;
    await say(reader, streamId, 'Kind words');
    const caseId = `message/${streamId}/${seq}`;
    await report(reader, { kind: 'message', streamId, seq });
    expect((await act({ act: 'remove', caseId })).status).toBe(204);
    expect([await shown(streamId), await caseOf(caseId)]).toEqual([['Kind words'], undefined]);
    expect((await creator.get(`/stream/${streamId}/moderation`)).body.items).toEqual([]);
    const [removal] = await done();
    await act({ act: 'undo', actId: removal?.id });
    expect(await shown(streamId)).toEqual(['Cruel words', 'Kind words']);
    expect(await caseOf(caseId)).toMatchObject({ there: true });
  });

  it('takes a post away, and a show off the air, for good', async () => {
    const { creator, author, reader } = await several();
    const [streamId, postId] = [await announce(creator), await post(author, 'Forbidden')];
    await report(reader, { kind: 'post', postId });
    await report(reader, { kind: 'show', streamId });
    expect((await act({ act: 'remove', caseId: `post/${postId}` })).status).toBe(204);
    expect((await act({ act: 'remove', caseId: `show/${streamId}` })).status).toBe(204);
    expect((await plane.call('GET', `/posts/${postId}`)).status).toBe(404);
    expect((await plane.call('GET', `/stream/${streamId}`)).body).toMatchObject({
      state: 'ended',
      endedBecause: 'moderated',
      recording: 'none',
    });
    for (const { id, undoable, act: did } of (await done()).slice(0, 2)) {
      expect([did, undoable]).toEqual(['remove', false]);
      expect((await act({ act: 'undo', actId: id })).body.error).toBe('not-found');
    }
  });

  it('takes a comment away for good, and leaves its post with one less; one that has gone already is done with', async () => {
    const { author, reader, another } = await several();
    const postId = await post(author, 'With comments');
    const [cruel, gone] = [await comment(another, postId, 'Cruel'), await comment(another, postId, 'Gone soon')];
    await comment(reader, postId, 'Kind');
    for (const commentId of [cruel, gone]) await report(reader, { kind: 'comment', postId, commentId });
    await another.delete(`/posts/${postId}/comments/${gone}`);
    expect(await caseOf(`comment/${postId}/${gone}`)).toMatchObject({ there: false, text: 'Gone soon' });
    for (const commentId of [cruel, gone])
      expect((await act({ act: 'remove', caseId: `comment/${postId}/${commentId}` })).status).toBe(204);
    const left = (await reader.get(`/posts/${postId}/comments`)).body.items;
    expect(left.map(({ text }: { text: string }) => text)).toEqual(['Kind']);
    expect((await plane.call('GET', `/posts/${postId}`)).body.comments).toBe(1);
    const [removal] = await done();
    expect(removal).toMatchObject({ act: 'remove', kind: 'comment', undoable: false });
    expect((await act({ act: 'undo', actId: removal?.id })).body.error).toBe('not-found');
  });

  it('suspends a person, who then says nothing that others read, wherever that would be', async () => {
    const { creator, reader } = await several();
    const streamId = await announce(creator);
    const postId = await post(reader, 'Before');
    await report(reader, { kind: 'person', handle: creator.user.handle });
    expect((await act({ act: 'suspend', caseId: `person/${creator.id}`, days: 7 })).status).toBe(204);
    const refused = await Promise.all([
      say(creator, streamId, 'Hello'),
      creator.post('/posts', { text: 'Hello' }),
      creator.post(`/posts/${postId}/comments`, { text: 'Hello' }),
      creator.post('/stream/create', { title: 'Hello' }),
      creator.post(`/stream/${streamId}/ingest`),
      creator.post(`/stream/${streamId}/encoder`),
      creator.post(`/stream/${streamId}/moderation`, { act: 'freeze' }),
      creator.patch(`/stream/${streamId}`, { title: 'Hello' }),
      creator.patch('/users/me', { bio: 'Hello' }),
      creator.put('/users/me/avatar', { uploadId: 'upl_of_nobody' }),
      creator.put('/users/me/cover', { uploadId: 'upl_of_nobody' }),
    ]);
    expect(refused.map(({ status, body }) => [status, body.error])).toEqual(refused.map(() => [403, 'suspended']));
    expect(Date.parse(refused[0]?.body.details.until) - plane.base.clock().getTime()).toBeGreaterThan(6 * 86_400_000);
    // reading, and leaving, is theirs as before
    expect((await creator.get('/posts/feed')).status).toBe(200);
    plane.later(7 * 86_400_000);
    expect((await say(creator, streamId, 'Again')).status).toBe(201);
  });

  it('lifts a suspension by taking it back, to what had been before', async () => {
    const { author, reader } = await several();
    const caseId = `person/${author.id}`;
    await report(reader, { kind: 'person', handle: author.user.handle });
    await act({ act: 'suspend', caseId, days: 1 });
    await act({ act: 'suspend', caseId, days: null });
    const [forGood, forADay] = await done();
    expect(forGood).toMatchObject({ suspended: {}, owner: { handle: author.user.handle } });
    const write = async () => (await author.post('/posts', { text: 'Hello' })).body;
    expect((await write()).details).toEqual({});
    await act({ act: 'undo', actId: forGood?.id });
    expect((await write()).details.until).toBe(forADay?.suspended?.until);
    await act({ act: 'undo', actId: forADay?.id });
    expect((await write()).text).toBe('Hello');
    expect(await caseOf(caseId)).toMatchObject({ reports: 1 });
  });

  it('suspends a message’s writer, and has still to say what becomes of the message', async () => {
    const { creator, author, reader } = await several();
    const streamId = await announce(creator);
    const { seq } = (await say(author, streamId, 'Cruel again')).body.message;
    await report(reader, { kind: 'message', streamId, seq });
    await act({ act: 'suspend', caseId: `message/${streamId}/${seq}`, days: 1 });
    expect(await caseOf(`message/${streamId}/${seq}`)).toMatchObject({ suspended: { until: expect.any(String) } });
  });

  it('suspends no other moderator, and removes no person', async () => {
    const { author, reader } = await several();
    await report(reader, { kind: 'person', handle: moderator.user.handle });
    await report(reader, { kind: 'person', handle: author.user.handle });
    const byClaim = await plane.signUp('second_watcher', { watches_over: true });
    plane.base.config.MODERATORS.push(moderator.id);
    expect((await act({ act: 'suspend', caseId: `person/${moderator.id}`, days: 1 }, byClaim)).body.error).toBe(
      'not-allowed',
    );
    expect((await act({ act: 'remove', caseId: `person/${author.id}` })).body.error).toBe('not-allowed');
  });
});

it('whose thing it is hears nothing of a report', async () => {
  const { creator, author, reader } = await several();
  const streamId = await announce(creator);
  const { seq } = (await say(author, streamId, 'Reported words')).body.message;
  const chat = createChatStore(plane.base);
  const before = [
    await chat.after(streamId as never, 0, 100),
    (await author.get('/users/me')).body,
    (await creator.get(`/stream/${streamId}`)).body,
    (await author.get(`/stream/${streamId}/chat`)).body,
  ];
  await report(reader, { kind: 'message', streamId, seq });
  await report(reader, { kind: 'show', streamId });
  expect([
    await chat.after(streamId as never, 0, 100),
    (await author.get('/users/me')).body,
    (await creator.get(`/stream/${streamId}`)).body,
    (await author.get(`/stream/${streamId}/chat`)).body,
  ]).toEqual(before);
});
