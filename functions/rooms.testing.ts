import type { MeView, StreamView } from '#contract/http';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Hono } from 'hono';
import { newId, parseUserId, type StreamId, type UserId } from '#domain/ids';
import { openTable } from '#store/dynamo';
import { createIngestStore } from '#store/ingest';
import { createPostStore } from '#store/posts';
import { createPushStore } from '#store/pushes';
import { createTicketStore } from '#store/tickets';
import { openTestTable } from '#store/store.testing';
import { startIssuer, type TestIssuer } from './auth/issuer.testing.ts';
import { buildAuthRoom } from './assembly/rooms/auth.ts';
import { createBase } from './assembly/base.ts';
import { parseConfig } from './assembly/config.ts';
import { breach } from './contract.testing.ts';
import type { Caller, RoomEnv } from './http/caller.ts';
import type { Log } from './http/log.ts';
import { createPeople } from './assembly/people.ts';
import { createLivePost } from './shows/live-post.ts';
import { buildPagesRoom } from './assembly/rooms/pages.ts';
import { buildPostsRoom } from './assembly/rooms/posts.ts';
import { buildReportsRoom } from './assembly/rooms/reports.ts';
import { buildSearchRoom } from './assembly/rooms/search.ts';
import { createStreaming } from './assembly/streaming.ts';
import { buildStreamsRoom } from './assembly/rooms/streams.ts';
import { buildProfiles } from './assembly/profiles.ts';
import { createProfiles } from './profiles/profiles.ts';
import { buildRemovalSweep, buildUsersRoom } from './assembly/rooms/users.ts';
import { buildPublishing } from './assembly/rooms/uploads.ts';
import { openTestBucket } from './uploads/bucket.testing.ts';
import { createFakeVideo } from './video/fake-video.testing.ts';
import { buildWebhooksRoom } from './assembly/rooms/webhooks.ts';

type Line = { level: string; message: string; extra: Record<string, unknown> | undefined };

const createMemoryLog = () => {
  const lines: Line[] = [];
  const at = (level: string) => (message: string, extra?: Record<string, unknown>) =>
    void lines.push({ level, message, extra });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { log, lines };
};

/** What the streams room knows, here by heart: a test says what is on the air and who may see it. */
const createShows = () => {
  const shown = new Map<StreamId, StreamView>();
  const onAir = new Map<UserId, StreamId>();
  const removed: UserId[] = [];
  const withdrawn: StreamId[] = [];
  return {
    shown,
    onAir,
    removed,
    withdrawn,
    recordings: {
      withdraw: async (id: StreamId) => {
        withdrawn.push(id);
        return undefined;
      },
    },
    followedLive: async () => [],
    streamViews: async (ids: readonly StreamId[], viewer: Caller | undefined) =>
      new Map(
        ids.flatMap((id) => {
          const view = shown.get(id);
          const visible = view?.visibility === 'public' || view?.creator.id === viewer?.userId;
          return view && visible ? [[id, view] as const] : [];
        }),
      ),
  };
};

/** What every room stands on, over a real table and a real issuer. */
export const openGround = async () => {
  let ahead = 0;
  const clock = () => new Date(Date.now() + ahead);
  const [storage, issuer, bucket] = await Promise.all([openTestTable(), startIssuer(clock), openTestBucket(clock)]);
  const { log, lines } = createMemoryLog();
  const config = parseConfig({
    TABLE_NAME: storage.tableName,
    PUBLIC_ORIGIN: 'http://localhost:3000',
    INGEST_URL: 'ws://localhost:3000/stream/live',
    AUTH_ISSUERS: JSON.stringify([{ ...issuer.config, creatorClaim: 'makes_shows', moderatorClaim: 'watches_over' }]),
    MUX_TOKEN_ID: 'none',
    MUX_TOKEN_SECRET: 'none',
    MUX_WEBHOOK_SECRETS: 'none',
    VAPID_SECRET: 'a secret for push services in tests',
    VAPID_SUBJECT: 'mailto:vybzz@localhost',
    CURSOR_SECRET: 'a secret for cursors in tests',
    ...bucket.environment,
  });
  // a hundred calls at once on a machine that is busy with other tests take longer than a Lambda may wait for its table
  const table = openTable({ client: storage.client, tableName: storage.tableName });
  const base = { ...createBase({ config, log, clock, aws: storage.aws }), table };
  return {
    base,
    issuer,
    bucket,
    lines,
    people: createPeople(base),
    /** The table as an ingest worker has it. */
    ingest: createIngestStore({ client: storage.client, tableName: storage.tableName }),
    /** The whole table, for what must not be in it. Production code has no Scan. */
    everything: async () => {
      const { Items = [], LastEvaluatedKey } = await storage.client.send(
        new ScanCommand({ TableName: storage.tableName }),
      );
      if (LastEvaluatedKey) throw new Error('the table is larger than one answer');
      return Items;
    },
    /** Lets time go by for our code; tokens and the table keep the real one. */
    later: (ms: number) => {
      ahead += ms;
    },
    close: async () => {
      base.close();
      await Promise.all([storage.close(), issuer.close(), bucket.close()]);
    },
  };
};

type Call = { token?: string | undefined; body?: unknown; headers?: Record<string, string> };

/** Calls rooms as the one origin does: the first segment of a path names the room. */
export const createCaller = (rooms: Record<string, Pick<Hono<RoomEnv>, 'request'>>, issuer: TestIssuer) => {
  /** One call, as a browser makes it: its status, its whole body and its headers. Whatever the test, it is held to the contract. */
  const call = async (method: string, path: string, { token, body, headers = {} }: Call = {}) => {
    const room = rooms[/^\/(\w+)/.exec(path)?.[1] ?? ''];
    if (!room) throw new Error(`no room answers to ${path}`);
    const response = await room.request(path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: any = text === '' ? undefined : JSON.parse(text);
    const wrong = breach(method, path, { status: response.status, body: json });
    if (wrong !== undefined) throw new Error(wrong);
    return { status: response.status, body: json, headers: response.headers };
  };

  /** A new person who has signed in, and calls made as that person. */
  const signUp = async (name: string, claims: Record<string, unknown> = {}) => {
    const token = await issuer.issue(`subject-${name}`, { preferred_username: name, name, ...claims });
    const session = await call('GET', '/auth/session', { token });
    const user: MeView = session.body.user;
    return {
      token,
      user,
      id: parseUserId(user.id)!,
      get: (path: string) => call('GET', path, { token }),
      put: (path: string, body?: unknown) => call('PUT', path, { token, body }),
      post: (path: string, body?: unknown) => call('POST', path, { token, body }),
      patch: (path: string, body: unknown) => call('PATCH', path, { token, body }),
      delete: (path: string) => call('DELETE', path, { token }),
    };
  };

  type SignedUp = Awaited<ReturnType<typeof signUp>>;
  let numbers = 0;
  /** New people by the parts that they play, each with the claims of their token. */
  const signUpAll = async <Role extends string>(
    roles: Record<Role, Record<string, unknown>>,
  ): Promise<Record<Role, SignedUp>> => {
    const signedUp: Partial<Record<Role, SignedUp>> = {};
    for (const role of Object.keys(roles) as Role[]) signedUp[role] = await signUp(`${role}_${++numbers}`, roles[role]);
    return signedUp as Record<Role, SignedUp>;
  };

  return { call, signUp, signUpAll };
};
export type Person = Awaited<ReturnType<ReturnType<typeof createCaller>['signUp']>>;

/** The rooms of people and posts; of streams they hear what a test says. */
export const openRooms = async () => {
  const ground = await openGround();
  const { base, people, issuer } = ground;
  const shows = createShows();
  const profiles = createProfiles({
    ...people,
    pushes: createPushStore(base),
    onAir: async (id) => shows.onAir.get(id),
  });
  return {
    ...ground,
    ...createCaller(
      {
        auth: buildAuthRoom(base, people, profiles),
        users: buildUsersRoom(base, people, profiles, shows, buildPublishing(base)),
        posts: buildPostsRoom(base, people, shows, buildPublishing(base)),
      },
      issuer,
    ),
    shows,
    tickets: createTicketStore(base),
    publishLive: createLivePost({ posts: createPostStore(base), newPostId: (now) => newId('pst', now) }),
    sweep: buildRemovalSweep(base, people, {
      removeStreams: async (creator) => {
        shows.removed.push(creator);
        return false;
      },
    }),
  };
};

/** All rooms, with a video provider in memory. */
export const openControlPlane = async () => {
  const ground = await openGround();
  const { base, people, issuer } = ground;
  const { video } = createFakeVideo();
  const streaming = createStreaming(base, people, { video });
  const profiles = buildProfiles(base, people);
  const rooms = {
    auth: buildAuthRoom(base, people, profiles),
    users: buildUsersRoom(base, people, profiles, streaming, buildPublishing(base)),
    posts: buildPostsRoom(base, people, streaming, buildPublishing(base)),
    search: buildSearchRoom(base, people, streaming),
    stream: buildStreamsRoom(base, people, streaming, buildPublishing(base)),
    reports: buildReportsRoom(base, people, streaming),
    webhooks: buildWebhooksRoom(base, streaming),
    oembed: buildPagesRoom(base, people, streaming).oembed,
  };
  return { ...ground, ...createCaller(rooms, issuer), rooms, streaming, profiles };
};
export type TestControlPlane = Awaited<ReturnType<typeof openControlPlane>>;
