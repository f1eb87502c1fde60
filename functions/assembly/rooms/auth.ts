import { createPushStore } from '#store/pushes';
import { createTicketStore } from '#store/tickets';
import type { Base } from '../base.ts';
import { buildEviction } from '../eviction.ts';
import type { People } from '../people.ts';
import type { Profiles } from '../../profiles/profiles.ts';
import { createAuthApp } from '../../auth/app.ts';

/** The room of sign-in, on the base that all rooms share. */
export const buildAuthRoom = (base: Base, people: People, profiles: Profiles) => {
  const { config, table, clock, log } = base;
  const [issuer] = config.AUTH_ISSUERS;
  if (!issuer) throw new Error('AUTH_ISSUERS names no issuer');
  return createAuthApp({
    log,
    corsOrigins: config.CORS_ORIGINS,
    authenticate: people.authenticate,
    limited: people.limited,
    issuer,
    users: people.users,
    eviction: buildEviction(base, people),
    pushes: createPushStore({ table }),
    tickets: createTicketStore({ table }),
    me: profiles.me,
    clock,
  });
};
