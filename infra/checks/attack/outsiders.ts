import { createHmac } from 'node:crypto';
import { openBrowser, openWebApp, signIn } from '#stand-ins/identity/browser.testing';
import type { AttackCase } from './attack-case.ts';
import type { PlatformBed } from '../lib/platform-bed.ts';

type Case = AttackCase<PlatformBed>;

const as = (bed: PlatformBed, who: 'asha' | 'bilal' | 'chen') => async (method: string, path: string, body?: unknown) =>
  bed.call(method, path, { token: bed.tokens[who], body });
const bilalBlocked = async (bed: PlatformBed, act: () => Promise<string>): Promise<string> => {
  const asha = as(bed, 'asha');
  await asha('PUT', '/users/bilal/block');
  try {
    return await act();
  } finally {
    await asha('DELETE', '/users/bilal/block');
  }
};
const post = async (bed: PlatformBed, who: 'asha' | 'bilal'): Promise<string> =>
  (await as(bed, who)('POST', '/posts', { text: 'A post' })).body.id;

/** Whoever is out, and does what whoever is in may do. */
const BLOCKED: readonly Case[] = (
  [
    ['who is blocked follows', async (bed) => (await as(bed, 'bilal')('PUT', '/users/asha/follow')).error],
    [
      'who is blocked likes',
      async (bed) => (await as(bed, 'bilal')('PUT', `/posts/${await post(bed, 'asha')}/like`)).error,
    ],
    [
      'who is blocked comments',
      async (bed) =>
        (await as(bed, 'bilal')('POST', `/posts/${await post(bed, 'asha')}/comments`, { text: 'x' })).error,
    ],
    ['who blocks follows the blocked', async (bed) => (await as(bed, 'asha')('PUT', '/users/bilal/follow')).error],
    [
      'who blocks likes the blocked one’s post',
      async (bed) => (await as(bed, 'asha')('PUT', `/posts/${await post(bed, 'bilal')}/like`)).error,
    ],
    [
      'who blocks comments on it',
      async (bed) =>
        (await as(bed, 'asha')('POST', `/posts/${await post(bed, 'bilal')}/comments`, { text: 'x' })).error,
    ],
  ] as const satisfies readonly (readonly [string, (bed: PlatformBed) => Promise<string>])[]
).map(([attack, act]) => ({ attack, expected: 'blocked', play: (bed) => bilalBlocked(bed, () => act(bed)) }));

const followersShow = async (bed: PlatformBed): Promise<string> => {
  const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
  const { body } = await as(bed, 'asha')('POST', '/stream/create', {
    title: 'For followers',
    visibility: 'followers',
    scheduledFor,
  });
  return body.stream.id;
};
const FOLLOWERS: readonly Case[] = (['DELETE /users/asha/follow', 'PUT /users/bilal/block'] as const).flatMap((lost) =>
  ['', '/playback', '/live'].map((what): Case => ({
    attack: `GET /stream/{id}${what} after ${lost}`,
    expected: [lost.startsWith('PUT') ? 'blocked' : 'not-allowed', 'stream-not-found'],
    play: async (bed) => {
      const show = await followersShow(bed);
      await as(bed, 'bilal')('PUT', '/users/asha/follow');
      const before = await as(bed, 'bilal')('GET', `/stream/${show}`);
      if (before.status !== 200) return `a follower got ${before.error}`;
      const [method = '', path = ''] = lost.split(' ');
      await as(bed, lost.startsWith('DELETE') ? 'bilal' : 'asha')(method, path);
      const { error } = await as(bed, 'bilal')('GET', `/stream/${show}${what}`);
      await as(bed, 'asha')('DELETE', '/users/bilal/block');
      return error;
    },
  })),
);

const openIdentity = async (bed: PlatformBed) => {
  const { issuer, clientId } = (await bed.call('GET', '/auth/config')).body;
  const web = await openWebApp({ issuer, clientId }, bed.origin);
  return { web, browser: openBrowser(bed.origin), clientId };
};

/** Addresses to which a code must not go. */
const REDIRECTS = [
  'https://evil.example/signed-in',
  'http://localhost/signed-in',
  'http://localhost:1/signed-in',
  'http://127.0.0.1:{port}/signed-in',
  'http://localhost:{port}/signed-in/../x',
  'http://localhost:{port}/signed-in?next=https://evil.example',
  'http://localhost:{port}@evil.example/signed-in',
  'javascript:alert(1)',
];
const IDENTITY: readonly Case[] = [
  ...REDIRECTS.map((redirect): Case => ({
    attack: `a sign-in that goes to ${redirect}`,
    expected: 'refused',
    play: async (bed) => {
      const { web, browser } = await openIdentity(bed);
      const { url } = await web.begin({ redirect_uri: redirect.replace('{port}', String(bed.port('PORT'))) });
      const answer = await browser.visit(url);
      return answer.status === 400 && answer.headers.get('location') === null
        ? 'refused'
        : `${answer.status} ${answer.headers.get('location') ?? ''}`;
    },
  })),
  ...Object.entries({
    'without PKCE': { code_challenge: '', code_challenge_method: '' },
    'with PKCE in the clear': { code_challenge_method: 'plain' },
    'with an implicit token': { response_type: 'token' },
    'of a client that is not there': { client_id: 'other' },
  }).map(([what, change]): Case => ({
    attack: `a sign-in ${what}`,
    expected: 'no sign-in',
    play: async (bed) => {
      const { web, browser } = await openIdentity(bed);
      const answer = await browser.visit((await web.begin(change)).url);
      return (answer.headers.get('location') ?? '').includes('/sign-in/') ? 'a sign-in' : 'no sign-in';
    },
  })),
  {
    attack: 'one refresh token used by five tabs at once',
    expected: 'the session goes on',
    play: async (bed) => {
      const { web, browser } = await openIdentity(bed);
      const { refresh_token: token = '' } = await signIn(browser, web, { account: 'chen' });
      const answers = await Promise.allSettled(Array.from({ length: 5 }, () => web.refresh(token)));
      const last = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])).at(-1);
      if (last?.refresh_token === undefined) return 'the session is over';
      await web.refresh(last.refresh_token);
      return 'the session goes on';
    },
  },
  {
    attack: 'a refresh token used again after its successor has been',
    expected: 'the whole grant is over',
    play: async (bed) => {
      const { web, browser } = await openIdentity(bed);
      const first = await signIn(browser, web, { account: 'chen' });
      const second = await web.refresh(first.refresh_token ?? '');
      const third = await web.refresh(second.refresh_token ?? '');
      const again = await web.refresh(first.refresh_token ?? '').then(
        () => 'taken',
        () => 'refused',
      );
      const after = await web.refresh(third.refresh_token ?? '').then(
        () => 'goes on',
        () => 'over',
      );
      return again === 'refused' && after === 'over' ? 'the whole grant is over' : `${again}, ${after}`;
    },
  },
  {
    attack: 'a code used twice',
    expected: 'refused',
    play: async (bed) => {
      const { web, browser } = await openIdentity(bed);
      const { url, verifier } = await web.begin();
      const page = await browser.open(url);
      const { url: callback } = await browser.submit(
        { url: page.url, html: await page.response.text() },
        { account: 'chen' },
      );
      await web.finish(callback, verifier);
      return web.finish(callback, verifier).then(
        () => 'taken',
        () => 'refused',
      );
    },
  },
  {
    attack: 'a code with another verifier',
    expected: 'refused',
    play: async (bed) => {
      const { web, browser } = await openIdentity(bed);
      const { url } = await web.begin();
      const page = await browser.open(url);
      const { url: callback } = await browser.submit(
        { url: page.url, html: await page.response.text() },
        { account: 'chen' },
      );
      return web.finish(callback, 'v'.repeat(43)).then(
        () => 'taken',
        () => 'refused',
      );
    },
  },
];

const EVENT = JSON.stringify({
  type: 'video.live_stream.disconnected',
  id: 'x',
  created_at: new Date().toISOString(),
  data: { id: 'x' },
});
const signature = (secret: string, body: string, at: number): string =>
  `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
const seconds = (): number => Math.floor(Date.now() / 1_000);
const hook = (
  attack: string,
  sign: (secret: string) => Record<string, string>,
  expected = 'signature-invalid',
  body = EVENT,
): Case => ({
  attack: `a webhook ${attack}`,
  expected,
  play: async (bed) => {
    const { status, error } = await bed.call('POST', '/webhooks/mux', {
      body,
      headers: sign(bed.secrets.muxWebhookSecret),
    });
    return status < 300 ? 'taken' : error;
  },
});
const WEBHOOKS: readonly Case[] = [
  hook(
    'of Mux’s, so that the others are known to be refused for what they are',
    (secret) => ({ 'mux-signature': signature(secret, EVENT, seconds()) }),
    'taken',
  ),
  hook('without a signature', () => ({})),
  hook('with an empty signature', () => ({ 'mux-signature': '' })),
  hook('signed with another secret', () => ({ 'mux-signature': signature('another secret', EVENT, seconds()) })),
  hook('signed with an empty secret', () => ({ 'mux-signature': signature('', EVENT, seconds()) })),
  hook('of ten minutes ago', (secret) => ({ 'mux-signature': signature(secret, EVENT, seconds() - 600) })),
  hook('of ten minutes ahead', (secret) => ({ 'mux-signature': signature(secret, EVENT, seconds() + 600) })),
  hook('whose stamp was changed', (secret) => ({
    'mux-signature': signature(secret, EVENT, seconds() - 600).replace(/t=\d+/, `t=${seconds()}`),
  })),
  hook('of another body', (secret) => ({ 'mux-signature': signature(secret, `${EVENT} `, seconds()) })),
  hook('with a signature of v0', (secret) => ({
    'mux-signature': signature(secret, EVENT, seconds()).replace('v1', 'v0'),
  })),
  hook('with a stamp that is none', (secret) => ({
    'mux-signature': signature(secret, EVENT, seconds()).replace(/t=\d+/, 't=NaN'),
  })),
  hook('with a thousand signatures', (secret) => ({
    'mux-signature': `t=${seconds()},${'v1=00,'.repeat(1_000)}v1=${secret.length}`,
  })),
];

const MUX: readonly Case[] = [
  {
    attack: 'all of Mux’s turns, by a creator who adds 60 places to send a show to at once',
    expected: 'another creator begins a show',
    play: async (bed) => {
      const [bilal, chen] = [as(bed, 'bilal'), as(bed, 'chen')];
      const place = (number: number) => ({ name: `Place ${number}`, url: 'rtmps://place.example/app', streamKey: 'k' });
      const flood = Promise.all(
        Array.from({ length: 60 }, (_, number) => bilal('POST', '/stream/simulcast', place(number))),
      );
      await chen('POST', '/users/me/creator');
      const began = await chen('POST', '/stream/create', { title: 'Meanwhile', test: true });
      await flood;
      for (const { id } of (await bilal('GET', '/stream/simulcast')).body.items)
        await bilal('DELETE', `/stream/simulcast/${id}`);
      if (began.status !== 201) return `another got ${began.status} ${began.error}`;
      await chen('POST', `/stream/${began.body.stream.id}/end`);
      return 'another creator begins a show';
    },
  },
];

/** People who have no part in it, and those who had one. */
export const OUTSIDERS: readonly Case[] = [...BLOCKED, ...FOLLOWERS, ...IDENTITY, ...WEBHOOKS, ...MUX];
