import { OPERATIONS } from '#contract/operations';
import type { AttackCase } from './attack-case.ts';
import type { Account, PlatformBed } from '../lib/platform-bed.ts';

type Case = AttackCase<PlatformBed>;

const UNSIGNED = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"asha"}').toString('base64url')}.`;
/** The path of a call, of things that are not there. */
const anyOf = (path: string): string =>
  path.replace('{handle}', 'nobody_at_all').replaceAll(/\{\w+\}/g, 'pst_00000000000000000000000000');

const closed = OPERATIONS.filter(({ who }) => who === 'signed in');

/** Every call that is for somebody, made by nobody. */
const byNobody = closed.flatMap(({ method, path }): Case[] => {
  const call = (attack: string, token: string | undefined): Case => ({
    attack: `${method} ${path}, ${attack}`,
    expected: 'not-signed-in',
    play: async (bed) =>
      (await bed.call(method, anyOf(path), { token, ...(method !== 'GET' && method !== 'DELETE' && { body: {} }) }))
        .error,
  });
  return [call('without a token', undefined), call('with a token without a signature', UNSIGNED)];
});

/** What is open to everybody does not break by who asks, and shows a bad token the door. */
const byAnybody = OPERATIONS.filter(({ who, method }) => who === 'anyone' && method === 'GET').map(
  ({ method, path }): Case => ({
    attack: `${method} ${path}, of what is not there, with cursors and limits of noise`,
    expected: 'answered',
    play: async (bed) => {
      const { status } = await bed.call(
        method,
        `${anyOf(path)}?limit=1e9&cursor=%00%ff../../&author[]=x&state=__proto__`,
      );
      return status < 500 ? 'answered' : String(status);
    },
  }),
);

/** What one person makes, another changes. */
const foreign = (
  attack: string,
  expected: string | string[],
  act: (bed: PlatformBed, made: Made) => Promise<string>,
): Case => ({
  attack,
  expected,
  play: async (bed) => act(bed, await madeBy(bed, 'asha')),
});
type Made = { post: string; comment: string; show: string };
const madeByAsha = new WeakMap<PlatformBed, Promise<Made>>();
const madeBy = (bed: PlatformBed, account: Account): Promise<Made> => {
  const make = async (): Promise<Made> => {
    const token = bed.tokens[account];
    const post = (await bed.call('POST', '/posts', { token, body: { text: 'A post of mine' } })).body.id;
    const comment = (await bed.call('POST', `/posts/${post}/comments`, { token, body: { text: 'And a comment' } })).body
      .id;
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const show = (
      await bed.call('POST', '/stream/create', {
        token,
        body: { title: 'For followers', visibility: 'followers', scheduledFor },
      })
    ).body.stream.id;
    return { post, comment, show };
  };
  const made = madeByAsha.get(bed) ?? make();
  madeByAsha.set(bed, made);
  return made;
};
const asBilal = async (bed: PlatformBed, method: string, path: string, body?: unknown): Promise<string> =>
  (await bed.call(method, path, { token: bed.tokens.bilal, body })).error;

const REFUSED = ['not-allowed', 'stream-not-found', 'post-not-found'];
const FOREIGN: readonly Case[] = [
  foreign('another’s post changed', 'not-allowed', (bed, { post }) =>
    asBilal(bed, 'PATCH', `/posts/${post}`, { text: 'Mine now' }),
  ),
  foreign('another’s post taken down', 'not-allowed', (bed, { post }) => asBilal(bed, 'DELETE', `/posts/${post}`)),
  foreign('another’s comment taken down', 'not-allowed', (bed, { post, comment }) =>
    asBilal(bed, 'DELETE', `/posts/${post}/comments/${comment}`),
  ),
  foreign('another’s show looked at, which is for followers', REFUSED, (bed, { show }) =>
    asBilal(bed, 'GET', `/stream/${show}`),
  ),
  foreign('its playlist asked for', REFUSED, (bed, { show }) => asBilal(bed, 'GET', `/stream/${show}/playback`)),
  foreign('its live view asked for', REFUSED, (bed, { show }) => asBilal(bed, 'GET', `/stream/${show}/live`)),
  foreign('another’s show changed', REFUSED, (bed, { show }) =>
    asBilal(bed, 'PATCH', `/stream/${show}`, { title: 'Mine', visibility: 'public' }),
  ),
  foreign('a key to another’s show', REFUSED, (bed, { show }) => asBilal(bed, 'POST', `/stream/${show}/ingest`, {})),
  foreign('another’s show fed by an encoder of one’s own', REFUSED, (bed, { show }) =>
    asBilal(bed, 'POST', `/stream/${show}/encoder`, {}),
  ),
  foreign('another’s recording trimmed', REFUSED, (bed, { show }) =>
    asBilal(bed, 'PATCH', `/stream/${show}`, { trim: { startSeconds: 0, endSeconds: 1 } }),
  ),
  foreign('another’s show ended', REFUSED, (bed, { show }) => asBilal(bed, 'POST', `/stream/${show}/end`, {})),
  foreign('another’s show posted as one’s own', 'stream-not-found', (bed, { show }) =>
    asBilal(bed, 'POST', '/posts', { text: 'Look', streamId: show }),
  ),
  foreign(
    'a viewer who opens a show',
    'not-a-creator',
    async (bed) =>
      (await bed.call('POST', '/stream/create', { token: bed.tokens.chen, body: { title: 'Me too' } })).error,
  ),
  foreign('a viewer who makes itself a moderator', ['invalid-request', 'a viewer still'], async (bed) => {
    const asked = { token: bed.tokens.chen, body: { moderator: true, roles: ['moderator'] } };
    const { status, error } = await bed.call('PATCH', '/users/me', asked);
    if (status !== 200) return error;
    const { user } = (await bed.call('GET', '/auth/session', { token: bed.tokens.chen })).body;
    return JSON.stringify(user).includes('moderator') ? 'a moderator' : 'a viewer still';
  }),
  foreign('what people report, read by who is no moderator', 'not-allowed', (bed) => asBilal(bed, 'GET', '/reports')),
  foreign('what moderators did, read by who is none', 'not-allowed', (bed) => asBilal(bed, 'GET', '/reports/acts')),
  foreign('somebody suspended by who is no moderator', 'not-allowed', async (bed, { post }) => {
    await asBilal(bed, 'POST', '/reports', { about: { kind: 'post', postId: post }, reason: 'spam' });
    return asBilal(bed, 'POST', '/reports/acts', { act: 'suspend', caseId: `post/${post}`, days: null });
  }),
  foreign('a report of what is not seen', 'stream-not-found', (bed, { show }) =>
    asBilal(bed, 'POST', '/reports', { about: { kind: 'show', streamId: show }, reason: 'hate' }),
  ),
  foreign('another’s destination removed', ['not-found', 'not-allowed', 'stream-not-found', '204'], (bed) =>
    asBilal(bed, 'DELETE', '/stream/simulcast/tgt_00000000000000000000000000'),
  ),
  foreign('a post in another’s name', 'asked as bilal', async (bed) => {
    const asha = (await bed.call('GET', '/auth/session', { token: bed.tokens.asha })).body.user;
    const { body } = await bed.call('POST', '/posts', {
      token: bed.tokens.bilal,
      body: { text: 'As her', authorId: asha.id, author: asha },
    });
    return body.author === undefined || body.author.handle === 'bilal'
      ? 'asked as bilal'
      : `a post of ${body.author.handle}`;
  }),
];

/** Who may call what. */
export const ROUTES: readonly Case[] = [...byNobody, ...byAnybody, ...FOREIGN];
