import { createConnectionStore } from '#store/connections';
import { createModerationStore } from '#store/moderation';
import { createPresenceStore } from '#store/presence';
import { createStreamStore } from '#store/streams';
import { createAccess } from '../shows/access.ts';
import { createEviction } from '../shows/eviction.ts';
import type { Base } from './base.ts';
import { buildGuests } from './guests.ts';
import { isModeratorBy } from './moderators.ts';
import type { People } from './people.ts';

/** What takes people out of audiences, for every room that can end their access. */
export const buildEviction = (base: Base, { users, follows }: Pick<People, 'users' | 'follows'>) => {
  const { config, table, sockets, log, clock } = base;
  const isModerator = isModeratorBy(config);
  return createEviction({
    guests: buildGuests(base, { users }),
    connections: createConnectionStore({ table }),
    presence: createPresenceStore({ table }),
    streams: createStreamStore({ table }),
    access: createAccess({ follows, isKeptOut: createModerationStore({ table }).isKeptOut }),
    viewer: async (id) => {
      const user = await users.find(id);
      return user && { userId: user.id, roles: isModerator(user) ? ['moderator'] : [] };
    },
    sockets,
    log,
    clock,
  });
};
