/** The benchmark's control plane: its rooms over HTTP, and beside them Hono alone with the same bodies; see control.ts. */
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import {
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type BatchGetItemCommandInput,
  type GetItemCommandInput,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import * as z from 'zod/mini';
import { newId, type StreamId, type UserId } from '#domain/ids';
import { createChannelStore } from '#store/channels';
import { openTable } from '#store/dynamo';
import { createIngestStore } from '#store/ingest';
import { createPostStore } from '#store/posts';
import { createStreamStore } from '#store/streams';
import { createTableClient } from '#store/table-client';
import { createTicketStore } from '#store/tickets';
import { createUserStore } from '#store/users';
import { freePort } from '#stand-ins/free-port';
import { startIssuer } from '../../functions/auth/issuer.testing.ts';
import { muxShow } from '../../functions/video/mux-show.testing.ts';
import { servePart } from '../../infra/checks/lib/part.ts';
import { issueTickets, joinPerson, roomsEnvironment, serveRooms } from '../../infra/checks/lib/served-rooms.ts';
import { AWS, TABLE_NAME } from '../../infra/checks/lib/test-streams.ts';
import { startControlPlane } from '../../infra/local/control-plane.ts';
import type { ControlPlane } from '../../infra/local/gateway.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const WEBHOOK_SECRET = 'the secret of webhooks in the benchmark';
const PEOPLE = 20;
const POSTS = 40;
const ON_AIR = 20;
const TICKET_MS = 55_000;
const LEASE_MS = 600_000;
/** Answers before the one whose way to the table is written down: what is kept between requests is kept by then. */
const WARM = 10;

/** A request as it is sent to each of the three. */
type Route = { name: string; path: string; headers: Record<string, string> };

/** One call of the table, as it stood on the wire. */
type Call = { target: string; body: string };

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** Hands everything on to the table, and writes down what it was. */
const startRecorder = async (tableUrl: string): Promise<{ url: string; calls: Call[] }> => {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { host: _, connection: __, ...headers } = request.headers;
      const body = Buffer.concat(parts).toString();
      calls.push({ target: String(headers['x-amz-target']), body });
      const init = { method: 'POST', headers: Object.entries(headers).map(([k, v]) => [k, String(v)]), body } as const;
      fetch(tableUrl, { ...init, headers: Object.fromEntries(init.headers) }).then(
        async (answer) => {
          response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
          response.end(await answer.text());
        },
        () => response.destroy(),
      );
    });
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, calls };
};

/** The same call by the same SDK, with nothing of ours around it. */
const callAgain = (client: DynamoDBClient, { target, body }: Call): (() => Promise<unknown>) => {
  // oxlint-disable typescript/no-unsafe-type-assertion -- what the SDK has written a moment before
  const input: unknown = JSON.parse(body);
  switch (target.replace('DynamoDB_20120810.', '')) {
    case 'GetItem':
      return () => client.send(new GetItemCommand(input as GetItemCommandInput));
    case 'Query':
      return () => client.send(new QueryCommand(input as QueryCommandInput));
    case 'BatchGetItem':
      return () => client.send(new BatchGetItemCommand(input as BatchGetItemCommandInput));
    default:
      throw new Error(`a hot route calls ${target}: it is no mere reading`);
  }
  // oxlint-enable typescript/no-unsafe-type-assertion
};

/** People, posts and shows as a page finds them. */
const fill = async (client: DynamoDBClient, issuer: string) => {
  const table = openTable({ client, tableName: TABLE_NAME });
  const [users, posts] = [createUserStore({ table }), createPostStore({ table })];
  const now = Date.now();
  const person = (name: string) => joinPerson(users, { name, issuer, creator: true });
  const ids = await Promise.all(Array.from({ length: PEOPLE + ON_AIR }, (_, n) => person(`person_${n}`)));
  const idOf = (n: number): UserId => {
    const id = ids[n % ids.length];
    if (id === undefined) throw new Error('nobody is there');
    return id;
  };
  for (let n = 0; n < POSTS; n += 1)
    await posts.create({
      id: newId('pst', now + n),
      authorId: idOf(n % PEOPLE),
      text: `What one says who has something to say, for the ${n}th time #bench`,
      createdAt: now + n,
    });
  const shows = await Promise.all(Array.from({ length: ON_AIR }, (_, n) => show(client, idOf(PEOPLE + n), n)));
  const [hero] = shows;
  if (hero === undefined) throw new Error('nothing is on the air');
  return { hero };
};

/** A show that a worker feeds, and that Mux is to tell of: it can be watched. */
const show = async (client: DynamoDBClient, creatorId: UserId, n: number) => {
  const table = openTable({ client, tableName: TABLE_NAME });
  const now = Date.now();
  const streamId = newId('str', now);
  const draft = { title: `Show number ${n}`, visibility: 'public', latency: 'low', test: false } as const;
  const fresh = { ...draft, id: streamId, creatorId, createdAt: now, state: 'created', assets: [] } as const;
  await createStreamStore({ table }).prepare({ creatorId, draft, fresh });
  const [making, liveStreamId] = [{ token: randomUUID(), until: now + TICKET_MS }, randomUUID()];
  const channels = createChannelStore({ table });
  await channels.beginMaking(creatorId, 'public', making, now);
  const live = { id: liveStreamId, playbackId: randomUUID(), latency: 'low', reconnectWindowSeconds: 60 } as const;
  await channels.made(creatorId, 'public', making, { ...live, muxStreamKey: randomUUID() });
  const ingest = createIngestStore({ client, tableName: TABLE_NAME });
  const feed = { streamId, signedInAt: now, sessionId: randomUUID(), now, ttlMs: LEASE_MS };
  const claimed = await ingest.claim({ ...feed, workerId: 'bench', resumeTokenHash: 'h', drainMs: 1_000 });
  if (!claimed.claimed) throw new Error(`the show could not be claimed: ${claimed.because}`);
  await ingest.renew({ ...feed, fence: claimed.fence, committed: 1, state: 'live', beforeGoneAt: now });
  return { streamId, mux: muxShow({ liveStreamId, assetId: `asset-${n}`, startedAt: now }) };
};

type Rooms = ControlPlane['rooms'];
const roomOf = (rooms: Rooms, path: string): Rooms[keyof Rooms] => {
  const [, name = ''] = /^\/(\w+)/.exec(path) ?? [];
  const room = Object.entries(rooms).find(([one]) => one === name)?.[1];
  if (room === undefined) throw new Error(`no room has ${path}`);
  return room;
};

let tickets: ReturnType<typeof createTicketStore> | undefined;
let hero: Awaited<ReturnType<typeof show>> | undefined;
let webhooks: Rooms['webhooks'] | undefined;
let afterMs = 5_000;

const tellOf = async (event: 'active' | 'disconnected'): Promise<number> => {
  if (hero === undefined || webhooks === undefined) throw new Error('nothing is started');
  afterMs += 1_000;
  const body = JSON.stringify(hero.mux[event](afterMs));
  const t = Math.floor(Date.now() / 1_000);
  const signature = `t=${t},v1=${createHmac('sha256', WEBHOOK_SECRET).update(`${t}.${body}`).digest('hex')}`;
  const headers = { 'content-type': 'application/json', 'mux-signature': signature };
  const atMs = performance.timeOrigin + performance.now();
  const answer = await webhooks.fetch(new Request('http://localhost/webhooks/mux', { method: 'POST', headers, body }));
  if (answer.status !== 200) throw new Error(`the webhook was answered ${answer.status}: ${await answer.text()}`);
  return atMs;
};

servePart({
  start: async (given) => {
    const { tableUrl } = z.object({ tableUrl: z.string() }).parse(given);
    // The rooms' own: what else is dearer in theirs would be taken off with it.
    const client = createTableClient({ ...AWS, endpoint: tableUrl });
    const [{ config, issue }, recorder, port] = [await startIssuer(), await startRecorder(tableUrl), await freePort()];
    const { issuer, clientId } = config;
    ({ hero } = await fill(client, issuer));
    tickets = createTicketStore({ table: openTable({ client, tableName: TABLE_NAME }) });
    const origin = `http://localhost:${port}`;
    const environment = roomsEnvironment({
      origin,
      name: 'bench',
      identity: { issuer, clientId, audience: String(config.audience) },
      webhookSecret: WEBHOOK_SECRET,
    });
    const log = (line: string): void => {
      if (/^(warn|error)/.test(line)) console.error(line.slice(0, 300));
    };
    const plane = startControlPlane({ environment, aws: { ...AWS, endpoint: tableUrl }, log });
    const recorded = startControlPlane({ environment, aws: { ...AWS, endpoint: recorder.url }, log });
    ({ webhooks } = plane.rooms);
    await tellOf('active');
    await serveRooms({ port, name: 'bench', controlPlane: plane, log });

    const token = { authorization: `Bearer ${await issue('person_1', { auth_time: undefined })}` };
    const routes: Route[] = [
      { name: 'what is on the air', path: '/stream', headers: {} },
      { name: 'a show', path: `/stream/${hero.streamId}`, headers: {} },
      { name: 'its live figures', path: `/stream/${hero.streamId}/live`, headers: {} },
      { name: 'posts to explore', path: '/posts/explore', headers: {} },
      { name: 'a profile', path: '/users/person_1', headers: {} },
      { name: 'myself, signed in', path: '/users/me', headers: token },
    ];
    const [bare, withTable] = [new Hono(), new Hono()];
    const callsOf: Record<string, number> = {};
    for (const { name, path, headers } of routes) {
      let body: unknown;
      for (let n = 0; n < WARM; n += 1) {
        recorder.calls.splice(0);
        const answer = await roomOf(recorded.rooms, path).fetch(new Request(`http://localhost${path}`, { headers }));
        if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
        body = await answer.json();
      }
      const calls = recorder.calls.map((call) => callAgain(client, call));
      callsOf[name] = calls.length;
      const sameBody = z.record(z.string(), z.unknown()).parse(body);
      bare.get(path, (c) => c.json(sameBody));
      withTable.get(path, async (c) => {
        for (const call of calls) await call();
        return c.json(sameBody);
      });
    }
    const serve = (fetchOf: (path: string) => { fetch: Hono['fetch'] }): Promise<number> => {
      const answer = getRequestListener((request) => fetchOf(new URL(request.url).pathname).fetch(request));
      return listen(createServer((request, response) => void answer(request, response)));
    };
    const ports = {
      ours: await serve((path) => roomOf(plane.rooms, path)),
      bare: await serve(() => bare),
      withTable: await serve(() => withTable),
    };
    return {
      origin,
      streamId: hero.streamId satisfies StreamId,
      ports,
      routes: routes.map((route) => ({ ...route, calls: callsOf[route.name] })),
    };
  },
  /** Processor time so far, in ms. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  tickets: async (given) => {
    const { many } = z.object({ many: z.number() }).parse(given);
    if (!tickets) throw new Error('nothing is started');
    return issueTickets(
      tickets,
      Array.from({ length: many }, () => undefined),
    );
  },
  /** Mux says that the show can be watched, or cannot: when it was said. */
  webhook: (given) => tellOf(z.object({ event: z.enum(['active', 'disconnected']) }).parse(given).event),
});
