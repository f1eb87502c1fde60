/** The audience load's rooms behind a gateway, with shows that are live and people who write; see load-audience.ts and presence.ts. */
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { newId, parseHandle } from '#domain/ids';
import { openTable } from '#store/dynamo';
import { createStreamStore } from '#store/streams';
import { createTicketStore } from '#store/tickets';
import { createUserStore } from '#store/users';
import { freePort } from '#stand-ins/free-port';
import { startControlPlane } from '../../local/control-plane.ts';
import { controlPlaneEnvironment } from '../../local/control-plane-environment.ts';
import { startGateway } from '../../local/gateway.ts';
import { servePart } from '../lib/part.ts';
import { AWS, TABLE_NAME } from '../lib/test-streams.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const TICKET_MS = 55_000;
const WRITERS = 60;
const LIVE = /\/live(?:\?|$)/;

/** What the rooms were asked since this was last looked at. */
const asked = { live: 0, chat: 0, warnings: [] as string[] };
let tickets: ReturnType<typeof createTicketStore> | undefined;

servePart({
  start: async (given: unknown) => {
    const { tableUrl, shows } = z.object({ tableUrl: z.string(), shows: z._default(z.number(), 1) }).parse(given);
    const aws = { ...AWS, endpoint: tableUrl };
    const table = openTable({ client: new DynamoDBClient(aws), tableName: TABLE_NAME });
    tickets = createTicketStore({ table });
    const users = createUserStore({ table });
    const now = Date.now();
    const person = async (name: string, creator: boolean) => {
      const handle = parseHandle(name);
      if (!handle) throw new Error(`${name} is no handle`);
      const user = { id: newId('usr', now), handle, name, creator, moderator: false, createdAt: now };
      await users.create(user, { issuer: 'http://issuer.test', subject: name });
      return user.id;
    };
    const creatorId = await person('host', true);
    const writers = await Promise.all(Array.from({ length: WRITERS }, (_, i) => person(`writer_${i}`, false)));
    const draft = { title: 'A large audience', visibility: 'public', latency: 'low', test: false } as const;
    const streams = createStreamStore({ table });
    const show = async (): Promise<string> => {
      const id = newId('str', now);
      const times = { createdAt: now, startedAt: now };
      await streams.announce({ ...draft, id, creatorId, ...times, state: 'live', assets: [] });
      return id;
    };
    const streamIds = await Promise.all(Array.from({ length: shows }, show));

    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const nowhere = 'http://127.0.0.1:9';
    const plane = startControlPlane({
      environment: {
        ...controlPlaneEnvironment({
          tableName: TABLE_NAME,
          origin,
          identity: { issuer: nowhere, clientId: 'checks', audience: 'checks' },
          mux: { url: nowhere, rtmpsUrl: 'rtmps://127.0.0.1:9/app' },
          gateway: origin,
          version: 'checks',
        }),
        MUX_TOKEN_ID: 'checks',
        MUX_TOKEN_SECRET: 'checks',
        MUX_WEBHOOK_SECRETS: 'checks',
        CURSOR_SECRET: 'a secret for cursors in checks',
      },
      aws,
      log: (line) => {
        if (!line.startsWith('info')) asked.warnings.push(line.slice(0, 300));
      },
    });
    const { stream } = plane.rooms;
    const counted = {
      ...plane,
      rooms: {
        ...plane.rooms,
        stream: {
          fetch: (request: Request) => {
            if (LIVE.test(request.url)) asked.live += 1;
            else asked.chat += 1;
            return stream.fetch(request);
          },
        },
      },
    };
    await startGateway({
      port,
      version: 'checks',
      controlPlane: () => counted,
      workerPort: 9,
      web: { dist: await mkdtemp(join(tmpdir(), 'vybzz-load-')) },
      otherOrigins: [],
      services: async () => [],
      issueToken: async () => undefined,
      localSecret: 'checks',
      log: (line) => asked.warnings.push(line.slice(0, 300)),
    });
    return { origin, streamIds, writers };
  },

  /** Tickets for so many, of whom the rate for one address would let in 120. */
  tickets: async (given: unknown) => {
    const { users } = z.object({ users: z.array(z.nullable(z.string())) }).parse(given);
    const until = Date.now() + TICKET_MS;
    return Promise.all(
      users.map(async (userId) => {
        const ticket = randomBytes(16).toString('base64url');
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an id that we have made ourselves
        await tickets?.issue({ ticket, userId: (userId ?? undefined) as never, until });
        return ticket;
      }),
    );
  },

  look: () => {
    const said = { ...asked, rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20) };
    Object.assign(asked, { live: 0, chat: 0, warnings: [] });
    return said;
  },
});
