import { type AuthConfig, CreateTicket, type MeView, type Session, type Ticket } from '#contract/http';
import type { UserId } from '#domain/ids';
import type { PushStore } from '#store/pushes';
import { TICKET_LIVES_MS } from '#store/tickets';
import { type Authenticate, type Caller, identified, requireUser, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { body } from '../http/valid.ts';
import type { EndEncoders } from '../shows/end-encoders.ts';
import { type Issuer, SCOPES } from './issuers.ts';

const TICKET_BYTES = 16;

type Parts = RoomParts & {
  authenticate: Authenticate;
  limited: LimitedMiddleware;
  /** Where browsers are sent to sign in. */
  issuer: Issuer;
  users: { signOutEverywhere(id: UserId, now: number): Promise<void> };
  eviction: { everywhere(id: UserId): Promise<void> };
  pushes: Pick<PushStore, 'unsubscribeAll'>;
  /** Ends the show that an encoder of this person's feeds or is to feed: it is asked by nobody who they are. */
  endEncoders: EndEncoders;
  tickets: {
    issue(ticket: {
      ticket: string;
      userId: UserId | undefined;
      browser?: string | undefined;
      until: number;
    }): Promise<void>;
  };
  me: (caller: Caller) => Promise<MeView | undefined>;
  clock: () => Date;
  /** @default 128 random bits */
  newTicket?: () => string;
};

/** The room where people come in: how to sign in, who one is, and tickets for the realtime socket. */
export const createAuthApp = ({
  authenticate,
  limited,
  issuer,
  users,
  eviction,
  pushes,
  endEncoders,
  tickets,
  me,
  clock,
  newTicket = () => Buffer.from(crypto.getRandomValues(new Uint8Array(TICKET_BYTES))).toString('base64url'),
  ...shell
}: Parts) => {
  const room = createRoom(shell);

  room.get('/auth/config', (c) => {
    const { kind, issuer: url, clientId, scopes = [...SCOPES[kind]] } = issuer;
    const view: AuthConfig = { kind, issuer: url, clientId, scopes };
    c.header('Cache-Control', 'public, max-age=300');
    return c.json(view);
  });

  const people = identified(authenticate);

  room.get('/auth/session', people, async (c) => {
    const user = await me(requireUser(c));
    if (!user) throw new Refusal('user-not-found', 'This account has been deleted.');
    const view: Session = { user };
    return c.json(view);
  });

  room.post('/auth/tickets', people, limited('ticket'), body(CreateTicket), async (c) => {
    const ticket = newTicket();
    const until = clock().getTime() + TICKET_LIVES_MS;
    const { browser } = c.req.valid('json');
    await tickets.issue({ ticket, userId: c.get('user')?.userId, browser, until });
    const view: Ticket = { ticket, expiresAt: new Date(until).toISOString() };
    return c.json(view, 201);
  });

  room.post('/auth/sign-out-everywhere', people, signedIn, limited('account'), async (c) => {
    const { userId, signedInAt } = requireUser(c);
    if (signedInAt === undefined)
      throw new Refusal(
        'sign-in-time-unknown',
        'Your sign-in service does not tell us when you signed in, so your other sign-ins cannot be ended here. End them there.',
      );
    await users.signOutEverywhere(userId, clock().getTime());
    // a browser that was left somewhere goes on telling of whom they follow, signed in or not
    await Promise.all([eviction.everywhere(userId), pushes.unsubscribeAll(userId), endEncoders(userId)]);
    return c.body(null, 204);
  });

  return room;
};
