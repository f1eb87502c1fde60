import { afterAll, expect, it, vi } from 'vitest';
import { fromItem } from '#store/item';
import { buildRealtime } from '../assembly/rooms/realtime.ts';
import { buildRemovalSweep } from '../assembly/rooms/users.ts';
import { BROWSER_KEYS } from '../browser-keys.testing.ts';
import { openControlPlane, type Person } from '../rooms.testing.ts';

vi.setConfig({ testTimeout: 240_000 });

const plane = await openControlPlane();
afterAll(() => plane.close());

const MINUTE_MS = 60_000;

/**
 * What may still name somebody whose account has gone, and for how long: `infra/decisions/what-stays-of-who-has-left.md`. By the first
 * words of its key; `until` is the longest that it may stay, and `for good` is an id alone, which names nobody any more.
 */
const STAYS: Record<string, number | 'for good'> = {
  // nobody takes the handle, and an old token makes no new account
  'HANDLE / HANDLE': 30 * 24 * 60 * MINUTE_MS,
  'IDENTITY / IDENTITY': 30 * 24 * 60 * MINUTE_MS,
  // late events are about nobody
  'MUXLIVE / MUXLIVE': 'for good',
  // that a message was sent, not what it said
  'CHATCLIENT / usr': 24 * 60 * MINUTE_MS,
  'TICKET / TICKET': 2 * MINUTE_MS,
  'CONNECTION / CONNECTION': 130 * MINUTE_MS,
  // a key that opens nothing any more
  'INGEST / INGEST': 60 * MINUTE_MS,
  // when they signed out everywhere, for keys of before
  'CREATOR / SIGNEDOUT': 60 * MINUTE_MS,
  // which of a room's moderators has done something, for its creator to take it back
  'ACTS / ACT': 'for good',
  // what moderators of the platform have done
  'PLATFORMACTS / ACT': 180 * 24 * 60 * MINUTE_MS,
  // by whom a message was taken away
  'CHAT / ENTRY': 'for good',
};
const WORDS_OF = /[A-Za-z]+/;
const kindOf = ({ pk, sk }: Record<string, unknown>): string =>
  [pk, sk].map((part) => WORDS_OF.exec(String(part))?.[0] ?? '').join(' / ');

/** Somebody who has done all that leaves something behind. */
const leaveTraces = async (
  leaver: Person,
  { star, pest, moderator }: Record<'star' | 'pest' | 'moderator', Person>,
) => {
  const { signUp } = plane;
  const fan = await signUp('fan_of_leaver');
  const say = async (by: Person, streamId: string, text: string) =>
    (await by.post(`/stream/${streamId}/chat`, { text, clientId: `said-${text.replaceAll(/\W/g, '-')}` })).body;
  const announce = async (by: Person, title: string): Promise<string> => {
    const scheduledFor = new Date(plane.base.clock().getTime() + 3_600_000).toISOString();
    return (await by.post('/stream/create', { title, scheduledFor })).body.stream.id;
  };
  await leaver.patch('/users/me', { name: 'Leaverish Person', bio: 'A leaverish life' });
  await plane.call('PUT', `/users/${star.user.handle}/follow`, { token: leaver.token, body: { notify: true } });
  await plane.call('PUT', `/users/${leaver.user.handle}/follow`, { token: fan.token, body: { notify: true } });
  await plane.call('PUT', '/users/me/push', {
    token: leaver.token,
    body: {
      endpoint: 'https://push.services.mozilla.com/leaverish',
      keys: BROWSER_KEYS,
    },
  });
  await leaver.put(`/users/${pest.user.handle}/block`);
  await pest.put(`/users/${leaver.user.handle}/block`);
  const post = (await leaver.post('/posts', { text: 'A leaverish post #leaverish' })).body.id;
  const others = (await star.post('/posts', { text: 'Theirs' })).body.id;
  for (const id of [post, others]) {
    await leaver.put(`/posts/${id}/like`);
    await leaver.post(`/posts/${id}/comments`, { text: 'A leaverish comment' });
  }
  // in another's audience: said, held back, taken away, timed out, and named to moderate
  const theirs = await announce(star, 'A show of a star');
  await plane.call('PUT', '/users/me/held-words', { token: star.token, body: { words: ['held'] } });
  await say(leaver, theirs, 'Held leaverish words');
  const removed = await say(leaver, theirs, 'Removed leaverish words');
  await say(leaver, theirs, 'Kept leaverish words');
  await say(fan, theirs, 'Of a fan');
  const moderate = (by: Person, streamId: string, body: object) => by.post(`/stream/${streamId}/moderation`, body);
  await moderate(star, theirs, { act: 'delete', seq: removed.message.seq });
  await moderate(star, theirs, { act: 'pin', seq: removed.message.seq + 2 });
  await moderate(star, theirs, { act: 'timeout', handle: leaver.user.handle, seconds: 3_600 });
  await star.put(`/users/me/moderators/${leaver.user.handle}`);
  const fans = await say(fan, theirs, 'Removed by leaver');
  await moderate(leaver, theirs, { act: 'delete', seq: fans.message.seq });
  // in one's own
  const own = await announce(leaver, 'Leaverish show');
  await leaver.put(`/users/me/moderators/${star.user.handle}`);
  await plane.call('PUT', '/users/me/held-words', { token: leaver.token, body: { words: ['leaverish'] } });
  await say(fan, own, 'In a leaverish audience');
  await moderate(leaver, own, { act: 'ban', handle: fan.user.handle });
  await moderate(leaver, own, { act: 'slow', seconds: 5 });
  await plane.call('POST', `/stream/${own}/reactions`, { token: leaver.token, body: { kind: 'heart' } });
  // about to be on the air, with a channel at the video provider
  await leaver.post('/stream/create', { title: 'A leaverish show now' });
  // reports of and by them, and what was done
  await leaver.post('/reports', {
    about: { kind: 'post', postId: others },
    reason: 'spam',
    words: 'Leaverish complaint',
  });
  await fan.post('/reports', { about: { kind: 'post', postId: post }, reason: 'spam' });
  await fan.post('/reports', { about: { kind: 'person', handle: leaver.user.handle }, reason: 'other' });
  const { body: said } = await leaver.post(`/posts/${others}/comments`, { text: 'A leaverish remark' });
  await fan.post('/reports', { about: { kind: 'comment', postId: others, commentId: said.id }, reason: 'hate' });
  await moderator.post('/reports/acts', { act: 'dismiss', caseId: `post/${post}` });
  // a socket that watches
  const { realtime } = { realtime: buildRealtime(plane.base, plane.people, plane.streaming) };
  const { ticket } = (await leaver.post('/auth/tickets', {})).body;
  const socket = { requestContext: { connectionId: 'of-leaver' }, headers: {} };
  await realtime.connect({ ...socket, queryStringParameters: { ticket } });
  const send = (message: object) => realtime.message({ ...socket, body: JSON.stringify(message) });
  await send({ action: 'join', streamId: theirs });
  await send({ action: 'beat', streamId: theirs, at: 1 });
  return { own };
};

it('of an account that has gone nothing names the person but what the decision says, and that no longer than it says', async () => {
  const { leaver, star, pest, moderator } = await plane.signUpAll({
    leaver: { makes_shows: true },
    star: { makes_shows: true },
    pest: {},
    moderator: { watches_over: true },
  });
  const { own } = await leaveTraces(leaver, { star, pest, moderator });
  const naming = async () => {
    const plain = (await plane.everything()).map((item) => fromItem(item));
    return plain.filter((item) => {
      const text = JSON.stringify(item);
      return [leaver.id, leaver.user.handle, own].some((word) => text.includes(word)) || /leaverish/i.test(text);
    });
  };
  const before = new Set((await naming()).map(kindOf));
  expect(before.size).toBeGreaterThan(25);

  expect((await leaver.delete('/users/me')).status).toBe(204);
  const sweep = buildRemovalSweep(plane.base, plane.people, plane.streaming);
  for (let i = 0; i < 40; i++) {
    await sweep();
    plane.later(MINUTE_MS);
  }

  const left = await naming();
  const now = plane.base.clock().getTime();
  const tooMuch = left.filter((item) => {
    const stays = STAYS[kindOf(item)];
    if (stays === undefined) return true;
    return stays !== 'for good' && !(Number(item['expiresAt']) * 1_000 <= now + stays + MINUTE_MS);
  });
  expect(tooMuch).toEqual([]);
  // an id is all that is left of them where it stays for good
  const words = left.filter((item) => /leaverish/i.test(JSON.stringify(item)));
  expect(words).toEqual([]);
  const handles = left.filter((item) => JSON.stringify(item).includes(leaver.user.handle));
  expect(new Set(handles.map(kindOf))).toEqual(new Set(['HANDLE / HANDLE']));
  expect(plane.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
