import { createModerationStore } from '#store/moderation';
import { createPushStore } from '#store/pushes';
import { createStreamStore } from '#store/streams';
import { createProfiles } from '../profiles/profiles.ts';
import { createAccess } from '../shows/access.ts';
import type { Base } from './base.ts';
import type { People } from './people.ts';

/** Profiles, which tell of a show only whom that may watch. */
export const buildProfiles = ({ table }: Pick<Base, 'table'>, people: People) => {
  const streams = createStreamStore({ table });
  const access = createAccess({ ...people, isKeptOut: createModerationStore({ table }).isKeptOut });
  return createProfiles({
    ...people,
    pushes: createPushStore({ table }),
    onAir: async (id, viewer) => {
      const stream = await streams.airedBy(id);
      return stream && (await access.mayWatch(stream, viewer)) ? stream.id : undefined;
    },
  });
};
