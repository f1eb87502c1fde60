import { latest, onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { buildProfiles } from '../profiles.ts';
import { buildAuthRoom } from '../rooms/auth.ts';

const room = await startLambda('auth', {
  env: process.env,
  needs: [],
  build: (lambda) => {
    const people = createPeople(lambda.base);
    return onHttp(buildAuthRoom(lambda.base, people, buildProfiles(lambda.base, people)), lambda);
  },
});

/** `/auth` and below it. */
export const handler = latest(room);
