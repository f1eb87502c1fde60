/** The audience load's rooms behind a gateway, with shows that are live and people who write; see load-audience.ts and presence.ts. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { newId, parseUserId } from '#domain/ids';
import { openTable } from '#store/dynamo';
import { createStreamStore } from '#store/streams';
import { createTicketStore } from '#store/tickets';
import { createUserStore } from '#store/users';
import { freePort } from '#stand-ins/free-port';
import { startControlPlane } from '../../local/control-plane.ts';
import { servePart } from '../lib/part.ts';
import { issueTickets, joinPerson, roomsEnvironment, serveRooms } from '../lib/served-rooms.ts';
import { AWS, TABLE_NAME } from '../lib/test-streams.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const NAME = 'checks';
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
    const person = (name: string, creator: boolean) =>
      joinPerson(users, { name, issuer: 'http://issuer.test', creator });
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
    const plane = startControlPlane({
      // each viewer has an address of its own, before this one
      environment: { ...roomsEnvironment({ origin, name: NAME }), TRUSTED_HOPS: '1' },
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
    await serveRooms({
      port,
      name: NAME,
      controlPlane: counted,
      log: (line) => asked.warnings.push(line.slice(0, 300)),
    });
    return { origin, streamIds, writers };
  },

  tickets: async (given: unknown) => {
    const { users } = z.object({ users: z.array(z.nullable(z.string())) }).parse(given);
    if (!tickets) throw new Error('nothing is started');
    return issueTickets(
      tickets,
      users.map((id) => (id === null ? undefined : parseUserId(id))),
    );
  },

  look: () => {
    const said = { ...asked, rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20) };
    Object.assign(asked, { live: 0, chat: 0, warnings: [] });
    return said;
  },
});
