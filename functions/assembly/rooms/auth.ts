import { createPushStore } from '#store/pushes';
import { createStreamStore } from '#store/streams';
import { createTicketStore } from '#store/tickets';
import type { Base } from '../base.ts';
import { buildEviction } from '../eviction.ts';
import type { People } from '../people.ts';
import type { Profiles } from '../../profiles/profiles.ts';
import { createAuthApp } from '../../auth/app.ts';
import { createEndEncoders } from '../../shows/end-encoders.ts';

/** The room of sign-in, on the base that all rooms share. */
export const buildAuthRoom = (base: Base, people: People, profiles: Profiles) => {
  const { config, table, tasks, clock, log } = base;
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
    endEncoders: createEndEncoders({ streams: createStreamStore({ table }), tasks, log, clock }),
    tickets: createTicketStore({ table }),
    me: profiles.me,
    clock,
  });
};
