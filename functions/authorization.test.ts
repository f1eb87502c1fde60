import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BROWSER_KEYS } from './browser-keys.testing.ts';
import { openControlPlane, type Person, type TestControlPlane } from './rooms.testing.ts';
import { startIssuer, type TestIssuer } from './auth/issuer.testing.ts';

// a hundred calls at once take their time where all tests run at once
vi.setConfig({ testTimeout: 120_000 });

/** Who knocks without a good token. All are turned away alike, except where nobody is looked at. */
const STRANGERS = ['expired', 'wrong issuer', 'wrong audience', 'alg none'] as const;
/** Who knocks as somebody. All but `anonymous` are signed in; `owner` is a creator, whose things the paths name. */
const CALLERS = ['anonymous', 'viewer', 'owner', 'other creator', 'follower', 'blocked', 'moderator'] as const;
type Stranger = (typeof STRANGERS)[number];
type Caller = (typeof CALLERS)[number];

type Row = {
  /** `METHOD /path` as the room has it; what follows in brackets tells rows of one route apart. */
  route: string;
  /** Makes afresh what the request is about, and names it. */
  path?: (world: World) => Promise<string> | string;
  body?: object | ((world: World) => Promise<object>);
  /** By caller; `signed in` for all callers who are not named. */
  expect: Partial<Record<Caller, number>> & { 'signed in'?: number };
  /** Whoever does this is not the same afterwards: it is done by somebody of the kind who is made for it. */
  fresh?: true;
  /** Where tokens are not looked at. @default 401 */
  strangers?: number;
};

let plane: TestControlPlane;
let world: World;
type World = Awaited<ReturnType<typeof populate>>;

const unsigned = (payload: object) =>
  `${[{ alg: 'none', typ: 'JWT', kid: 'first' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')}.`;

const CLAIMS: Record<Exclude<Caller, 'anonymous'>, Record<string, unknown>> = {
  viewer: {},
  owner: { makes_shows: true },
  'other creator': { makes_shows: true },
  follower: {},
  blocked: {},
  moderator: { watches_over: true },
};

const populate = async (foreign: TestIssuer) => {
  const { signUp, issuer } = plane;
  const owner = await signUp('owner', CLAIMS.owner);
  const people: Record<Exclude<Caller, 'anonymous'>, Person> = {
    owner,
    viewer: await signUp('viewer', CLAIMS.viewer),
    'other creator': await signUp('other', CLAIMS['other creator']),
    follower: await signUp('follower', CLAIMS.follower),
    blocked: await signUp('blocked', CLAIMS.blocked),
    moderator: await signUp('moderator', CLAIMS.moderator),
  };
  const bystander = await signUp('bystander');
  await people.follower.put('/users/owner/follow');
  await owner.put('/users/blocked/block');

  const seconds = Math.floor(Date.now() / 1000);
  const tokens: Record<Stranger, string> = {
    expired: await issuer.issue('subject-viewer', { exp: seconds - 3600 }),
    'wrong issuer': await foreign.issue('subject-viewer'),
    'wrong audience': await issuer.issue('subject-viewer', { aud: 'somebody-else' }),
    'alg none': unsigned({ sub: 'subject-viewer', iss: issuer.config.issuer, aud: 'vybzz-api', exp: seconds + 600 }),
  };

  const post = async (): Promise<string> => (await owner.post('/posts', { text: 'A post' })).body.id;
  const comment = async (by: Person): Promise<string> => {
    const id = await post();
    return `/posts/${id}/comments/${(await by.post(`/posts/${id}/comments`, { text: 'A comment' })).body.id}`;
  };
  const show = async (visibility: 'public' | 'followers'): Promise<string> => {
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const made = await owner.post('/stream/create', { title: 'A show', visibility, scheduledFor });
    return `/stream/${made.body.stream.id}`;
  };
  /** For what leaves a show as it is. */
  const shared = { public: await show('public'), followers: await show('followers') };
  return { people, bystander, tokens, post, comment, show, shared };
};

const EVERYBODY = { anonymous: 200, 'signed in': 200 };
const SIGNED_IN = { anonymous: 401, 'signed in': 200 };
const FOLLOWERS = { anonymous: 401, owner: 200, follower: 200, moderator: 200, 'signed in': 403 };

const ROWS: readonly Row[] = [
  { route: 'GET /auth/config', expect: EVERYBODY, strangers: 200 },
  { route: 'GET /auth/session', expect: SIGNED_IN },
  { route: 'POST /auth/tickets', expect: { anonymous: 201, 'signed in': 201 } },

  { route: 'GET /users/me', expect: SIGNED_IN },
  { route: 'PATCH /users/me', body: { bio: 'Hello' }, expect: SIGNED_IN },
  {
    route: 'PUT /users/me/avatar',
    body: { uploadId: 'upl_of_nobody' },
    expect: { anonymous: 401, 'signed in': 404 },
  },
  { route: 'DELETE /users/me/avatar', expect: SIGNED_IN },
  {
    route: 'PUT /users/me/cover',
    body: { uploadId: 'upl_of_nobody' },
    expect: { anonymous: 401, 'signed in': 404 },
  },
  { route: 'DELETE /users/me/cover', expect: SIGNED_IN },
  { route: 'GET /users/me/blocks', expect: SIGNED_IN },
  { route: 'GET /users/me/live', expect: SIGNED_IN },
  { route: 'GET /users/me/push', expect: SIGNED_IN },
  { route: 'GET /users/me/bells', expect: SIGNED_IN },
  {
    route: 'PUT /users/me/push',
    body: {
      endpoint: 'https://push.services.mozilla.com/a',
      keys: BROWSER_KEYS,
    },
    expect: SIGNED_IN,
  },
  {
    route: 'DELETE /users/me/push/:id',
    path: () => '/users/me/push/none',
    expect: { anonymous: 401, 'signed in': 204 },
  },
  { route: 'GET /users/:handle', path: () => '/users/owner', expect: EVERYBODY },
  { route: 'GET /users/:handle/followers', path: () => '/users/owner/followers', expect: EVERYBODY },
  { route: 'GET /users/:handle/following', path: () => '/users/owner/following', expect: EVERYBODY },
  {
    route: 'DELETE /users/:handle/follow',
    path: () => '/users/bystander/follow',
    expect: SIGNED_IN,
  },
  {
    route: 'PUT /users/:handle/block',
    path: () => '/users/bystander/block',
    expect: { anonymous: 401, 'signed in': 204 },
  },
  {
    route: 'DELETE /users/:handle/block',
    path: () => '/users/bystander/block',
    expect: { anonymous: 401, 'signed in': 204 },
  },

  { route: 'GET /posts', path: () => '/posts?author=owner', expect: EVERYBODY },
  { route: 'GET /posts/explore', expect: EVERYBODY },
  { route: 'GET /posts/feed', expect: SIGNED_IN },
  { route: 'POST /posts', body: { text: 'Hello' }, expect: { anonymous: 401, 'signed in': 201 } },
  {
    route: 'POST /posts/uploads',
    body: { type: 'image/png', bytes: 1 },
    expect: { anonymous: 401, 'signed in': 201 },
  },
  {
    route: 'POST /posts/uploads (a film)',
    body: { type: 'video/mp4', bytes: 1 },
    expect: { anonymous: 401, owner: 201, 'other creator': 201, 'signed in': 403 },
  },
  { route: 'GET /posts/:id', path: async ({ post }) => `/posts/${await post()}`, expect: EVERYBODY },
  {
    route: 'PATCH /posts/:id',
    path: async ({ post }) => `/posts/${await post()}`,
    body: { text: 'Changed' },
    expect: { anonymous: 401, owner: 200, 'signed in': 403 },
  },
  {
    route: 'DELETE /posts/:id',
    path: async ({ post }) => `/posts/${await post()}`,
    expect: { anonymous: 401, owner: 204, moderator: 204, 'signed in': 403 },
  },
  {
    route: 'PUT /posts/:id/like',
    path: async ({ post }) => `/posts/${await post()}/like`,
    expect: { ...SIGNED_IN, blocked: 403 },
  },
  { route: 'DELETE /posts/:id/like', path: async ({ post }) => `/posts/${await post()}/like`, expect: SIGNED_IN },
  { route: 'GET /posts/:id/comments', path: async ({ post }) => `/posts/${await post()}/comments`, expect: SIGNED_IN },
  {
    route: 'POST /posts/:id/comments',
    path: async ({ post }) => `/posts/${await post()}/comments`,
    body: { text: 'Hello' },
    expect: { anonymous: 401, blocked: 403, 'signed in': 201 },
  },
  {
    route: 'DELETE /posts/:id/comments/:commentId (of a bystander)',
    path: ({ comment, bystander }) => comment(bystander),
    expect: { anonymous: 401, owner: 204, moderator: 204, 'signed in': 403 },
  },
  {
    route: 'DELETE /posts/:id/comments/:commentId (of the viewer)',
    path: ({ comment, people }) => comment(people.viewer),
    expect: { anonymous: 401, owner: 204, moderator: 204, viewer: 204, 'signed in': 403 },
  },

  {
    route: 'POST /stream/create',
    body: { title: 'A show' },
    expect: { anonymous: 401, owner: 201, 'other creator': 201, 'signed in': 403 },
  },
  {
    route: 'POST /stream/:id/ingest',
    path: async ({ show }) => `${await show('public')}/ingest`,
    expect: { anonymous: 401, owner: 200, 'signed in': 403 },
  },
  { route: 'GET /stream', expect: EVERYBODY },
  // it is asked by other sites, and looks at no token
  {
    route: 'GET /oembed',
    path: ({ shared }) => `/oembed?url=http://localhost:3000${shared.public.replace('stream', 'watch')}`,
    expect: EVERYBODY,
    strangers: 200,
  },
  { route: 'GET /search', path: () => '/search?kind=people&q=owner', expect: EVERYBODY },
  { route: 'GET /search/tags/:tag', path: () => '/search/tags/any', expect: EVERYBODY },
  { route: 'GET /search/categories/:category', path: () => '/search/categories/music', expect: EVERYBODY },
  { route: 'GET /stream/mine', expect: SIGNED_IN },
  {
    route: 'GET /stream/simulcast',
    expect: { anonymous: 401, owner: 200, 'other creator': 200, 'signed in': 403 },
  },
  {
    route: 'POST /stream/simulcast',
    body: { name: 'Elsewhere', url: 'rtmp://elsewhere.test/app', streamKey: 'key' },
    expect: { anonymous: 401, owner: 201, 'other creator': 201, 'signed in': 403 },
  },
  {
    route: 'DELETE /stream/simulcast/:targetId',
    path: () => '/stream/simulcast/none',
    expect: { anonymous: 401, owner: 204, 'other creator': 204, 'signed in': 403 },
  },
  {
    // who may not hears so before it is looked for
    route: 'PUT /stream/:id/thumbnail',
    path: ({ shared }) => `${shared.public}/thumbnail`,
    body: { uploadId: 'upl_00000000000000000000000000' },
    expect: { anonymous: 401, owner: 404, 'signed in': 403 },
  },
  {
    route: 'DELETE /stream/:id/thumbnail',
    path: ({ shared }) => `${shared.public}/thumbnail`,
    expect: { anonymous: 401, owner: 200, moderator: 200, 'signed in': 403 },
  },
  { route: 'GET /stream/:id', path: ({ shared }) => shared.public, expect: { ...EVERYBODY, blocked: 403 } },
  { route: 'GET /stream/:id (for followers)', path: ({ shared }) => shared.followers, expect: FOLLOWERS },
  {
    route: 'GET /stream/:id/live',
    path: ({ shared }) => `${shared.public}/live`,
    expect: { ...EVERYBODY, blocked: 403 },
  },
  {
    route: 'GET /stream/:id/live (for followers)',
    path: ({ shared }) => `${shared.followers}/live`,
    expect: FOLLOWERS,
  },
  {
    route: 'POST /stream/:id/beats',
    path: ({ shared }) => `${shared.public}/beats`,
    body: { at: 1 },
    expect: { anonymous: 204, blocked: 403, 'signed in': 204 },
  },
  {
    route: 'POST /stream/:id/beats (for followers)',
    path: ({ shared }) => `${shared.followers}/beats`,
    body: { at: 1 },
    expect: { anonymous: 401, owner: 204, follower: 204, moderator: 204, 'signed in': 403 },
  },
  {
    route: 'GET /stream/:id/chat',
    path: ({ shared }) => `${shared.public}/chat`,
    expect: { ...EVERYBODY, blocked: 403 },
  },
  {
    route: 'GET /stream/:id/chat (for followers)',
    path: ({ shared }) => `${shared.followers}/chat`,
    expect: FOLLOWERS,
  },
  {
    route: 'POST /stream/:id/chat',
    path: ({ shared }) => `${shared.public}/chat`,
    body: { text: 'Hello', clientId: 'of-a-test' },
    expect: { anonymous: 401, blocked: 403, 'signed in': 201 },
  },
  {
    route: 'GET /stream/:id/chat/standing',
    path: ({ shared }) => `${shared.public}/chat/standing`,
    expect: { ...SIGNED_IN, blocked: 403 },
  },
  {
    route: 'POST /stream/:id/reactions',
    path: ({ shared }) => `${shared.public}/reactions`,
    body: { kind: 'heart' },
    expect: { anonymous: 204, blocked: 403, 'signed in': 204 },
  },
  {
    route: 'POST /stream/:id/moderation',
    path: ({ shared }) => `${shared.public}/moderation`,
    body: { act: 'slow', seconds: 0 },
    expect: { anonymous: 401, owner: 204, moderator: 204, 'signed in': 403 },
  },
  {
    route: 'GET /stream/:id/moderation',
    path: ({ shared }) => `${shared.public}/moderation`,
    expect: { anonymous: 401, owner: 200, moderator: 200, 'signed in': 403 },
  },
  {
    route: 'POST /reports',
    path: () => '/reports',
    body: { about: { kind: 'person', handle: 'bystander' }, reason: 'spam' },
    expect: { anonymous: 401, 'signed in': 204 },
  },
  {
    route: 'POST /reports (of a show for followers)',
    path: () => '/reports',
    body: async ({ shared }) => ({
      about: { kind: 'show', streamId: shared.followers.replace('/stream/', '') },
      reason: 'hate',
    }),
    // its creator sees it, and cannot report what is theirs
    expect: { anonymous: 401, owner: 403, follower: 204, moderator: 204, 'signed in': 404 },
  },
  { route: 'GET /reports', expect: { anonymous: 401, moderator: 200, 'signed in': 403 } },
  { route: 'GET /reports/acts', expect: { anonymous: 401, moderator: 200, 'signed in': 403 } },
  {
    route: 'POST /reports/acts',
    body: { act: 'dismiss', caseId: 'show/str_00000000000000000000000000' },
    expect: { anonymous: 401, moderator: 404, 'signed in': 403 },
  },
  { route: 'GET /users/me/moderators', expect: SIGNED_IN },
  {
    route: 'PUT /users/me/moderators/:handle',
    path: () => '/users/me/moderators/bystander',
    expect: { anonymous: 401, 'signed in': 204 },
  },
  {
    route: 'DELETE /users/me/moderators/:handle',
    path: () => '/users/me/moderators/bystander',
    expect: { anonymous: 401, 'signed in': 204 },
  },
  { route: 'GET /users/me/held-words', expect: SIGNED_IN },
  { route: 'PUT /users/me/held-words', body: { words: [] }, expect: SIGNED_IN },
  {
    route: 'POST /stream/:id/guests/invitation',
    path: ({ shared }) => `${shared.public}/guests/invitation`,
    expect: { anonymous: 401, owner: 201, 'signed in': 403 },
  },
  {
    route: 'DELETE /stream/:id/guests/invitation',
    path: ({ shared }) => `${shared.public}/guests/invitation`,
    expect: { anonymous: 401, owner: 204, 'signed in': 403 },
  },
  {
    route: 'POST /stream/guests',
    path: () => '/stream/guests',
    body: { code: 'A'.repeat(32), name: 'Zoya' },
    expect: { anonymous: 404, 'signed in': 404 },
  },
  {
    route: 'GET /stream/:id/curve',
    path: ({ shared }) => `${shared.public}/curve`,
    expect: { anonymous: 401, owner: 200, 'signed in': 403 },
  },
  {
    route: 'GET /stream/:id/playback',
    path: ({ shared }) => `${shared.public}/playback`,
    // it has not begun
    expect: { anonymous: 409, blocked: 403, 'signed in': 409 },
  },
  {
    route: 'GET /stream/:id/playback (for followers)',
    path: ({ shared }) => `${shared.followers}/playback`,
    expect: { anonymous: 401, owner: 409, follower: 409, moderator: 409, 'signed in': 403 },
  },
  {
    route: 'PATCH /stream/:id',
    path: ({ show }) => show('public'),
    body: { title: 'Another title' },
    expect: { anonymous: 401, owner: 200, 'signed in': 403 },
  },
  {
    // for its creator, of a show that has no recording yet
    route: 'POST /stream/:id/recording/file',
    path: ({ shared }) => `${shared.public}/recording/file`,
    expect: { anonymous: 401, owner: 410, 'signed in': 403 },
  },
  {
    route: 'DELETE /stream/:id/recording',
    path: async ({ show }) => `${await show('public')}/recording`,
    // it has not begun
    expect: { anonymous: 401, owner: 409, moderator: 409, 'signed in': 403 },
  },
  {
    route: 'POST /stream/:id/end',
    path: async ({ show }) => `${await show('public')}/end`,
    expect: { anonymous: 401, owner: 200, moderator: 200, 'signed in': 403 },
  },
  {
    route: 'GET /stream/encoder',
    expect: { anonymous: 401, owner: 200, 'other creator': 200, 'signed in': 403 },
  },
  {
    route: 'POST /stream/encoder/key',
    body: {},
    expect: { anonymous: 401, owner: 201, 'other creator': 201, 'signed in': 403 },
  },
  {
    // from then on its owner is on the air
    route: 'POST /stream/:id/encoder',
    path: async ({ show }) => `${await show('public')}/encoder`,
    expect: { anonymous: 401, owner: 200, 'signed in': 403 },
  },

  // Mux signs what it sends; nobody else can, whoever they are
  {
    route: 'POST /webhooks/mux',
    body: { type: 'video.live_stream.active' },
    expect: { anonymous: 400, 'signed in': 400 },
    strangers: 400,
  },

  // what changes the callers comes last
  {
    route: 'PUT /users/:handle/follow',
    path: () => '/users/owner/follow',
    // who follows oneself
    expect: { ...SIGNED_IN, owner: 403, blocked: 403 },
  },
  { route: 'POST /users/me/creator', expect: SIGNED_IN },
  { route: 'POST /auth/sign-out-everywhere', fresh: true, expect: { anonymous: 401, 'signed in': 204 } },
  { route: 'DELETE /users/me', fresh: true, expect: { anonymous: 401, 'signed in': 204 } },
];

const routeOf = ({ route }: Row) => route.replace(/ \(.*\)$/, '');
const foreigners: TestIssuer[] = [];

beforeAll(async () => {
  plane = await openControlPlane();
  const foreign = await startIssuer();
  foreigners.push(foreign);
  world = await populate(foreign);
});
afterAll(async () => {
  await Promise.all([plane.close(), ...foreigners.map((issuer) => issuer.close())]);
});

const knock = async (row: Row, token: string | undefined) => {
  const [method = '', pattern = ''] = routeOf(row).split(' ');
  const path = row.path ? await row.path(world) : pattern;
  const body = typeof row.body === 'function' ? await row.body(world) : row.body;
  return plane.call(method, path, { token, body });
};

let made = 0;
const tokenOf = async (caller: Caller, { fresh }: Row): Promise<string | undefined> => {
  if (caller === 'anonymous') return undefined;
  const person = fresh ? await plane.signUp(`fresh_${++made}`, CLAIMS[caller]) : world.people[caller];
  return person.token;
};

describe('who may do what', () => {
  it('is said here for every route of every room, and for none that is not there', () => {
    const there = Object.values(plane.rooms)
      .flatMap(({ routes }) => routes)
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(ROWS.map(routeOf))].sort()).toEqual([...new Set(there)].sort());
  });

  for (const row of ROWS)
    it(row.route, async () => {
      const got: Record<string, number> = {};
      const wanted: Record<string, number | undefined> = {};
      for (const stranger of STRANGERS) {
        wanted[stranger] = row.strangers ?? 401;
        got[stranger] = (await knock(row, world.tokens[stranger])).status;
      }
      for (const caller of CALLERS) {
        wanted[caller] = row.expect[caller] ?? row.expect['signed in'];
        got[caller] = (await knock(row, await tokenOf(caller, row))).status;
      }
      expect(got).toEqual(wanted);
    });
});

/** What is no word of theirs that others read or see; whoever is suspended may do it as before. */
const STILL_THEIRS: readonly string[] = [
  'POST /auth/sign-out-everywhere',
  'POST /auth/tickets',
  'POST /posts/uploads',
  'POST /reports',
  'POST /reports/acts',
  'POST /stream/:id/beats',
  'POST /stream/:id/end',
  'POST /stream/:id/reactions',
  'POST /stream/:id/recording/file',
  'POST /stream/encoder/key',
  // whom a link leads nowhere, it leads nowhere still; `shows/guests.test.ts` has one that leads to a show
  'POST /stream/guests',
  'POST /stream/simulcast',
  'POST /users/me/creator',
  'POST /webhooks/mux',
  'PUT /posts/:id/like',
  'PUT /users/:handle/block',
  'PUT /users/:handle/follow',
  'PUT /users/me/held-words',
  'PUT /users/me/moderators/:handle',
  'PUT /users/me/push',
];

describe('who is suspended', () => {
  let suspended: Person;
  beforeAll(async () => {
    suspended = await plane.signUp('suspended', CLAIMS.owner);
    const about = { kind: 'person', handle: suspended.user.handle };
    await world.people.viewer.post('/reports', { about, reason: 'spam' });
    await world.people.moderator.post('/reports/acts', { act: 'suspend', caseId: `person/${suspended.id}`, days: 1 });
  });

  const writes = ROWS.filter((row) => /^(?:POST|PUT|PATCH) /.test(row.route));
  for (const row of writes.filter((one) => !STILL_THEIRS.includes(routeOf(one))))
    it(`is refused ${row.route}`, async () => {
      const { status, body } = await knock(row, suspended.token);
      expect([status, body?.error]).toEqual([403, 'suspended']);
    });
});
