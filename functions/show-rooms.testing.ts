import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createMiddleware } from 'hono/factory';
import type { CreatedStream, StreamView } from '#contract/http';
import { newId, parseHandle, parseStreamId, type StreamId } from '#domain/ids';
import { suspensionNow } from '#domain/report';
import type { User } from '#domain/user';
import { openTable } from '#store/dynamo';
import { createIngestStore } from '#store/ingest';
import { createTicketStore } from '#store/tickets';
import { createBase } from './assembly/base.ts';
import { parseConfig } from './assembly/config.ts';
import { breach } from './contract.testing.ts';
import type { Authenticate, RoomEnv } from './http/caller.ts';
import { Refusal } from './http/refusal.ts';
import { createPeople } from './assembly/people.ts';
import { buildRealtime } from './assembly/rooms/realtime.ts';
import { openTestTable } from '#store/store.testing';
import { createStreaming } from './assembly/streaming.ts';
import { createFakeVideo } from './video/fake-video.testing.ts';
import { muxShow } from './video/mux-show.testing.ts';
import type { LiveVideo } from './video/live-video.ts';
import type { Task } from '#store/tasks';
import { createWebhooksApp } from './webhooks/app.ts';
import { buildPushSender } from './assembly/push.ts';
import { buildProfiles } from './assembly/profiles.ts';
import { buildReportsRoom } from './assembly/rooms/reports.ts';
import { buildUsersRoom } from './assembly/rooms/users.ts';
import { buildStreamSweep, buildStreamsRoom } from './assembly/rooms/streams.ts';

export const TTL_MS = 6_000;
/** How long a feed that was replaced may go on with what it has received. */
export const DRAIN_MS = 50_000;

/**
 * The streams, webhooks and realtime rooms over a real table, with a video provider in memory and a clock that a test moves.
 * `as` names who calls: a token is the person's handle. `disturb` may put itself between all of it and the table, and `openVideo`
 * another provider in place of the one in memory.
 */
export const openShowRooms = async ({
  disturb = () => {},
  openVideo,
  pushAlso = [],
}: {
  disturb?: (client: DynamoDBClient) => void;
  /** Origins of stand-ins for push services. */
  pushAlso?: readonly string[];
  openVideo?: (time: { clock: () => number; wait: (ms: number) => Promise<void> }) => LiveVideo;
} = {}) => {
  const storage = await openTestTable();
  // not the present: whatever still asks the system's clock shows itself
  let now = Date.UTC(2030, 0, 1, 12);
  const clock = () => new Date(now);
  const logged: { level: string; message: string; extra: unknown }[] = [];
  const at = (level: string) => (message: string, extra?: unknown) => void logged.push({ level, message, extra });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const pushed: { connectionId: string; message: unknown }[] = [];
  /** Sockets that are not there, or that fail. */
  const absent = new Map<string, 'gone' | Error>();
  const config = parseConfig({
    TABLE_NAME: storage.tableName,
    PUBLIC_ORIGIN: 'http://localhost:3000',
    INGEST_URL: 'ws://localhost:3000/stream/live',
    AUTH_ISSUERS: JSON.stringify([{ issuer: 'http://issuer.test', kind: 'oidc', clientId: 'c', audience: 'a' }]),
    MUX_TOKEN_ID: 'none',
    MUX_TOKEN_SECRET: 'none',
    MUX_WEBHOOK_SECRETS: 'none',
    VAPID_SECRET: 'a secret for push services in tests',
    VAPID_SUBJECT: 'mailto:vybzz@localhost',
    PUSH_ALSO: pushAlso.join(','),
    CURSOR_SECRET: 'a secret for cursors in tests',
  });
  const client = new DynamoDBClient(storage.aws);
  /** Work that has been handed over: a test does of it what it is about. */
  const tasks: Task[] = [];
  const base = {
    ...createBase({ config, log, clock, aws: storage.aws, tasks: { send: async (task) => void tasks.push(task) } }),
    table: openTable({ client, tableName: storage.tableName }),
    sockets: {
      post: async (connectionId: string, text: string) => {
        const fault = absent.get(connectionId);
        if (fault === 'gone') return fault;
        if (fault) throw fault;
        pushed.push({ connectionId, message: JSON.parse(text) });
        return 'sent' as const;
      },
    },
  };
  const known = createPeople(base);
  const { users } = known;

  const everybody = new Map<string, User>();
  /** A new person, who can call the rooms from then on. */
  const join = async (handle: string, roles: Partial<Pick<User, 'creator' | 'moderator'>> = {}): Promise<User> => {
    const user: User = {
      id: newId('usr', now),
      handle: parseHandle(handle)!,
      name: handle.toUpperCase(),
      creator: false,
      moderator: false,
      createdAt: now,
      ...roles,
    };
    await users.create(user, { issuer: 'http://issuer.test', subject: handle });
    everybody.set(user.handle, user);
    return user;
  };
  const [creator, otherCreator, viewer, moderator] = await Promise.all([
    join('asha', { creator: true }),
    join('bilal', { creator: true }),
    join('chen'),
    join('mona', { moderator: true }),
  ]);

  const authenticate: Authenticate = async (authorization) => {
    if (authorization === undefined) return undefined;
    const user = everybody.get(authorization.replace('Bearer ', ''));
    if (!user) throw new Refusal('not-signed-in', 'Nobody bears this token.');
    const { id: userId, handle, name, creator, moderator } = user;
    return {
      userId,
      handle,
      name,
      roles: [...(creator ? ['creator' as const] : []), ...(moderator ? ['moderator' as const] : [])],
      suspended: suspensionNow(user, now),
    };
  };

  // time passes by waiting, and others get their turn
  const wait = async (ms: number): Promise<void> => {
    now += ms;
    await new Promise((done) => setImmediate(done));
  };
  const fake = createFakeVideo();
  const video = openVideo?.({ clock: () => now, wait }) ?? fake.video;
  const streaming = createStreaming(base, known, { video, wait, sender: buildPushSender(base) });
  const unlimited = () => createMiddleware<RoomEnv>((_, next) => next());
  const people = { ...known, authenticate, limited: unlimited };
  const app = buildStreamsRoom(base, people, streaming, undefined);
  const peopleRoom = buildUsersRoom(base, people, buildProfiles(base, known), streaming, undefined);
  const reportsRoom = buildReportsRoom(base, people, streaming);
  const roomOf = (path: string) =>
    path.startsWith('/users') ? peopleRoom : path.startsWith('/reports') ? reportsRoom : app;
  const webhooks = createWebhooksApp({ ...streaming, log, clock, verify: async () => true });

  type Call = { as?: User | undefined; body?: unknown; headers?: Record<string, string> };

  /** The body as it is given, for what is not JSON. */
  const raw = async (
    method: string,
    path: string,
    { as, body, headers = {} }: Call & { body?: string | undefined } = {},
  ) => {
    const response = await roomOf(path).request(path, {
      method,
      headers: {
        ...(as && { authorization: `Bearer ${as.handle}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const answered: any = response.status === 204 ? undefined : await response.json();
    const wrong = breach(method, path, { status: response.status, body: answered });
    if (wrong !== undefined) throw new Error(wrong);
    return { status: response.status, body: answered, headers: response.headers };
  };

  const call = (method: string, path: string, { body, ...more }: Call = {}) =>
    raw(method, path, { ...more, body: body === undefined ? undefined : JSON.stringify(body) });

  disturb(client);
  const ingest = createIngestStore({
    client,
    tableName: storage.tableName,
    onMoved: (move) => void tasks.push({ do: 'tell-moved', ...move }),
  });
  let worker = 0;

  const feedOf = (streamId: StreamId, sessionId: string, claimed: Awaited<ReturnType<typeof ingest.claim>>) => {
    if (!claimed.claimed) throw new Error(`the claim was refused: ${claimed.because}`);
    const { fence, muxStreamKey, previousUntil } = claimed;
    return {
      streamId,
      sessionId,
      fence,
      muxStreamKey,
      previousUntil,
      renew: (state: 'connecting' | 'live' | 'reconnecting' = 'live', more: object = {}) =>
        ingest.renew({ streamId, sessionId, fence, committed: 1, state, now, ttlMs: TTL_MS, ...more }),
      renewDrain: () => ingest.renewDrain({ streamId, fence, now, ttlMs: TTL_MS }),
      endDrain: () => ingest.endDrain({ streamId, fence, now }),
      release: (because = 'finished') => ingest.release({ streamId, fence, because, now }),
    };
  };

  const take = async (streamId: StreamId, signedInAt = now) => {
    const sessionId = `session-${++worker}`;
    const claim = { signedInAt, sessionId, workerId: `worker-${worker}`, resumeTokenHash: 'h' };
    return feedOf(
      streamId,
      sessionId,
      await ingest.claim({ streamId, ...claim, now, ttlMs: TTL_MS, drainMs: DRAIN_MS }),
    );
  };

  const create = async (
    as: User,
    body: object = { title: 'A show' },
  ): Promise<CreatedStream & { id: StreamId; key: string }> => {
    const answer = await call('POST', '/stream/create', { as, body });
    if (answer.status !== 201) throw new Error(`create answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return { ...answer.body, id: parseStreamId(answer.body.stream.id)!, key: answer.body.ingest?.streamKey };
  };

  const feed = async (key: string) => {
    const redeemed = await ingest.redeem(key, now);
    if (!redeemed.redeemed) throw new Error(`the key was refused: ${redeemed.because}`);
    return take(redeemed.streamId, redeemed.signedInAt);
  };
  let creators = 0;

  return {
    creator,
    otherCreator,
    viewer,
    moderator,
    base,
    known,
    streaming,
    fake,
    pushed,
    tasks,
    absent,
    logged,
    call,
    raw,
    join,
    everybody,
    ingest,
    tickets: createTicketStore(base),
    realtime: buildRealtime(base, known, streaming),
    sweep: buildStreamSweep(base, streaming),
    now: () => now,
    later: (ms: number) => {
      now += ms;
    },

    create,

    /** Opens a feed as a worker does: key, then lease. */
    feed,

    /** Somebody new who may go live. */
    newCreator: () => join(`creator_${++creators}`, { creator: true }),

    /** A new show with its feed, and what Mux tells of it from now on: nothing has been said to Mux's webhooks yet. */
    begin: async (as: User, body?: object) => {
      const { id, key } = await create(as, body);
      const opened = await feed(key);
      const live = fake.made.findLast(({ passthrough }) => passthrough.includes(as.id));
      if (!live) throw new Error('nothing was made at Mux');
      const assetId = `asset-of-${id}`;
      const mux = muxShow({ liveStreamId: live.id, assetId, startedAt: now });
      return { id, feed: opened, liveStreamId: live.id, assetId, mux };
    },

    /** Takes the lease as a worker does that has spent its key. */
    take,

    /** Goes on with a feed as another worker does. */
    resume: async (streamId: StreamId) => {
      const workerId = `worker-${++worker}`;
      const claimed = await ingest.resume({
        streamId,
        signedInAt: now,
        workerId,
        resumeTokenHash: 'h',
        now,
        ttlMs: TTL_MS,
      });
      return feedOf(streamId, claimed.claimed ? claimed.sessionId : '', claimed);
    },

    deliver: async (body: unknown): Promise<number> => {
      const response = await webhooks.request('/webhooks/mux', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'mux-signature': 'any' },
        body: JSON.stringify(body),
      });
      return response.status;
    },

    /** The whole table, for what must not be in it. Production code has no Scan. */
    everything: async () => (await client.send(new ScanCommand({ TableName: storage.tableName }))).Items ?? [],

    see: async (id: StreamId, as?: User): Promise<StreamView> => (await call('GET', `/stream/${id}`, { as })).body,
    close: async () => {
      client.destroy();
      base.close();
      await storage.close();
    },
  };
};
export type ShowRooms = Awaited<ReturnType<typeof openShowRooms>>;
