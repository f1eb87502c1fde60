import { latest, onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { buildProfiles } from '../profiles.ts';
import { createStreaming } from '../streaming.ts';
import { buildUsersRoom } from '../rooms/users.ts';

const room = await startLambda('users', {
  env: process.env,
  needs: ['CURSOR_SECRET'],
  build: (lambda) => {
    const { base } = lambda;
    const people = createPeople(base);
    const profiles = buildProfiles(base, people);
    return onHttp(buildUsersRoom(base, people, profiles, createStreaming(base, people), base.publish), lambda);
  },
});

/** `/users` and below it. */
export const handler = latest(room);
