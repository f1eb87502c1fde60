import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, parseHandle, type UserId } from '#domain/ids';
import type { createTicketStore } from '#store/tickets';
import type { createUserStore } from '#store/users';
import { controlPlaneEnvironment } from '../../local/control-plane-environment.ts';
import { type ControlPlane, startGateway } from '../../local/gateway.ts';
import { TABLE_NAME } from './test-streams.ts';

/** Where nobody listens: what the shows of a check neither ask nor send. */
export const NOWHERE = 'http://127.0.0.1:9';
const NO_PORT = 9;
const TICKET_MS = 55_000;

type Identity = { issuer: string; clientId: string; audience: string };

/** What the rooms of a check know of the world: a table and an issuer, and a Mux that tells them things and is never asked. */
export const roomsEnvironment = ({
  origin,
  name,
  identity = { issuer: NOWHERE, clientId: name, audience: name },
  webhookSecret = name,
}: {
  origin: string;
  name: string;
  identity?: Identity;
  webhookSecret?: string;
}) => ({
  ...controlPlaneEnvironment({
    tableName: TABLE_NAME,
    origin,
    identity,
    mux: { url: NOWHERE, rtmpsUrl: `rtmps://127.0.0.1:${NO_PORT}/app` },
    gateway: origin,
    version: name,
  }),
  MUX_TOKEN_ID: name,
  MUX_TOKEN_SECRET: name,
  MUX_WEBHOOK_SECRETS: webhookSecret,
  CURSOR_SECRET: `a secret for cursors in ${name}`,
});

/** Opens a gateway before these rooms, with no worker and no web app behind it. */
export const serveRooms = async ({
  port,
  name,
  controlPlane,
  log,
}: {
  port: number;
  name: string;
  controlPlane: ControlPlane;
  log: (line: string) => void;
}): Promise<void> => {
  await startGateway({
    port,
    version: name,
    controlPlane: () => controlPlane,
    workerPort: NO_PORT,
    web: { dist: await mkdtemp(join(tmpdir(), `vybzz-${name}-`)) },
    otherOrigins: [],
    services: async () => [],
    issueToken: async () => undefined,
    localSecret: name,
    log,
  });
};

/** Somebody who has joined by this issuer, under a name that is a handle as well. */
export const joinPerson = async (
  users: Pick<ReturnType<typeof createUserStore>, 'create'>,
  { name, issuer, creator }: { name: string; issuer: string; creator: boolean },
): Promise<UserId> => {
  const handle = parseHandle(name);
  if (!handle) throw new Error(`${name} is no handle`);
  const now = Date.now();
  const user = { id: newId('usr', now), handle, name, creator, moderator: false, createdAt: now };
  await users.create(user, { issuer, subject: name });
  return user.id;
};

/** A ticket for each, without the rate at which one address is let in; `undefined` is a viewer without an account. */
export const issueTickets = (
  tickets: Pick<ReturnType<typeof createTicketStore>, 'issue'>,
  users: readonly (UserId | undefined)[],
): Promise<string[]> => {
  const until = Date.now() + TICKET_MS;
  return Promise.all(
    users.map(async (userId) => {
      const ticket = randomBytes(16).toString('base64url');
      await tickets.issue({ ticket, userId, until });
      return ticket;
    }),
  );
};
