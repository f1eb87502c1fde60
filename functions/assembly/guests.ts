import { createConnectionStore } from '#store/connections';
import { createGuestStore } from '#store/guests';
import { createModerationStore } from '#store/moderation';
import { createStreamStore } from '#store/streams';
import { createTicketStore } from '#store/tickets';
import { toPersonView } from '../profiles/profiles.ts';
import { createGuests } from '../shows/guests.ts';
import { createIce } from '../shows/ice.ts';
import type { Base } from './base.ts';
import type { People } from './people.ts';
import { newSecret } from './secret.ts';

/** The guests of shows, for every room that lets them in or sees them off. */
export const buildGuests = ({ config, table, sockets, log, clock }: Base, { users }: Pick<People, 'users'>) =>
  createGuests({
    guests: createGuestStore({ table }),
    streams: createStreamStore({ table }),
    people: users,
    isKeptOut: createModerationStore({ table }).isKeptOut,
    creatorOf: async ({ creatorId }) => {
      const creator = await users.find(creatorId);
      return creator && toPersonView(creator);
    },
    connections: createConnectionStore({ table }),
    tickets: createTicketStore({ table }),
    sockets,
    ice: createIce({ urls: config.ICE_URLS, turnSecret: config.TURN_SECRET, clock }),
    log,
    clock,
    newSecret,
  });
